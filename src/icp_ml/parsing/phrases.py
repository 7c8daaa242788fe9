"""What stands around an amount: class letters, labels, notes, currency signs, the time that it counts for."""

from __future__ import annotations

import re
from typing import NamedTuple

from icp_ml.parsing.currencies import BEFORE_SIGN, ISO_CODES, WORDS, names_currency

RANGE_WORDS = frozenset(("to", "and", "bis", "und", "à"))
HARMLESS = frozenset(
    word
    for words in (
        ISO_CODES,
        " ".join(WORDS),
        "us rupee percent prozent pct",
        "approx approximately about around circa ca roughly est estimated nearly almost ish etwa rund",
        "over above more than greater at least min minimum from plus mehr als über ab mindestens",
        "under below less fewer up max maximum between unter weniger zwischen von",
        "employee employees people persons staff worker workers fte ftes headcount emp emps members team",
        "users customers clients seats locations offices stores companies mitarbeiter mitarbeitende",
        "mitarbeiterinnen beschäftigte salariés employés empleados individuals folks teammates developers",
        "worldwide globally currently",
    )
    for word in words.split()
)
LABEL_WORDS = HARMLESS | {
    *("number", "no", "of", "size", "company", "total", "current", "annual", "yearly", "revenue", "sales"),
    *("turnover", "salary", "budget", "employer", "provided", "anzahl", "umsatz", "effectif"),
}
"""Words that may stand before a colon in front of the amount."""

CLASS_LETTER = re.compile(r"(?:[a-z]|[BD-QT-Z])\s+(?=[<>≤≥~]?\s?[$£€¥])")
"""The name of a band before it, as in "a $5-10 million"; "A $5", "C $5", "R $5", "S $5" are other dollars."""

LABEL = re.compile(r"(?P<label>[^\d:]{2,60}?)\s*:\s*")
LINK = re.compile(r"\[([^\]\[]*)\]\([^()\s]*\)")
NOTE = re.compile(
    r"\((?:as of\b[^()]*|[^\W\d_]{3,9}\.?,? (?:19|20)[0-9]{2}|[^\W\d_]+ est\.?|source\b[^()]*)\)"
    r"|\s(?:on|via) linkedin$"
)
"""The day or the source of a number, as in "200+ (as of October 2022)" and "$53K (Glassdoor est.)"."""

WITHOUT_MEANING = re.compile(
    r"up to|bis zu|^c\.|,?\s(?:and|&) (?:constantly )?growing(?: fast| rapidly| quickly)?"
    rf"|per (?:year|annum)|p\.\s?a\.?|annually|/\s?(?:yr|year)|{BEFORE_SIGN}|(?<=\d),--?(?!\d)|!$"
)
THOUSANDS_OF = re.compile(r"(?<![^\W\d_])t\s?(?=€|(?:eur|usd|chf|gbp)\b)")
GLUED_CURRENCY = re.compile(r"(?<![^\W\d_])(k|m|mm|mn|mio|b|bn|mrd)(?=(?:eur|usd|chf|gbp)\b)")
CURRENCY_SIGN = re.compile(r"[$£¥€\u20a0-\u20cf฿]")
DASH = re.compile(r"[\u2010-\u2015\u2212]")
PERIOD = re.compile(
    r"(?:\bper |\ban? |/\s?)(?P<unit>hour|hr|day|week|month|mo)\b|\b(?P<rhythm>hourly|daily|weekly|monthly)\b"
)
PERIODS_A_YEAR = {"h": 2_080.0, "d": 260.0, "w": 52.0, "m": 12.0}
"""Hours and days are those of work: 52 weeks of 5 days of 8 hours."""


class Phrase(NamedTuple):
    """An amount without what stands around it, what it named, and how often a year it counts."""

    bare: str
    named: str
    times: float


def phrase_of(text: str) -> Phrase:
    """Strip an amount of what does not change its number.

    Money for an hour, a day, a week or a month is a year's (2,080 hours, 260 days, 52 weeks, 12 months); a
    count for such a time is left as it is, so that it is not understood.
    """
    text = DASH.sub("-", LINK.sub(r"\1", CLASS_LETTER.sub("", text, count=1) if _has_class(text) else text))
    text = _without_label(NOTE.sub(" ", text.casefold()).strip()).rstrip(". ")
    named = GLUED_CURRENCY.sub(r"\1 ", THOUSANDS_OF.sub("k ", text))
    period = PERIOD.search(named) if names_currency(named) else None
    bare = PERIOD.sub(" ", named, count=1) if period else named
    times = PERIODS_A_YEAR[(period["unit"] or period["rhythm"])[0]] if period else 1.0
    return Phrase(CURRENCY_SIGN.sub(" ", WITHOUT_MEANING.sub(" ", bare)).strip(), named, times)


def _has_class(text: str) -> bool:
    return CLASS_LETTER.match(text) is not None


def _without_label(text: str) -> str:
    found = LABEL.match(text)
    words = re.findall(r"[^\W\d_]+", found["label"]) if found else []
    is_label = bool(words) and all(word in LABEL_WORDS for word in words)
    return text[found.end() :] if found and is_label else text
