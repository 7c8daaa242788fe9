from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, best, definition, names_of, orders
from pydantic import ValidationError

from icp_ml.charts import specification
from icp_ml.label import label_rows
from icp_ml.label.abc_xyz import abc_class, xyz_class
from icp_ml.label.picture import matrix_chart, matrix_picture

CELLS = definition("abc_xyz")
FIRST = pd.Timestamp("2022-01-01")


def bought(account, *amounts, every_days=60):
    """Buy an amount on the first day of each of equal periods; 0 buys nothing."""
    moments = [FIRST + timedelta(days=every_days * at) for at in range(len(amounts))]
    return [
        (account, moment, float(amount)) for moment, amount in zip(moments, amounts, strict=True) if amount
    ]


def classes(volumes, a_share=0.8, b_share=0.95, cohort=None):
    index = [f"A{at}" for at in range(len(volumes))]
    cohort = pd.Series(cohort or "all", index=index, dtype="str")
    return "".join(abc_class(pd.Series(volumes, index=index, dtype="float64"), cohort, a_share, b_share))


@pytest.mark.parametrize(
    ("volumes", "expected"),
    [
        ([100, 1], "AC"),  # the only large one is A, though it holds more than 80 %
        ([8, 1, 1], "ABB"),  # 80 % is held before the second: B, not A; the two are equal
        ([50, 40, 6, 4], "AABC"),  # the second crosses 80 % and is still A; 96 % are held before the last
        ([79.9, 10.1, 10], "AAB"),
        ([95, 5], "AC"),  # 95 % is held before the second: C, not B
        ([30, 30, 30, 10], "AAAB"),  # all of the equal ones are held before the last
        ([40, 40, 16, 4], "AABC"),
        ([5, 5, 5, 5], "AAAA"),  # equal volumes get one class
        ([0.1] * 9 + [0.2], "AAAAAAAAAA"),  # 9 equal ones, before whom 0.2 of 1.1 is held
        ([10, 0, -3], "ACC"),  # nothing, or less, is C, and adds nothing to the cohort's volume
        ([0, -1], "CC"),
    ],
)
def test_abc_goes_by_what_larger_customers_hold(volumes, expected: str) -> None:
    assert classes(volumes) == expected


def test_volume_is_compared_within_the_cohort() -> None:
    assert classes([100, 90, 1, 9, 1], cohort=["2021", "2021", "2021", "2022", "2022"]) == "AACAB"


@settings(max_examples=30)
@given(st.lists(st.integers(-5, 30), min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_classes_follow_volume_in_any_order_and_the_largest_is_a(volumes, random) -> None:
    order = random.sample(range(len(volumes)), len(volumes))
    found = classes(volumes)
    assert classes([volumes[at] for at in order]) == "".join(found[at] for at in order)
    by_volume = "".join(found[at] for at in np.argsort(volumes)[::-1])
    assert by_volume == "".join(sorted(by_volume))
    if max(volumes) > 0:
        assert by_volume[0] == "A"


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([1, 1, 1, 1, 1, 1], "X"),
        ([1, 1, 1, 3, 3, 3], "X"),  # 1 / 2: up to 0.5 is X
        ([0.9, 1, 1, 3, 3, 3.1], "Y"),
        ([0, 0, 0, 2, 2, 2], "Y"),  # 1
        ([0, 0, 0, 0, 1, 1], "Z"),  # the square root of 2
        ([6, -6, 1, 0, 0, 0], "Z"),
        ([6, -6, 0, 0, 0, 0], "Z"),  # nothing net
        ([-1, -1, -1, -1, -1, -1], "Z"),  # regular returns
    ],
)
def test_xyz_goes_by_the_coefficient_of_variation(periods, expected: str) -> None:
    assert xyz_class(np.array([periods], dtype="float64"), 0.5, 1.0).item() == expected


@pytest.mark.parametrize(("day", "period"), [(0, 0), (59, 0), (60, 1), (359, 5), (360, None)])
def test_periods_are_equal_parts_of_the_horizon_and_its_last_day_counts(day: int, period: int | None) -> None:
    """Six purchases of 10 and one of 30: a period that holds it varies; after the horizon none does."""
    lines = [*bought("A", 10, 10, 10, 10, 10, 10), ("A", FIRST + timedelta(days=day, hours=23), 30.0)]
    labels = label_rows(
        {"orders": orders(*lines, *bought("B", 1))}, definition("abc_xyz", x_max_cv=0.001), TODAY
    )
    amounts = np.array([10.0] * 6) + 30.0 * (np.arange(6) == period)
    assert labels.by_cohort["value"].item() == amounts.sum() + 1
    assert labels.matrix.loc[labels.matrix["xyz"] == "X", "n"].sum() == (period is None)


