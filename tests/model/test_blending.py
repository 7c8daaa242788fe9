from __future__ import annotations

import numpy as np
import pytest
from small import companies, model_of, trained

from icp_ml.model.blending import Blend, blended_by_other_folds, fit_share
from icp_ml.model.calibration import log_loss
from icp_ml.model.candidate import Model


def drawn(n: int = 4000):
    """Draw two scores with errors of their own, and labels."""
    rng = np.random.default_rng(0)
    truth = rng.normal(size=n)
    is_best = (rng.random(n) < 1 / (1 + np.exp(-truth))).astype(float)
    return truth + rng.normal(size=n), truth + rng.normal(size=n), is_best


def test_two_scores_with_errors_of_their_own_are_better_together() -> None:
    trees, terms, is_best = drawn()
    share = fit_share(trees, terms, is_best)
    assert share == pytest.approx(0.5, abs=0.1)
    blended = blended_by_other_folds(trees, terms, is_best, np.arange(len(is_best)) % 5)
    assert log_loss(blended, is_best) < min(log_loss(trees, is_best), log_loss(terms, is_best))


@pytest.mark.parametrize(
    ("trees", "terms", "share"),
    [
        ("good", "flat", 0),
        ("flat", "good", 1),
        ("flat", "flat", 0),
        ("good", "against", 0),
        ("against", "good", 1),
    ],
)
def test_a_score_that_says_nothing_or_the_contrary_has_no_share(trees: str, terms: str, share: float) -> None:
    good, _, is_best = drawn()
    scores = {"good": good, "flat": np.ones(len(good)), "against": -0.1 * is_best}
    assert fit_share(scores[trees], scores[terms], is_best) == share


def test_no_label_reaches_the_share_of_its_own_fold() -> None:
    trees, terms, is_best = drawn(90)
    folds = np.arange(90) % 3
    flipped = np.where(folds == 0, 1 - is_best, is_best)
    before, after = (blended_by_other_folds(trees, terms, one, folds) for one in (is_best, flipped))
    np.testing.assert_array_equal(before[folds == 0], after[folds == 0])
    assert (before[folds != 0] != after[folds != 0]).any()


def test_contributions_and_base_sum_to_the_blended_log_odds() -> None:
    _, fit, _ = trained()
    one, other = fit.kinds["blend"], companies(60, seed=4)
    blend = Blend(one.scorer.forest, one.scorer.linear, 0.3)
    matrix = one.encoder.transform(other.accounts, other.rows["as_of"])
    found = blend.explain(matrix)
    assert found.contributions.shape == (60, len(one.encoder.attributes))
    total = found.contributions.sum(axis=1) + found.base
    np.testing.assert_allclose(total, blend.log_odds(matrix).mean(axis=1), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found.log_odds, blend.log_odds(matrix))


def test_a_blend_is_read_as_it_was_written() -> None:
    _, fit, _ = trained()
    model = model_of(fit, 0.3, "blend")
    again = Model.from_files(model.to_files())
    assert again.version == model.version
    assert again.scorer == model.scorer
