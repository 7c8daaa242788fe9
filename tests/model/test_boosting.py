from __future__ import annotations

import re

import numpy as np
import pytest
from small import settings, trained

from icp_ml.features.encoder import fit_encoder
from icp_ml.forest import Forest
from icp_ml.model.boosting import (
    Examples,
    added_log_odds,
    booster_text,
    ground_of,
    grow,
    seedling,
)


def fitted(examples: Examples, n_rounds: int, seed: int = 1, n_leaves: int = 7):
    booster = seedling(ground_of(examples, settings().model), seed, n_leaves, settings().model)
    grow(booster, n_rounds)
    return booster


@pytest.fixture(scope="module")
def examples() -> Examples:
    training = trained()[0]
    _, matrix = fit_encoder(training.accounts, training.rows, training.fields, settings().features, 1)
    return Examples(matrix, training.is_best, training.weight)


def test_what_is_added_sums_to_the_scores_after_each_number_of_rounds(examples) -> None:
    booster = seedling(ground_of(examples, settings().model), 1, 7, settings().model)
    total = np.zeros(len(examples.matrix))
    for more, rounds in [(1, 1), (4, 5), (10, 15)]:
        total += added_log_odds(booster, examples.matrix, grow(booster, more))
        expected = fitted(examples, rounds).predict(examples.matrix, raw_score=True)
        np.testing.assert_allclose(total, expected, atol=1e-12)


def test_boosters_that_share_their_ground_are_those_that_do_not(examples) -> None:
    ground = ground_of(examples, settings().model)
    shared = [seedling(ground, seed, 7, settings().model) for seed in (1, 2, 1)]
    for _ in range(5):
        for booster in shared:
            grow(booster, 2)
    assert [booster_text(one) for one in shared] == [
        booster_text(fitted(examples, 10, seed)) for seed in (1, 2, 1)
    ]


def test_more_leaves_are_grown_where_they_are_asked_for(examples) -> None:
    texts = {n: booster_text(fitted(examples, 3, n_leaves=n)) for n in (3, 15)}
    counts = {n: [int(one) for one in re.findall(r"num_leaves=(\d+)", text)] for n, text in texts.items()}
    assert max(counts[3]) == 3 < max(counts[15]) <= 15


@pytest.mark.parametrize(("n_leaves", "depth"), [(2, 1), (7, 3), (8, 3), (9, 4)])
def test_no_leaf_lies_deeper_than_in_a_balanced_tree(examples, n_leaves, depth) -> None:
    nodes = fitted(examples, 5, n_leaves=n_leaves).trees_to_dataframe()
    assert nodes["node_depth"].max() - 1 == depth


def test_a_booster_that_finds_no_split_scores_the_rate_at_every_stage() -> None:
    is_best = np.arange(40) % 4 == 0
    flat = Examples(np.zeros((40, 2)), is_best.astype(float), np.ones(40))
    booster = seedling(ground_of(flat, settings().model), 1, 7, settings().model)
    total = np.zeros(40)
    for _ in range(2):
        total += added_log_odds(booster, flat.matrix, grow(booster, 5))
        np.testing.assert_allclose(total, np.log(0.25 / 0.75), atol=1e-12)


def test_the_text_names_no_thread_and_scores_the_same(examples) -> None:
    booster = fitted(examples, 10)
    text = booster_text(booster)
    assert "num_threads" not in text
    found = Forest((text,), tuple(range(examples.matrix.shape[1]))).log_odds(examples.matrix)
    np.testing.assert_allclose(
        found[:, 0], booster.predict(examples.matrix, raw_score=True), rtol=0, atol=1e-12
    )
