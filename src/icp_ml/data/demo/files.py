"""The demo's files: formats as different as a real company's, the same bytes for the same tables."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from icp_ml.data.demo.lists import competitors, named, pilot
from icp_ml.data.demo.tables import DemoTables

Writer = Callable[[pd.DataFrame, Path], None]
TRUTH_FOLDER = "truth"


def write(tables: DemoTables, folder: Path) -> None:
    """Write the demo's files, each whole or not at all.

    Parameters
    ----------
    tables : DemoTables
        What to write.
    folder : pathlib.Path
        Made where it is missing. The truth goes to a folder of its own inside, so that no glob over
        the files of the mapping finds it.
    """
    (folder / TRUTH_FOLDER).mkdir(parents=True, exist_ok=True)
    _replace(tables.customers, folder / "customers.csv", _write_crm_csv)
    _replace(tables.orders, folder / "orders.csv.gz", _write_gzip_csv)
    _replace(tables.deals, folder / "deals.csv", _write_csv)
    _replace(tables.signals, folder / "signals.parquet", _write_parquet)
    _replace(tables.prospects, folder / "prospects.csv", _write_bom_csv)
    for name, listed in (("competitors", competitors), ("pilot", pilot), ("named", named)):
        _replace(listed(tables.prospects), folder / f"{name}.csv", _write_csv)
    _replace(tables.vendor, folder / "vendor.csv", _write_csv)
    _replace(tables.truth, folder / TRUTH_FOLDER / "truth.parquet", _write_parquet)


def _replace(table: pd.DataFrame, path: Path, write_to: Writer) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    write_to(table, unfinished)
    unfinished.replace(path)


def _write_crm_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, sep=";", encoding="cp1252", lineterminator="\r\n")


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def _write_bom_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _write_gzip_csv(table: pd.DataFrame, path: Path) -> None:
    text = table.to_csv(index=False, lineterminator="\n")
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)
