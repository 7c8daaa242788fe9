"""Best = chosen cells of volume (A, B, C) against regularity of purchase (X, Y, Z)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from icp_ml.label.cohorts import WITHIN, cohort_of
from icp_ml.label.labels import Judged, Tables
from icp_ml.label.value import customer_rows
from icp_ml.label.worth import Floats, first_days, left_out, sales_since
from icp_ml.settings import AbcXyzSettings

ABC, XYZ = ("A", "B", "C"), ("X", "Y", "Z")
SAME = 9  # decimals that two shares, or two variations, agree to
MEANING = (
    "customers in the cells {cells}: A are the largest, who hold the first {a:.4g}% of {measure} in the "
    "{days} days after becoming a customer{within}, B those up to {b:.4g}%; X vary by at most {x:g} "
    "(coefficient of variation over {n} equal periods), Y by at most {y:g}"
)


def label_by_cells(tables: Tables, settings: AbcXyzSettings, now: pd.Timestamp) -> Judged:
    """Label each customer whose horizon has ended by its cell; returns and cancellations subtract.

    Orders of the horizon's last day count, those of the next do not.
    """
    starts = first_days(tables)
    wait = pd.Timedelta(days=max(settings.horizon_days, settings.never_best.wait_days))
    mature = starts[starts + wait <= now]
    sales = sales_since(tables["orders"], mature, settings.horizon_days)
    periods = sales.parts(settings.horizon_days, settings.n_periods)
    volume = pd.Series(sales.total(settings.horizon_days), index=mature.index)
    cohort = cohort_of(mature, settings.cohort)
    abc = abc_class(volume, cohort, settings.a_share, settings.b_share)
    xyz = xyz_class(periods, settings.x_max_cv, settings.y_max_cv)
    is_best = pd.Series(np.isin(np.char.add(abc, xyz), settings.best_cells), index=mature.index)
    rows = customer_rows(mature, wait, is_best).assign(
        cohort=cohort.to_numpy(dtype=object), value=volume.to_numpy()
    )
    notes = [*sales.notes, *left_out(tables["orders"], starts, now)]
    matrix = _matrix(abc, xyz, volume, settings)
    return Judged(
        rows, _meaning(settings, sales.measure), len(starts) - len(mature), notes, sales.measure, matrix
    )


def abc_class(
    volume: pd.Series[float], cohort: pd.Series[str], a_share: float, b_share: float
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Class each customer by the share of its cohort's volume that strictly larger customers hold.

    A below a_share, so the largest is always A and the one who crosses the line still is; B below b_share;
    C the others, and all without a volume above 0, which add nothing to the cohort's. Equal volumes get one
    class.
    """
    positive = volume.clip(lower=0).rename("volume")
    tied = positive.groupby([cohort.rename("cohort"), positive]).sum().rename("held").reset_index()
    tied = tied.sort_values(["cohort", "volume"], ascending=[True, False])
    by_cohort = tied.groupby("cohort")["held"]
    total = by_cohort.transform("sum")
    before = ((by_cohort.cumsum() - tied["held"]) / total.where(total > 0)).round(SAME)
    places = pd.MultiIndex.from_arrays([cohort, positive])
    share = before.set_axis(pd.MultiIndex.from_frame(tied[["cohort", "volume"]])).reindex(places).to_numpy()
    classes = np.where(share < a_share, "A", np.where(share < b_share, "B", "C"))
    return np.where(volume > 0, classes, "C")


def xyz_class(periods: Floats, x_max_cv: float, y_max_cv: float) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Class each customer by how much its purchases vary from period to period.

    The coefficient of variation is the population standard deviation over the mean, of the net volume;
    whoever has no mean above 0 is Z.

    Parameters
    ----------
    periods : array of shape (n_customers, n_periods)
    """
    mean = periods.mean(axis=1)
    is_bought = periods.sum(axis=1).round(SAME) > 0
    variation = np.full(len(periods), np.inf)
    np.divide(periods.std(axis=1), mean, out=variation, where=is_bought)
    variation = variation.round(SAME)
    return np.where(variation <= x_max_cv, "X", np.where(variation <= y_max_cv, "Y", "Z"))


def _meaning(settings: AbcXyzSettings, measure: str) -> str:
    return MEANING.format(
        cells=", ".join(settings.best_cells),
        measure=measure,
        a=100 * settings.a_share,
        b=100 * settings.b_share,
        days=settings.horizon_days,
        n=settings.n_periods,
        x=settings.x_max_cv,
        y=settings.y_max_cv,
        within=WITHIN[settings.cohort],
    )


def _matrix(
    abc: np.ndarray[tuple[int], np.dtype[np.str_]],
    xyz: np.ndarray[tuple[int], np.dtype[np.str_]],
    volume: pd.Series[float],
    settings: AbcXyzSettings,
) -> pd.DataFrame:
    cells = pd.MultiIndex.from_product([ABC, XYZ], names=["abc", "xyz"])
    grouped = volume.groupby([pd.Index(abc, name="abc"), pd.Index(xyz, name="xyz")])
    table = grouped.agg(["size", "sum"]).reindex(cells).fillna(0.0)
    table = table.set_axis(["n", "volume"], axis="columns").astype({"n": "int64"})
    table = table.reset_index()
    n, total = len(volume), table["volume"].sum()
    return table.assign(
        share_of_customers=table["n"] / n if n else np.nan,
        share_of_volume=table["volume"] / total if total > 0 else np.nan,
        is_best=(table["abc"] + table["xyz"]).isin(settings.best_cells),
    )
