"""An experiment on accounts left alone: who is drawn, how many it takes, and what may be said when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import stats

from icp_ml.errors import ConfigError
from icp_ml.holdout import (
    ENTRY_COLUMNS,
    Arm,
    Baseline,
    Plan,
    arms,
    baseline_of,
    day_of_plan,
    difference_bounds,
    entry_rows,
    is_left_alone,
    plan,
    population,
    read,
    required_left_alone,
    with_holdout,
)
from icp_ml.rescore.entries import ENTRY
from icp_ml.scoring import is_drawn
from icp_ml.settings import HoldoutSettings

START = date(2026, 1, 5)
ASKED = {
    "name": "spring", "share": 0.2, "tiers": ("Best fit", "Good fit"), "starts": START, "min_effect": 0.02,
    "power": 0.8, "confidence": 0.95, "weeks": 26, "baseline": None, "folder": "var/holdout",
}  # fmt: skip


def asked(**changed) -> HoldoutSettings:
    return HoldoutSettings.model_validate(ASKED | changed)


def ruled(n: int = 400, **columns) -> pd.DataFrame:
    given = {"tier": "Best fit", "is_customer": False, "is_excluded": False} | columns
    ids = [f"P{at}" for at in range(n)]
    own = {"account_id": ids, "place": range(n)}
    return pd.DataFrame({**own, **given, "exclusion_reason": None, "rule": None})


def test_a_share_of_those_who_may_be_worked_is_excluded_and_says_why() -> None:
    rows = with_holdout(ruled(), asked(), START)
    drawn = rows.loc[rows["is_excluded"]]
    assert 50 < len(drawn) < 110
    assert set(drawn["rule"]) == {"holdout"}
    assert set(drawn["exclusion_reason"]) == {
        "Hold-out spring: left alone to measure what working accounts brings"
    }
    assert rows.loc[~rows["is_excluded"], "rule"].isna().all()
    assert (rows["tier"] == "Best fit").all()


@pytest.mark.parametrize(
    ("columns", "changed", "today"),
    [
        ({"tier": "Bad fit"}, {}, START),
        ({"tier": "Insufficient data"}, {}, START),
        ({"is_customer": True}, {}, START),
        ({}, {"name": None, "starts": None}, START),
        ({}, {}, START - timedelta(days=1)),
    ],
)
def test_nobody_else_is_drawn(columns, changed, today) -> None:
    rows = with_holdout(ruled(**columns), asked(**changed), today)
    assert not rows["is_excluded"].any()


def test_a_drawn_account_is_left_alone_in_every_segment_that_covers_it() -> None:
    best, poor = ruled(segment="one"), ruled(segment="two", tier="Bad fit")
    barred = ruled(segment="three", is_excluded=True).assign(rule="embargo")
    rows = with_holdout(pd.concat([best, poor, barred]).sort_values("place"), asked(), START)
    alone = {
        name: set(part["account_id"]) for name, part in rows[rows["rule"] == "holdout"].groupby("segment")
    }
    drawn = with_holdout(best, asked(), START)
    ids = set(drawn.loc[drawn["is_excluded"], "account_id"])
    assert alone == {"one": ids, "two": ids}


def test_a_rule_keeps_its_own_reason() -> None:
    rows = ruled().assign(is_excluded=True, rule="embargo", exclusion_reason="Embargo")
    assert with_holdout(rows, asked(), START).equals(rows)


@given(st.lists(st.sampled_from(["Best fit", "Bad fit"]), min_size=1, max_size=40), st.integers(0, 40))
def test_a_draw_depends_on_the_account_and_the_name_alone(tiers, cut) -> None:
    whole = ruled(len(tiers), tier=tiers)
    parts = [with_holdout(part, asked(), START) for part in (whole[:cut], whole[cut:])]
    together = with_holdout(whole, asked(), START)
    assert pd.concat(parts)["is_excluded"].tolist() == together["is_excluded"].tolist()
    best = with_holdout(ruled(len(tiers)), asked(), START + timedelta(days=90))["is_excluded"]
    assert (together["is_excluded"] == best & (whole["tier"] == "Best fit")).all()


def test_two_experiments_and_the_exploration_draw_apart() -> None:
    ids = ruled(20_000)["account_id"]
    spring, autumn = (is_left_alone(ids, asked(name=name)) for name in ("spring", "autumn"))
    assert abs(spring.mean() - 0.2) < 0.01
    for other in (autumn, is_drawn(ids, 0.2, 42)):
        assert abs((spring & other).mean() - 0.04) < 0.006


def entries(*rows) -> pd.DataFrame:
    """Make entries of (account, days after the start, what differs)."""
    usual = {"segment": "default", "event": "changed", "tier": "Best fit"}
    usual |= {"is_customer": False, "is_excluded": False, "rule": None}
    made = [
        usual | {"account_id": one, "scored_at": START + timedelta(days=days)} | differs
        for one, days, differs in rows
    ]
    schema = pa.schema([ENTRY.field(name) for name in ENTRY_COLUMNS])
    return entry_rows([pa.Table.from_pylist(made, schema=schema)])


HELD = {"is_excluded": True, "rule": "holdout"}


@pytest.mark.parametrize(
    ("rows", "entered"),
    [
        ([("A", -30, {})], 0),  # stood so at the start
        ([("A", 3, {})], 3),
        ([("A", 3, {"tier": "Bad fit"}), ("A", 9, {})], 9),
        ([("A", 3, {}), ("A", 9, {"tier": "Bad fit"})], 3),  # took part, whatever came later
        ([("A", 3, {}), ("A", 9, {"event": "gone"})], 3),
        ([("A", 3, {}), ("A", 9, {"is_customer": True})], 3),
        ([("A", 3, HELD)], 3),
        ([("A", 3, {"segment": "eu", "tier": "Bad fit"}), ("A", 5, {"segment": "us"})], 5),
        ([("A", -30, {}), ("A", -3, {"tier": "Bad fit"})], None),
        ([("A", -30, {}), ("A", 0, {"event": "gone", "tier": None})], None),
        ([("A", 3, {"is_excluded": True, "rule": "embargo"})], None),
        ([("A", 3, {"is_customer": True})], None),
        ([("A", 31, {})], None),  # after today
        ([], None),
    ],
)
def test_who_takes_part_since_when(rows, entered) -> None:
    found = population(entries(*rows), asked(), START + timedelta(days=30)).rows
    expected = [] if entered is None else [pd.Timestamp(START) + pd.Timedelta(days=entered)]
    assert found["entered"].tolist() == expected


def deals(*rows) -> pd.DataFrame:
    """Make deals of (account, days to created, days to closed, won)."""
    made = [
        (one, pd.Timestamp(START) + pd.Timedelta(days=created),
         pd.NaT if closed is None else pd.Timestamp(START) + pd.Timedelta(days=closed), won)
        for one, created, closed, won in rows
    ]  # fmt: skip
    found = pd.DataFrame(made, columns=["account_id", "created_at", "closed_at", "is_won"])
    days = {"created_at": "datetime64[s]", "closed_at": "datetime64[s]", "is_won": float}
    return found.astype({"account_id": "str"} | days)


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ([("A", 5, 9, 1)], (1, 1, 0)),
        ([("A", 3, 9, 1)], (1, 1, 0)),
        ([("A", 2, 9, 1)], (0, 0, 0)),  # created before the account took part
        ([("A", 5, 9, 0)], (1, 0, 0)),
        ([("A", 5, None, None)], (1, 0, 1)),
        ([("A", 5, 40, 1)], (1, 0, 1)),  # not won yet, today
        ([("A", 5, 9, 1), ("A", 6, 9, 1), ("A", 7, None, None)], (1, 1, 0)),
        ([("B", 5, 9, 1)], (0, 0, 0)),
        ([], (0, 0, 0)),
    ],
)
def test_what_counts_for_an_account(rows, counted) -> None:
    today = START + timedelta(days=30)
    taking_part = population(entries(("A", 3, {})), asked(), today)
    sides = arms(taking_part, deals(*rows), today)
    [side] = [one for one in sides if one.n]
    assert (side.n_with_deals, side.n_won, side.n_open) == counted


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),  # table II of Newcombe, 1998, method 10
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_interval_is_that_of_its_source(one, other, low, high) -> None:
    sides = [Arm(n, won, won, 0) for won, n in (one, other)]
    assert difference_bounds(*sides, 0.95) == pytest.approx((low, high), abs=6e-5)


def test_the_interval_agrees_with_a_bootstrap() -> None:
    worked, alone = Arm(4_000, 400, 240, 0), Arm(1_000, 60, 35, 0)
    generator = np.random.default_rng(7)
    drawn = [generator.binomial(one.n, one.share, 20_000) / one.n for one in (worked, alone)]
    expected = np.quantile(drawn[0] - drawn[1], [0.025, 0.975])
    assert difference_bounds(worked, alone, 0.95) == pytest.approx(expected, abs=1.5e-3)


@pytest.mark.parametrize(
    ("worked", "alone", "share", "power"),
    [(0.10, 0.05, 0.5, 0.8), (0.10, 0.07, 0.1, 0.8), (0.30, 0.20, 0.2, 0.9)],
)
def test_so_many_accounts_see_the_effect_as_often_as_was_asked(worked, alone, share, power) -> None:
    n = required_left_alone(worked, alone, asked(share=share, power=power))
    sizes, generator = (round(n * (1 - share) / share), n), np.random.default_rng(3)
    won = [generator.binomial(size, p, 4_000) for size, p in zip(sizes, (worked, alone), strict=True)]
    both = (won[0] + won[1]) / sum(sizes)
    error = np.sqrt(both * (1 - both) * (1 / sizes[0] + 1 / sizes[1]))
    z = (won[0] / sizes[0] - won[1] / sizes[1]) / error
    is_seen = 2 * stats.norm.sf(np.abs(z)) < 0.05
    assert is_seen.mean() == pytest.approx(power, abs=0.025)


def test_equal_sides_need_what_the_textbook_says() -> None:
    assert required_left_alone(0.4, 0.3, asked(share=0.5)) == 356  # without correction


def test_the_plan_says_what_it_takes() -> None:
    planned = plan(Baseline(0.08, 40, 500), 5_000, asked(share=0.2, min_effect=0.03))
    assert (planned.n_left_alone, planned.n_required) == (1_000, 693)
    assert planned.weeks_required is not None
    assert planned.weeks_required <= 26
    assert planned.lines(asked(share=0.2, min_effect=0.03)) == [
        "8.0 % of worked accounts buy within 26 weeks (40 sales to 500 accounts)",
        "to see a difference of 3.0 points 693 accounts must be left alone; 1,000 of 5,000 would be",
    ]


@pytest.mark.parametrize(
    ("n_accounts", "said"),
    [(2_000, "with so many it takes 46 weeks"), (60, "these are too few for any time")],
)
def test_fewer_accounts_take_longer_or_never_do(n_accounts, said) -> None:
    settings = asked(share=0.2, min_effect=0.03)
    assert plan(Baseline(0.08), n_accounts, settings).lines(settings)[-1].startswith(said)


def test_an_effect_larger_than_all_sales_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"min_effect is 9\.0 points, and only 8\.0 %"):
        plan(Baseline(0.08), 1_000, asked(min_effect=0.09))


def test_the_baseline_is_the_share_that_bought_in_the_weeks_before() -> None:
    customer = {"is_customer": True, "is_excluded": True, "rule": "customers"}
    stood = entries(
        ("A", -9, {}), ("B", -9, {}), ("C", -9, customer), ("D", -9, customer), ("E", -9, {"tier": "Bad fit"})
    )
    sold = deals(("A", -20, -5, 0), ("C", -20, -5, 1), ("D", -200, -190, 1), ("E", -20, -5, 1))
    assert baseline_of(stood, sold, asked(), START) == Baseline(1 / 3, 1, 3)
    assert baseline_of(stood, sold, asked(baseline=0.1), START) == Baseline(0.1)
    with pytest.raises(ConfigError, match="bought in the 2 weeks to 2026-01-05"):
        baseline_of(stood, sold, asked(weeks=2), START)


@pytest.mark.parametrize("first", [-9, 0, 12])
def test_a_plan_stays_what_it_was_at_the_start(first) -> None:
    stood = entries(
        *((one, first, {}) for one in "ABCD"),
        ("A", 100, {"is_customer": True, "is_excluded": True, "rule": "customers"}),
        *((one, 101, {"tier": "Bad fit"}) for one in "BC"),
        *((f"N{at}", 102, {}) for at in range(20)),
    )
    sold = deals(("A", -20, -5, 1), ("B", -20, 0, 1), ("C", -20, 1, 1), ("D", 1, 2, 1), ("N1", -20, 150, 1))
    for today in (START + timedelta(days=days) for days in (12, 103, 300)):
        assert baseline_of(stood, sold, asked(), today) == Baseline(2 / 4, 2, 4)
        day = day_of_plan(stood, asked(), today)
        assert len(population(stood, asked(), day).rows) == 4


PLANNED = Plan(Baseline(0.08), 5_000, 1_000, 693, 26, 17)


def reading(worked: Arm, alone: Arm, weeks: int = 26, planned: Plan = PLANNED):
    rows = pd.DataFrame({"is_left_alone": [True], "was_marked": [True]})
    taking_part = replace(population(entries(), asked(), START), rows=rows)
    return read(taking_part, (worked, alone), planned, asked(), START + timedelta(weeks=weeks))


@pytest.mark.parametrize(
    ("won", "weeks", "said"),
    [
        ((400, 50), 26, "working them brings between +3.2 and +6.5 points"),
        ((400, 150), 26, "working them costs between 2.7 and 7.5 points"),
        ((400, 100), 26, "no difference was seen: it lies between -2.2 and +2.0 points"),
        ((400, 50), 25, "too early: 25 of 26 weeks"),
    ],
)
def test_the_verdict_is_in_words(won, weeks, said) -> None:
    found = reading(Arm(4_000, 500, won[0], 0), Arm(1_000, 0, won[1], 0), weeks)
    assert found.verdict() == said
    assert found.to_json()["verdict"] == said
    assert any("chance alone" in line for line in found.lines()) == (weeks < 26)


def test_too_few_accounts_wait_for_as_long_as_the_plan_says() -> None:
    longer = replace(PLANNED, weeks_required=90)
    found = reading(Arm(124, 3, 2, 1), Arm(31, 2, 1, 0), 30, longer)
    assert found.verdict() == "too early: 30 of 90 weeks, with 31 of 693 accounts left alone"
    assert found.lines()[0] == "worked: 2 of 124 accounts bought (1.6 %), 1 account with an open deal"
    assert found.lines()[-1].startswith("2 accounts left alone (6.5 %) have deals all the same")
    joined = reading(Arm(4_000, 500, 400, 0), Arm(700, 0, 30, 0), 30, longer)
    assert (joined.weeks_required, joined.is_complete) == (26, True)
    never = reading(Arm(124, 3, 2, 1), Arm(31, 2, 1, 0), 90, replace(PLANNED, weeks_required=None))
    assert never.verdict() == "too early: 31 of 693 accounts left alone, too few for any time"


def test_sides_of_another_size_than_drawn_are_an_alarm() -> None:
    found = reading(Arm(4_000, 500, 400, 0), Arm(700, 0, 30, 0))
    assert found.verdict() == "not readable: the sides are not of the sizes that were drawn"
    assert found.alarms()[0].startswith("700 of 4,700 accounts are left alone, 14.9 % instead of 20 %")
    assert not reading(Arm(4_000, 0, 0, 0), Arm(960, 0, 0, 0)).alarms()
    assert reading(Arm(4, 0, 0, 0), Arm(0, 0, 0, 0)).verdict().startswith("nothing to compare yet")


def test_accounts_drawn_but_never_marked_are_an_alarm() -> None:
    today = START + timedelta(days=30)
    taking_part = population(entries(*((f"P{at}", 1, {}) for at in range(50))), asked(), today)
    n = int(taking_part.rows["is_left_alone"].sum())
    found = read(taking_part, arms(taking_part, deals(), today), PLANNED, asked(), today)
    assert found.alarms() == [f"{n} accounts left alone by the draw were in no list marked so"]


def test_a_name_needs_a_start() -> None:
    with pytest.raises(ValidationError, match="name and starts go together"):
        asked(starts=None)
