"""Figures start a training where their intervals leave no doubt, and never twice in a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import compose

from icp_ml.retrain import Facts, Range, due

TODAY = date(2026, 1, 1)
WHEN = "retrain.when=[calibration,precision,drift,age]"
FACTS = Facts(TODAY, TODAY - timedelta(days=100), TODAY - timedelta(days=100))


def kinds(facts, *overrides) -> list[str]:
    return [one.kind for one in due(compose(WHEN, *overrides).config.retrain, facts)]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"off": Range(0.80, 1.30)}, []),
        ({"off": Range(1.05, 1.40)}, []),  # off, and within the tolerance
        ({"off": Range(1.11, 1.40)}, ["calibration"]),
        ({"off": Range(0.40, 0.89)}, ["calibration"]),
        ({"precision": Range(0.2, 0.4), "promised": Range(0.4, 0.6)}, []),
        ({"precision": Range(0.2, 0.39), "promised": Range(0.4, 0.6)}, ["precision"]),
        ({"precision": Range(0.7, 0.9), "promised": Range(0.4, 0.6)}, []),  # better than promised
        ({"precision": Range(0.0, 0.1)}, []),  # nothing to compare with
        ({"lift": Range(0.8, 1.2)}, []),
        ({"lift": Range(0.0, 0.9)}, ["precision"]),
        ({"alarms": ("country drifted",)}, ["drift"]),
        ({"champion_since": TODAY - timedelta(days=365)}, []),
        ({"champion_since": TODAY - timedelta(days=366)}, ["age"]),
        ({"champion_since": None, "alarms": ("country drifted",)}, []),  # nobody to challenge
        ({"trained_on": TODAY - timedelta(days=27), "alarms": ("country drifted",)}, []),
        ({"trained_on": TODAY - timedelta(days=28), "alarms": ("country drifted",)}, ["drift"]),
        ({"trained_on": None, "alarms": ("country drifted",)}, ["drift"]),
        ({"trained_on": TODAY + timedelta(days=3), "alarms": ("country drifted",)}, []),  # a clock set back
    ],
)
def test_a_training_is_due_where_an_interval_says_so(changed, expected) -> None:
    assert kinds(replace(FACTS, **changed)) == expected


def test_nothing_is_due_by_default_and_only_what_is_asked_for() -> None:
    facts = replace(FACTS, off=Range(2, 3), alarms=("country drifted",))
    assert due(compose().config.retrain, facts) == []
    assert kinds(facts, "retrain.when=[drift]") == ["drift"]


def test_a_reason_says_its_figures() -> None:
    facts = replace(
        FACTS, precision=Range(0.1, 0.25), promised=Range(0.42, 0.61), alarms=("a drifted", "b drifted")
    )
    assert [one.words for one in due(compose(WHEN).config.retrain, facts)] == [
        "of the top tier 10 to 25 % came true, where its test said 42 to 61 %",
        "a drifted, and 1 more",
    ]


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0, 3), st.floats(0, 3))
def test_a_training_is_never_due_within_min_days_of_the_last(trained, since, low, width) -> None:
    facts = Facts(
        TODAY, TODAY - timedelta(days=since), TODAY - timedelta(days=trained), off=Range(low, low + width)
    )
    assert trained >= SETTINGS.min_days or due(SETTINGS, facts) == []


SETTINGS = compose(WHEN).config.retrain
