"""The prospects of a profile as a CSV file, written as they come, safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from icp_ml.data.scored_text import safe_cell

COLUMNS = ("account_id", "name", "group", "archetype", "tier", "fit_probability")


@contextmanager
def prospect_lines(path: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Give a function that appends rows with these columns to a CSV file."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(",".join(COLUMNS) + "\r\n")

        def write(rows: pd.DataFrame) -> None:
            stream.write(csv_text(rows[[*COLUMNS]], header=False))

        yield write


def csv_text(rows: pd.DataFrame, header: bool = True) -> str:
    """Write a table as CSV: no cell can run as a formula, a share has four decimals."""
    safe: Any = rows.copy()
    for name in rows:
        if not pd.api.types.is_numeric_dtype(rows[name]):
            safe[name] = [None if pd.isna(one) else safe_cell(str(one)) for one in rows[name].tolist()]
    text: str = safe.to_csv(index=False, header=header, float_format="%.4f", lineterminator="\r\n")
    return text
