"""Best = the top share by value within a fixed horizon, ranked in the cohort of the first order."""

from __future__ import annotations

import pandas as pd

from icp_ml.label.cohorts import WITHIN, cohort_of, is_top, too_small
from icp_ml.label.labels import Judged, Tables
from icp_ml.label.worth import first_days, left_out, sales_since
from icp_ml.settings import ValueSettings

MEANING = "the top {share:.4g}% of customers by {measure} in the {days} days after becoming one{within}"


def label_by_value(tables: Tables, settings: ValueSettings, now: pd.Timestamp) -> Judged:
    """Label each customer whose horizon has ended; returns and cancellations subtract.

    Orders of the horizon's last day count, those of the next do not. Nobody is best without a value above 0.
    """
    starts = first_days(tables)
    wait = pd.Timedelta(days=max(settings.horizon_days, settings.never_best.wait_days))
    mature = starts[starts + wait <= now]
    sales = sales_since(tables["orders"], mature, settings.horizon_days)
    value = pd.Series(sales.total(settings.horizon_days), index=mature.index)
    cohort = cohort_of(mature, settings.cohort)
    is_best = is_top(value, cohort, settings.top_share) & (value > 0)
    meaning = MEANING.format(
        share=100 * settings.top_share,
        measure=sales.measure,
        days=settings.horizon_days,
        within=WITHIN[settings.cohort],
    )
    rows = customer_rows(mature, wait, is_best).assign(
        cohort=cohort.to_numpy(dtype=object), value=value.to_numpy()
    )
    notes = [*sales.notes, *left_out(tables["orders"], starts, now)]
    notes += too_small(cohort, settings.top_share)
    return Judged(rows, meaning, len(starts) - len(mature), notes, sales.measure)


def customer_rows(
    starts: pd.Series[pd.Timestamp], wait: pd.Timedelta, is_best: pd.Series[bool]
) -> pd.DataFrame:
    """Put down one row for each customer, described on its first day and known in full after a wait."""
    return pd.DataFrame(
        {
            "account_id": starts.index.astype("str"),
            "as_of": starts.to_numpy(),
            "complete_at": (starts + wait).to_numpy(),
            "is_best": is_best.to_numpy(dtype=bool),
            "started_at": starts.to_numpy(),
            "is_customer": True,
        }
    )
