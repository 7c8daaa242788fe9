"""One account's story: where it stands, each move with its reasons, and what is lacking of it."""

from __future__ import annotations

import sqlite3
import subprocess
from datetime import date

import pytest
from cycles import entry, gone, name_of, written_cycle
from support import ROOT, called

from icp_ml.data.ledger import open_ledger, record_missing
from icp_ml.data.ledger.erased import erasure, note_erasure
from icp_ml.settings import RescoreSettings

MOVED = {
    "event": "changed",
    "previous_cycle": name_of(1),
    "previous_scored_at": date(2026, 1, 1),
    "previous_probability": 0.2,
    "previous_score": -1.3862943611198906,
    "previous_tier": "Bad fit",
    "previous_list_tier": "C",
    "change_time": 0.0,
    "change_data": 2.1,
    "change_model": 0.13359222150709482,
    "tier_time": "Bad fit",
    "tier_data": "Best fit",
    "tier_model": "Best fit",
    "moved_by": "data",
    "why": "employees 120, before 40",
}
CYCLES = [
    [entry("P1", 0.2, name="Acme Ltd"), entry("P12", 0.9), entry("P3", 0.4, segment="europe")],
    [
        entry("P1", 0.7, name="Acme Ltd", **MOVED),
        entry("P3", 0.6, segment="asia", rule="no_go", is_excluded=True),
    ],
    [gone("P12", previous_tier="Best fit", previous_probability=0.9)],
]

STORY = """\
P1: Acme Ltd
now Best fit, 70.0 %, A in the list; unchanged since 2026-01-02

2026-01-02  Bad fit -> Best fit, 20.0 % -> 70.0 %
  why: employees 120, before 40
  tier moved by data, in the list C -> A
  score +2.234 in log-odds: time +0.000, data +2.100, model +0.134
  exact: fit_probability 0.7, before 0.2, time 0.0, data 2.1, \
model 0.13359222150709482, Best fit from 0.5, Good fit from 0.25, cycle 2026-01-02_00000002, \
model 0123456789ab, input {digest}

2026-01-01  new in the list: Bad fit, 20.0 %
  why: new in the list
  exact: fit_probability 0.2, Best fit from 0.5, Good fit from 0.25, cycle 2026-01-01_00000001, \
model 0123456789ab, input {before}
"""


@pytest.fixture
def asked(request, tmp_path):
    """Give how the history of an account is asked for, of three cycles."""
    given = [f"rescore.folder={tmp_path / 'rescored'}"]
    if getattr(request, "param", "parquet") == "sqlite":
        sqlite3.connect(tmp_path / "ledger.db").close()
        given.append(f"rescore.ledger_url=sqlite:///{tmp_path / 'ledger.db'}")
    (tmp_path / "rescored").mkdir()
    for made in CYCLES:
        written_cycle(tmp_path / "rescored", entries=made)
    record_missing(tmp_path / "rescored", ledger_of(given))
    return lambda account: called("history", *given, f"rescore.account='{account}'")


def ledger_of(given):
    from support import compose

    settings: RescoreSettings = compose(*given).config.rescore
    return open_ledger(settings)


@pytest.mark.parametrize("asked", ["parquet", "sqlite"], indirect=True)
def test_a_story_reads_newest_first_with_the_exact_numbers(asked):
    done = asked("P1")
    digests = {"digest": CYCLES[1][0]["input_digest"], "before": CYCLES[0][0]["input_digest"]}
    assert (done.returncode, done.stdout) == (0, STORY.format(**digests))


def test_each_segment_has_its_own_story(asked):
    said = asked("P3").stdout
    assert "in segment europe: now Bad fit, 40.0 %, A in the list; unchanged since 2026-01-01" in said
    assert "in segment asia: now Best fit, 60.0 %, A in the list, by rule no_go, excluded;" in said


def test_one_that_left_says_what_it_was(asked):
    said = asked("P12").stdout
    assert "not in the list since 2026-01-03" in said
    assert "2026-01-03  gone from the list; it was Best fit, 90.0 %" in said


@pytest.mark.parametrize(
    ("account", "near"), [("acme", "P1 (Acme Ltd)"), ("p3", "P3 (Firm P3)"), ("P33", "P3")]
)
def test_an_unknown_account_is_answered_with_near_ones(asked, account, near):
    done = asked(account)
    assert done.returncode == 65
    assert done.stderr.startswith(f"error: the ledger has no account '{account}'.\n")
    assert f"near: {near}" in done.stderr


