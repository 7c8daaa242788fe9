"""Make a state of the parts of a list: index its rows, and keep what they name of the last one's layers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from icp_ml.data.layers import ROW_BITS, Layers, Places, mapped, name_of, named_place, write_arrow
from icp_ml.data.parts import PartFiles
from icp_ml.data.rows_read import RAW
from icp_ml.data.state import State
from icp_ml.data.state_facts import BY_ACCOUNT, BY_CONTENT, LAYERED, StateFacts, checksums

RAW_HALVES = [f"{RAW}first", f"{RAW}second"]
NOTHING = pa.schema([(name, pa.uint64()) for name in RAW_HALVES]).empty_table()


def keep_state(
    files: PartFiles, facts: StateFacts, numbers: Sequence[int], last: State | None = None
) -> None:
    """Make the folder of a list's parts its state; what is no part of that is removed.

    Files of the last state that rows still name are linked, not copied: a night on which little changed
    writes little.

    Parameters
    ----------
    files : PartFiles
    facts : StateFacts
        Without what is counted here.
    numbers : sequence of int
        Of the parts.
    last : State, optional
        Of which the list took rows over.
    """
    folder = files.folder
    for number in numbers:
        files.counts(number).unlink(missing_ok=True)  # without them a part is not done: it is scored again
    sums: dict[str, int] = {}
    rows = [mapped(files.scored(number)) for number in numbers]
    used = {kind: _used(rows, kind) for kind in LAYERED}
    names = {kind: _files_of(used[kind], kind) for kind in LAYERED}
    for name in (one for several in names.values() for one in several):
        if last is not None and name in last.facts.sums:
            sums[name] = last.facts.sums[name]
            _link(last.folder / name, folder / name)
    _write_indexes(folder, rows, (used["inputs"], names["inputs"]))
    own = [one(number).name for number in numbers for one in (files.scored, files.list_tiers)]
    new = [name for several in names.values() for name in several if name not in sums]
    sums |= checksums(folder, [*own, *new, BY_CONTENT, BY_ACCOUNT])
    for path in folder.iterdir():
        if path.name not in sums:
            path.unlink()
    replace(
        facts,
        n_rows=[len(one) for one in rows],
        layer=files.layer,
        layers={kind: {name: len(mapped(folder / name)) for name in names[kind]} for kind in LAYERED},
        n_used={kind: len(used[kind]) for kind in LAYERED},
        sums=sums,
    ).write(folder)


def _used(rows: Sequence[pa.Table], kind: str) -> Places:
    """Give the places that scored rows name, each once."""
    places = [one[f"{kind}_at"].to_numpy() for one in rows]
    found = np.sort(np.concatenate(places or [np.empty(0, np.int64)]), kind="stable")  # most are in order
    return np.asarray(found[np.diff(found, prepend=-1) > 0])


def _files_of(places: Places, kind: str) -> list[str]:
    """Name the files that sorted places are in, in their order."""
    return [name_of(number << ROW_BITS, kind) for number in np.unique(places >> ROW_BITS).tolist()]


def _link(kept: Path, path: Path) -> None:
    path.unlink(missing_ok=True)
    try:
        os.link(kept, path)
    except OSError:  # a file system without links
        shutil.copy2(kept, path)


def _write_indexes(folder: Path, rows: Sequence[pa.Table], inputs: tuple[Places, Sequence[str]]) -> None:
    """Index the inputs by what they were read from, and the scored rows by account and segment."""
    places, names = inputs
    layers = Layers((named_place(name), folder / name) for name in names)
    raw = layers.rows(places, RAW_HALVES) if names else NOTHING
    first, second = (raw[name].to_numpy() for name in RAW_HALVES)
    known = np.flatnonzero((first != 0) | (second != 0))
    known = known[np.argsort(first[known], kind="stable")]
    _write(folder / BY_CONTENT, first=first[known], second=second[known], place=places[known])
    ids = np.concatenate([one["key_id"].to_numpy() for one in rows] or [np.empty(0, np.uint64)])
    order = np.argsort(ids, kind="stable")
    is_first = np.diff(ids[order], prepend=~ids[order[:1]] if len(ids) else 0) != 0
    _write(folder / BY_ACCOUNT, key=ids[order[is_first]], place=order[is_first])


def _write(path: Path, **columns: Any) -> None:
    write_arrow(path, pa.table({name: pa.array(values) for name, values in columns.items()}))
