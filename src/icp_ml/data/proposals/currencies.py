"""Say which currency the amounts are in, where signs, codes or headings tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from icp_ml.data.proposals.headings import fold
from icp_ml.data.proposals.lines import Line
from icp_ml.data.proposals.tables import TableProposal
from icp_ml.errors import count
from icp_ml.parsing.currencies import NO_CURRENCY, currency_code, last_day, named_currency, rates_into
from icp_ml.schema import Kind, table_fields

HEADING_WORDS = {
    **{
        code.casefold(): code
        for code in ("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "INR", "CNY", "SEK")
    },
    **{"euro": "EUR", "euros": "EUR", "teur": "EUR", "dollars": "USD", "tchf": "CHF"},
}


@dataclass(frozen=True)
class Money:
    """The currency that most amounts name, in which the others are best counted.

    Attributes
    ----------
    currency : str
    rates_on : str
        The last day whose exchange rates are known.
    why : str
        How many values name which currency.
    """

    currency: str
    rates_on: str
    why: str


def money_of(tables: Sequence[TableProposal]) -> Money | None:
    """Find the currency of the amounts; None where nothing names one."""
    named: Counter[str] = Counter()
    for table in tables:
        for line in table.lines:
            named.update(_named(table, line))
    quoted = rates_into("EUR", last_day()).per_unit
    known = {code: n for code, n in sorted(named.items()) if code in quoted}
    if not known:
        return None
    ranked = sorted(known, key=lambda code: -known[code])
    said = ", ".join(f"{code} in {count(known[code], 'value')}" for code in ranked)
    return Money(ranked[0], str(last_day()), f"{said}; amounts that name none are taken for {ranked[0]}")


def with_currencies(table: TableProposal, money: Money) -> TableProposal:
    """Declare the columns whose headings name another currency."""
    return replace(table, lines=tuple(_declared(table, line, money) for line in table.lines))


def _named(table: TableProposal, line: Line) -> Counter[str]:
    """Count the values of a line by the currency that they name, or that their heading names for them."""
    found: Counter[str] = Counter()
    if line.column is None or line.is_out:
        return found
    if line.ours == "currency":
        for text, n in line.column.counts.items():
            found[currency_code(text, NO_CURRENCY)] += n
    if _kind(table, line) == "money":
        heading = heading_currency(line.column.heading) or NO_CURRENCY
        for text, n in line.column.counts.items():
            if any(sign.isdigit() for sign in text):
                found[named_currency(text.casefold(), heading)] += n
    return found


def _declared(table: TableProposal, line: Line, money: Money) -> Line:
    code = heading_currency(line.source or "")
    if _kind(table, line) != "money" or line.is_out or code in (None, money.currency):
        return line
    said = "; ".join(filter(None, [line.comment, f"{code} by the heading"]))
    return replace(line, settings={**line.settings, "currency": code}, comment=said)


def heading_currency(heading: str) -> str | None:
    """Give the currency that a heading names: EUR for "Umsatz (TEUR)"."""
    return next((HEADING_WORDS[word] for word in fold(heading).split() if word in HEADING_WORDS), None)


def _kind(table: TableProposal, line: Line) -> Kind | None:
    if "kind" in line.settings:
        kind: Kind = line.settings["kind"]
        return kind
    field = table_fields(table.table).get(line.ours)
    return field.kind if field else None
