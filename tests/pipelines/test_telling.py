"""A run tells of its list, and of its failure, to a real server; who cannot be told is an alarm."""

from __future__ import annotations

import pyarrow as pa
import pytest
from posted import inbox
from pydantic import SecretStr
from support import compose, free_port

from icp_ml.errors import DataError, UnavailableError
from icp_ml.rescore import movers
from icp_ml.rescore.entries import ENTRY
from icp_ml.scoring import TIERS
from pipelines.telling import told

__all__ = ["inbox"]


@pytest.fixture(scope="module")
def composed():
    return compose("notify.tells_of=[done,failure]", "notify.timeout_seconds=5")


@pytest.fixture
def run(composed, inbox):
    """Give a run that tells the server, and what the server got."""
    return telling_to(composed, f"json://127.0.0.1:{inbox[0]}"), inbox[1]


def telling_to(run, *urls):
    from dataclasses import replace

    notify = run.config.notify.model_copy(update={"urls": tuple(map(SecretStr, urls))})
    return replace(run, config=run.config.model_copy(update={"notify": notify}))


def entries_of(*rows):
    names = (
        "account_id",
        "name",
        "event",
        "previous_tier",
        "tier",
        "previous_probability",
        "fit_probability",
    )
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=ENTRY)


def test_a_list_is_told_with_who_moved(run):
    entries = entries_of(
        ("A", "Ada <b>", "changed", "Bad fit", "Best fit", 0.1, 0.9),
        ("B", None, "gone", "Bad fit", None, 0.1, None),
        ("C", "Cy", "changed", "Bad fit", "Bad fit", 0.2, 0.3),
        ("D", None, "new", None, "Good fit", None, 0.5),
    )
    with told(run[0]) as telling:
        assert telling.done(["3 rows scored"], movers(entries, TIERS, 0.05, 2)) == []
    assert [one["message"] for one in run[1]] == [
        "3 rows scored\n\nMoved most:\n- Ada ＜b＞: Bad fit to Best fit (10% to 90%)\n"
        "- D: new to Good fit (50%)\n- B: Bad fit to gone (10%)\n\nvar/rescored/demo/latest"
    ]


def test_a_failure_is_told_and_goes_on(run):
    with pytest.raises(DataError), told(run[0]):
        raise DataError("list.csv is empty.", fix="Export it again.")
    (got,) = run[1]
    assert got["title"] == "demo 2026-01-01: the run failed with exit status 65"
    assert got["message"].startswith("error: list.csv is empty.\nExport it again.\n")


def test_a_defect_is_told_too(run):
    with pytest.raises(ZeroDivisionError), told(run[0]):
        raise ZeroDivisionError("division by zero")
    assert run[1][0]["message"].startswith("error: ZeroDivisionError: division by zero\n")


def test_who_stops_it_by_hand_is_not_told(run):
    with pytest.raises(KeyboardInterrupt), told(run[0]):
        raise KeyboardInterrupt
    assert run[1] == []


def test_who_cannot_be_told_is_an_alarm_and_hides_no_failure(composed, capsys):
    run = telling_to(composed, f"json://me:hush@127.0.0.1:{free_port()}")
    said = "notify: address 1 of 1 (json) could not be reached, or refused the message"
    with told(run) as telling:
        assert telling.done(["1 row scored"], None) == [said]
    with pytest.raises(UnavailableError, match="no champion"), told(run):
        raise UnavailableError("no champion")
    assert capsys.readouterr().err == f"  note: {said}\n"


def test_an_address_that_cannot_be_understood_is_an_alarm_that_the_others_hear_of(composed, inbox):
    run = telling_to(composed, "hush-token", f"json://127.0.0.1:{inbox[0]}")
    said = "notify: address 1 of 2 cannot be understood"
    with told(run) as telling:
        assert telling.alarms == [said]
        assert telling.done(["1 row scored"], None) == [said]
    assert f"Alarms:\n- {said}\n" in inbox[1][0]["message"]
