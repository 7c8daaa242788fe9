"""Best = the top share by weighted ranks of several outcomes, within the cohort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import ConfigError, count
from icp_ml.label.cohorts import WITHIN, cohort_of, is_top, too_small
from icp_ml.label.labels import Judged, Tables, days, days_of
from icp_ml.label.value import customer_rows
from icp_ml.label.worth import Floats, Sales, first_days, left_out, sales_since
from icp_ml.settings import ScorecardSettings
from icp_ml.settings.label import RankSettings

MEANING = "the top {share:.4g}% of customers by the weighted ranks of {parts}{horizon}{within}"
TIMED = ("value", "growth", "retention")  # over the horizon; the others are as of the export
SCORE_DECIMALS = 12  # that two scores agree to


def label_by_score(tables: Tables, settings: ScorecardSettings, now: pd.Timestamp) -> Judged:
    """Label each customer whose horizon has ended by the weighted mean of its ranks.

    A missing signal is not zero: the mean goes over what is known of a customer, and who is known too little
    is left out. An outcome that is not mapped counts for nobody.

    Raises
    ------
    ConfigError
        None of the outcomes is mapped.
    """
    starts, notes = _starts(tables)
    wait = pd.Timedelta(days=max(settings.horizon_days, settings.never_best.wait_days))
    mature = starts[~(starts + wait > now)]
    sales = sales_since(tables["orders"], mature, settings.horizon_days) if "orders" in tables else None
    known = _outcomes(tables, settings, mature, sales)
    weights = {name: one.weight for name, one in settings.outcomes.items() if name in known}
    is_enough = known_share(known, weights) >= settings.min_known_share
    kept, judged = known.loc[is_enough], mature[is_enough.to_numpy()]
    cohort = _cohort(judged, settings)
    score = score_of(kept, cohort, settings.outcomes)
    rows = customer_rows(judged, wait, is_top(score, cohort, settings.top_share))
    if sales is not None:
        value = sales.total(settings.horizon_days)[is_enough.to_numpy()]
        rows = rows.assign(cohort=cohort.to_numpy(dtype=object), value=value)
        notes += [*sales.notes, *left_out(tables["orders"], starts, now)]
    notes += [*too_small(cohort, settings.top_share), *_notes(settings, known, int((~is_enough).sum()))]
    measure = sales.measure if sales else ""
    meaning = _meaning(settings, weights, measure, bool(starts.notna().any()))
    return Judged(rows, meaning, len(starts) - len(mature), notes, measure)


def known_share(known: pd.DataFrame, weights: Mapping[Any, float]) -> pd.Series[float]:
    """Give the share of the mapped outcomes' weight that is known of each customer."""
    weight = pd.Series(weights)
    return (known.notna() @ weight / weight.sum()).round(SCORE_DECIMALS)


def score_of(
    known: pd.DataFrame, cohort: pd.Series[str], outcomes: Mapping[Any, RankSettings]
) -> pd.Series[float]:
    """Give the weighted mean of a customer's percentile ranks, over the outcomes known of it.

    A rank is (customers of the cohort below + half of those equal, itself included) / all of whom the outcome
    is known: 0 to 1, ties in the middle.

    Parameters
    ----------
    known : pandas.DataFrame
        A column for each outcome; missing where it is not known.
    """
    total, weight = np.zeros(len(known)), np.zeros(len(known))
    for name in known:
        rank = outcomes[name]
        sign = 1 if rank.good == "high" else -1
        by_cohort = (sign * known[name]).groupby(cohort)
        placed = (by_cohort.rank(method="average") - 0.5) / by_cohort.transform("count")
        total += rank.weight * placed.fillna(0.0).to_numpy()
        weight += rank.weight * placed.notna().to_numpy()
    return pd.Series((total / weight).round(SCORE_DECIMALS), index=known.index)


def growth_of(halves: Floats) -> Floats:
    """Give (second - first) / (|first| + |second|) of two halves, -1 to 1; missing where both are 0."""
    first, second = halves[:, 0], halves[:, 1]
    size = np.abs(first) + np.abs(second)
    grown = np.full(len(size), np.nan)
    np.divide(second - first, size, out=grown, where=size > 0)
    return grown


