from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import companies, label_rows_of, recipe, settings

from icp_ml.errors import DataError
from icp_ml.evaluation.learning import LearningCurve, learning_curve, learning_words
from icp_ml.model.training import Fit, TrainingSet, fit_candidate

CHANGED = {"n_bootstrap": 200, "learning_curve_shares": (0.25, 0.5, 1.0)}
SETTINGS = settings().evaluation.model_copy(update=CHANGED)


@pytest.fixture(scope="module")
def learnt() -> tuple[TrainingSet, Fit]:
    training = companies(800)
    model = recipe().model.model_copy(update={"kinds": ("logistic_regression",)})
    return training, fit_candidate(training, replace(recipe(), model=model))


def stretched(fit: Fit, training: TrainingSet):
    """Stand in for a refit: the scores of the whole fit, so that only the number of rows differs."""
    by_account = dict(zip(training.rows["account_id"], fit.candidate.out_of_fold, strict=True))
    parts: list[TrainingSet] = []

    def refit(part: TrainingSet) -> Fit:
        parts.append(part)
        is_part = training.rows["account_id"].isin(part.rows["account_id"]).to_numpy()
        known = np.array([by_account[one] for one in part.rows["account_id"]])
        fitted = replace(fit.candidate, out_of_fold=known, folds=fit.candidate.folds[is_part])
        return replace(fit, kinds={fit.chosen: fitted})

    return refit, parts


def test_the_interval_narrows_with_more_customers(learnt) -> None:
    training, fit = learnt
    refit, _ = stretched(fit, training)
    curve = learning_curve(training, fit, refit, SETTINGS, 1)
    width = curve.table["width"].to_list()
    assert curve.table["share"].to_list() == [0.25, 0.5, 1]
    assert width[0] > width[1] > width[2] > curve.width_at_double
    assert curve.width_at_double == pytest.approx(width[2] / np.sqrt(2), rel=0.25)


def test_the_whole_takes_the_candidates_own_scores_and_smaller_parts_lie_within_larger(learnt) -> None:
    training, fit = learnt
    refit, parts = stretched(fit, training)
    curve = learning_curve(training, fit, refit, SETTINGS, 1)
    small, half = (set(part.rows["account_id"]) for part in parts)
    assert len(small) == 200
    assert len(half) == 400
    assert small < half
    assert curve.table["n_rows"].to_list() == [200, 400, 800]
    assert curve.table["n_best"].iloc[-1] == training.is_best.sum()


def noise_of_groups(seed: int) -> TrainingSet:
    """Sixteen accounts of thirty deals each, some luckier than others, for no reason that is known."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(16), 30)
    is_best = rng.random(480) < 1 / (1 + np.exp(-rng.normal(0, 1, 16)))[group]
    accounts = companies(16, seed).accounts.iloc[group].reset_index(drop=True)
    return TrainingSet(accounts, label_rows_of(is_best, group.astype(str)), companies(16).fields)


def test_the_curve_of_noise_lies_around_a_half_though_folds_differ_in_their_best() -> None:
    """A fold of few best is scored by models that saw many: over all folds that looks worse than chance."""
    model = recipe().model.model_copy(update={"kinds": ("logistic_regression",)})

    def fit(part: TrainingSet) -> Fit:
        return fit_candidate(part, replace(recipe(), model=model))

    smallest = []
    for seed in range(12):
        noise = noise_of_groups(seed)
        smallest.append(learning_curve(noise, fit(noise), fit, SETTINGS, 1).table["roc_auc"].iloc[0])
    assert np.mean(smallest) == pytest.approx(0.5, abs=0.05)


def test_a_part_too_small_to_learn_from_has_no_figure(learnt) -> None:
    training, fit = learnt

    def refit(part: TrainingSet) -> Fit:
        raise DataError("too few")

    curve = learning_curve(training, fit, refit, SETTINGS, 1)
    assert curve.table["roc_auc"].isna().to_list() == [True, True, False]
    assert learning_words(curve).startswith(
        "With 800 label rows the interval of the out-of-fold ROC AUC is 0.0"
    )


def curve_of(*widths: float, width_at_double: float) -> LearningCurve:
    rows = [250 * 2**at for at in range(len(widths))]
    table = pd.DataFrame({"share": [0.25, 0.5, 1.0][: len(rows)], "n_rows": rows, "width": widths})
    return LearningCurve(table, width_at_double)


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (
            curve_of(0.1, 0.07, 0.05, width_at_double=0.0354),
            "With 1,000 label rows the interval of the out-of-fold ROC AUC is 0.050 wide, with 250 of them "
            "(25 % of the accounts) 0.100. With twice as many it would be about 0.035 wide: an "
            "extrapolation, by the square root of the number of rows, not a measurement.",
        ),
        (
            curve_of(0.05, 0.05, 0.05, width_at_double=np.nan),
            "With 1,000 label rows the interval of the out-of-fold ROC AUC is 0.050 wide, with 250 of them "
            "(25 % of the accounts) 0.050. The widths do not follow the square root of the number of rows: "
            "no extrapolation.",
        ),
        (
            curve_of(np.nan, width_at_double=np.nan),
            "There are too few label rows to say how sure the figure is.",
        ),
    ],
)
def test_the_curve_is_said_in_words(curve: LearningCurve, words: str) -> None:
    assert learning_words(curve) == words
