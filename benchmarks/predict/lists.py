"""Long lists of made-up prospects."""

from __future__ import annotations

import csv
from itertools import count
from pathlib import Path

SOURCE = Path("var/demo/prospects.csv")
ID, DOMAIN = 0, 2


def write_list(path: Path, n_rows: int) -> None:
    """Write the demo's prospects over and over, with new ids and web domains: no row repeats another."""
    with SOURCE.open(encoding="utf-8-sig", newline="") as source:
        header, *rows = csv.reader(source)
    rows = [row for row in rows if row[ID].strip()]
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        for number in count():
            left = n_rows - number * len(rows)
            if left <= 0:
                return
            writer.writerows(_renamed(row, number) for row in rows[:left])


def _renamed(row: list[str], number: int) -> list[str]:
    cells = row.copy()
    cells[ID] = f"{row[ID].strip()}-{number}"
    cells[DOMAIN] = f"{cells[ID]}.example".lower()
    return cells
