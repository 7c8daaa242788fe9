from __future__ import annotations

import numpy as np
import pytest

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.tiers import tier_table

TEN = np.arange(10)
TEST = Scored(TEN < 3, TEN / 10, TEN)  # 3 of 10 are best
ORDER = ("Best fit", "Good fit", "Bad fit", "Insufficient data")
TIERS = np.array(["Best fit"] * 2 + ["Good fit"] * 3 + ["Bad fit"] * 5)


def test_tiers_are_counted_in_the_order_given() -> None:
    table = tier_table(TEST, TIERS, ORDER, 0.95)
    assert table["tier"].to_list() == list(ORDER)
    assert table["n"].to_list() == [2, 3, 5, 0]
    assert table["share"].to_list() == [0.2, 0.3, 0.5, 0]
    assert table["rate"].to_list()[:3] == pytest.approx([1, 1 / 3, 0])
    assert table["lift"].to_list()[:3] == pytest.approx([1 / 0.3, 1 / 0.9, 0])


def test_bounds_hold_the_lift_and_widen_with_confidence() -> None:
    wide, narrow = (tier_table(TEST, TIERS, ORDER, level).iloc[:3] for level in (0.95, 0.5))
    assert (wide["low"] <= wide["lift"] + 1e-12).all()
    assert (wide["lift"] <= wide["high"] + 1e-12).all()
    assert (wide["high"] - wide["low"] > narrow["high"] - narrow["low"]).all()


def test_a_tier_without_rows_is_kept_and_not_defined() -> None:
    assert tier_table(TEST, TIERS, ORDER, 0.95).iloc[3][["rate", "lift", "low", "high"]].isna().all()


def test_one_tier_for_all_has_a_lift_of_one() -> None:
    table = tier_table(TEST, np.full(10, "Good fit"), ["Good fit"], 0.95)
    assert table["lift"].item() == 1


def test_without_best_rows_no_lift_is_defined() -> None:
    table = tier_table(Scored(TEN < 0, TEN / 10, TEN), TIERS, ORDER, 0.95)
    assert table["rate"].to_list()[:3] == [0, 0, 0]
    assert table["lift"].isna().all()


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(ValueError, match="not in the order given: Bad fit"):
        tier_table(TEST, TIERS, ("Best fit", "Good fit"), 0.95)
