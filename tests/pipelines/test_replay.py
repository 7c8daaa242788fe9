"""A past score, given again from the ledger alone: the same bits, or what differs."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3

import numpy as np
import pandas as pd
import pytest
from cycles import entry, gone, written_cycle
from small import trained
from support import called, compose

from icp_ml.data.ledger import keep_models, open_ledger, record_missing
from icp_ml.data.ledger.replaying import replayed
from icp_ml.scoring import score

DAYS = ["2026-01-01", "2026-03-01", "2026-03-02"]


def scored_entries(model, rows, day, **columns):
    """Make the entries of rows as a scheduled run would, and their input rows."""
    found = score(model, rows, pd.Timestamp(day), n_reasons=3)
    digests = [hashlib.sha256(repr(row).encode()).hexdigest()[:32] for row in rows.itertuples()]
    made = [
        entry(
            account,
            float(probability),
            tier=tier,
            model_tier=tier,
            model_version=model.version,
            input_digest=digest,
            **columns,
        )
        for account, probability, tier, digest in zip(
            found["account_id"], found["fit_probability"], found["tier"], digests, strict=True
        )
    ]
    return made, rows.assign(input_digest=pd.array(digests, "str"))


def settings_of(place, store):
    given = [f"rescore.folder={place}"]
    if store == "sqlite":
        sqlite3.connect(place / "ledger.db").close()
        given.append(f"rescore.ledger_url=sqlite:///{place / 'ledger.db'}")
    return given


@pytest.fixture
def place(request, tmp_path):
    """Give settings of a ledger of three cycles: all accounts, ten with other data, one that is gone."""
    training, _, model = trained()
    rows, given = training.accounts.iloc[:40], settings_of(tmp_path, getattr(request, "param", "parquet"))
    first = scored_entries(model, rows, DAYS[0])
    grown = (
        rows.iloc[:10].assign(employees=rows["employees"].iloc[:10].fillna(10) * 7 + 1).reset_index(drop=True)
    )
    second = scored_entries(model, grown, DAYS[1], event="changed")
    written_cycle(tmp_path, f"{DAYS[0]}_a", *first)
    written_cycle(tmp_path, f"{DAYS[1]}_b", *second)
    written_cycle(tmp_path, f"{DAYS[2]}_c", [gone("A0007")])
    ledger = open_ledger(compose(*given).config.rescore)
    record_missing(tmp_path, ledger)
    keep_models([model], ledger.folder)
    return tmp_path, given, ledger


@pytest.mark.parametrize("place", ["parquet", "sqlite"], indirect=True)
def test_any_past_score_is_given_again_to_the_last_bit(place):
    _, _, ledger = place
    rng = np.random.default_rng(3)
    days = pd.to_datetime(["2026-01-01", "2026-01-20", "2026-03-01"]).date
    for account in rng.choice(40, 3, replace=False):
        for day in days:
            found = replayed(ledger, f"A{account:04}", "default", day)
            assert found.is_exact, found.differences


def test_the_day_chooses_the_score(place):
    _, given, _ = place
    said = [
        called("replay", *given, "rescore.account=A0001", f"today={day}") for day in ("2026-01-09", DAYS[2])
    ]
    assert [one.returncode for one in said] == [0, 0]
    assert (
        "given 2026-01-01, standing 2026-01-01: scored again, it is the same to the last bit"
        in said[0].stdout
    )
    assert "given 2026-03-01, standing 2026-03-02: scored again, it is the same" in said[1].stdout


@pytest.mark.parametrize(
    ("account", "day", "why"),
    [
        ("A0001", "2025-12-31", "not yet in the list\n  the first cycle is of 2026-01-01"),
        ("A0007", DAYS[2], f"not in the list since {DAYS[2]}"),
    ],
)
def test_a_day_without_a_score_is_said(place, account, day, why):
    done = called("replay", *place[1], f"rescore.account={account}", f"today={day}")
    said = f"error: {account} had no score on {day}.\n  {why}\nTake a day from make history: ARGS=today=...\n"
    assert (done.returncode, done.stdout, done.stderr) == (65, "", said)


@pytest.fixture(params=["parquet", "sqlite"])
def segments(request, tmp_path):
    """Give settings of a ledger: an account is in segment na, then in na and big, then in na alone; gone."""
    training, _, model = trained()
    given = settings_of(tmp_path, request.param)
    made = [scored_entries(model, training.accounts.iloc[:1], DAYS[0], segment=one) for one in ("na", "big")]
    written_cycle(tmp_path, f"{DAYS[0]}_a", *made[0])
    written_cycle(tmp_path, f"{DAYS[1]}_b", *made[1])
    written_cycle(tmp_path, f"{DAYS[2]}_c", [gone("A0000", segment="big")])
    written_cycle(tmp_path, "2026-03-03_d", [gone("A0000", segment="na")])
    ledger = open_ledger(compose(*given).config.rescore)
    record_missing(tmp_path, ledger)
    keep_models([model], ledger.folder)
    return lambda day: called("replay", *given, "rescore.account=A0000", f"today={day}")


@pytest.mark.parametrize(
    ("day", "why"), [(DAYS[0], "not yet in the list"), (DAYS[2], f"not in the list since {DAYS[2]}")]
)
def test_a_segment_that_it_was_not_in_is_said_and_no_failure(segments, day, why):
    done = segments(day)
    assert (done.returncode, done.stderr) == (0, "")
    [na, big] = done.stdout.splitlines()
    assert na.startswith(f"A0000 in segment na on {day}: ")
    assert na.endswith("scored again, it is the same to the last bit")
    assert big == f"A0000 on {day}, in segment big: {why}"


def test_one_that_stood_in_no_segment_is_an_error_that_says_when_it_left(segments):
    done = segments("2026-03-09")
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr == (
        "error: A0000 had no score on 2026-03-09.\n"
        "  in segment na: not in the list since 2026-03-03\n"
        f"  in segment big: not in the list since {DAYS[2]}\n"
        "Take a day from make history: ARGS=today=...\n"
    )


def test_an_unknown_account_is_said(place):
    done = called("replay", *place[1], "rescore.account=A00011", "today=2026-01-01")
    assert (done.returncode, "near: A0001" in done.stderr) == (65, True)


def test_a_score_that_differs_is_shown(tmp_path):
    training, _, model = trained()
    made, inputs = scored_entries(model, training.accounts.iloc[:1], DAYS[0])
    wrong = made[0] | {"fit_probability": float(np.nextafter(made[0]["fit_probability"], 1))}
    written_cycle(tmp_path, f"{DAYS[0]}_a", [wrong], inputs)
    ledger = open_ledger(compose(f"rescore.folder={tmp_path}").config.rescore)
    record_missing(tmp_path, ledger)
    keep_models([model], ledger.folder)
    done = called("replay", f"rescore.folder={tmp_path}", "rescore.account=A0000", f"today={DAYS[0]}")
    assert done.returncode == 65
    assert f"fit_probability: {wrong['fit_probability']!r} in the ledger, " in done.stderr


def test_a_model_or_a_row_that_is_not_there_is_said(place):
    folder, given, ledger = place
    shutil.rmtree(ledger.folder / "models")
    done = called("replay", *given, "rescore.account=A0001", f"today={DAYS[0]}")
    assert (done.returncode, "does not keep the model" in done.stderr) == (65, True)
    shutil.rmtree(folder / f"{DAYS[0]}_a")
    (ledger.folder / f"cycle={DAYS[0]}_a/inputs.parquet").unlink()
    done = called("replay", *given, "rescore.account=A0001", f"today={DAYS[0]}")
    assert (done.returncode, "lacks the input row" in done.stderr) == (65, True)
    assert "inputs.parquet is lacking" in done.stderr