@pytest.mark.parametrize("verb", ["history", "replay", "erase"])
def test_nobody_named_is_said(verb):
    done = called(verb, "rescore.account=''")
    assert (done.returncode, done.stderr) == (
        78,
        "error: no account is named.\n  rescore.account: has no value\n"
        f"Say whom: make {verb} ACCOUNT=P00001.\n",
    )


@pytest.mark.parametrize("verb", ["history", "replay", "erase"])
@pytest.mark.parametrize(
    "account",
    [
        "P1",
        "O'Neil",
        'a "b" c',
        "$5",
        "$(shell id)",
        "${x}",
        "a\\b",
        "#7",
        "=7+1",
        "a,b: [c]",
        "null",
        "株 式",
    ],
)
def test_make_hands_over_an_id_of_any_signs(tmp_path, verb, account):
    python, out = tmp_path / "bin/python", tmp_path / "out"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\nprintf '%s' \"$ICP_ML_ACCOUNT\" > {out}; printf ' %s' \"$@\" >> {out}\n")
    python.chmod(0o755)
    stamp = tmp_path / "stamp"  # which -o keeps from being made anew, with the environment
    given = [f"VENV={tmp_path}", f"STAMP={stamp}", f"ACCOUNT={account}", "ARGS=today=2026-01-01"]
    subprocess.run(["make", "-s", "-o", stamp, verb, *given], cwd=ROOT, check=True, timeout=60)
    assert out.read_text() == f"{account} -m pipelines.{verb} today=2026-01-01"


@pytest.mark.parametrize("account", ["O'Neil", "${x}", "null", "12", "a,b: [c]"])
def test_the_account_is_read_as_it_was_handed_over(monkeypatch, account):
    monkeypatch.setenv("ICP_ML_ACCOUNT", account)
    done = called("history")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        65,
        f"error: the ledger has no account {account!r}.",
    )
    assert called("history", "rescore.account=P1").stderr.startswith("error: the ledger has no account 'P1'.")


def test_a_ledger_without_a_cycle_has_no_account(tmp_path):
    done = called("history", f"rescore.folder={tmp_path / 'none'}", "rescore.account=P1")
    assert (done.returncode, done.stderr.splitlines()[0]) == (65, "error: the ledger has no account 'P1'.")
    assert not (tmp_path / "none").exists()


def test_a_lacking_cycle_is_named_below_the_story(tmp_path):
    for made in CYCLES:
        written_cycle(tmp_path, entries=made)
    given = [f"rescore.folder={tmp_path}"]
    record_missing(tmp_path, ledger_of(given))
    for place in (tmp_path / name_of(2) / "cycle", tmp_path / f"ledger/cycle={name_of(2)}"):
        (place / "entries.parquet").write_bytes(b"PAR1 no longer")
    done = called("history", *given, "rescore.account=P1")
    assert done.returncode == 10
    assert "now Bad fit, 20.0 %" in done.stdout
    [line] = [one for one in done.stdout.splitlines() if one.startswith("lacking: ")]
    assert line.startswith(f"lacking: cycle {name_of(2)}: ")
    assert line.endswith(
        "differs from its digest. Restore it from a copy of the ledger; the other cycles can be read."
    )


def test_points_are_written_as_points(tmp_path):
    points = {"fit_probability": None, "score": 4.0, "rubric_points": 4.0}
    changed = MOVED | {"previous_probability": None, "previous_points": 1.5, "previous_tier": "Best fit"}
    parts = {"change_time": 0.5, "change_data": 2.0, "change_model": 0.0, "moved_by": None}
    written_cycle(tmp_path, entries=[entry("P1", 0.7, **(changed | parts | points))])
    record_missing(tmp_path, ledger_of([f"rescore.folder={tmp_path}"]))
    said = called("history", f"rescore.folder={tmp_path}", "rescore.account=P1").stdout
    assert "Best fit as before, 1.50 points -> 4.00 points" in said
    assert "score +2.500 in points: time +0.500, data +2.000, model +0.000" in said


def test_an_erasure_that_did_not_end_is_said(tmp_path):
    note_erasure(tmp_path / "ledger", erasure("P1", date(2026, 1, 5), "salt", None))
    done = called("history", f"rescore.folder={tmp_path}", "rescore.account=P1")
    assert (done.returncode, done.stdout) == (
        0,
        "erasing an account of this id began on 2026-01-05 and did not end: make erase goes on\n",
    )
