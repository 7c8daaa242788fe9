"""The absolute tiers: each kind of cut-off is what it says, whatever the declared base rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from small import NOBODY_SEEN
from support import compose

from icp_ml.errors import ConfigError, DataError
from icp_ml.features.statistics import log_odds
from icp_ml.model.base_rates import BaseRates, base_rates
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Tiers
from icp_ml.scoring import OutOfFold, check_reached, frozen_tiers, tier_of
from icp_ml.settings import BaseRateTierSettings, PrecisionTierSettings, TierSettings

MULTIPLES = BaseRateTierSettings(by="base_rate", best_fit=2, good_fit=1, min_completeness=0.1)
RATES = base_rates(0.3, None)


def seen(scores, is_best, completeness=1.0) -> OutOfFold:
    known = np.broadcast_to(completeness, len(scores)).astype(float)
    return OutOfFold(np.array(scores, dtype=float), known, np.array(is_best, dtype=float))


def precision(best_fit, good_fit, min_rows=1) -> PrecisionTierSettings:
    return PrecisionTierSettings(
        by="precision", best_fit=best_fit, good_fit=good_fit, min_rows=min_rows, min_completeness=0.2
    )


@pytest.mark.parametrize(
    ("fit_probability", "completeness", "tier"),
    [
        (0.4, 1.0, "Best fit"),
        (0.3999, 1.0, "Good fit"),
        (0.2, 1.0, "Good fit"),
        (0.1999, 1.0, "Bad fit"),
        (0.9, 0.1999, "Insufficient data"),
        (0.9, 0.2, "Best fit"),
    ],
)
def test_a_tier_starts_at_its_cut_off(fit_probability: float, completeness: float, tier: str) -> None:
    found = tier_of(np.array([fit_probability]), np.array([completeness]), Tiers(0.4, 0.2, 0.2))
    assert found.tolist() == [tier]


@pytest.mark.parametrize(("base_rate", "tiers"), [(0.2, Tiers(0.4, 0.2, 0.1)), (0.6, Tiers(0.8, 0.6, 0.1))])
def test_cut_offs_are_multiples_of_the_base_rate_below_one(base_rate: float, tiers: Tiers) -> None:
    assert frozen_tiers(base_rates(base_rate, None), MULTIPLES, NOBODY_SEEN) == tiers


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"by": "base_rate", "best_fit": 1, "good_fit": 2}, "best_fit must be at least good_fit, which is 2"),
        (
            {"by": "precision", "best_fit": 0.2, "good_fit": 0.3, "min_rows": 9},
            "best_fit must be at least good_fit, which is 0.3",
        ),
        (
            {"by": "economics", "best_fit": 2, "cost_per_touch": 90, "value_per_win": 90},
            "cost_per_touch must be below value_per_win, which is 90",
        ),
    ],
)
def test_tiers_that_make_no_sense_are_refused(given_, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        TypeAdapter(TierSettings).validate_python({**given_, "min_completeness": 0.1})


@pytest.mark.parametrize(("cost", "best_fit", "cut_offs"), [(50, 2, (0.1, 0.05)), (600, 2, (0.8, 0.6))])
def test_good_fit_begins_where_a_touch_pays(cost, best_fit, cut_offs) -> None:
    run = compose(
        "scoring/tiers=economics",
        f"scoring.tiers.cost_per_touch={cost}",
        "scoring.tiers.value_per_win=1000",
        f"scoring.tiers.best_fit={best_fit}",
    )
    found = frozen_tiers(base_rates(0.3, 0.01), run.config.scoring.tiers, NOBODY_SEEN)
    assert (found.best_fit, found.good_fit) == pytest.approx(cut_offs)


def test_economics_without_its_two_numbers_names_them() -> None:
    with pytest.raises(ConfigError) as failure:
        compose("scoring/tiers=economics")
    assert failure.value.details == (
        "scoring.tiers.cost_per_touch: has no value",
        "scoring.tiers.value_per_win: has no value",
    )


def test_a_wrong_setting_is_named_as_it_is_written() -> None:
    with pytest.raises(ConfigError) as failure:
        compose("scoring.tiers.best_fit=-1", "scoring.list_tiers.b=2")
    assert [one.partition(":")[0] for one in failure.value.details] == [
        "scoring.tiers.best_fit",
        "scoring.list_tiers.b",
    ]


@pytest.mark.parametrize(
    ("scores", "is_best", "min_rows", "cut_offs"),
    [
        ([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0], 1, (0.9, 0.7)),  # Good fit counts those that are left
        ([0.9, 0.8, 0.7, 0.6], [0, 1, 1, 1], 1, (0.6, np.inf)),  # the top row fails; together they reach it
        ([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 0], 3, (np.inf, 0.6)),  # two rows show nothing
        ([0.9, 0.5, 0.5], [1, 1, 0], 1, (0.9, 0.5)),  # of one score, all or none
        ([0.9, 0.8], [0, 0], 1, (np.inf, np.inf)),
        ([], [], 1, (np.inf, np.inf)),
    ],
)
def test_precision_gives_the_lowest_cut_off_that_reaches_it(scores, is_best, min_rows, cut_offs) -> None:
    found = frozen_tiers(RATES, precision(0.75, 0.5, min_rows), seen(scores, is_best))
    assert (found.best_fit, found.good_fit) == cut_offs


def test_rows_of_which_too_little_is_known_do_not_count_towards_precision() -> None:
    known = seen([0.9, 0.8, 0.7], [0, 1, 1], [0.1, 0.2, 1.0])
    assert frozen_tiers(RATES, precision(0.9, 0.9), known).best_fit == 0.7


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.4, 0.6, 0.8]), st.booleans()), min_size=1), st.data())
def test_at_or_above_a_cut_off_the_share_of_best_is_reached(rows, drawn) -> None:
    scores, is_best = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    target = drawn.draw(st.floats(0.05, 0.95))
    found = frozen_tiers(RATES, precision(target, target), seen(scores, is_best)).best_fit
    shares = {cut: is_best[scores >= cut].mean() for cut in set(scores)}
    assert found == min((cut for cut, share in shares.items() if share >= target), default=np.inf)


def test_a_declared_base_rate_moves_precision_with_it() -> None:
    """Rows drawn at the declared rate give the cut-off that rows of another rate give by the shift."""
    rng = np.random.default_rng(1)
    scores = rng.beta(2, 5, 200_000)
    is_best = rng.random(len(scores)) < scores
    shift = -1.5
    kept = ~is_best | (rng.random(len(scores)) < np.exp(shift))  # fewer best, the rest as they were
    here = frozen_tiers(BaseRates(0.3, 0.1, shift), precision(0.4, 0.2, 50), seen(scores, is_best))
    moved = probability(log_odds(scores[kept]) + shift)
    there = frozen_tiers(RATES, precision(0.4, 0.2, 50), seen(moved, is_best[kept]))
    assert here.best_fit == pytest.approx(there.best_fit, abs=0.02)
    assert here.good_fit == pytest.approx(there.good_fit, abs=0.02)


def test_a_precision_out_of_reach_is_said_with_the_best_one() -> None:
    found = seen([0.9, 0.8, 0.7, 0.6], [1, 0, 1, 0])
    with pytest.raises(DataError) as failure:
        check_reached(RATES, precision(0.8, 0.5, 2), found)
    assert str(failure.value) == (
        "1 tier cannot be as precise as scoring.tiers asks.\n"
        "  best_fit: 80 % best is asked; the most is 66.7 %, among the top 3 rows\n"
        "Lower it, or min_rows, in scoring.tiers, or learn from more customers."
    )
    check_reached(RATES, precision(0.7, 0.3, 2), seen([0.9, 0.8, 0.7, 0.6, 0.5, 0.4], [1, 1, 0, 0, 1, 0]))
    with pytest.raises(DataError, match="fewer than min_rows training rows are known well enough below Best"):
        check_reached(RATES, precision(0.6, 0.5, 3), found)
