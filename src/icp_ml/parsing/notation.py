"""What holds for all columns of a mapping: what means "not known", and what money is turned into."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from icp_ml.errors import ConfigError
from icp_ml.parsing.currencies import Rates, rates_into
from icp_ml.settings import DataSettings


class Notation(NamedTuple):
    """What holds for all columns of a mapping.

    Attributes
    ----------
    missing : collection of str
        Tokens that mean "not known".
    rates : Rates, optional
        What money is converted with; None: amounts are taken as they are.
    """

    missing: Collection[str]
    rates: Rates | None = None


def notation_of(mapping: DataSettings) -> Notation:
    """Resolve what holds for all columns of a mapping, before any file is read.

    Raises
    ------
    ConfigError
        The exchange rates of the day, or of a column's currency, are not known.
    """
    found = notation(mapping.missing, mapping.currency, mapping.rates_on)
    tables = (mapping.customers, mapping.orders, mapping.deals, mapping.signals, mapping.prospects)
    mapped = [table.columns for table in (*tables, *mapping.enrichment.values()) if table is not None]
    declared = {one.currency for columns in mapped for one in columns.values() if one.currency}
    known = found.rates.per_unit if found.rates else {}
    if found.rates and (unknown := sorted(declared - set(known))):
        what = f"the European Central Bank did not quote {', '.join(unknown)} on {mapping.rates_on}."
        raise ConfigError(what, fix=f"Give columns one of {', '.join(sorted(known))}, or choose another day.")
    return found


def notation(missing: Iterable[str], currency: str | None, rates_on: date | None) -> Notation:
    """Resolve the settings that hold for all columns; without a currency nothing is converted."""
    rates = rates_into(currency, rates_on) if currency is not None and rates_on is not None else None
    return Notation(tuple(missing), rates)
