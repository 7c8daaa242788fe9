"""Decide who of a scored list is excluded, or put into a tier, by rules: the model's own score stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import count
from icp_ml.scoring.tiers import BEST_FIT, GOOD_FIT
from icp_ml.settings import RuleSettings

PRECEDENCE = ("hard", "force", "allow", "exclude")
SOON_DAYS = 14
"""So long before a rule expires, it is said."""

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Rules = Mapping[str, RuleSettings]
Effects = Counter[tuple[str, str]]
"""Rows by rule and by what came of it: matched, decided, and of these best_fit and good_fit by the model.

Those of two batches add up.
"""


@dataclass(frozen=True)
class Ruled:
    """Scored rows with what the rules decided, and how much each rule did."""

    rows: pd.DataFrame
    effects: Effects


def apply_rules(scored: pd.DataFrame, matched: Mapping[str, Mask], rules: Rules) -> Ruled:
    """Decide each row by one rule: the first of `in_order` that matches it.

    An allow decides only where it lifts an exclusion. A row's outcome depends on this row alone.

    Parameters
    ----------
    scored : pandas.DataFrame
        With tier.
    matched : mapping of str to ndarray of bool, shape (n_rows,)
        The rows that each rule is of; a rule that is not here does not count.
    rules : mapping of str to RuleSettings
        In the order of the file.

    Returns
    -------
    Ruled
        `rows` are the scored ones with is_excluded; exclusion_reason and rule, missing where there is none;
        tier, as forced; and model_tier, the model's own.
    """
    ordered = in_order({name: rules[name] for name in rules if name in matched})
    decided = _deciding(ordered, matched, rules, len(scored))
    model_tier = scored["tier"].to_numpy(dtype=object)
    is_excluded = _looked_up([rules[name].action == "exclude" for name in ordered], False, decided)
    forced = _looked_up([rules[name].tier for name in ordered], None, decided)
    rows = scored.assign(
        is_excluded=is_excluded.astype(bool),
        exclusion_reason=_looked_up([_reason(name, rules[name]) for name in ordered], None, decided),
        rule=_looked_up(ordered, None, decided),
        tier=np.where(pd.isna(forced), model_tier, forced),
        model_tier=model_tier,
    )
    return Ruled(rows, _effects(ordered, matched, decided, model_tier))


def in_order(rules: Rules) -> list[str]:
    """Name the rules by precedence: hard exclusions, force, allow, exclude; of one kind as in the file."""
    return sorted(rules, key=lambda name: PRECEDENCE.index(_kind(rules[name])))


def rule_facts(rules: Rules, effects: Effects, today: date) -> dict[str, dict[str, Any]]:
    """Say for the manifest what each rule is and what it did."""
    return {
        name: {
            "state": "expired" if one.is_over(today) else "applied",
            "action": one.action,
            **one.model_dump(mode="json", include={"is_hard", "tier", "owner", "reason", "expires"}),
            "rows_matched": effects[name, "matched"],
            "rows_decided": effects[name, "decided"],
            "of_these_best_fit": effects[name, "best_fit"],
            "of_these_good_fit": effects[name, "good_fit"],
        }
        for name, one in rules.items()
    }


def rule_lines(rules: Rules, effects: Effects, today: date) -> Iterator[str]:
    """Say what each rule did but that on customers, which are over or soon will be, and which are idle."""
    for name, one in rules.items():
        if one.is_over(today):
            yield f"{_who(name, one)} expired on {one.expires} and was not applied"
            continue
        if not _is_of_customers(one) and not effects[name, "matched"]:
            yield f"{_who(name, one)} matches no row: look whether it is still right"
        elif not _is_of_customers(one):
            yield f"{_who(name, one)} {_effect(one, name, effects)}"
        if one.expires is not None and (one.expires - today).days <= SOON_DAYS:
            yield f"{_who(name, one)} expires on {one.expires}"


def _deciding(ordered: list[str], matched: Mapping[str, Mask], rules: Rules, n_rows: int) -> Any:
    """Give the place of the rule that decides each row, -1 where none does."""
    decided, liftable = np.full(n_rows, -1), np.zeros(n_rows, dtype=bool)
    for name in ordered:
        if _kind(rules[name]) == "exclude":
            liftable |= matched[name]
    for at in reversed(range(len(ordered))):
        is_allow = rules[ordered[at]].action == "allow"
        decided[matched[ordered[at]] & liftable if is_allow else matched[ordered[at]]] = at
    return decided


def _looked_up(values: Iterable[Any], otherwise: Any, decided: Any) -> Any:
    """Give each row the value of the rule that decides it."""
    return np.array([*values, otherwise], dtype=object)[decided]


def _effects(ordered: list[str], matched: Mapping[str, Mask], decided: Any, model_tier: Any) -> Effects:
    found: Effects = Counter()
    for at, name in enumerate(ordered):
        is_here = decided == at
        found[name, "matched"] = int(matched[name].sum())
        found[name, "decided"] = int(is_here.sum())
        found[name, "best_fit"] = int((model_tier[is_here] == BEST_FIT).sum())
        found[name, "good_fit"] = int((model_tier[is_here] == GOOD_FIT).sum())
    return found


def _kind(rule: RuleSettings) -> str:
    return "hard" if rule.is_hard else rule.action


def _is_of_customers(rule: RuleSettings) -> bool:
    return rule.is_customer and not rule.where and rule.accounts is None


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _reason(name: str, rule: RuleSettings) -> str | None:
    return f"{_words(name)} (owner: {rule.owner}): {rule.reason}" if rule.action == "exclude" else None


def _who(name: str, rule: RuleSettings) -> str:
    return f"rule {name} (owner: {rule.owner})"


def _effect(rule: RuleSettings, name: str, effects: Effects) -> str:
    """Say what a rule did: "excludes 12 rows, of which the model calls 3 Best fit and 2 Good fit"."""
    verb = {"exclude": "excludes", "allow": "lifts the exclusion of", "force": f"makes {rule.tier}"}
    rows = count(effects[name, "decided"], "row")
    tiers = f"{effects[name, 'best_fit']:,} Best fit and {effects[name, 'good_fit']:,} Good fit"
    return f"{verb[rule.action]} {rows}, of which the model calls {tiers}"
