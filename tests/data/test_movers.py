from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pyarrow as pa

from icp_ml.data import movers as written
from icp_ml.data.movers import write_movers
from icp_ml.rescore import movers
from icp_ml.rescore.entries import ENTRY
from icp_ml.rescore.moves import LISTED
from icp_ml.scoring import TIERS

UP = {
    **{"account_id": "=1+1", "name": "@cmd", "segment": "europe", "event": "changed"},
    **{"previous_tier": "Bad fit", "tier": "Best fit", "why": '=HYPERLINK("x"), 2', "moved_by": "data"},
    **{"previous_probability": 0.1, "fit_probability": 0.9, "change_data": -0.00004},
    **{"previous_points": 0.5, "rubric_points": 4.5, "previous_scored_at": date(2026, 1, 2)},
}
LEFT = {"account_id": "Æ", "name": None, "segment": "europe", "event": "gone", "previous_tier": "Bad fit"}


def lines(folder: Path, *rows) -> list[dict[str, str]]:
    write_movers(movers(pa.Table.from_pylist(list(rows), schema=ENTRY), TIERS, 0.05, 1), folder)
    with (folder / "movers.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_movers_are_written_and_no_cell_is_a_formula(tmp_path: Path) -> None:
    row, _ = lines(tmp_path, UP, LEFT)
    assert tuple(row) == LISTED
    assert (row["account_id"], row["name"], row["why"]) == ("'=1+1", "'@cmd", '\'=HYPERLINK("x"), 2')
    assert (row["move"], row["change"], row["change_data"]) == ("up", "0.8000", "0.0000")
    assert (row["segment"], row["previous_points"], row["rubric_points"]) == ("europe", "0.5000", "4.5000")
    assert (row["previous_scored_at"], row["moved_by"]) == ("2026-01-02", "data")


def test_a_missing_name_stays_empty_and_a_spreadsheet_reads_every_letter(tmp_path: Path) -> None:
    _, row = lines(tmp_path, UP, LEFT)
    assert (row["account_id"], row["name"], row["move"], row["tier"]) == ("Æ", "", "left", "")
    assert (tmp_path / "movers.csv").read_bytes().startswith(b"\xef\xbb\xbfaccount_id,")


def test_nobody_moved_leaves_the_heading_alone(tmp_path: Path) -> None:
    assert lines(tmp_path) == []
    assert (tmp_path / "movers.csv").read_text("utf-8-sig").splitlines() == [",".join(LISTED)]


def test_parts_written_one_by_one_are_the_same_file(tmp_path: Path, monkeypatch) -> None:
    rows = [{**UP, "account_id": f"A{at}"} for at in range(7)]
    whole = lines(tmp_path, *rows)
    monkeypatch.setattr(written, "N_ROWS_AT_ONCE", 3)
    assert lines(tmp_path, *rows) == whole
