from __future__ import annotations

import numpy as np
import pytest
from small import settings, trained

from icp_ml.features.encoder import fit_encoder
from icp_ml.model.boosting import Boosters, Examples, booster_text, fit_booster, staged_log_odds


@pytest.fixture(scope="module")
def examples() -> Examples:
    training = trained()[0]
    _, matrix = fit_encoder(training.accounts, training.rows, training.fields, settings().features, 1)
    return Examples(matrix, training.is_best, training.weight)


def test_stages_are_the_scores_after_each_number_of_rounds(examples) -> None:
    booster = fit_booster(examples, 15, 1, settings().model)
    stages = staged_log_odds(booster, examples.matrix, [1, 5, 15])
    for column, rounds in enumerate([1, 5, 15]):
        expected = fit_booster(examples, rounds, 1, settings().model).predict(examples.matrix, raw_score=True)
        np.testing.assert_allclose(stages[:, column], expected, atol=1e-12)


def test_a_booster_that_finds_no_split_scores_the_rate_at_every_stage() -> None:
    is_best = np.arange(40) % 4 == 0
    flat = Examples(np.zeros((40, 2)), is_best.astype(float), np.ones(40))
    booster = fit_booster(flat, 10, 1, settings().model)
    stages = staged_log_odds(booster, flat.matrix, [5, 10])
    np.testing.assert_allclose(stages, np.log(0.25 / 0.75), atol=1e-12)


def test_the_text_names_no_thread_and_scores_the_same(examples) -> None:
    booster = fit_booster(examples, 10, 1, settings().model)
    text = booster_text(booster)
    assert "num_threads" not in text
    np.testing.assert_array_equal(
        Boosters((text,)).log_odds(examples.matrix)[:, 0], booster.predict(examples.matrix, raw_score=True)
    )


def test_contributions_and_base_sum_to_the_mean_log_odds(examples) -> None:
    fitted = [fit_booster(examples, 10, seed, settings().model) for seed in (1, 2, 3)]
    boosters = Boosters(tuple(booster_text(one) for one in fitted))
    by_column, base = boosters.contributions(examples.matrix)
    by_seed = boosters.log_odds(examples.matrix)
    np.testing.assert_allclose(by_column.sum(axis=1) + base, by_seed.mean(axis=1), atol=1e-12)
    expected = np.column_stack([one.predict(examples.matrix, raw_score=True) for one in fitted])
    np.testing.assert_array_equal(by_seed, expected)


def test_no_rows_have_no_scores(examples) -> None:
    boosters = Boosters((booster_text(fit_booster(examples, 2, 1, settings().model)),))
    empty = examples.matrix[:0]
    assert boosters.log_odds(empty).shape == (0, 1)
    assert boosters.contributions(empty)[0].shape == (0, examples.matrix.shape[1])
