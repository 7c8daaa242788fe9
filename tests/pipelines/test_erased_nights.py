"""An account is erased between two nights: the next one knows nothing of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from nights import ROWS, Nights, changed
from pyarrow import ipc

from icp_ml.data.ledger.traces import names_account
from icp_ml.data.publish import latest
from icp_ml.errors import ExitCode
from pipelines.erase import erase

ACCOUNT, NAME = "A0012", "Company 12"
FIRST, SECOND, THIRD, FOURTH = (date(2024, 1, day) for day in (1, 2, 3, 4))
REMOVED = (
    "the last list's state was removed when an account was erased: "
    "all rows are scored anew and compared with the ledger"
)
LOST = "the last list's state cannot be read: all rows are scored anew and compared with the ledger"


@pytest.fixture
def nights(tmp_path, monkeypatch):
    """Give two nights, after which the account was erased."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rescored").mkdir()
    made = Nights(tmp_path / "rescored", tmp_path / "list.csv")
    made.night(ROWS, FIRST)
    made.night(changed(ROWS, employees={12: 4000.0, 13: 3000.0}), SECOND)
    assert erased(made) == ExitCode.ALARMS
    return made


def erased(nights):
    run = nights.run(SECOND)
    settings = run.config.rescore.model_copy(update={"account": ACCOUNT})
    return erase(replace(run, config=run.config.model_copy(update={"rescore": settings})))


def naming(folder):
    """List the files below a folder that hold the account's id or name, in whatever form."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(map(said(path).count, (ACCOUNT, NAME)))
    ]


def said(path):
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.read_bytes().startswith(b"ARROW1"):
        return ipc.open_file(path).read_all().to_pandas().to_csv()
    return path.read_bytes().decode("utf-8", "replace")


def test_the_newest_list_alone_names_it_and_what_it_left_is_gone(nights, capsys):
    assert erased(nights) == ExitCode.ALARMS
    assert "the next scheduled run scores all rows anew" in capsys.readouterr().out
    assert not list(nights.folder.glob("*/state"))
    assert {latest(nights.folder)} == {
        one.parent.resolve() for one in nights.folder.glob("20*/manifest.json")
    }
    assert naming(nights.folder / "ledger") == []


def test_gone_at_the_source_no_file_names_it_after_the_next_night(nights):
    found, _, notes = nights.night(ROWS.drop(index=12), THIRD)
    assert notes == (REMOVED,)
    assert set(found["event"]) == {"changed"}
    assert "A0013" in set(found["account_id"])
    assert erased(nights) == ExitCode.OK
    assert naming(nights.folder) == []
    assert nights.ledger.check() == []


def test_a_state_that_is_lost_later_is_not_put_down_to_the_erasure(nights):
    nights.night(ROWS, THIRD)
    shutil.rmtree(latest(nights.folder) / "state")
    assert nights.night(ROWS.drop(index=12), FOURTH)[2] == (LOST,)


def test_still_at_the_source_it_is_scored_anew_and_the_others_as_if_nothing_had_been(nights):
    found, _, _ = nights.night(ROWS, THIRD)
    events = found.set_index("account_id")["event"]
    assert events[ACCOUNT] == "new"
    assert set(events.drop(ACCOUNT)) == {"changed"}
    assert found.set_index("account_id").loc[ACCOUNT].filter(like="previous").isna().all()
    [story] = [table for table in nights.ledger.entries({ACCOUNT}) if len(table)]
    assert story["event"].to_pylist() == ["new"]


def test_what_a_killed_run_left_is_looked_into(nights, tmp_path):
    nights.night(ROWS, THIRD)
    made = latest(nights.folder)
    [inputs] = (made / "state").glob("*.inputs")
    for name in ("state/0000000.arrow", f"state/{inputs.name}", "cycle/entries.parquet"):
        place = tmp_path / name.replace("/", "-")
        place.mkdir()
        (place / "0000000.placed").write_bytes((made / name).read_bytes())
        assert names_account(place, ACCOUNT), name
        assert not names_account(place, "A001"), name
    left = nights.folder / ".working-0123"
    left.mkdir()
    (left / "0000000.arrow").write_bytes((made / "state/0000000.arrow").read_bytes())
    erased(nights)
    assert not left.exists()
