"""Keep secrets out of what is printed, logged and written."""

from __future__ import annotations

import re

HIDDEN = "***"
IN_ADDRESS = re.compile(r"(:/?/?[^:/@\s]*:)\S+@")
ALONE_IN_ADDRESS = re.compile(r"(://)[^/:@\s]+@")  # a token, or a user's name
SECRET_WORDS = (
    r"password|passwd|pwd|passphrase|secret|credentials?|token|api[-_]?key|access[-_]?key|private[-_]?key"
)
SECRET_VALUE = r"\{[^}]*\}|%7B.*?%7D|(?:(?!%3B)[^&\s;])+"  # braces and %3B as in an ODBC connection string
IN_ARGUMENT = re.compile(rf"(?i)((?:{SECRET_WORDS})\w*\s*(?:=|%3D|:\s))(?:{SECRET_VALUE})")


def masked(text: str) -> str:
    """Hide what stands before the @ of an address, and the values of `password=`, `token:` and the like."""
    hidden = ALONE_IN_ADDRESS.sub(rf"\1{HIDDEN}@", IN_ADDRESS.sub(rf"\1{HIDDEN}@", text))
    return IN_ARGUMENT.sub(rf"\1{HIDDEN}", hidden)