@pytest.mark.parametrize(("day", "period"), [(16, 0), (17, 1), (33, 1), (34, 2), (99, 5)])
def test_days_that_do_not_divide_evenly_make_periods_of_a_day_more_or_less(day: int, period: int) -> None:
    from icp_ml.label.worth import sales_since

    lines = orders(("A", FIRST + timedelta(days=day), 7.0))
    parts = sales_since(lines, pd.Series([FIRST], index=["A"]), 100).parts(100, 6)
    assert parts.argmax() == period


def test_the_chosen_cells_are_best_and_returns_subtract() -> None:
    lines = [*bought("AX", 20, 20, 20, 20, 20, 20), *bought("AZ", 90), *bought("BY", 0.1, 0, 9, 9, 9, 0)]
    lines += [*bought("CX", 1, 1, 1, 1, 1, 1), *bought("GONE", 50, -50)]
    labels = label_rows({"orders": orders(*lines)}, CELLS, TODAY)
    assert best(labels) == {"AX": True, "AZ": False, "BY": False, "CX": False, "GONE": False}
    cells = labels.matrix.set_index(labels.matrix["abc"] + labels.matrix["xyz"])
    assert cells["n"].to_dict() == {
        "AX": 1, "AY": 0, "AZ": 1, "BX": 0, "BY": 1, "BZ": 0, "CX": 1, "CY": 0, "CZ": 1,
    }  # fmt: skip
    assert cells["volume"].to_dict()["AX"] == 120
    assert cells.index[cells["is_best"]].to_list() == ["AX", "AY", "BX"]


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABCDEFG"), st.integers(0, 400), st.integers(-9, 40)),
        min_size=8,
        max_size=40,
    )
)
def test_the_matrix_adds_up(lines) -> None:
    found = [(account, FIRST + timedelta(days=day), float(amount)) for account, day, amount in lines]
    found += [*bought("H", 30, 30, 30, 30, 30, 30), *bought("I", 1)]
    labels = label_rows({"orders": orders(*found)}, CELLS, TODAY)
    matrix = labels.matrix
    assert matrix["n"].sum() == len(labels.rows)
    assert matrix.loc[matrix["is_best"], "n"].sum() == labels.rows["is_best"].sum()
    assert matrix["share_of_customers"].sum() == pytest.approx(1)
    assert matrix["share_of_volume"].sum() == pytest.approx(1)
    assert matrix["volume"].sum() == pytest.approx(labels.by_cohort["value"].sum())


def test_too_young_customers_are_left_out_and_counted() -> None:
    lines = [*bought("A", 9, 9, 9, 9, 9, 9), *bought("B", 1), ("Y", pd.Timestamp("2023-01-07"), 50.0)]
    labels = label_rows({"orders": orders(*lines)}, CELLS, TODAY)
    assert (names_of(labels), len(labels.rows), labels.n_young) == (["A"], 2, 1)
    assert label_rows({"orders": orders(*lines)}, CELLS, TODAY - timedelta(days=-1)).n_young == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"b_share": 0.8}, "b_share must be above a_share, which is 0.8"),
        ({"y_max_cv": 0.5}, "y_max_cv must be above x_max_cv, which is 0.5"),
        ({"horizon_days": 5}, "horizon_days must be at least n_periods, which is 6"),
        ({"n_periods": 5}, "greater than or equal to 6"),
    ],
)
def test_thresholds_out_of_order_are_wrong_settings(changed, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        definition("abc_xyz", **changed)


def test_the_picture_is_the_same_for_the_same_matrix_and_holds_any() -> None:
    lines = [*bought("A", 9, 9, 9, 9, 9, 9), *bought("B", 1)]
    matrix = label_rows({"orders": orders(*lines)}, CELLS, TODAY).matrix
    drawn = matrix_picture(matrix, "revenue", "made up")
    assert drawn.startswith(b"\x89PNG")
    assert drawn == matrix_picture(matrix, "revenue", "made up")
    assert drawn != matrix_picture(matrix.assign(is_best=False), "revenue", "made up")
    assert matrix_picture(matrix.assign(share_of_volume=np.nan), "revenue", "nothing net")


def test_the_picture_says_the_numbers_of_each_cell_and_can_be_read() -> None:
    lines = [*bought("A", 9, 9, 9, 9, 9, 9), *bought("B", 1)]
    matrix = label_rows({"orders": orders(*lines)}, CELLS, TODAY).matrix
    chart = matrix_chart(matrix, "margin", "made up")
    chart.to_dict()
    cells = next(iter(json.loads(specification(chart))["datasets"].values()))
    assert [int(cell["number"]) for cell in cells] == matrix["n"].to_list()
    assert [cell["kind"] == "best" for cell in cells] == matrix["is_best"].to_list()
    assert max(cell["opacity"] for cell in cells) <= 0.5
    assert sorted(cells, key=lambda cell: cell["opacity"])[-1]["brought"] == "margin 54"
