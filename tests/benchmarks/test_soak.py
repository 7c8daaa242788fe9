"""The soak in small: it runs, and what it checks can fail."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from support import forget_places

from benchmarks.soak.checking import faults, read_night, same
from benchmarks.soak.ending import ended
from benchmarks.soak.figures import figures
from benchmarks.soak.world import Day, create, plan
from benchmarks.soak.year import Soak, journal, nights

SEED, N_DAYS = 397, 6


@pytest.fixture(scope="module")
def soaked(trained, demo_tables, tmp_path_factory):
    """Go through a week with three hundred prospects; stay in that folder."""
    place = tmp_path_factory.mktemp("soak")
    shutil.copytree(trained, place, symlinks=True, dirs_exist_ok=True)
    forget_places()
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(place)
        few = replace(demo_tables, prospects=demo_tables.prospects.iloc[:300])
        create(Path("var"), SEED, few)
        yield list(nights(Soak(SEED, N_DAYS, is_one_process=True, full_every=4, fresh_every=0)))


def test_all_nights_of_a_week_are_good(soaked):
    assert {one["day"]: one["faults"] for one in soaked if one["faults"]} == {}
    assert sum(one["changed"] for one in soaked) > 0
    assert [one["day"] for one in soaked if "full_cpu" in one] == [4]


def test_a_soak_that_is_started_again_goes_on_where_it_ended(soaked):
    assert list(nights(Soak(SEED, N_DAYS, is_one_process=True))) == []
    assert len(journal()) == len(soaked)


def test_the_scores_of_random_days_replay_and_the_figures_are_said(soaked):
    found = ended(SEED, 3)
    assert found["faults"] == []
    assert all(one["is_exact"] for one in found["replays"])
    said = "\n".join(figures(soaked, found))
    assert "3 of 3 random scores replay exactly" in said
    assert "0 with a fault" in said


@pytest.mark.parametrize("column", ["fit_probability", "tier", "is_customer"])
def test_a_list_that_differs_from_the_ledger_in_one_cell_is_found(soaked, column):
    night = read_night(Day(N_DAYS - 1, "usual"))
    other, cell = night.scored.copy(), night.scored[column].iloc[3]
    other.loc[other.index[3], column] = (
        "C" if column == "tier" else not cell if column == "is_customer" else 1 - cell
    )
    assert not same(night.scored, other)
    assert any("differ in " + column in one for one in faults(replace(night, scored=other)))


def test_a_year_has_every_kind_of_night():
    days = plan(42, 365)
    assert {one.kind for one in days} == {"usual", "quiet", "shuffled", "twice", "again", "gap"}
    assert len({one.mark for one in days}) == len(days)
    assert max(later.number - one.number for one, later in pairwise(days)) >= 7
