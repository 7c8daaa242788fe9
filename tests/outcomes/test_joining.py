"""A deal is compared with what stood in the ledger on its day, never with what came later."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from came import START, TODAY, asked, deals, entry, rows
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.outcomes import entry_rows, standing, won_views

DAY = date(2025, 3, 1)


def cases(*days, account="A", is_known=False) -> pd.DataFrame:
    found = pd.DataFrame({"account_id": account, "day": pd.to_datetime(list(days)), "is_true": True})
    return found.assign(is_known=is_known).astype({"account_id": "str", "day": "datetime64[s]"})


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry("A", DAY - timedelta(days=1), 0.2)], 0.2),
        ([entry("A", DAY, 0.3)], 0.3),  # the same day: it stood when the deal was created
        ([entry("A", DAY, 0.3), entry("A", DAY, 0.4)], 0.4),  # two cycles of one day: the later one
        ([entry("A", DAY, 0.3), entry("A", DAY + timedelta(days=1), 0.9)], 0.3),
        ([entry("A", DAY + timedelta(days=1), 0.9)], "unscored"),
        ([entry("B", DAY, 0.3)], "unscored"),
        ([entry("A", START, 0.3), entry("A", DAY, None, event="gone")], "gone"),
        ([entry("A", DAY, 0.3, is_customer=True)], "customers"),
        ([entry("A", DAY, 0.3), entry("A", DAY + timedelta(days=1), 0.3, is_customer=True)], 0.3),
    ],
)
def test_the_score_of_the_day_counts(entries, expected) -> None:
    found = standing(cases(DAY), rows(*entries))
    if isinstance(expected, str):
        assert found.left_out[expected] == 1 == sum(found.left_out.values())
        assert found.rows.empty
    else:
        assert found.rows["fit_probability"].tolist() == [expected]


@given(
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 40), st.floats(0.01, 0.99)), max_size=12),
    st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 40)), min_size=1, max_size=6),
)
def test_no_score_is_of_a_later_day_and_every_case_is_counted(scores, asked_for) -> None:
    scores = sorted(scores, key=lambda one: one[1])
    entries = [entry(account, START + timedelta(days=at), p) for account, at, p in scores]
    days = pd.concat([cases(START + timedelta(days=at), account=account) for account, at in asked_for])
    found = standing(days, rows(*entries) if entries else entry_rows([]))
    assert (found.rows["scored_at"] <= found.rows["day"]).all()
    assert len(found.rows) + sum(found.left_out.values()) == len(asked_for)
    for one in found.rows.itertuples():
        stood = [p for account, at, p in scores
                 if account == one.account_id and START + timedelta(days=at) <= one.day.date()]  # fmt: skip
        assert one.fit_probability == stood[-1]


def test_only_deals_closed_by_today_count() -> None:
    found = deals(
        ("A", "2025-01-05", "2025-02-01", 1.0),
        ("A", "2025-01-05", None, None),
        ("A", "2025-01-05", "2026-02-01", 1.0),  # a date that is to come
        ("A", "2025-01-05", "2025-01-01", 1.0),  # closed before it was created
        ("B", "2025-01-05", "2025-01-05", 0.0),
        today=TODAY,
    )
    assert found[["account_id", "is_true"]].to_numpy().tolist() == [["A", True], ["B", False]]


def test_a_deal_of_one_who_had_bought_before_is_a_customers() -> None:
    found = deals(("A", "2025-02-01", "2025-02-10", 1.0), ("A", "2025-03-01", "2025-04-01", 0.0))
    created, _ = won_views(found, rows(entry("A", START)), asked(), True)
    assert (created.whole.n, created.left_out["customers"]) == (1, 1)


def test_the_backtest_takes_a_score_so_old_before_the_close() -> None:
    made = deals(("A", "2025-06-01", "2025-06-30", 1.0), ("B", "2025-06-01", "2025-06-30", 0.0))
    early, late = date(2025, 4, 1), date(2025, 4, 2)  # 90 and 89 days before
    entries = rows(entry("A", early, 0.2), entry("B", late, 0.8))
    created, backtest = won_views(made, entries, asked(), True)
    assert (created.whole.n, backtest.whole.n, backtest.left_out["unscored"]) == (2, 1, 1)
