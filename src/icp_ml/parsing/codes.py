"""Industry codes of NAICS, SIC and NACE: bare digits for NAICS, with the system in front for the others.

`industries.industry_levels` cuts what is parsed here into its levels.
"""

from __future__ import annotations

import re

from icp_ml.industries import NAICS_SECTORS, letter_of, sector_of
from icp_ml.parsing.texts import parse_category
from icp_ml.settings import ColumnSettings

SYSTEM = re.compile(
    r"(?P<system>naics|sic|nace)(?:[ -]?(?:code|rev\.? ?2))?\s*[:#]?\s*(?=[a-z]?\s?[0-9])", re.I
)
TITLE = re.compile(r"(?:\s+[-\u2013\u2014]\s+|:\s*|\s*\(|\s+(?=[^\W\d_]{2}))[^\W\d_]?.*", re.DOTALL)
"""What follows a code: "541511 - Custom Computer Programming Services"."""

NEXT_CODE = re.compile(r"\s*[;|/]\s*.*|,\s+.*", re.DOTALL)
"""The codes after the first."""

NAICS = re.compile(r"[0-9]{2,6}")
SECTOR = re.compile(r"(31|44|48)\s?[-\u2013]\s?(33|45|49)")
SIC = re.compile(r"(?P<digits>[0-9]{4}(?=[0-9]{4}\Z)|[0-9]{1,4}\Z)(?:[0-9]{4})?")
"""Dun & Bradstreet's codes of eight digits begin with the four of SIC."""

FARM_GROUPS = frozenset(
    f"0{group}"
    for group in (11, 13, 16, 17, 18, 19, 21, 24, 25, 27, 29, 71, 72, 74, 75, 76, 78, 81, 83, 85, 91)
) | {"092", "097"}
"""The only groups of SIC that begin with a zero; so three digits tell whether they have lost one."""

NACE = re.compile(
    r"(?:(?P<letter>[A-U])\s?)?(?P<division>[0-9]{1,2})(?:\.(?P<rest>[0-9]{1,2})(?:\.?[0-9]{1,2})?)?"
)
NACE_GLUED = re.compile(r"(?:[A-U]\s?)?(?P<division>[0-9]{2})(?P<rest>[0-9]{1,2})[0-9]?")
NATIONAL_LETTER = re.compile(r"(?<=[0-9])[A-Z]$")
"""NAF of France adds a letter to NACE's class."""


def parse_one(text: str, column: ColumnSettings) -> str | None:
    """Understand an industry code.

    Parameters
    ----------
    text : str
        For example "541511", "5411.0", "31-33", "541511 - Custom Computer Programming", "SIC 7372", "J62.01".
    column : ColumnSettings
        `system` says of which system codes are that do not say it themselves; without, they are only cleaned.

    Returns
    -------
    str or None
        "541511" of NAICS, "sic:7372", "nace:62.01". None for what is no code of a named system.
    """
    cleaned = parse_category(text, column)
    if cleaned is None:
        return None
    named = SYSTEM.match(cleaned)
    system = named["system"].lower() if named else column.system
    if system is None:
        code = TITLE.sub("", cleaned, count=1)
        return code if NAICS.fullmatch(code) else cleaned
    code = cleaned[named.end() :] if named else cleaned
    code = NEXT_CODE.sub("", TITLE.sub("", code, count=1), count=1).strip()
    return {"naics": _naics, "sic": _sic, "nace": _nace}[system](code)


def _naics(code: str) -> str | None:
    if found := SECTOR.fullmatch(code):
        sector = f"{found[1]}-{found[2]}"
        return sector if sector in NAICS_SECTORS else None
    digits = _whole(code)
    if not NAICS.fullmatch(digits) or sector_of(digits) not in NAICS_SECTORS:
        return None
    return sector_of(digits) if len(digits) == len("54") else digits


def _sic(code: str) -> str | None:
    found = SIC.fullmatch(_whole(code))
    if found is None:
        return None
    digits = found["digits"]
    has_lost_zero = len(digits) == 1 or (len(digits) == len("111") and f"0{digits[:2]}" in FARM_GROUPS)
    digits = f"0{digits}" if has_lost_zero else digits
    return f"sic:{digits}" if letter_of("sic", digits) else None


def _nace(code: str) -> str | None:
    code = NATIONAL_LETTER.sub("", code.upper())
    found = NACE.fullmatch(code) or NACE_GLUED.fullmatch(code)
    if found is None:
        return None
    division, rest = found["division"].zfill(2), found["rest"] or ""
    if letter_of("nace", division) is None:
        return None
    return f"nace:{division}.{rest}" if rest else f"nace:{division}"


def _whole(code: str) -> str:
    """Undo what a spreadsheet did to digits: "5411.0" and "541,511"."""
    return re.sub(r"\.0+$", "", code).replace(",", "")
