"""Put figures to what came of scored accounts: of all of them, of each model, of those drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from icp_ml.outcomes.calibrating import calibrated
from icp_ml.outcomes.found import Calibrated, Figures, View
from icp_ml.outcomes.joining import Standing, bought_before, standing
from icp_ml.outcomes.tiering import ranking_quality, tier_lines
from icp_ml.scoring import is_drawn
from icp_ml.settings import EvaluationSettings, OutcomesSettings


@dataclass(frozen=True)
class Asked:
    """How figures are made.

    Attributes
    ----------
    outcomes : OutcomesSettings
    evaluation : EvaluationSettings
        Of it, n_bootstrap counts.
    seed : int
        Of the resampling, and of the draw for exploration.
    exploration_share : float
        Of the accounts, drawn at random to be worked whatever their score.
    label_digest : str
        Of what best means today: only models that were asked this are compared by their probability.
    is_shifted : bool
        Whether a declared base rate shifts the probabilities to another event than is observed.
    """

    outcomes: OutcomesSettings
    evaluation: EvaluationSettings
    seed: int
    exploration_share: float
    label_digest: str
    is_shifted: bool

    @property
    def bounds(self) -> EvaluationSettings:
        """Give the settings of intervals with the confidence that outcomes ask for."""
        return self.evaluation.model_copy(update={"confidence": self.outcomes.confidence})


class Event(NamedTuple):
    """What came true or not, seen from which day, and whether it is not what the models learnt."""

    name: str
    seen_from: str
    is_proxy: bool


def won_views(deals: pd.DataFrame, entries: pd.DataFrame, asked: Asked, is_proxy: bool) -> list[View]:
    """Compare deals with the scores that stood when they were created, and some time before they closed.

    Parameters
    ----------
    deals : pandas.DataFrame
        As `closed_deals` gives them.
    entries : pandas.DataFrame
        Of one segment, as `entry_rows` gives them.
    asked : Asked
    is_proxy : bool
        Whether the models learnt something else than deals won.
    """
    early = deals["closed"] - pd.Timedelta(days=asked.outcomes.backtest_days)
    views = []
    for seen_from, day in (("created", deals["created"]), ("backtest", early)):
        cases = pd.DataFrame(
            {
                "account_id": deals["account_id"],
                "day": day,
                "is_true": deals["is_true"],
                "is_known": bought_before(deals, day),
            }
        )
        views.append(_view(Event("won", seen_from, is_proxy), standing(cases, entries), asked, len(cases)))
    return views


def best_view(labels: pd.DataFrame, entries: pd.DataFrame, asked: Asked) -> View:
    """Compare customers who are best, or not, by the definition with the scores that stood before.

    Parameters
    ----------
    labels : pandas.DataFrame
        Label rows: account_id, as_of, is_best. Only customers whose horizon has passed have one.
    """
    dated = labels.loc[labels["as_of"].notna()]
    cases = pd.DataFrame(
        {
            "account_id": dated["account_id"].astype("str"),
            "day": dated["as_of"].dt.normalize(),
            "is_true": dated["is_best"].astype(bool),
            "is_known": False,
        }
    )
    return _view(Event("best", "customer", False), standing(cases, entries), asked, len(cases))


def _view(event: Event, found: Standing, asked: Asked, n_known: int) -> View:
    rows = found.rows
    versions = rows.sort_values("scored_at", kind="stable")["model_version"].unique()
    exploration = None
    if asked.exploration_share > 0:
        drawn = is_drawn(rows["account_id"], asked.exploration_share, asked.seed)
        exploration = _figures("exploration", rows.loc[drawn], event, asked)
    return View(
        event=event.name,
        seen_from=event.seen_from,
        is_proxy=event.is_proxy,
        n_known=n_known,
        left_out=found.left_out,
        whole=_figures("all", rows, event, asked),
        versions=tuple(
            _figures(str(one), rows.loc[rows["model_version"] == one], event, asked) for one in versions
        ),
        exploration=exploration,
    )


def _figures(whose: str, rows: pd.DataFrame, event: Event, asked: Asked) -> Figures:
    """Count some rows, and measure them where there are enough."""
    counted = (whose, len(rows), int(rows["is_true"].sum()), rows["account_id"].nunique())
    if len(rows) < asked.outcomes.min_deals:
        return Figures(*counted)
    rows = rows.reset_index(drop=True)
    return Figures(
        *counted,
        tiers=tier_lines(rows, asked.bounds, asked.seed),
        auc=ranking_quality(rows, asked.bounds, asked.seed),
        calibration=_calibrated(rows, event, asked),
    )


def _calibrated(rows: pd.DataFrame, event: Event, asked: Asked) -> Calibrated | None:
    """Compare probabilities with shares where both are of one event, and there are enough."""
    is_same = (rows["label_digest"] == asked.label_digest) & rows["fit_probability"].notna()
    if event.is_proxy or asked.is_shifted or is_same.sum() < asked.outcomes.min_deals:
        return None
    of_today = rows.loc[is_same].reset_index(drop=True)
    return calibrated(of_today, asked.bounds, asked.outcomes.n_bins, asked.seed)
