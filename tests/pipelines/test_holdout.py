"""make holdout: the plan, then the reading, from the ledger and the deals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cycles import entry, written_cycle
from support import called

from icp_ml.data.ledger.folder import FolderLedger
from icp_ml.holdout import is_left_alone
from icp_ml.settings import HoldoutSettings

ASKED = ("holdout.name=spring", "holdout.starts=2026-01-05", "holdout.share=0.2", "holdout.min_effect=0.05")
N = 3_000
LEDGER = Path("var/rescored/demo/ledger")


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """Make a ledger of accounts of which one worked in six buys and one left alone in sixteen."""
    monkeypatch.chdir(tmp_path)
    ids = pd.Series([f"P{at}" for at in range(N)])
    alone = is_left_alone(ids, HoldoutSettings.model_construct(name="spring", share=0.2))
    buys = np.random.default_rng(1).random(N) < np.where(alone, 1 / 16, 1 / 6)
    recorded(ids, alone)
    sold = "".join(f"{one},2026-02-01,2026-03-01,Yes,100,A\n" for one in ids[buys])
    Path("var/demo").mkdir(parents=True)
    Path("var/demo/deals.csv").write_text(f"Account,Created,Closed,Won,Amount,Product\n{sold}")
    return tmp_path


def recorded(ids, alone) -> None:
    """Record a cycle in which those left alone are marked so."""
    marks = [{"is_excluded": bool(one), "rule": "holdout" if one else None} for one in alone]
    entries = [entry(one, **mark) for one, mark in zip(ids, marks, strict=True)]
    FolderLedger(LEDGER).record(written_cycle(LEDGER.parent, "2026-01-05_ab12cd34", entries))


def test_an_experiment_is_planned_and_read(place) -> None:
    early = called("holdout", *ASKED, "today=2026-02-16", "holdout.baseline=0.17")
    assert early.returncode == 0, early.stderr
    assert "verdict: too early: 6 of 26 weeks\n" in early.stdout
    done = called("holdout", *ASKED, "today=2026-07-06", "holdout.baseline=0.17")
    assert "verdict: working them brings between +" in done.stdout
    said = json.loads((place / "var/holdout/demo/holdout.json").read_text())
    assert said["reading"]["low"] < 1 / 6 - 1 / 16 < said["reading"]["high"]
    assert (said["plan"]["n_accounts"], said["reading"]["alarms"]) == (N, [])


def test_before_it_has_a_name_it_is_only_planned(place) -> None:
    found = called("holdout", "today=2026-07-06", "holdout.min_effect=0.05")
    assert found.returncode == 0, found.stderr
    assert "% of worked accounts buy within 26 weeks (" in found.stdout
    assert "verdict" not in found.stdout


def test_before_its_day_it_says_when_it_begins(place) -> None:
    later = ("holdout.name=fall", "holdout.starts=2026-09-01", "holdout.baseline=0.17", "today=2026-07-06")
    found = called("holdout", *later)
    assert found.returncode == 0, found.stderr
    assert "  note: fall begins on 2026-09-01: before that day nobody is left alone\n" in found.stdout


def test_a_list_that_forgot_them_is_an_alarm(place) -> None:
    shutil.rmtree(LEDGER.parent)
    recorded([f"P{at}" for at in range(N)], np.zeros(N))
    found = called("holdout", *ASKED, "today=2026-07-06", "holdout.baseline=0.17")
    assert found.returncode == 10
    assert "left alone by the draw were in no list marked so" in found.stdout


def test_without_a_ledger_there_is_nothing_to_read(place) -> None:
    shutil.rmtree(LEDGER.parent)
    found = called("holdout", *ASKED, "today=2026-07-06")
    assert found.returncode == 69
    assert "error: var/rescored/demo holds no ledger." in found.stderr
