"""Find whom each rule is of: filters over our columns, and lists of accounts read from files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.checks import Findings
from icp_ml.data.columns import foreign_columns, parsed_columns
from icp_ml.data.filters import Listed, kept_rows, listed_values
from icp_ml.data.mapping import filter_problems, mapped_fields, table_settings
from icp_ml.data.sources import place_name, read_all, source_digest
from icp_ml.errors import ConfigError, DataError, count
from icp_ml.matching import KnownAccounts, known_accounts
from icp_ml.rules import Mask, Ruled, Rules, apply_rules
from icp_ml.schema import FIRMOGRAPHICS
from icp_ml.settings import DataSettings, MatchingSettings, RuleSettings
from icp_ml.settings.rules import KEYS, AccountListSettings


@dataclass(frozen=True)
class PreparedRule:
    """Whom one rule is of, ready to be looked for.

    Attributes
    ----------
    settings : RuleSettings
    listed : tuple of Listed
        The values of its filters.
    accounts : KnownAccounts, optional
        The accounts of its file.
    """

    settings: RuleSettings
    listed: tuple[Listed, ...]
    accounts: KnownAccounts | None

    def matches(self, rows: pd.DataFrame, keys: pd.DataFrame, is_customer: Mask) -> Mask:
        """Say which rows the rule is of; all that it says of whom must hold."""
        found = kept_rows(rows, self.settings.where, self.listed).to_numpy(dtype=bool)
        if self.settings.is_customer:
            found = found & is_customer
        if self.accounts is None:
            return found
        left = np.flatnonzero(found)
        found = np.zeros(len(rows), dtype=bool)
        found[left] = self.accounts.recognise(keys.iloc[left]) != ""
        return found


@dataclass(frozen=True)
class PreparedRules:
    """The rules that count today, and what they were made of; it can be sent to another process.

    Attributes
    ----------
    in_force : mapping of str to PreparedRule
        In the order of the file.
    digests : mapping of str to str
        Of the lists that were read.
    notes : tuple of str
        What was noticed while reading them.
    """

    in_force: Mapping[str, PreparedRule] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def apply(self, rows: pd.DataFrame, keys: pd.DataFrame, scored: pd.DataFrame) -> Ruled:
        """Apply the rules to a batch.

        Parameters
        ----------
        rows : pandas.DataFrame
            Our columns, parsed.
        keys : pandas.DataFrame
            Of the same rows, as `match_keys` gives them.
        scored : pandas.DataFrame
            The same rows scored, with tier and is_customer.
        """
        is_customer = scored["is_customer"].to_numpy(dtype=bool)
        matched = {name: one.matches(rows, keys, is_customer) for name, one in self.in_force.items()}
        return apply_rules(scored, matched, {name: one.settings for name, one in self.in_force.items()})


def prepare_rules(
    rules: Rules, mapping: DataSettings, matching: MatchingSettings, today: date
) -> PreparedRules:
    """Check the filters, and read the lists of accounts; a rule that is over is left alone.

    Raises
    ------
    ConfigError
        The prospects do not have the column of a filter, or it cannot hold a named value.
    UnavailableError, DataError
        A list is not there or cannot be read.
    """
    counting = {name: one for name, one in rules.items() if not one.is_over(today)}
    _check_filters(counting, mapping)
    notes: list[str] = []
    in_force, digests = {}, {}
    for name, one in counting.items():
        accounts = None
        if one.accounts is not None:
            digests[f"rules.{name}"] = source_digest(one.accounts)
            listed = _read_accounts(name, one.accounts, mapping, notes)
            accounts = known_accounts(listed, matching)
        in_force[name] = PreparedRule(one, tuple(_listed(one, mapping)), accounts)
    return PreparedRules(in_force, digests, tuple(notes))


def _check_filters(rules: Rules, mapping: DataSettings) -> None:
    with_filters = {name: one.where for name, one in rules.items() if one.where}
    fields = mapped_fields("prospects", mapping) if with_filters else {}
    problems = [
        f"rules.{name}: {problem}"
        for name, where in with_filters.items()
        for problem in filter_problems(where, fields)
    ]
    if problems:
        what = f"the rules do not fit the list of prospects ({count(len(problems), 'problem')})."
        fix = f"Correct conf/rules, or map the column under prospects in conf/data/{mapping.name}.yaml."
        raise ConfigError(what, problems, fix)


def _listed(rule: RuleSettings, mapping: DataSettings) -> Iterator[Listed]:
    for one in rule.where:
        fields = mapped_fields("prospects", mapping)
        yield listed_values(one, table_settings("prospects", mapping), fields[one.column], mapping)


def _read_accounts(
    name: str, settings: AccountListSettings, mapping: DataSettings, notes: list[str]
) -> pd.DataFrame:
    findings, columns = Findings(), {str(key): one for key, one in settings.columns.items()}
    raw = read_all(settings, [source for one in columns.values() for source in one.sources])
    rows, _ = parsed_columns(raw, columns, FIRMOGRAPHICS, mapping, findings)
    foreign = foreign_columns(findings)
    if foreign:
        what = f"{place_name(settings)} is not what rule {name} says ({count(len(foreign), 'failed check')})."
        raise DataError(what, foreign, f"Correct rules.{name}.accounts.columns.")
    is_unknown = rows[[key for key in KEYS if key in rows]].isna().all(axis=1)
    if is_unknown.any():
        said = count(int(is_unknown.sum()), "row")
        notes.append(f"rule {name}: {said} of {place_name(settings)} name no account")
    nobody: Any = pd.array([None] * len(rows), "str")
    return rows if "account_id" in rows else rows.assign(account_id=nobody)