def _starts(tables: Tables) -> tuple[pd.Series[Any], list[str]]:
    """Give the first day of each customer: by orders and deals, else the day that the signals speak of."""
    starts = first_days(tables)
    if "signals" not in tables or len(starts):
        return starts, []
    signals = tables["signals"]
    described = days_of(signals, "as_of").groupby(signals["account_id"]).min()
    if described.isna().all():
        said = "nothing dates the customers: nobody is left out as too young, and all are compared at once"
        return described, [said]
    n_undated = int(described.isna().sum())
    accounts = count(n_undated, "account has", "accounts have")
    return described.dropna(), [f"{accounts} no date and are left out"] if n_undated else []


def _outcomes(
    tables: Tables, settings: ScorecardSettings, starts: pd.Series[Any], sales: Sales | None
) -> pd.DataFrame:
    """Give the outcomes that are asked for and mapped, a column each, by account."""
    found: dict[str, Any] = {}
    if sales is not None:
        found = {
            "value": sales.total(settings.horizon_days),
            "growth": growth_of(sales.parts(settings.horizon_days, 2)),
        }
    signals = tables.get("signals")
    if signals is not None:
        by_account = signals.groupby("account_id")
        if "churned_at" in signals:
            churned = days(by_account["churned_at"].min()).reindex(starts.index)
            kept = ((churned - starts).dt.days / settings.horizon_days).clip(0, 1)
            found["retention"] = kept.where(churned.notna(), 1.0).to_numpy()  # churned, but since when?
        others = [name for name in settings.outcomes if name in signals]
        found |= {name: by_account[name].mean().reindex(starts.index).to_numpy() for name in others}
    known = {name: found[name] for name in settings.outcomes if name in found}
    if not known:
        raise ConfigError(
            "label=scorecard: none of its outcomes is mapped.",
            [f"asked for: {', '.join(settings.outcomes)}"],
            "Map one of them in data.orders or data.signals, or choose another label.",
        )
    return pd.DataFrame(known, index=starts.index, dtype="float64")


def _cohort(starts: pd.Series[Any], settings: ScorecardSettings) -> pd.Series[str]:
    is_dated = bool(starts.notna().all())
    return cohort_of(starts, settings.cohort if is_dated else "all")


def _meaning(settings: ScorecardSettings, weights: Mapping[Any, float], measure: str, is_dated: bool) -> str:
    words = {
        "value": f"value ({measure})",
        "is_marquee": "marquee name",
        "support_tickets": "support tickets",
    }
    parts = [
        f"{'few ' if settings.outcomes[name].good == 'low' else ''}{words.get(name, name)} × {weight:g}"
        for name, weight in weights.items()
    ]
    timed = [name for name in TIMED if name in weights]
    days = f"the {settings.horizon_days} days after becoming a customer"
    over = f" ({_listed(timed)} over {days})" if timed else ""
    within = WITHIN[settings.cohort].replace("one", "a customer") if is_dated else ""
    return MEANING.format(share=100 * settings.top_share, parts=_listed(parts), horizon=over, within=within)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _notes(settings: ScorecardSettings, known: pd.DataFrame, n_unknown: int) -> list[str]:
    notes = []
    lacking = [name for name in settings.outcomes if name not in known]
    if lacking:
        notes.append(f"not mapped, so without weight: {', '.join(lacking)}")
    undated = [str(name) for name in known if name not in TIMED]
    if undated:
        notes.append(
            f"{', '.join(undated)}: as of the export, not of the end of the horizon; an older customer had "
            "more time for them, so compare within the cohort"
        )
    if n_unknown:
        notes.append(
            f"{count(n_unknown, 'customer')} of whom less than {settings.min_known_share:.0%} of the weight "
            "is known: left out"
        )
    gaps = [f"{name} {known[name].isna().mean():.1%}" for name in known if known[name].isna().any()]
    if gaps:
        notes.append(f"not known, so the others count for more: {', '.join(gaps)} of customers")
    return notes
