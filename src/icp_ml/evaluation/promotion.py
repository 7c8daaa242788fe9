"""Whether a challenger may take the champion's place: gates on accounts that neither learnt from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.errors import count
from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.words import figure_text, figure_words, listed, percent
from icp_ml.settings import PromotionSettings

RANKING = ("average_precision",)
JUDGED = ("average_precision", "log_loss", "calibration_error")
DECISIVE = ("average_precision", "log_loss")
HIGHER_IS_BETTER = ("average_precision",)
MONTH_DAYS = 30.4


@dataclass(frozen=True)
class Gate:
    """One thing that a challenger must reach: its name, whether it does (None: not looked at), and why."""

    name: str
    is_passed: bool | None
    said: str


def is_unseen(rows: pd.DataFrame, cut: pd.Timestamp | None, held_out: Sequence[str]) -> NDArray[np.bool_]:
    """Say of which label rows a model has learnt nothing.

    They are not before its cut, and their group has no row before it. Groups that its training held out whole
    count as well, from the cut on: their older rows stood on neither side.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows: as_of, group.
    cut : pandas.Timestamp, optional
        The first day of the model's own test; None where its split was random.
    held_out : sequence of str
        The groups of the model's own, newest test.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
    """
    is_tested: NDArray[np.bool_] = rows["group"].isin(list(held_out)).to_numpy(dtype=bool)
    if cut is None:
        return is_tested
    is_newer = (rows["as_of"] >= cut).to_numpy(dtype=bool)
    older = rows.loc[~is_newer, "group"]
    is_new: NDArray[np.bool_] = ~rows["group"].isin(older).to_numpy(dtype=bool)
    return is_newer & (is_new | is_tested)


def enough_gate(rows: pd.DataFrame, settings: PromotionSettings, today: date) -> Gate:
    """Ask for enough best, and any rest, among the accounts to compare on; say when there will be enough.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows that neither model learnt from: as_of, is_best.
    settings : PromotionSettings
    today : date
    """
    n_best, needed = int(rows["is_best"].sum()), settings.min_test_best
    counts = f"{count(len(rows), 'account')} that neither learnt from, {n_best:,} of them best"
    if n_best >= needed and n_best < len(rows):
        return Gate("accounts", True, counts)
    if n_best >= needed:
        return Gate("accounts", False, f"{counts}: none to tell them from")
    when = _expected(rows.loc[rows["is_best"].astype(bool), "as_of"], needed - n_best, today)
    return Gate("accounts", False, f"{counts}; {needed:,} best are needed (min_test_best){when}")


def freshness_gate(
    rows: pd.DataFrame, is_used: NDArray[np.bool_], settings: PromotionSettings, today: date
) -> Gate:
    """Refuse to look once more at accounts that earlier attempts were judged by.

    Whoever looks often enough at the same accounts finds a challenger that is better there by chance.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows to compare on: as_of.
    is_used : ndarray of bool, shape (n_rows,)
        Whether another attempt used the row's account.
    settings : PromotionSettings
    today : date
    """
    n_used, n_rows, most = int(is_used.sum()), len(rows), settings.max_reused_share
    share = n_used / max(n_rows, 1)
    if n_used <= most * n_rows:
        said = "no earlier attempt used them" if not n_used else f"{percent(share)} used by earlier attempts"
        return Gate("freshness", True, said)
    said = f"{percent(share)} of the accounts were used by earlier attempts; {percent(most)} may be"
    if most == 0:
        return Gate("freshness", False, f"{said}: train again once newer customers are old enough to judge")
    lacking = math.ceil(n_used / most) - n_rows
    when = _expected(rows["as_of"], lacking, today)
    return Gate("freshness", False, f"{said}: {count(lacking, 'new account')} lacking{when}")


def better_gate(differences: Mapping[str, Interval], names: Sequence[str] = JUDGED) -> Gate:
    """Ask that the challenger is better beyond chance in what decides: the interval excludes 0."""
    decisive = [name for name in DECISIVE if name in names]
    won = [name for name in decisive if _worst(name, differences[name]) < 0]
    said = "; ".join(_difference(name, differences[name]) for name in decisive)
    if won:
        return Gate("better", True, f"beyond chance in {listed([_lower(name) for name in won])}: {said}")
    return Gate("better", False, f"not beyond chance: {said}")


def margin_gates(
    differences: Mapping[str, Interval], settings: PromotionSettings, names: Sequence[str] = JUDGED
) -> list[Gate]:
    """Ask of each figure that even the far end of its interval is no worse than the margin.

    Source: non-inferiority, as in ICH E10, "Choice of control group", 2000, section 1.5.
    """
    gates = []
    for name in names:
        margin, worst = getattr(settings.margins, name), _worst(name, differences[name])
        is_passed = worst <= margin
        verb = "at most" if is_passed else "maybe"
        said = f"{verb} {max(worst, 0):.3f} worse, where {margin:g} may be: "
        gates.append(Gate(_lower(name), is_passed, said + _difference(name, differences[name])))
    return gates


def newly_adverse(champion: pd.DataFrame, challenger: pd.DataFrame) -> list[str]:
    """Name the levels that the challenger puts at a disadvantage and the champion did not.

    Parameters
    ----------
    champion, challenger : pandas.DataFrame
        As `group_table` gives them for the same accounts.
    """
    key = ["table", "level"]
    before, now = (
        set(map(tuple, one.loc[one["is_adverse"], key].to_numpy().tolist())) for one in (champion, challenger)
    )
    return [f"{table} {level}" for table, level in sorted(now - before)]


def fairness_gate(levels: Sequence[str], settings: PromotionSettings) -> Gate:
    """Ask that few levels are newly put at a disadvantage."""
    most = settings.max_newly_adverse
    named = f": {listed(list(levels))}" if levels else ""
    said = f"{count(len(levels), 'level')} newly at a disadvantage, where {most:,} may be{named}"
    return Gate("fairness", len(levels) <= most, said)


def _expected(days: pd.Series[Any], lacking: int, today: date) -> str:
    """Say when so many more will be there, at the pace of those that are."""
    span = (days.max() - days.min()).days if days.notna().any() else 0
    if len(days) < 2 or span == 0:
        return ""
    wait = math.ceil(lacking * span / (len(days) - 1))
    pace = len(days) / span * MONTH_DAYS
    return f"; at {pace:,.0f} a month, from about {today + timedelta(days=wait)}"


def _worst(name: str, found: Interval) -> float:
    """Give by how much a figure may be worse, at the far end; below 0 it is better."""
    worst = -found.low if name in HIGHER_IS_BETTER else found.high
    return math.inf if math.isnan(worst) else worst


def _difference(name: str, found: Interval) -> str:
    value, low, high = (figure_text(name, one, True) for one in (found.value, found.low, found.high))
    return f"{_lower(name)} {value} ({low} to {high})"


def _lower(name: str) -> str:
    return figure_words(name).lower()
