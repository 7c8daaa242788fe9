"""How many labels flip, and which findings turn round, when a weight or cut-off moves a little."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from icp_ml.errors import IcpError
from icp_ml.label.definition import label_rows
from icp_ml.label.labels import Labels, Tables
from icp_ml.label.levels import account_levels, row_levels
from icp_ml.label.variations import moves
from icp_ml.schema import Field
from icp_ml.settings import LabelSettings

STEP = 0.2  # of each weight and cut-off, down and up
MIN_ROWS = 20  # of a level, for its sign to count
N_NAMED = 5  # levels that a line names
COUNTS = ["best_to_rest", "rest_to_best", "judged_now", "no_longer_judged"]
COLUMNS = ["setting", "before", "after", "n", "n_best", *COUNTS, "n_turned", "turned", "problem"]


def sensitivity(
    tables: Tables,
    fields: Mapping[str, Field],
    settings: LabelSettings,
    today: date,
    labels: Labels,
) -> pd.DataFrame:
    """Label again with each weight and cut-off moved by a fifth, down and up, and compare.

    Parameters
    ----------
    tables, settings, today
        As for `label_rows`.
    fields : mapping of str to Field
        The meaning of the customers' columns; empty where no customers are mapped.
    labels : Labels
        What these settings gave.

    Returns
    -------
    pandas.DataFrame
        setting, before, after; n and n_best of the new labels; best_to_rest, rest_to_best (of rows judged
        both times), judged_now, no_longer_judged; n_turned, turned (levels of cross-tables of at least 20
        rows whose lift crosses 1; up to five are named, the largest first; missing without customers);
        problem, where the moved definition labels nobody.
    """
    levels = account_levels(tables["customers"], fields) if "customers" in tables else None
    before = _lifts(labels.rows, levels)
    lines = []
    for move in moves(settings, STEP):
        line = {"setting": move.setting, "before": move.before, "after": move.after}
        try:
            rows = label_rows(tables, move.settings, today).rows
        except IcpError as stopped:
            lines.append(line | {"problem": stopped.what})
            continue
        line |= {"n": len(rows), "n_best": int(rows["is_best"].sum()), **flips(labels.rows, rows)}
        if levels is not None:
            turned = _turned(before, _lifts(rows, levels))
            line |= {"n_turned": len(turned), "turned": ", ".join(turned[:N_NAMED])}
        lines.append(line | {"problem": ""})
    return pd.DataFrame(lines, columns=COLUMNS)


def flips(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, int]:
    """Count the label rows that changed sides, came or went.

    A row is the same by account and day described, and where an account has several of one day, by order.
    """
    both = pd.concat({"was": _by_row(before), "now": _by_row(after)}, axis="columns")
    was, now = both["was"], both["now"]
    return {
        "best_to_rest": int(((was == 1) & (now == 0)).sum()),
        "rest_to_best": int(((was == 0) & (now == 1)).sum()),
        "judged_now": int(was.isna().sum()),
        "no_longer_judged": int(now.isna().sum()),
    }


def _by_row(rows: pd.DataFrame) -> pd.Series[float]:
    nth = rows.groupby(["account_id", "as_of"], dropna=False).cumcount()
    keys = pd.MultiIndex.from_arrays([rows["account_id"], rows["as_of"].astype("str"), nth])
    return pd.Series(rows["is_best"].to_numpy(dtype=np.float64), index=keys)


def _lifts(rows: pd.DataFrame, levels: pd.DataFrame | None) -> pd.DataFrame:
    """Give n and lift of each level that holds enough rows."""
    if levels is None:
        return pd.DataFrame({"n": [], "lift": []})
    is_best = rows["is_best"].to_numpy(dtype=np.float64)
    masks = row_levels(rows, levels)
    found = {
        f"{characteristic} {level}": (is_in.sum(), is_best[is_in].mean() / is_best.mean())
        for (characteristic, level), is_in in masks.items()
        if is_in.sum() >= MIN_ROWS
    }
    return pd.DataFrame.from_dict(found, orient="index", columns=["n", "lift"])


def _turned(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    both = before.join(after["lift"].rename("moved"), how="inner")
    turned = both.loc[(both["lift"] - 1) * (both["moved"] - 1) < 0]
    return list(turned.sort_values("n", ascending=False, kind="stable").index)
