"""Numbers and money: counts, amounts, bands and the words around them.

Choices that a reader of the figures should know:

- a band is its geometric mean ("51-200" is 101), because sizes are skewed; a band from zero its
  arithmetic mean ("0-20" is 10);
- an open band is its bound ("10,000+" and "over 10,000" are 10000, "under 10" and "bis 10" are 10);
- "12 %" is 12, not 0.12;
- M, MM, Mio. and mn are millions; B, bn and Mrd. billions; T is trillions, but TEUR thousands;
- money for an hour, a day, a week or a month is a year's ("$10k per month" is 120000);
- "Nov-50" and "10-Feb" are bands that a spreadsheet took for dates: 11-50 and 2-10, the lower end first;
- currency signs and codes are dropped, or converted where the mapping names a currency;
- a word not known to be harmless makes the whole text not understood ("3 months").

price-parser finds a number in any text, dates included: it does not serve where nothing is guessed.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, time
from typing import Literal, NamedTuple

from icp_ml.parsing.currencies import Rates
from icp_ml.parsing.dates import MONTHS
from icp_ml.parsing.phrases import HARMLESS, RANGE_WORDS, phrase_of
from icp_ml.settings import ColumnSettings

POWERS_OF_TEN: dict[str, int] = {
    word: power
    for words, power in (
        ("k thousand thousands tsd tausend mille", 3),
        ("lakh lakhs lac lacs", 5),
        ("m mm mn mio mln million millions millionen millones", 6),
        ("cr crore crores", 7),
        ("b bn bil bln billion billions mrd mld mlrd milliard milliards milliarde milliarden md mds mia", 9),
        ("t tn trn trillion trillions", 12),
    )
    for word in words.split()
}
GAP = r" '\u2019\u00a0\u2009\u202f"
"""Signs that group digits whatever the decimal sign is: spaces and apostrophes."""
PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
FIRST_YEAR_OF_DAYS = 2000
MONTH_BAND = re.compile(
    r"(?P<first>[^\W\d_]{3,4})\.?[- ](?P<n>[0-9]{1,2})|(?P<m>[0-9]{1,2})\.?[- ]\s?(?P<last>[^\W\d_]{3,4})\.?"
)


class Amount(NamedTuple):
    """A number as written, and the power of ten of its suffix."""

    digits: str
    power: int | None

    def times(self, power: int) -> float:
        """Give the number with a suffix, rounded only once."""
        if "e" in self.digits:
            return float(self.digits) * 10.0**power
        return float(f"{self.digits}e{power}")


def _number_pattern(group: str, point: str) -> str:
    grouped = rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}"
    spaced = rf"[0-9]{{1,3}}(?:(?P<gap>[{GAP}])[0-9]{{3}})(?:(?P=gap)[0-9]{{3}})*"
    exponent = r"(?:[0-9]+(?:\.[0-9]+)?e[-+]?[0-9]{1,3})"
    end = rf"(?![0-9]|{group}[0-9])"
    whole = rf"(?:{grouped}|{spaced}|[0-9]+)(?:{point}[0-9]+)?"
    return rf"(?P<number>(?:{exponent}|{whole}|{point}[0-9]+){end})"


def _token_pattern(group: str, point: str) -> re.Pattern[str]:
    word = r"(?P<word>[^\W\d_]+(?:\.[^\W\d_]+)*\.?)"
    marks = r"(?P<dash>-)|(?P<mark>[+<>=≤≥~≈%()\s])|(?P<strange>.)"
    return re.compile(rf"{_number_pattern(group, point)}|{word}|{marks}", re.DOTALL)


TOKENS: dict[Literal[".", ","], re.Pattern[str]] = {
    ".": _token_pattern(",", r"\."),
    ",": _token_pattern(r"\.", ","),
}


def parse_one(text: str, column: ColumnSettings, rates: Rates | None = None) -> float | None:
    """Understand a number, an amount or a band of them.

    Parameters
    ----------
    text : str
        For example "1,234", "501 to 1000 employees", "$50 to $100 million (USD)", "(1,234)".
    column : ColumnSettings
        `decimal` says which sign is the decimal one; `unit` multiplies a number without a suffix of its own;
        `currency` is that of amounts that name none.
    rates : Rates, optional
        What money is converted with; without, its currency does not count.

    Returns
    -------
    float or None
        Always finite; None where the text, or its currency, is not understood.
    """
    text = text.strip()
    if column.decimal == "." and PLAIN.fullmatch(text):
        return in_currency(float(text) * column.unit, "", column, rates)
    if (ends := _month_band(text)) is not None:
        return in_currency(_middle(*ends, column), "", column, rates)
    phrase = phrase_of(text)
    is_negative = _is_in_parentheses(phrase.bare)
    match _read_parts(phrase.bare, column):
        case [Amount() as amount]:
            value = _scale(amount, column)
        case ["-", Amount() as amount] if not is_negative:
            value, is_negative = _scale(amount, column), True
        case [Amount() as low, "-", Amount() as high] if not is_negative:
            value = _middle(low, high, column)
        case _:
            return None
    return in_currency((-value if is_negative else value) * phrase.times, phrase.named, column, rates)


def in_currency(number: float, text: str, column: ColumnSettings, rates: Rates | None) -> float | None:
    """Convert a number by the currency that its text names, or its column; None where that is not known."""
    factor = 1.0 if rates is None else rates.factor(text, column.currency)
    return None if factor is None else finite(number * factor)


def parse_written(written: datetime, column: ColumnSettings, rates: Rates | None = None) -> float | None:
    """Understand a band that a spreadsheet turned into a date: February 10 is 2-10, November 1950 is 11-50.

    A first of a month since 2000 is taken for a day ("1-10" as October 1), before for a year ("11-50").
    """
    if written.time() != time():
        return None
    other = written.year % 100 if written.day == 1 and written.year < FIRST_YEAR_OF_DAYS else written.day
    return in_currency(_middle(*_in_order(written.month, other), column), "", column, rates)


def finite(number: float) -> float | None:
    """Give the number, or None where it is infinite or not a number; minus zero is zero."""
    return number + 0.0 if math.isfinite(number) else None


def _month_band(text: str) -> tuple[Amount, Amount] | None:
    """Give the ends of a band whose one end was taken for a month, in their order."""
    found = MONTH_BAND.fullmatch(text.casefold())
    month = MONTHS.get(found["first"] or found["last"]) if found else None
    return _in_order(month, int(found["n"] or found["m"])) if found and month else None


def _in_order(one: int, other: int) -> tuple[Amount, Amount]:
    low, high = sorted((one, other))
    return Amount(str(low), None), Amount(str(high), None)


def _is_in_parentheses(text: str) -> bool:
    """Whether accountants would read the text as negative: a bare number in parentheses."""
    return re.fullmatch(r"\(\s*[0-9][0-9.,' ]*[a-z]{0,3}\s*\)", text) is not None


def _read_parts(text: str, column: ColumnSettings) -> list[Amount | str] | None:
    """Split a text into amounts and "-"; None where anything in it has an unknown meaning."""
    parts: list[Amount | str] = []
    for token in TOKENS[column.decimal].finditer(text):
        kind, written = token.lastgroup, token.group()
        if kind == "strange":
            return None
        if kind == "number":
            parts.append(Amount(_plain_digits(written, column), None))
        elif kind == "dash" or (written in RANGE_WORDS and parts):
            parts.append("-")
        elif (
            kind == "word" and written not in RANGE_WORDS and not _take_word(written.replace(".", ""), parts)
        ):
            return None
    return parts


def _take_word(word: str, parts: list[Amount | str]) -> bool:
    """Attach a suffix to the amount before it; say whether the word was known."""
    last = parts[-1] if parts else None
    if word in POWERS_OF_TEN and isinstance(last, Amount) and last.power is None:
        parts[-1] = Amount(last.digits, POWERS_OF_TEN[word])
        return True
    return word in HARMLESS


def _plain_digits(written: str, column: ColumnSettings) -> str:
    """Write a number with a decimal point and no grouping."""
    if "e" in written:
        return written
    digits = re.sub(f"[{GAP}]", "", written)
    return digits.replace(",", "") if column.decimal == "." else digits.replace(".", "").replace(",", ".")


def _scale(amount: Amount, column: ColumnSettings) -> float:
    return amount.times(0) * column.unit if amount.power is None else amount.times(amount.power)


def _middle(low: Amount, high: Amount, column: ColumnSettings) -> float:
    """Give the middle of a band.

    "50 to 100 million" lends its suffix to the 50; "350,000-1 million" does not, it would be upside down.
    """
    last = _scale(high, column)
    first = _scale(low, column)
    if low.power is None and high.power is not None and low.times(high.power) <= last:
        first = low.times(high.power)
    if first > last:
        return math.nan
    return math.sqrt(first) * math.sqrt(last) if first > 0 else (first + last) / 2
