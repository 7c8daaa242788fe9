"""Whether a CSV file of ours names an account: in its columns of ids, as it is written there."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from icp_ml.data.crm.files import ROW_COLUMNS
from icp_ml.data.scored import REFUSED_COLUMNS
from icp_ml.data.scored_text import safe_cell
from icp_ml.scoring import SCORED_COLUMNS

IDS = ("account_id", "duplicate_of")


@dataclass(frozen=True)
class Headings:
    """How others head the columns that hold ids of accounts.

    Attributes
    ----------
    sources : frozenset of str
        In the files that are scored: a refused row is kept as it stood there.
    imports : frozenset of str
        In the files for a CRM.
    """

    sources: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()


NO_HEADINGS = Headings()


@dataclass(frozen=True)
class _Places:
    """Columns of ids, of similar customers, and of rows as they were read."""

    ids: Sequence[int] = ()
    similar: Sequence[int] = ()
    contents: Sequence[int] = ()


def lines_name(path: Path, account: str, headings: Headings, is_strict: bool) -> bool:
    """Say whether the lines of a CSV file name an account; parts of a list have no heading.

    Parameters
    ----------
    path : Path
    account : str
    headings : Headings
    is_strict : bool
        Columns of similar customers, which hold names or ids, and files of an unknown form do not count.
    """
    shown = {account, str(safe_cell(account))}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        lines = csv.reader(stream)
        first = next(lines, [])
        headed, unheaded = _headed(first, headings), _unheaded(first)
        if headed is not None:
            return any(_in_row(row, headed, shown, headings, is_strict) for row in lines)
        rows = chain([first], lines)
        if unheaded is not None:
            return any(_in_row(row, unheaded, shown, headings, is_strict) for row in rows)
        return not is_strict and any(shown & set(row) for row in rows)


def _headed(first: Sequence[str], headings: Headings) -> _Places | None:
    """Find the columns by the first line, where that is a heading."""
    if "account_id" in first:
        similar = [at for at, name in enumerate(first) if name.startswith("similar_")]
        return _Places([at for at, name in enumerate(first) if name in IDS], similar)
    if tuple(first) == REFUSED_COLUMNS:
        return _Places(contents=[REFUSED_COLUMNS.index("content")])
    if tuple(first) == ROW_COLUMNS:
        return _Places([ROW_COLUMNS.index("key")])
    found = [at for at, name in enumerate(first) if name in headings.imports]
    return _Places(found) if found else None


def _unheaded(first: Sequence[str]) -> _Places | None:
    """Find the columns of a part by their number."""
    kinds = (tuple(SCORED_COLUMNS), REFUSED_COLUMNS)
    return next((_headed(one, NO_HEADINGS) for one in kinds if len(one) == len(first)), None)


def _in_row(
    row: Sequence[str], places: _Places, shown: set[str], headings: Headings, is_strict: bool
) -> bool:
    cells = _at(row, places.ids)
    if not is_strict:
        cells += [one for cell in _at(row, places.similar) for one in cell.split("; ")]
    for content in _at(row, places.contents):
        cells += _ids_of(content, headings.sources)
    return not shown.isdisjoint(cells)


def _at(row: Sequence[str], places: Iterable[int]) -> list[str]:
    return [row[at] for at in places if at < len(row)]


def _ids_of(content: str, sources: frozenset[str]) -> list[str]:
    """Give the ids of a refused row; one that was not read at all has none."""
    try:
        cells = json.loads(content)
    except ValueError:
        return []
    return [str(cells[one]).strip() for one in sources & cells.keys()] if isinstance(cells, dict) else []
