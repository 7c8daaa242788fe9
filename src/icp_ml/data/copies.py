"""Bring what lies elsewhere here, once: then what is digested is what is read, however often it is read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from icp_ml.settings import DataSettings, FileSettings, Settings

if TYPE_CHECKING:
    import pandas as pd

COPIED_ROWS = 50_000  # of a query's answer, in memory at once and in each file of its copy
TYPED = (bool, int, float, str, bytes, Decimal, date, time, list)
Kept = TypeVar("Kept", bound=Settings)


def with_copies(mapping: DataSettings, folder: Path) -> DataSettings:
    """Name a folder below `folder` for each source that lies elsewhere; it is filled when first read."""

    def copied(file: FileSettings) -> FileSettings:
        if not file.is_elsewhere:
            return file
        named = json.dumps([file.path, file.url, file.query])
        place = folder / hashlib.sha256(named.encode()).hexdigest()[:16]
        return file.model_copy(update={"copied_to": str(place)})

    return _each_file(mapping, copied)


def brought(file: FileSettings) -> Path:
    """Give the folder that holds the copy of a source, and fill it where nobody has.

    A copy is whole or not there. Memory holds one part of it.

    Raises
    ------
    UnavailableError
        The source is not there, or broke off.
    """
    from filelock import FileLock

    from icp_ml.data.stores import fetch

    folder = Path(file.copied_to or "")
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_suffix(".lock")):
        if not folder.is_dir():
            half = folder.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            if file.url is None:
                fetch(file.path or "", half)
            else:
                _keep_answer(file, half)
            half.rename(folder)
    return folder


def _each_file(settings: Kept, change: Callable[[FileSettings], FileSettings]) -> Kept:
    """Change every file that settings name, however deep it stands."""

    def changed(value: Any) -> Any:
        if isinstance(value, Settings):
            return _each_file(value, change)
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        return {key: changed(one) for key, one in value.items()} if isinstance(value, dict) else value

    inside = settings.model_copy(update={name: changed(value) for name, value in settings})
    return cast(Kept, change(inside)) if isinstance(inside, FileSettings) else inside


def _keep_answer(file: FileSettings, folder: Path) -> None:
    """Store the rows of a query in order, in files that each have types of their own."""
    import pyarrow as pa
    from pyarrow import parquet

    from icp_ml.data.databases import query_batches

    for number, batch in enumerate(query_batches(file, None, COPIED_ROWS)):
        columns = {str(name): _array(values) for name, values in batch.rows.items()}
        parquet.write_table(pa.table(columns), folder / f"part-{number:06}.parquet")


def _array(values: pd.Series[Any]) -> Any:
    """Keep numbers, days and lists what they are; anything else, and what is mixed, becomes text."""
    import pyarrow as pa

    held = [bytes(one) if isinstance(one, memoryview) else one for one in values]
    if all(one is None or isinstance(one, TYPED) for one in held):
        try:
            return pa.array(held)
        except (pa.ArrowException, OverflowError):
            pass
    return pa.array([None if one is None else _text(one) for one in held], pa.string())


def _text(value: Any) -> str:
    return json.dumps(value, default=str) if isinstance(value, dict | list) else str(value)
