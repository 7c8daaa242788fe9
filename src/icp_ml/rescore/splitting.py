"""Split the change of a score into what time, data and model brought, in log-odds or points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats, Known
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.rescore.walking import Walk, list_tiers, moved_by, tiers_in_old
from icp_ml.scoring import ListCuts, encode, tier_of

ROUNDING = 1e-9
"""In log-odds: that of a probability is not to the last digit what the model gave."""


@dataclass(frozen=True)
class Side:
    """The rows of one segment as one list holds them; both sides have the same account at each position.

    Attributes
    ----------
    rows : pandas.DataFrame
        fit_probability, rubric_points, score (log-odds, or points), tier, model_tier, list_tier, rule,
        input_digest, scored_at; of the list of today also place (in the list: see `scoring.list_tier`), and
        data_completeness, read where another model scored.
    accounts : pandas.DataFrame
        Our columns, parsed. Of the list before, only rows whose input differs are read.
    model : Model
    cuts : ListCuts
        Where the tiers of that list end.
    """

    rows: pd.DataFrame
    accounts: pd.DataFrame
    model: Model
    cuts: ListCuts

    @property
    def is_points(self) -> bool:
        """Say whether its scores are points of a rubric, not log-odds."""
        return self.model.calibration is None

    @property
    def rank_score(self) -> Floats:
        """Give what its list is ranked by."""
        return self.numbers("rubric_points" if self.is_points else "fit_probability")

    def numbers(self, name: str) -> Floats:
        """Give a column's numbers."""
        return self.rows[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def texts(self, name: str) -> Any:
        """Give a column's texts, None for a gap."""
        values = self.rows[name].astype(object)
        return values.where(values.notna(), None).to_numpy(dtype=object)


@dataclass(frozen=True)
class Stage:
    """Where rows stand by the old model after a step: score, and tier by its cut-offs."""

    score: Floats
    tier: Any

    def where(self, chosen: Known, other: Stage) -> Stage:
        """Give the chosen rows of this one, the rest of another."""
        return Stage(np.where(chosen, self.score, other.score), np.where(chosen, self.tier, other.tier))

    def settled(self, other: Stage) -> Stage:
        """Give this one with the score of another where only rounding lies between."""
        is_near = np.abs(self.score - other.score) < ROUNDING
        return Stage(np.where(is_near, other.score, self.score), self.tier)


@dataclass(frozen=True)
class Compared:
    """Two sides, and where the old model stands between them.

    Attributes
    ----------
    before, now : Side
    today : pandas.Timestamp
    after_time : Stage
        The old row on the new day, by the old model.
    after_data : Stage
        The new row on the new day, by the old model.
    """

    before: Side
    now: Side
    today: pd.Timestamp
    after_time: Stage
    after_data: Stage

    @property
    def is_same_scale(self) -> bool:
        """Say whether both sides have points, or both probabilities."""
        return self.before.is_points == self.now.is_points

    @property
    def time(self) -> Floats:
        """Give what the days that passed brought."""
        return np.asarray(self.after_time.score - self.before.numbers("score"))

    @property
    def data(self) -> Floats:
        """Give what the new data brought."""
        return np.asarray(self.after_data.score - self.after_time.score)


def split(before: Side, now: Side, today: pd.Timestamp, n_threads: int = 1) -> pd.DataFrame:
    """Split each row's change, walk its tier through the steps, and say why.

    The order is time, data, model: the old row on the new day by the old model, then the new row, then the
    new model, which has what remains, so that the parts add up to the whole. Only what differs is encoded
    again: where the input is the same, data is exactly 0; where the model is, so is model.

    Parameters
    ----------
    before, now : Side
    today : pandas.Timestamp
        The day of the list of now.
    n_threads : int
        The result depends neither on it nor on a row's neighbours.

    Returns
    -------
    pandas.DataFrame
        The columns of `ENTRY` from change_time to why, a row for each. Where one side has points and the
        other probabilities, the three parts are missing.
    """
    from icp_ml.rescore.why import why

    compared = compare(before, now, today, n_threads)
    walk = _walk(compared)
    return pd.DataFrame(
        {
            **_parts(compared),
            **{f"tier_{step}": tiers for step, tiers in walk.tiers.items()},
            "list_tier_score": walk.list_score,
            "list_tier_list": walk.list_list,
            "moved_by": moved_by(walk),
            "why": why(compared, walk, n_threads),
        },
        index=now.rows.index,
    )


def compare(before: Side, now: Side, today: pd.Timestamp, n_threads: int) -> Compared:
    """Score by the old model what neither list tells: see `split`."""
    is_same_model = before.model.version == now.model.version
    is_same_data = before.texts("input_digest") == now.texts("input_digest")
    is_same_day = (pd.to_datetime(before.rows["scored_at"]) == today).to_numpy(dtype=bool)
    start = Stage(before.numbers("score"), before.texts("model_tier"))
    if is_same_model:
        after_data = Stage(now.numbers("score"), now.texts("model_tier"))
    else:
        needed = ~(is_same_data & is_same_day)
        scored = _scored(now, before.model, needed, today, n_threads)
        after_data = scored.settled(start).where(needed, start)
    needed = ~is_same_data & ~is_same_day
    scored = _scored(before, before.model, needed, today, n_threads)
    old = scored.settled(start).where(needed, start)
    return Compared(before, now, today, after_data.where(is_same_data, old), after_data)


def _scored(side: Side, model: Model, needed: Known, today: pd.Timestamp, n_threads: int) -> Stage:
    """Score the needed rows of a side; the others stay without a score."""
    score, tier = np.full(len(needed), np.nan), np.full(len(needed), None, dtype=object)
    if needed.any():
        encoded = encode(model, side.accounts[needed].reset_index(drop=True), today)
        score[needed] = model.log_odds(encoded.matrix, n_threads).mean(axis=1) + model.shift
        ranked = score[needed] if model.calibration is None else probability(score[needed])
        tier[needed] = tier_of(ranked, model.encoder.completeness(encoded.known), model.tiers)
    return Stage(score, tier)


def _parts(compared: Compared) -> dict[str, Floats]:
    before, now, time, data = compared.before, compared.now, compared.time, compared.data
    rest = now.numbers("score") - before.numbers("score") - time - data
    if before.model.version == now.model.version:
        rest = np.zeros(len(rest))
    blank = 0.0 if compared.is_same_scale else np.nan
    return {"change_time": time + blank, "change_data": data + blank, "change_model": rest + blank}


def _walk(compared: Compared) -> Walk:
    before, now = compared.before, compared.now
    last = now.texts("model_tier")
    by_old_cuts = last
    if compared.is_same_scale and before.model.version != now.model.version:
        completeness = now.numbers("data_completeness")
        by_old_cuts = tier_of(now.rank_score, completeness, before.model.tiers).astype(object)
    tiers = {
        "time": compared.after_time.tier,
        "data": compared.after_data.tier,
        "model": by_old_cuts,
        "thresholds": last,
        "list": last,  # it moves the tiers within the list alone
    }
    listed = list_tiers(now.rank_score, now.rows["place"].to_numpy(), now.cuts)
    held = (before.rank_score, before.texts("list_tier"))
    in_old = tiers_in_old(now.rank_score, held, before.cuts) if compared.is_same_scale else listed
    return Walk(_held(before), _held(now), tiers, in_old, listed)


def _held(side: Side) -> dict[str, Any]:
    return {name: side.texts(name) for name in ("tier", "model_tier", "list_tier", "rule")}
