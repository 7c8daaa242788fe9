"""Rows that stand as they stood are not scored again, and no byte of a list shows it."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from nights import BIG, ROWS, SOFTWARE, Nights, changed, models

from icp_ml.engine import told

FIRST = date(2024, 1, 1)
FILES = ("scored.csv", "refused.csv", "cycle/entries.parquet", "cycle/inputs.parquet", "cycle/drift.json")
FULL = "rescore.is_incremental=false"
HOLDOUT = ("holdout.name=spring", "holdout.starts=2024-01-02", "holdout.share=0.5")
SOURCE_TIMES = st.sampled_from([0, 1, 40, 400])


@st.composite
def next_list(draw):
    """Draw a list: rows of ROWS, some changed, repeated, without an id, in whatever order."""
    places = draw(st.lists(st.integers(0, 39), min_size=15, max_size=45))
    rows = ROWS.iloc[[*range(0, 40, draw(st.integers(1, 3))), *places]].reset_index(drop=True)
    at = draw(st.lists(st.integers(0, len(rows) - 1), max_size=4, unique=True))
    values = draw(st.lists(st.sampled_from([1.0, 30.0, 5000.0, np.nan]), min_size=4, max_size=4))
    rows = changed(rows, employees=dict(zip(at, values, strict=False)))
    if draw(st.booleans()):
        rows = changed(rows, account_id={draw(st.integers(0, len(rows) - 1)): None})
    return rows.iloc[::-1] if draw(st.booleans()) else rows


@st.composite
def story(draw):
    """Draw what happens in three nights: lists, days, models, batches, and whether some are left alone."""
    lists = [draw(next_list()) for _ in range(2)]
    days = np.cumsum([0, *(draw(SOURCE_TIMES) for _ in range(2))])
    versions = [draw(st.sampled_from(["", "", "", "later"])) for _ in range(3)]
    sizes = [draw(st.sampled_from([7, 20, 1000])) for _ in range(3)]
    where = draw(st.sampled_from([{"default": []}, {"one": [SOFTWARE], "two": [BIG]}]))
    asked = draw(st.sampled_from([(), HOLDOUT]))
    lists = [lists[0], draw(st.sampled_from(lists)), lists[1]]
    return lists, days.tolist(), versions, sizes, (where, asked)


@settings(max_examples=8, phases=[Phase.generate])
@given(told=story())
def test_a_list_of_which_rows_were_taken_over_is_that_of_a_full_scoring(told, tmp_path_factory):
    lists, days, versions, sizes, (where, asked) = told
    place = tmp_path_factory.mktemp("both")
    both = [Nights(place / one, place / "list.csv", where=where) for one in ("taken", "anew")]
    for at, rows in enumerate(lists):
        by = {name: models(version=versions[at]) for name in where}
        day = FIRST + timedelta(days=days[at])
        size = f"scoring.batch_rows={sizes[at]}"
        _, made, _ = both[0].night(rows, day, by, size, *asked)
        _, full, _ = both[1].night(rows, day, by, size, FULL, *asked)
        for file in FILES:
            assert (made / file).read_bytes() == (full / file).read_bytes(), file
    shutil.rmtree(place)


class ScoredAnewError(Exception):
    pass


@pytest.fixture
def scoring_fails(monkeypatch):
    def fail(*given):
        raise ScoredAnewError

    return lambda: monkeypatch.setattr(told, "score_encoded", fail)


@pytest.fixture
def nights(tmp_path):
    made = Nights(tmp_path / "rescored", tmp_path / "list.csv")
    made.night(ROWS, FIRST)
    return made


def test_rows_that_stand_as_they_stood_are_not_scored(nights, scoring_fails):
    scoring_fails()
    found, _, _ = nights.night(ROWS.iloc[::-1].drop(index=7), FIRST)
    assert set(found.loc[found["event"] == "gone", "account_id"]) == {"A0007"}


@pytest.mark.parametrize("what", ["a value", "a day that counts", "the model", "nothing", "is_incremental"])
def test_others_are(nights, scoring_fails, what):
    scoring_fails()
    rows = changed(ROWS, employees={5: 4321.0}) if what == "a value" else ROWS
    day = FIRST + timedelta(days=400 if what == "a day that counts" else 0)
    by = {"default": models(version="later" if what == "the model" else "")}
    given = [FULL] if what == "is_incremental" else []
    if what == "nothing":
        assert len(nights.night(changed(rows, account_id={59: None}), day, by)[0]) >= 1
        return
    with pytest.raises(ScoredAnewError):
        nights.night(rows.iloc[::-1], day, by, *given)


def test_a_part_whose_rows_all_repeat_earlier_ones_is_scored(tmp_path):
    rows = pd.concat([ROWS.iloc[:20], ROWS.iloc[:5].assign(employees=9.0)], ignore_index=True)
    nights = Nights(tmp_path / "rescored", tmp_path / "list.csv")
    found, made, _ = nights.night(rows, FIRST, None, "scoring.batch_rows=20")
    assert (len(found), len(pd.read_csv(made / "scored.csv"))) == (20, 25)
