"""What a night takes over stays where the last one left it; the files of many nights are one night's rows."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from nights import BIG, ROWS, SOFTWARE, Nights, changed, models

from icp_ml.data.publish import latest
from icp_ml.data.state import SPARSE, open_state

FIRST = date(2024, 1, 1)
N_NIGHTS = 8
FULL = "rescore.is_incremental=false"
BATCHES = "scoring.batch_rows=4"
"""Of 16 rows where most are taken over."""
PUBLISHED = ("scored.csv", "refused.csv", "cycle/entries.parquet", "cycle/inputs.parquet")


@pytest.fixture
def nights(tmp_path):
    (tmp_path / "rescored").mkdir()
    return Nights(tmp_path / "rescored", tmp_path / "list.csv", (BATCHES,))


def layer_files(nights):
    """Give the files of the layers of the newest state, with what they are on the disk."""
    folder = latest(nights.folder) / "state"
    return {
        path.name: path.stat().st_ino for kind in ("inputs", "reasons") for path in folder.glob(f"*.{kind}")
    }


def test_a_night_leaves_what_it_took_over_where_it_lies_and_adds_what_is_new(nights):
    nights.night(ROWS, FIRST)
    first = layer_files(nights)
    nights.night(changed(ROWS, employees={17: 4000.0}), FIRST)
    second = layer_files(nights)
    assert first.items() <= second.items()
    assert set(second) - set(first) == {"00001-0000001.inputs", "00001-0000001.reasons"}
    state = open_state(latest(nights.folder))
    assert {kind: sum(sizes.values()) - len(ROWS) for kind, sizes in state.facts.layers.items()} == {
        "inputs": 1,
        "reasons": 1,
    }


def test_a_file_that_no_row_names_any_more_is_gone(nights):
    nights.night(ROWS, FIRST)
    nights.night(changed(ROWS, employees=dict.fromkeys(range(4, 8), 777.0)), FIRST)
    names = set(layer_files(nights))
    assert not {"00000-0000001.inputs", "00000-0000001.reasons"} & names
    assert {"00000-0000000.inputs", "00000-0000002.inputs", "00001-0000000.inputs"} <= names


def test_another_model_leaves_the_inputs_and_no_reasons(nights):
    nights.night(ROWS, FIRST)
    first = layer_files(nights)
    nights.night(ROWS, FIRST + timedelta(1), {"default": models(version="2")})
    second = layer_files(nights)
    assert {name for name in first if name in second} == {name for name in first if name.endswith("inputs")}
    assert {name.partition("-")[0] for name in second if name.endswith("reasons")} == {"00001"}


@pytest.mark.parametrize("where", [{}, {"one": [SOFTWARE], "two": [BIG]}], ids=["one", "two"])
def test_after_many_nights_a_list_is_what_it_is_scored_anew_and_layers_stay_few(nights, tmp_path, where):
    nights = replace(nights, where=where or nights.where)
    draw, rows, n_brought_together = np.random.default_rng(5), ROWS, 0
    for number in range(N_NIGHTS):
        day, last = FIRST + timedelta(number), latest(nights.folder)
        other = replace(nights, folder=tmp_path / "other")
        shutil.copytree(nights.folder, other.folder, symlinks=True)
        was_sparse = last is not None and open_state(last).is_sparse("inputs")
        made = [nights.night(rows, day)[1], other.night(rows, day, None, FULL)[1]]
        for name in PUBLISHED:
            assert (made[0] / name).read_bytes() == (made[1] / name).read_bytes(), (number, name)
        shutil.rmtree(other.folder)
        facts = open_state(made[0]).facts
        for kind, sizes in facts.layers.items():
            assert sum(sizes.values()) <= (SPARSE + 0.5) * facts.n_used[kind]
        if was_sparse:
            n_brought_together += 1
            assert {name.partition("-")[0] for name in facts.layers["inputs"]} == {f"{facts.layer:05}"}
        chosen = draw.choice(len(rows), 10, replace=False)
        rows = changed(rows, employees={int(at): float(draw.integers(5, 3000)) for at in chosen})
        rows = rows.sample(frac=1, random_state=number, ignore_index=True) if number % 3 == 2 else rows
    assert n_brought_together


def test_a_night_without_a_new_input_leaves_the_bytes_of_one_scored_anew(nights, tmp_path):
    holdout = ("holdout.name=spring", "holdout.starts=2024-01-02", "holdout.share=0.5")
    nights.night(ROWS, FIRST, None, *holdout)
    other = replace(nights, folder=tmp_path / "other")
    shutil.copytree(nights.folder, other.folder, symlinks=True)
    day = FIRST + timedelta(1)
    entries, made, _ = nights.night(ROWS, day, None, *holdout)
    full = other.night(ROWS, day, None, *holdout, FULL)[1]
    assert len(entries)
    for name in PUBLISHED:
        assert (made / name).read_bytes() == (full / name).read_bytes(), name


def test_reasons_that_were_kept_for_another_form_are_made_anew(nights, tmp_path):
    parquet = "scoring.format=parquet"
    for number, forms in enumerate([(), (parquet,), ()]):
        day = FIRST + timedelta(number)
        other = replace(nights, folder=tmp_path / "other")
        if number:
            shutil.copytree(nights.folder, other.folder, symlinks=True)
        made = [
            one.night(ROWS, day, None, *forms, *more)[1] for one, more in ((nights, ()), (other, (FULL,)))
        ]
        name = "scored.parquet" if forms else "scored.csv"
        assert (made[0] / name).read_bytes() == (made[1] / name).read_bytes()
        shutil.rmtree(other.folder)


def test_parts_of_a_killed_run_that_name_another_list_are_not_taken(nights, tmp_path, monkeypatch):
    nights.night(ROWS, FIRST)
    stays = replace(nights, folder=tmp_path / "stays")
    shutil.copytree(nights.folder, stays.folder, symlinks=True)
    rows, day = changed(ROWS, employees={3: 12.0}), FIRST + timedelta(2)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("pipelines.scoring._join", interrupted)
        nights.night(rows, day)
    assert list(nights.folder.glob(".working*/parts/*.json"))
    shuffled = ROWS.sample(frac=1, random_state=1, ignore_index=True)
    left = next(nights.folder.glob(".working*"))
    left.rename(tmp_path / "left")
    for one in (nights, stays):
        one.night(shuffled, FIRST + timedelta(1))
    (tmp_path / "left").rename(left)
    made = [one.night(rows, day)[1] for one in (nights, stays)]
    for name in PUBLISHED:
        assert (made[0] / name).read_bytes() == (made[1] / name).read_bytes(), name


def interrupted(*_):
    raise KeyboardInterrupt
