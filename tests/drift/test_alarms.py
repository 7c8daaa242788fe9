"""Few alarms where nothing changed, and nearly always one where it did: the benchmark, small."""

from __future__ import annotations

from functools import cache

import pytest
from support import compose

from benchmarks.drift import Population, clean_alarms, found_of_planted, made, plans
from icp_ml.settings import DriftSettings


@cache
def settings() -> DriftSettings:
    return compose().config.drift


@cache
def population() -> Population:
    return made(0, n_rows=20_000, n_attributes=30)


def test_hardly_any_cycle_raises_an_alarm_though_nothing_changed() -> None:
    assert clean_alarms(population(), 300, 200, settings()) <= 2


def test_without_the_correction_for_all_that_is_tested_many_cycles_would() -> None:
    n_tests = 92
    uncorrected = settings().model_copy(update={"false_alarms": n_tests * settings().false_alarms})
    assert clean_alarms(population(), 300, 60, uncorrected) >= 6


@pytest.mark.parametrize("change", ["PSI 0.25, attribute", "PSI 0.25, score", "missing +10 points"])
def test_what_reaches_its_limit_is_found(change: str) -> None:
    planted = plans(population(), settings())[change]
    assert found_of_planted(population(), map(planted, range(40)), 3_000, settings()) >= 38


def test_twice_as_many_in_best_fit_are_found() -> None:
    planted = plans(population(), settings())["Best fit x 2"]
    assert found_of_planted(population(), map(planted, range(20)), 10_000, settings()) >= 19


def test_a_change_far_below_its_limit_is_no_alarm_however_sure_it_is() -> None:
    loose = settings().model_copy(update={"max_psi": 2.0})
    planted = plans(population(), settings())["PSI 0.25, score"]
    assert found_of_planted(population(), map(planted, range(5)), 10_000, loose) == 0
