"""Currencies: which one a text names, and what it is worth on a stated day.

Rates are the European Central Bank's reference rates, from the file that CurrencyConverter ships; nothing is
fetched. price-parser names currencies too, but takes any text with a figure for a price: the signs are ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from icp_ml.errors import ConfigError
from icp_ml.parsing.places import LANGUAGES, fold, without_rivals

LONGEST_CLOSURE_DAYS = 7
"""The ECB quotes on every business day; Easter and Christmas close it for up to five."""

NO_CURRENCY = "XXX"
"""ISO 4217's code for none: stands for a currency that was named and is not known."""

DOLLARS = frozenset(("USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP"))
YEN, CROWNS, POUNDS = frozenset(("JPY", "CNY")), frozenset(("SEK", "NOK", "DKK", "ISK")), frozenset(("GBP",))
PREFERRED = {DOLLARS: "USD", YEN: "JPY"}
"""What a sign of several currencies means where none of them is declared; crowns mean none then."""

ISO_CODES = (
    "usd eur gbp chf jpy cny rmb inr cad aud nzd sek nok dkk isk pln czk huf ron bgn try rub uah ils aed sar "
    "zar brl mxn ars clp cop pen krw twd hkd sgd thb idr myr php vnd egp ngn kes qar kwd pkr bdt mad hrk"
)
WORDS: dict[str, frozenset[str]] = {
    **{code: frozenset((code.upper(),)) for code in ISO_CODES.split()},
    **dict.fromkeys(("dollar", "dollars"), DOLLARS),
    **dict.fromkeys(("pound", "pounds"), POUNDS),
    **dict.fromkeys(("euro", "euros"), frozenset(("EUR",))),
    **dict.fromkeys(("fr", "franken"), frozenset(("CHF",))),
    **dict.fromkeys(("yen",), frozenset(("JPY",))),
    **dict.fromkeys(("rmb", "yuan", "renminbi"), frozenset(("CNY",))),
    **dict.fromkeys(("rs", "rupee", "rupees"), frozenset(("INR",))),
    **dict.fromkeys(("kr", "krona", "kronor", "krone", "kroner"), CROWNS),
    **dict.fromkeys(("zł", "zloty"), frozenset(("PLN",))),
}
"""Words in an amount that name a currency; the numbers' parser takes them for harmless."""

SIGNS: dict[str, frozenset[str]] = {
    "$": DOLLARS,
    "¥": YEN,
    "£": POUNDS,
    **{
        sign: frozenset((code,))
        for sign, code in (
            ("€", "EUR"), ("₹", "INR"), ("₩", "KRW"), ("₽", "RUB"), ("₺", "TRY"), ("₪", "ILS"), ("฿", "THB"),
            ("₱", "PHP"), ("₫", "VND"), ("₴", "UAH"), ("₦", "NGN"), ("cn¥", "CNY"), ("jp¥", "JPY"),
            ("us$", "USD"), ("c$", "CAD"), ("ca$", "CAD"), ("a$", "AUD"), ("au$", "AUD"), ("nz$", "NZD"),
            ("hk$", "HKD"), ("s$", "SGD"), ("sg$", "SGD"), ("r$", "BRL"), ("mx$", "MXN"), ("nt$", "TWD"),
        )
    },
}  # fmt: skip
HARMLESS_IN_CELLS = frozenset(("us", "british", "sterling"))
BEFORE_SIGN = r"(?<![^\W\d_])(?:us|ca|c|au|a|nz|hk|s|sg|r|mx|nt)(?=\$)|(?<![^\W\d_])(?:cn|jp)(?=¥)"
"""The letters that tell one dollar from another."""

MENTION = re.compile(
    rf"(?P<sign>(?:{BEFORE_SIGN}|(?<![^\W\d_])us\s(?=\$))?[$£¥€\u20a0-\u20cf฿])|(?P<word>[^\W\d_]+)"
)


class Rates(NamedTuple):
    """What one unit of each known currency is worth in the one that amounts are turned into."""

    currency: str
    per_unit: Mapping[str, float]

    def __hash__(self) -> int:
        """Let equal rates be one key."""
        return hash((self.currency, frozenset(self.per_unit.items())))

    def factor(self, text: str, declared: str | None) -> float | None:
        """Give what an amount is multiplied by; None where its currency is not known or quoted.

        Parameters
        ----------
        text : str
            The amount without case.
        declared : str, optional
            The currency of amounts that name none; absent: the one they are turned into.
        """
        return self.per_unit.get(named_currency(text, declared or self.currency))

    def among(self, declared: str | None) -> Rates:
        """Give the rates under which amounts in the declared currency stay, and no other is known."""
        code = declared or self.currency
        return Rates(code, {code: 1.0} if code in self.per_unit else {})


