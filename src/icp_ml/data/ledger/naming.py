"""Whether a file names an account: by what its form says is an id, never by a word in a text."""

from __future__ import annotations

import csv
import json
import mmap
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc, parquet

from icp_ml.data.ledger.naming_lines import IDS, NO_HEADINGS, Headings, lines_name

PAIRS = ("best", "poor", "examples", "named")
"""A model's customers, a profile's and those of a CRM's report: lists of which each begins with an id."""
WITHOUT_IDS = (".md", ".txt", ".jsonl", ".npy", ".lock")
"""Prose stands beside its JSON; trees and arrays hold no ids."""
ARROW, PARQUET = b"ARROW1", b"PAR1"
PLAIN = re.compile(rb"[0-9A-Za-z]+")
ABOUT = re.compile(r'<div class="id">([^<]*)</div>')
CONTENT = re.compile(r'<script id="content" type="application/json">(.*?)</script>', re.DOTALL)
OF_ACCOUNTS = re.compile(r"\b(an id|account_id|accounts?|customers?|companies|company)\b")


def names_id(path: Path, account: str, headings: Headings = NO_HEADINGS, is_strict: bool = False) -> bool:
    """Say whether a file names an account.

    Parameters
    ----------
    path : Path
        Looked into by what it is: a part of a list has a name of its own, whatever its form.
    account : str
    headings : Headings
    is_strict : bool
        Only what can be nothing but an id counts. Else a whole value that may be one does too (a similar
        customer without a name is told by its id), and so does a file that cannot be read.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(len(ARROW))
        if start.startswith(PARQUET):
            with parquet.ParquetFile(path) as stored:
                names = [one.name for one in stored.schema_arrow if _holds_ids(one)]
                return any(_in_rows(one, account) for one in stored.iter_batches(columns=names))
        if start == ARROW:
            with pa.memory_map(str(path)) as source:
                return _in_rows(ipc.open_file(source).read_all(), account)
        return _may_name(path, account) and _in_text(path, account, headings, is_strict)
    except (OSError, ValueError, RecursionError, csv.Error, pa.ArrowException):
        return not is_strict


def _holds_ids(field: pa.Field) -> bool:
    inner = [field.type.value_field] if pa.types.is_list(field.type) else []
    inner += list(field.type) if pa.types.is_struct(field.type) else []
    return field.name in IDS or any(map(_holds_ids, inner))


def _in_rows(rows: pa.Table | pa.RecordBatch, account: str) -> bool:
    """Look into columns of ids, and into the ids of the customers that an account is like."""
    return any(_in_values(field, rows.column(at), account) for at, field in enumerate(rows.schema))


def _in_values(field: pa.Field, values: Any, account: str) -> bool:
    if not _holds_ids(field):
        return False
    if field.name in IDS:
        return bool(pc.any(pc.equal(values, account)).as_py())
    if pa.types.is_struct(field.type):
        parts = [(one, pc.struct_field(values, one.name)) for one in field.type]
    else:
        parts = [(field.type.value_field, pc.list_flatten(values))]
    return any(_in_values(one, part, account) for one, part in parts)


def _may_name(path: Path, account: str) -> bool:
    """Look for the longest piece of an id that is written alike in every form: most files lack it."""
    if not path.stat().st_size:
        return False
    piece = max(PLAIN.findall(account.encode()), key=len, default=b"")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(piece) >= 0


def _in_text(path: Path, account: str, headings: Headings, is_strict: bool) -> bool:
    if path.suffix in WITHOUT_IDS:
        return False
    if path.suffix == ".json":
        said = json.loads(path.read_bytes())
        is_report = path.name == "report.json" and not is_strict
        return _in_record(said, account) or (is_report and _is_example(said, account))
    if path.suffix == ".html":
        return _in_page(path.read_text(encoding="utf-8"), account)
    return lines_name(path, account, headings, is_strict)


def _in_record(said: Any, account: str) -> bool:
    """Look into the fields of JSON that hold ids."""
    if isinstance(said, list):
        return any(_in_record(one, account) for one in said)
    if not isinstance(said, dict):
        return False
    if any(account in _several(said[name]) for name in ("account_id", "id") if name in said):
        return True
    kinds = [kind for name in PAIRS for kind in _inner(said.get(name), [said.get(name)])]
    if any(isinstance(one, list) and one[:1] == [account] for kind in kinds for one in _several(kind)):
        return True
    return any(_in_record(one, account) for one in said.values())


def _several(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _inner(said: Any, otherwise: list[Any]) -> list[Any]:
    return list(said.values()) if isinstance(said, dict) else otherwise


def _is_example(said: Any, account: str) -> bool:
    """Look for an id that a model's report quotes as an example, where it speaks of accounts."""
    return _any_text(said, lambda text: repr(account) in text and OF_ACCOUNTS.search(text) is not None)


def _any_text(said: Any, is_found: Callable[[str], bool]) -> bool:
    if isinstance(said, str):
        return is_found(said)
    return any(_any_text(one, is_found) for one in _inner(said, said if isinstance(said, list) else []))


def _in_page(page: str, account: str) -> bool:
    """Look into the ids of a page of movers, and into the rows of a page to look through a list."""
    about = map(unescape, ABOUT.findall(page))
    if any(account in (one, one.rpartition(", ")[0]) for one in about):  # the segment may follow
        return True
    return any(_in_record(json.loads(one), account) for one in CONTENT.findall(page))
