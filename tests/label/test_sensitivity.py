from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, conf, customers, definition, orders

from icp_ml.label import label_rows
from icp_ml.label.sensitivity import flips, sensitivity
from icp_ml.label.variations import moves
from icp_ml.schema import FIRMOGRAPHICS

FIELDS = {name: FIRMOGRAPHICS[name] for name in ("account_id", "industry")}
FIRST = pd.Timestamp("2022-01-01")


def moved(settings, step=0.2):
    return [(one.setting, round(one.after, 4)) for one in moves(settings, step)]


def test_every_weight_and_cut_off_moves_down_and_up() -> None:
    assert moved(conf("value")) == [
        ("horizon_days", 292), ("horizon_days", 438), ("top_share", 0.16), ("top_share", 0.24),
    ]  # fmt: skip


def test_cut_offs_keep_their_order_and_shares_stay_below_1() -> None:
    assert moved(conf("abc_xyz"))[2:6] == [
        ("a_share", 0.64),
        ("a_share", 0.95),
        ("b_share", 0.8),
        ("b_share", 0.999),
    ]
    assert "n_periods" not in {name for name, _ in moved(conf("abc_xyz"))}
    for one in moves(conf("abc_xyz"), 0.9):
        assert one.settings.a_share < one.settings.b_share < 1
        assert one.settings.x_max_cv < one.settings.y_max_cv
        assert one.settings.horizon_days >= one.settings.n_periods


def test_weights_of_a_scorecard_and_active_limits_move_and_weights_of_the_fit_do_not() -> None:
    changed = definition(
        "scorecard",
        never_best__churned_within_days=2,
        never_best__max_support_tickets=0,
        lost_deals_weight=0.5,
    )
    found = moved(changed)
    assert ("outcomes.value.weight", 3.6) in found
    assert ("never_best.churned_within_days", 1) in found
    assert [after for name, after in found if name == "never_best.max_support_tickets"] == [1]
    assert (
        not {"lost_deals_weight", "never_best.weight", "never_best.loss_making_within_days"}
        & dict(found).keys()
    )


def test_nothing_moves_where_there_is_nothing() -> None:
    assert moves(conf("flag"), 0.2) == moves(conf("won"), 0.2) == []


@given(st.sampled_from(["value", "abc_xyz", "scorecard"]), st.floats(0.01, 0.9))
@settings(max_examples=20)
def test_a_move_changes_one_setting_and_is_valid(name: str, step: float) -> None:
    before = conf(name).model_dump()
    for one in moves(conf(name), step):
        after = one.settings.model_dump()
        assert sum(after[key] != before[key] for key in before) == 1
        assert one.before != one.after > 0


def sold(n):
    """Sell to customers of 1, 2, 3 … a year before today, the larger ones in retail."""
    lines = [(f"A{at:03}", FIRST + timedelta(days=at), float(at + 1)) for at in range(n)]
    industry = ["Mining" if at < n // 2 else "Retail" for at in range(n)]
    ids = [f"A{at:03}" for at in range(n)]
    return {"orders": orders(*lines), "customers": customers(*ids, industry=pd.array(industry, "str"))}


def test_the_table_counts_flips_by_hand() -> None:
    tables, value = sold(100), definition("value", cohort="all")
    labels = label_rows(tables, value, TODAY)
    table = sensitivity(tables, FIELDS, value, TODAY, labels).set_index(["setting", "after"])
    down, up = table.loc[("top_share", 0.16)], table.loc[("top_share", 0.24)]
    assert (down["best_to_rest"], down["rest_to_best"]) == (4, 0)
    assert (up["best_to_rest"], up["rest_to_best"], up["n_best"]) == (0, 4, 24)
    assert table.loc[("horizon_days", 438), ["judged_now", "no_longer_judged"]].to_list() == [0, 0]
    assert (table["problem"].dropna() == "").all()


def test_a_row_that_is_no_longer_judged_has_not_changed_sides() -> None:
    before = pd.DataFrame({"account_id": ["A", "B", "C", "D"], "as_of": FIRST, "is_best": [1, 1, 0, 0]})
    after = before.assign(is_best=[1, 0, 1, 0], account_id=["X", "B", "C", "Y"])
    counts = {"best_to_rest": 1, "rest_to_best": 1, "judged_now": 2, "no_longer_judged": 2}
    assert flips(before, after) == counts


def test_a_horizon_does_not_move_below_one_day_a_period() -> None:
    short = [after for name, after in moved(definition("abc_xyz", horizon_days=7)) if name == "horizon_days"]
    assert short == [6, 8]
    assert ("horizon_days", 5) not in moved(definition("abc_xyz", horizon_days=6))


def test_who_is_judged_changes_with_the_horizon() -> None:
    tables, value = sold(100), definition("value", cohort="all", horizon_days=700)
    labels = label_rows(tables, value, TODAY)
    assert len(labels.rows) == 31  # from 1 January 2022, 730 days ago, to 31 January
    table = sensitivity(tables, FIELDS, value, TODAY, labels).set_index("after")
    assert (table.loc[560, "judged_now"], table.loc[560, "no_longer_judged"]) == (69, 0)
    assert table.loc[840, "problem"] == "no customer can be judged."


def test_levels_that_turn_round_are_named_if_they_are_large_enough() -> None:
    """Retail holds ranks 15 to 37: above par among the best 20 and 24, below it among the best 16."""
    tables = sold(100)
    rank = np.arange(100)[::-1]
    industry = np.where((rank >= 15) & (rank < 38), "Retail", np.where(rank < 5, "Few", "Mining"))
    tables["customers"] = tables["customers"].assign(industry=pd.array(industry, "str"))
    value = definition("value", cohort="all")
    table = sensitivity(tables, FIELDS, value, TODAY, label_rows(tables, value, TODAY)).set_index("after")
    assert table.loc[0.16, "turned"] == "industry Retail"
    assert table.loc[0.24, "n_turned"] == 0


def test_without_customers_nothing_is_said_of_levels() -> None:
    tables, value = {"orders": sold(50)["orders"]}, definition("value", cohort="all")
    table = sensitivity(tables, {}, value, TODAY, label_rows(tables, value, TODAY))
    assert table["turned"].isna().all()


@pytest.mark.parametrize(
    ("name", "cells", "setting"),
    [("value", {}, "top_share"), ("abc_xyz", {"best_cells": ("AZ",)}, "a_share")],
)
def test_a_move_of_nothing_flips_nothing(name: str, cells, setting: str) -> None:
    before = definition(name, cohort="all", **cells)
    nearly = definition(name, cohort="all", **cells, **{setting: getattr(before, setting) + 1e-9})
    rows = label_rows(sold(60), before, TODAY).rows
    assert set(flips(rows, rows).values()) == {0}
    assert set(flips(rows, label_rows(sold(60), nearly, TODAY).rows).values()) == {0}
