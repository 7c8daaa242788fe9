"""The ledger: what was scored is read back as it was, or said to be damaged."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from icp_ml.data.ledger import ENTRY, ENTRY_COLUMNS, read_entry, write_entry
from icp_ml.data.scored import SCHEMA
from icp_ml.errors import DataError


def _table(*rows: tuple[str, str | None, float, str], segment: str = "default") -> pa.Table:
    content: list[dict[str, Any]] = [
        {
            "account_id": account,
            "name": name,
            "segment": segment,
            "fit_probability": probability,
            "rubric_points": probability * 5,
            "tier": tier,
            "is_customer": False,
            "model_version": "abc",
            "scored_at": date(2026, 1, 1),
        }
        for account, name, probability, tier in rows
    ]
    return pa.Table.from_pylist(content, SCHEMA)


def _kept(folder: Path, *tables: pa.Table) -> None:
    folder.mkdir(exist_ok=True)
    write_entry(tables, folder)


def test_rows_are_read_back_in_full_precision(tmp_path: Path) -> None:
    tables = [_table(("A", "Acme", 1 / 3, "Best fit")), _table(("B", None, 0.1, "Bad fit"))]
    _kept(tmp_path, *tables)
    entry = read_entry(tmp_path)
    assert list(entry.columns) == ENTRY_COLUMNS
    assert entry["account_id"].tolist() == ["A", "B"]
    assert entry["fit_probability"].tolist() == [1 / 3, 0.1]


def test_an_empty_list_has_an_entry_too(tmp_path: Path) -> None:
    _kept(tmp_path)
    assert read_entry(tmp_path).empty
    assert list(read_entry(tmp_path).columns) == ENTRY_COLUMNS


@pytest.mark.parametrize("case", ["lacking", "truncated", "no parquet", "other columns", "a folder"])
def test_a_damaged_entry_is_bad_data_with_the_fix(tmp_path: Path, case: str) -> None:
    path = tmp_path / ENTRY
    _kept(tmp_path, _table(("A", "Acme", 0.5, "Best fit")))
    content = path.read_bytes()
    path.unlink()
    if case == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif case == "no parquet":
        path.write_text("account_id,tier\n")
    elif case == "other columns":
        parquet.write_table(pa.table({"account_id": ["A"]}), path)
    elif case == "a folder":
        path.mkdir()
    with pytest.raises(DataError) as failure:
        read_entry(tmp_path)
    assert failure.value.what == f"the ledger entry {path} cannot be read."
    assert failure.value.fix == (
        f"Restore it, or move {tmp_path.name} away: the next run then starts without a comparison."
    )


def test_an_entry_from_before_there_were_segments_is_of_the_default_one(tmp_path: Path) -> None:
    old = _table(("A", "Acme", 0.5, "Best fit")).select(ENTRY_COLUMNS)
    parquet.write_table(old.drop_columns(["segment", "rubric_points"]), tmp_path / ENTRY)
    entry = read_entry(tmp_path)
    assert list(entry.columns) == ENTRY_COLUMNS
    assert entry["segment"].tolist() == ["default"]
    assert entry["rubric_points"].isna().all()


def test_folder_names_add_no_columns(tmp_path: Path) -> None:
    folder = tmp_path / "day=2026"
    _kept(folder, _table(("A", "Acme", 0.5, "Best fit")))
    assert list(read_entry(folder).columns) == ENTRY_COLUMNS


def test_a_failed_scoring_closes_the_entry(tmp_path: Path) -> None:
    def failing() -> Any:
        yield _table(("A", "Acme", 0.5, "Best fit"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_entry(failing(), tmp_path)
    assert read_entry(tmp_path)["account_id"].tolist() == ["A"]
