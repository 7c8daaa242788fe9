from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import settings

from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.marks import Mark, field_marks, found_text, rate_ratio
from icp_ml.evaluation.tiers import tier_table
from icp_ml.scoring import TIERS

EVALUATION = settings().evaluation.model_copy(update={"n_bootstrap": 100})
HUNDRED = np.arange(100)
TIERS_OF_HUNDRED = np.repeat(np.array(TIERS[:3], dtype=object), [20, 20, 60])
NAN = float("nan")


def marks_of(best, tiers=TIERS_OF_HUNDRED) -> list[Mark]:
    """Give the marks of 100 rows in the order of their scores, of which these are best."""
    test = Scored(np.isin(HUNDRED, best), 1 - HUNDRED / 100, HUNDRED)
    return field_marks(test, tiers, tier_table(test, tiers, TIERS, EVALUATION, 1), EVALUATION, 1)


@pytest.mark.parametrize(
    ("best", "words"),
    [
        (range(20), ["reached"] * 3),
        ([*range(10, 99, 5)], ["not reached"] * 3),
        (
            [*range(0, 28, 2), *range(40, 49)],
            ["reached, not for certain", "not reached", "reached, not for certain"],
        ),
        ([], ["cannot be told"] * 3),
    ],
)
def test_a_mark_is_reached_or_not_and_for_certain_or_not(best, words: list[str]) -> None:
    found = [one.word for one in marks_of(best)]
    assert found == words


def test_the_first_mark_says_how_much_of_the_list_it_would_take() -> None:
    (top, *_) = marks_of(range(0, 100, 5))
    assert top.found.value == pytest.approx(0.35)
    assert top.remark.endswith("60 % of them take the top 56 %.")


def test_an_empty_tier_cannot_be_told_apart_and_says_so() -> None:
    tiers = np.where(TIERS_OF_HUNDRED == "Bad fit", "Good fit", TIERS_OF_HUNDRED)
    (_, between, _) = marks_of(range(20), tiers)
    assert (between.word, between.remark) == ("cannot be told", "No test row is in Bad fit.")


def test_no_best_in_the_bottom_gives_a_lower_bound_alone() -> None:
    (_, between, _) = marks_of(range(15))
    assert math.isinf(between.found.value)
    assert between.found.low > 3
    assert found_text(between).startswith("none in the lower; at least ")


rates = st.tuples(st.floats(0.01, 0.9), st.floats(0.2, 0.99), st.floats(1.01, 2)).map(
    lambda drawn: Interval(drawn[0], drawn[0] * drawn[1], min(drawn[0] * drawn[2], 1))
)


@given(rates, rates)
def test_the_bounds_of_a_ratio_hold_it_and_turn_round_with_it(top: Interval, bottom: Interval) -> None:
    found, turned = rate_ratio(top, bottom), rate_ratio(bottom, top)
    assert found.low <= found.value * (1 + 1e-9)
    assert found.high >= found.value * (1 - 1e-9)
    assert turned.low == pytest.approx(1 / found.high, rel=1e-6)


def test_a_ratio_has_the_bounds_of_the_source() -> None:
    """For 15 of 20 against 5 of 25, with Wilson's bounds of each: about 3.75 (1.77 to 8.6)."""
    found = rate_ratio(Interval(0.75, 0.531, 0.888), Interval(0.2, 0.0886, 0.3913))
    assert (found.value, found.low, found.high) == pytest.approx((3.75, 1.81, 8.6), abs=0.15)


def test_two_rates_of_zero_have_no_ratio() -> None:
    none = Interval(0.0, 0.0, 0.1)
    assert math.isnan(rate_ratio(none, none).value)
