"""Texts as words without case, accents and signs."""

from __future__ import annotations

import re
import unicodedata

NO_LETTERS = re.compile(r"[^\w\s.'’&+@/-]+")
SEPARATORS = re.compile(r"[\s/_-]+")
REMARK = re.compile(r"[(\[]\s*(?:formerly|f\.?k\.?a|a\.?k\.?a|d\.?b\.?a|acquired|previously|now)\b.*$")
WEB_ENDING = re.compile(r"\.(?<=\w\.)(?:com|net|org|co\.uk|de|io|ai)(?![\w.])")  # the dot first: soon found
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
"""Letters that are no other letter with an accent."""

WRITTEN_SIGNS = (("&", " and "), ("+", " and "), ("@", " at "))
JOINING = ".'’"
LINE = "\n"
JOINING_IN_ASCII = b".'"
PARTING_IN_ASCII = bytes(
    at if chr(at).isalnum() or chr(at) == LINE else ord(" ") for at in range(128)
) + bytes(range(128, 256))
"""Turns all but letters, digits and ends of lines to spaces."""


def folded_words(text: str) -> list[str]:
    """Fold a text to its words; dots and apostrophes join ("S.p.A." is spa), other signs part."""
    return _words(_without_accents(text))


def words_of_each(texts: list[str]) -> list[list[str]]:
    """Fold each of many texts as `folded_words` does; plain ones go together, as the lines of one text."""
    together = LINE.join(texts)
    if together.count(LINE) >= max(len(texts), 1):
        return [folded_words(one) for one in texts]
    foreign = [one for one in texts if not one.isascii()]
    unaccented = iter(_without_accents(LINE.join(foreign)).split(LINE))
    folded = [one.lower() if one.isascii() else next(unaccented) for one in texts]
    is_plain = [one.isascii() and not ("(" in one or "[" in one) for one in folded]
    plain = iter(_plain_words([one for one, is_one in zip(folded, is_plain, strict=True) if is_one]))
    return [next(plain) if is_one else _words(one) for one, is_one in zip(folded, is_plain, strict=True)]


def _without_accents(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        return folded
    for letter, plain in LETTERS.items():
        folded = folded.replace(letter, plain)
    decomposed = unicodedata.normalize("NFKD", folded)
    for sign in sorted(set(decomposed)):
        if unicodedata.combining(sign):
            decomposed = decomposed.replace(sign, "")
    return decomposed


def _words(folded: str) -> list[str]:
    written = WEB_ENDING.sub("", REMARK.sub("", folded).strip() or folded)
    for sign, words in WRITTEN_SIGNS:
        written = written.replace(sign, words)
    for sign in JOINING:
        written = written.replace(sign, "")
    return [word for word in SEPARATORS.split(NO_LETTERS.sub(" ", written)) if word]


def _plain_words(folded: list[str]) -> list[list[str]]:
    """Give the words of texts in ASCII without brackets and ends of lines."""
    written = WEB_ENDING.sub("", LINE.join(folded))
    for sign, words in WRITTEN_SIGNS:
        written = written.replace(sign, words)
    lines = written.encode().translate(PARTING_IN_ASCII, JOINING_IN_ASCII).decode().split(LINE)
    return [line.split() for line in lines]
