from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score
from small import companies, model_of, recipe, settings

from icp_ml.evaluation.figures import bootstrap_figures, figures, figures_of
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut, Tiering, out_of_fold, pooled, run_tests
from icp_ml.model.training import TrainingSet, fit_candidate
from icp_ml.scoring import score
from icp_ml.split import rolling_origins

TIERING = Tiering(settings().scoring.tiers)


@cache
def origins() -> tuple[TrainingSet, list[HeldOut], list]:
    """Three tests of 600 accounts whose best are few; and what each recipe learnt from."""
    rows = companies(600)
    split_settings = settings().split.model_copy(update={"min_test_best": 120, "max_origins": 3})
    splits = rolling_origins(rows.rows, split_settings, 1)
    learnt = [rows.part(splits[0].train)]

    def refit(part: TrainingSet):
        learnt.append(part)
        return fit_candidate(part, recipe())

    fit = fit_candidate(learnt[0], recipe())
    return rows, run_tests(rows, splits, fit, refit, TIERING), learnt


def test_each_test_is_scored_by_a_recipe_fitted_on_older_rows_of_other_groups() -> None:
    _, tests, learnt = origins()
    assert len(tests) == len(learnt) > 1
    for test, part in zip(tests, learnt, strict=True):
        assert part.rows["complete_at"].max() <= test.part.rows["as_of"].min()
        assert not set(part.rows["group"]) & set(test.part.rows["group"])
        assert test.scores["base rate"] == pytest.approx(part.is_best.mean())


def test_pooled_figures_equal_scikit_learn_on_the_rows_put_together() -> None:
    _, tests, _ = origins()
    test = pooled(tests)
    is_best = np.concatenate([one.part.is_best for one in tests])
    probability = np.concatenate([one.scores[CANDIDATE] for one in tests])
    found = figures(test.is_best, test.scores[CANDIDATE], (0.1,))
    assert found["roc_auc"] == pytest.approx(roc_auc_score(is_best, probability))
    assert found["average_precision"] == pytest.approx(average_precision_score(is_best, probability))
    assert found["log_loss"] == pytest.approx(log_loss(is_best, probability))
    assert len(test.part.accounts) == len(test.tiers) == len(test.completeness) == len(is_best)
    assert np.bincount(test.origin).tolist() == [len(one.origin) for one in tests]


def test_no_row_is_tested_twice() -> None:
    _, tests, _ = origins()
    ids = pooled(tests).part.rows["account_id"]
    assert ids.is_unique


def test_a_test_alone_is_pooled_into_itself() -> None:
    _, (newest, *_), _ = origins()
    alone = pooled([newest])
    np.testing.assert_array_equal(alone.scores[CANDIDATE], newest.scores[CANDIDATE])
    assert alone.windows == newest.windows


@pytest.mark.parametrize("declared", [None, 0.05])
def test_tiers_are_those_that_predict_would_give(declared) -> None:
    training = companies(400)
    fit = fit_candidate(training, recipe())
    model = model_of(fit, float(training.is_best.mean()), fit.chosen, declared)
    part = companies(100, seed=5)
    as_of = part.rows["as_of"].max()
    found = score(model, part.accounts, as_of, 0)
    again = Tiering(settings().scoring.tiers, model.rates).tiers(
        found["fit_probability_unshifted"].to_numpy(),
        found["data_completeness"].to_numpy(),
        out_of_fold(fit, training),
    )
    assert again.tolist() == found["tier"].to_list()
    assert len(set(again)) > 1


def test_a_constant_score_ranks_nobody_in_tests_of_other_base_rates() -> None:
    """What the base rates of two tests part is no ranking: chance is ROC AUC 0.5 and lift 1."""
    _, tests, _ = origins()
    drifted = [
        replace(test, scores={CANDIDATE: np.full(len(test.origin), rate)})
        for test, rate in zip(tests[:2], (0.1, 0.4), strict=True)
    ]
    test = pooled(drifted).scored(CANDIDATE)
    found = figures_of(test, (0.1,))
    assert (found["roc_auc"], found["lift_at_10"]) == (0.5, pytest.approx(1))
    assert found["average_precision"] == pytest.approx(test.is_best.mean())
    assert found["log_loss"] == pytest.approx(log_loss(test.is_best, test.probability))
    assert bootstrap_figures(test, settings().evaluation, 1)["roc_auc"].high == 0.5


def test_a_kind_that_one_test_did_not_try_is_not_pooled() -> None:
    _, tests, _ = origins()
    lacking = replace(
        tests[1], scores={k: v for k, v in tests[1].scores.items() if k != "logistic regression"}
    )
    together = pooled([tests[0], lacking, *tests[2:]])
    assert "logistic regression" in tests[0].scores
    assert "logistic regression" not in together.scores
    assert len(together.scores[CANDIDATE]) == len(together.is_best)
