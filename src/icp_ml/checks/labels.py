"""Whether there is anything to learn: enough best and rest, values that were read, dates that can be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from icp_ml.checks.case import Case
from icp_ml.checks.findings import Finding
from icp_ml.errors import count
from icp_ml.settings import ChecksSettings

OUTCOME_DATES = {
    "orders": ("ordered_at",),
    "deals": ("created_at", "closed_at"),
    "signals": ("as_of", "flagged_at"),
}
"""Dates of what has happened: a deal's closing once it is won or lost; a churn may be announced."""


def label_counts(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Say where best, or rest, are too few to learn from."""
    if case.labels is None:
        return
    n = len(case.labels.rows)
    n_best = int(case.labels.rows["is_best"].sum())
    if n_best in (0, n):
        kind = "best" if n_best else "rest"
        yield Finding("constant_label", "", f"all {count(n, 'label row')} are {kind}.")
        return
    of_rows = f"of {count(n, 'label row')}"
    if n_best < settings.stop_best:
        yield Finding("too_few_best", "", f"{n_best:,} best {of_rows}; {settings.stop_best:,} are needed.")
    elif n_best < settings.few_best:
        yield Finding(
            "few_best", "", f"{n_best:,} best {of_rows}; below {settings.few_best:,} data are small."
        )
    if n - n_best < settings.stop_rest:
        said = f"{n - n_best:,} rest {of_rows}; {settings.stop_rest:,} are needed."
        yield Finding("too_few_rest", "", said)


def not_understood(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Say of which columns much was not understood, so that another format may be meant."""
    for place, (n_strange, n_given) in case.n_values.items():
        if n_strange > settings.max_not_understood_share * n_given:
            share = n_strange / n_given
            said = f"{n_strange:,} of {count(n_given, 'value')} ({share:.1%}) were not understood."
            yield Finding("not_understood", place, said)


def future_dates(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Find dates after today: of outcomes, and of what describes customers."""
    for place, values in _dated_columns(case):
        known = values[values.notna()]
        n_ahead = int(_is_ahead(known, case.today).sum())
        if n_ahead:
            share = n_ahead / len(known)
            code = "dates_in_future" if share > settings.max_future_share else "some_dates_in_future"
            said = f"{n_ahead:,} of {len(known):,} values ({share:.1%}) lie after today, {case.today}, "
            yield Finding(code, place, f"{said}for example {_latest(known)}.")


def _dated_columns(case: Case) -> Iterator[tuple[str, pd.Series[Any]]]:
    for table, columns in OUTCOME_DATES.items():
        rows = case.outcomes.get(table)
        for column in columns if rows is not None else ():
            if rows is not None and column in rows:
                is_done = column != "closed_at" or "is_won" not in rows
                yield f"{table}.{column}", rows[column] if is_done else rows[column][rows["is_won"].notna()]
    if case.described is not None:
        for name, field in case.features_in_use.items():
            if field.kind in ("date", "year"):
                yield name, case.described.rows[name]


def _is_ahead(known: pd.Series[Any], today: date) -> pd.Series[bool]:
    """Say what lies after the end of today."""
    if pd.api.types.is_datetime64_any_dtype(known):
        return known >= pd.Timestamp(today) + pd.Timedelta(days=1)
    return known > today.year


def _latest(known: pd.Series[Any]) -> str:
    latest = known.max()
    return f"{latest:%Y-%m-%d}" if isinstance(latest, pd.Timestamp) else f"{latest:.0f}"
