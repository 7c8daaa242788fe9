from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata
from small import settings

from icp_ml.evaluation.figures import Interval, Scored, bootstrap_figures
from icp_ml.evaluation.verdict import Verdict, permutation_p_value, verdict, verdict_words

SETTINGS = settings().evaluation.model_copy(
    update={"n_bootstrap": 100, "shares": (0.1,), "min_roc_auc_low": 0.5, "n_permutations": 400}
)


def drawn(sizes: np.ndarray, seed: int, pull: float = 0.0, likeness: float = 0.5) -> Scored:
    """Groups that share a score and a chance of being best; `pull` ties the one to the other."""
    generator = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    score = generator.normal(size=len(sizes))
    own = generator.beta(0.3 * (1 / likeness - 1), 0.7 * (1 / likeness - 1), len(sizes))
    chance = 1 / (1 + np.exp(-(np.log(own / (1 - own)).clip(-8, 8) + pull * score)))
    is_best = generator.random(len(group)) < chance[group]
    place = score[group] + 0.1 * generator.normal(size=len(group))
    return Scored(is_best, rankdata(place) / (len(group) + 1), group)


def singles(pull: float, n: int, seed: int = 0) -> Scored:
    """Accounts of one row each."""
    generator = np.random.default_rng(seed)
    score = generator.normal(size=n)
    is_best = generator.random(n) < 1 / (1 + np.exp(1.4 - pull * score))
    return Scored(is_best, 1 / (1 + np.exp(-score)), np.arange(n))


def judged(test: Scored) -> Verdict:
    lift = bootstrap_figures(test, SETTINGS, 1)["lift_at_10"]
    return verdict(test, np.zeros(len(test.group), dtype=int), ("lift_at_10", lift), SETTINGS, 1)


@pytest.mark.parametrize(
    ("test", "word"),
    [
        (singles(0.0, 500), "none found"),
        (singles(1.0, 500), "signal"),
        (singles(0.4, 150), "weak"),
        (singles(-1.0, 500), "none found"),  # the wrong way round is none either
    ],
)
def test_noise_a_planted_signal_and_a_small_one_are_told_apart(test: Scored, word: str) -> None:
    assert judged(test).word == word


def share_found(sizes_of, is_grouped: bool) -> float:
    """Give how often noise looks like something, at p < 0.05."""
    found = []
    for seed in range(300):
        test = drawn(sizes_of(np.random.default_rng(seed)), seed)
        group = test.group if is_grouped else np.arange(len(test.group))
        nothing = Scored(test.is_best, test.probability, group)
        found.append(permutation_p_value(nothing, np.zeros(len(group), dtype=int), 99, seed) < 0.05)
    return float(np.mean(found))


def unequal(generator: np.random.Generator) -> np.ndarray:
    return generator.integers(1, 21, 50)


def few_large(generator: np.random.Generator) -> np.ndarray:
    return np.append(np.ones(60, dtype=int), generator.integers(10, 40, 5))


@pytest.mark.parametrize("sizes_of", [unequal, few_large])
def test_noise_that_is_alike_within_groups_is_found_as_seldom_as_promised(sizes_of) -> None:
    assert share_found(sizes_of, is_grouped=True) <= 0.09


def test_shuffling_single_rows_would_find_signals_in_noise() -> None:
    assert share_found(unequal, is_grouped=False) > 0.2


def test_a_signal_between_groups_of_unequal_sizes_is_found() -> None:
    sizes = np.random.default_rng(3).integers(1, 21, 120)
    test = drawn(sizes, 3, pull=2.0, likeness=0.1)
    assert permutation_p_value(test, np.zeros(len(test.group), dtype=int), 400, 1) < 0.01


@pytest.mark.parametrize(
    "test",
    [
        Scored(np.arange(40) < 8, np.full(40, 0.2), np.arange(40)),
        Scored(np.zeros(40, dtype=bool), np.linspace(0, 1, 40), np.arange(40)),
        Scored(np.arange(40) < 8, np.linspace(1, 0, 40), np.zeros(40)),
    ],
    ids=["constant score", "one class", "one group"],
)
def test_what_cannot_be_told_is_none_found(test: Scored) -> None:
    found = judged(test)
    assert (found.word, found.p_value) == ("none found", 1)


def test_labels_never_move_between_tests() -> None:
    """Two tests of other base rates, each with a constant score: the gap between them is no ranking."""
    origin = np.repeat([0, 1], 200)
    is_best = np.random.default_rng(0).random(400) < np.where(origin == 0, 0.6, 0.2)
    test = Scored(is_best, np.where(origin == 0, 0.6, 0.2), np.arange(400))
    assert permutation_p_value(test, origin, 200, 1) == 1
    assert permutation_p_value(test, np.zeros(400, dtype=int), 200, 1) < 0.01


def test_one_seed_gives_one_p_value() -> None:
    test, origin = singles(0.2, 200), np.zeros(200, dtype=int)
    one, again, other = (permutation_p_value(test, origin, 200, seed) for seed in (1, 1, 4))
    assert one == again != other


def test_equal_groups_exchange_their_labels_whole() -> None:
    """Of two rows each, always one best: no shuffle can change how many a group holds."""
    group = np.repeat(np.arange(20), 2)
    test = Scored(np.tile([True, False], 20), np.repeat(np.linspace(0, 1, 20), 2), group)
    assert permutation_p_value(test, np.zeros(40, dtype=int), 200, 1) == 1


TIMES = "\N{MULTIPLICATION SIGN}"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Verdict("signal", 1 / 2001, 2000, "lift_at_10", Interval(3.5, 2.9, 3.9)),
            "**Signal**: such a ranking would come from chance at most once in 2,000 shuffles of the test "
            f"labels (p = 0.0005); the lift in the top 10 % is 3.50 {TIMES}, at least 2.90 {TIMES}.",
        ),
        (
            Verdict("weak", 0.025, 2000, "lift_at_10", Interval(1.5, 1.1, 1.9)),
            "**Weak**: such a ranking would come from chance about once in 40 shuffles of the test labels "
            f"(p = 0.025); the lift in the top 10 % is 1.50 {TIMES}, at least 1.10 {TIMES}.",
        ),
        (
            Verdict("weak", 0.005, 2000, "lift_at_10", Interval(1.5, 0.9, 1.9)),
            "**Weak**: such a ranking would come from chance about once in 200 shuffles of the test labels "
            f"(p = 0.005); the lift in the top 10 % is 1.50 {TIMES}, but may be as low as 0.90 {TIMES}.",
        ),
        (
            Verdict("none found", 0.43, 2000, "lift_at_10", Interval(1.1, 0.7, 1.5)),
            "**None found**: chance ranks the test rows at least as well in 43 of 100 shuffles of their "
            "labels. Nothing shows that these scores tell best from rest.",
        ),
    ],
)
def test_the_verdict_is_said_in_words(found: Verdict, words: str) -> None:
    assert verdict_words(found) == words