def named_currency(text: str, declared: str) -> str:
    """Give the currency that an amount names, the declared one where it names none.

    A sign that several use is the declared currency where it is one of them; else "$" is USD, "¥" JPY, and
    "kr" none. Amounts that name two currencies have none.
    """
    named = _mentions(text)
    if not named:
        return declared
    possible = frozenset.intersection(*named)
    if declared in possible:
        return declared
    return next(iter(possible)) if len(possible) == 1 else PREFERRED.get(possible, NO_CURRENCY)


def names_currency(text: str) -> bool:
    """Say whether an amount, without case, names a currency."""
    return bool(_mentions(text))


def currency_code(text: str, declared: str) -> str:
    """Give the code of a cell that names a currency by itself: "EUR", "€", "euros", "Canadian Dollar".

    A word that is not understood beside "dollar", "pound" or "rupee" says that it is not the usual one.
    """
    folded = " ".join(text.casefold().split()).replace("us dollar", "usd")
    if re.fullmatch(r"[a-z]{3}", folded) and folded not in WORDS:
        return folded.upper()
    if _says_more(folded):
        return _names().get(fold(folded).removesuffix("s"), NO_CURRENCY)
    return named_currency(folded, declared) if names_currency(folded) else NO_CURRENCY


def _says_more(text: str) -> bool:
    """Say whether a cell has words that are not understood, and neither a code nor a sign of one currency."""
    found = list(MENTION.finditer(text))
    words = {one["word"] for one in found if one["word"]}
    signs = [SIGNS.get(one["sign"].replace(" ", ""), DOLLARS) for one in found if one["sign"]]
    is_sure = bool(words & set(ISO_CODES.split())) or any(len(meant) == 1 for meant in signs)
    return bool(words - WORDS.keys() - HARMLESS_IN_CELLS) and not is_sure


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Map each folded name of a currency, in any of the languages, to its code."""
    from babel import Locale

    return without_rivals(
        (fold(name).removesuffix("s"), code)
        for language in LANGUAGES
        for code, name in Locale.parse(language).currencies.items()
    )


def _mentions(text: str) -> list[frozenset[str]]:
    """List what each sign and word of an amount can mean."""
    return [
        SIGNS.get(found["sign"].replace(" ", ""), frozenset()) if found["sign"] else WORDS[found["word"]]
        for found in MENTION.finditer(text)
        if found["sign"] or found["word"] in WORDS
    ]


def last_day() -> date:
    """Give the last day whose exchange rates are known."""
    return _known_days()[1]


@lru_cache(maxsize=8)
def rates_into(currency: str, day: date) -> Rates:
    """Look up the ECB's reference rates of the last business day on or before a day.

    Raises
    ------
    ConfigError
        The file has no rates of that day, or does not quote the currency then.
    """
    from currency_converter import RateNotFoundError

    table, (first, last) = _table(), _known_days()
    if not first <= day <= last:
        what = f"data.rates_on is {day}, and exchange rates are known from {first} to {last}."
        raise ConfigError(what, fix="Choose a day between them.")
    per_unit: dict[str, float] = {}
    for quoted_on in (day - timedelta(days) for days in range(LONGEST_CLOSURE_DAYS)):
        for code in sorted(table.currencies - {"EUR"}):
            try:
                per_unit[code] = table.convert(1, code, "EUR", date=quoted_on)
            except RateNotFoundError:
                continue
        if per_unit:
            break
    per_unit["EUR"] = 1.0
    if currency not in per_unit:
        what = f"data.currency is {currency}, which the European Central Bank did not quote on {day}."
        raise ConfigError(what, fix=f"Choose one of {', '.join(sorted(per_unit))}, or another day.")
    into = per_unit[currency]
    return Rates(currency, {code: 1.0 if code == currency else one / into for code, one in per_unit.items()})


def _known_days() -> tuple[date, date]:
    first, last = _table().bounds["EUR"]
    return first, last


@lru_cache(maxsize=1)
def _table() -> Any:
    from currency_converter import CurrencyConverter

    return CurrencyConverter()
