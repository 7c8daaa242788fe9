from __future__ import annotations

import numpy as np
import pytest
from small import settings

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.tiers import tier_table

TEN = np.arange(10)
TEST = Scored(TEN < 3, TEN / 10, TEN)  # 3 of 10 are best
ORDER = ("Best fit", "Good fit", "Bad fit", "Insufficient data")
TIERS = np.array(["Best fit"] * 2 + ["Good fit"] * 3 + ["Bad fit"] * 5)
SETTINGS = settings().evaluation.model_copy(update={"n_bootstrap": 200})


def table_of(test: Scored, tiers=TIERS, order=ORDER, confidence: float = 0.95):
    return tier_table(test, tiers, order, SETTINGS.model_copy(update={"confidence": confidence}), 1)


def test_tiers_are_counted_in_the_order_given() -> None:
    table = table_of(TEST)
    assert table["tier"].to_list() == list(ORDER)
    assert table["n"].to_list() == [2, 3, 5, 0]
    assert table["n_best"].to_list() == [2, 1, 0, 0]
    assert table["share"].to_list() == [0.2, 0.3, 0.5, 0]
    assert table["rate"].to_list()[:3] == pytest.approx([1, 1 / 3, 0])
    assert table["lift"].to_list()[:3] == pytest.approx([1 / 0.3, 1 / 0.9, 0])


@pytest.mark.parametrize(
    ("value", "low", "high"), [("rate", "rate_low", "rate_high"), ("lift", "low", "high")]
)
def test_bounds_hold_the_value_and_widen_with_confidence(value: str, low: str, high: str) -> None:
    wide, narrow = (table_of(TEST, confidence=level).iloc[:3] for level in (0.95, 0.5))
    assert (wide[low] <= wide[value] + 1e-12).all()
    assert (wide[value] <= wide[high] + 1e-12).all()
    assert (wide[high] - wide[low] > narrow[high] - narrow[low]).all()


def test_a_tier_without_rows_is_kept_and_not_defined() -> None:
    undefined = ["rate", "rate_low", "rate_high", "lift", "low", "high"]
    assert table_of(TEST).iloc[3][undefined].isna().all()


def test_one_tier_for_all_has_a_lift_of_one() -> None:
    table = table_of(TEST, np.full(10, "Good fit"), ["Good fit"])
    assert table.loc[0, ["lift", "low", "high"]].to_list() == [1, 1, 1]
    assert table["rate_low"].item() < 0.3 < table["rate_high"].item()


def test_without_best_rows_no_lift_is_defined() -> None:
    table = table_of(Scored(TEN < 0, TEN / 10, TEN))
    assert table["rate"].to_list()[:3] == [0, 0, 0]
    assert table["lift"].isna().all()


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the order given: Bad fit"):
        table_of(TEST, order=("Best fit", "Good fit"))
