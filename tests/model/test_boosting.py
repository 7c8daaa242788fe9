from __future__ import annotations

import numpy as np
import pytest
from small import settings, trained

from icp_ml.model.boosting import (
    Examples,
    booster_text,
    fit_booster,
    load_boosters,
    log_odds_by_seed,
    mean_contributions,
    staged_log_odds,
)


@pytest.fixture(scope="module")
def examples() -> Examples:
    training, fit, _ = trained()
    return Examples(fit.matrix, training.is_best, training.weight)


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
    (read,) = load_boosters([text])
    np.testing.assert_array_equal(
        read.predict(examples.matrix, raw_score=True), booster.predict(examples.matrix, raw_score=True)
    )


def test_contributions_sum_to_the_mean_log_odds(examples) -> None:
    texts = [booster_text(fit_booster(examples, 10, seed, settings().model)) for seed in (1, 2, 3)]
    boosters = load_boosters(texts)
    total = mean_contributions(boosters, examples.matrix, 1).sum(axis=1)
    by_seed = log_odds_by_seed(boosters, examples.matrix, 1)
    np.testing.assert_allclose(total, by_seed.mean(axis=1), atol=1e-12)
    expected = np.column_stack([one.predict(examples.matrix, raw_score=True) for one in boosters])
    np.testing.assert_array_equal(by_seed, expected)


def test_no_rows_have_no_scores(examples) -> None:
    boosters = load_boosters([booster_text(fit_booster(examples, 2, 1, settings().model))])
    empty = examples.matrix[:0]
    assert log_odds_by_seed(boosters, empty, 1).shape == (0, 1)
    assert mean_contributions(boosters, empty, 1).shape == (0, examples.matrix.shape[1] + 1)
