"""A scored table as the lines of a CSV file: what `csv.writer` would write, made column by column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.features.statistics import Floats
from icp_ml.scoring.reasons import reason_lines
from icp_ml.scoring.similar import similar_lines

N_DECIMALS = {"fit_percentile": 1, "rubric_points": 2}
OTHER_DECIMALS = 4
NEARLY_HALFWAY = 1e-4
"""Of the last digit: nearer to the middle of two, the number is rounded by its exact value."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MAY_BE_FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"
SIGNED_WORD = re.compile(r"[-+][\w.]*")
TEXT_TYPES = (pd.StringDtype, pd.CategoricalDtype)
QUOTED_SIGNS = b'",\r\n'


def csv_lines(table: pa.Table) -> memoryview:
    """Write a scored table as the bytes of its lines, in UTF-8: fields quoted where they must be.

    Reasons are one line of words, similar customers their names; yes and no are words, a gap is empty, and no
    cell can run as a formula.
    """
    if not table.num_rows:
        return memoryview(b"")
    return joined_lines([_cells(name, table[name].combine_chunks()) for name in table.column_names])


def header_line(names: Iterable[str]) -> bytes:
    """Write the names of columns as the first line of a CSV file."""
    line = StringIO()
    csv.writer(line).writerow([safe_cell(name) for name in names])
    return line.getvalue().encode()


def joined_lines(columns: Sequence[pa.Array]) -> memoryview:
    """Join columns of text, none empty of rows and without gaps, to the bytes of their lines."""
    cells = [_quoted(one) for one in columns]
    lines = pc.binary_join_element_wise(*cells[:-1], _with(cells[-1], "\r\n"), pa.scalar(",", cells[0].type))
    _, offsets, content = lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[lines.offset :]
    return memoryview(content)[ends[0] : ends[len(lines)]]


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from running a cell as a formula; a lone signed word, such as the id -12, stays."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula and not SIGNED_WORD.fullmatch(value) else value


def safe_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep a table's texts from being run as formulas, its headings too; numbers stay what they are."""
    texts = [name for name in rows if rows[name].dtype == object or isinstance(rows[name].dtype, TEXT_TYPES)]
    safe: pd.DataFrame = rows.assign(**{str(name): rows[name].map(safe_cell) for name in texts})
    return safe.rename(columns=safe_cell)


def _cells(name: str, values: pa.Array) -> pa.Array:
    """Write a column's values as text, "" for a gap."""
    if name.startswith("reasons_"):
        texts = safe_texts(reason_lines(values))
    elif name.startswith("similar_"):
        texts = safe_texts(similar_lines(values))
    elif pa.types.is_boolean(values.type):
        texts = pc.if_else(values, "yes", "no")
    elif pa.types.is_floating(values.type):
        texts = decimals(values, N_DECIMALS.get(name, OTHER_DECIMALS))
    else:
        texts = values.cast(pa.large_string())
        texts = safe_texts(texts) if pa.types.is_string(values.type) else texts
    return pc.fill_null(texts.cast(pa.large_string()), "")


def decimals(values: pa.Array, n_decimals: int) -> pa.Array:
    """Write numbers with so many decimals: each distinct text is made once."""
    numbers = values.to_numpy(zero_copy_only=False)
    codes, distinct = pd.factorize(_rounded(numbers, n_decimals))
    texts = [f"{one / 10**n_decimals:.{n_decimals}f}" for one in distinct.tolist()]
    return pa.array([*texts, None], pa.string()).take(pa.array(np.where(codes < 0, len(texts), codes)))


def _rounded(numbers: Floats, n_decimals: int) -> Floats:
    """Count numbers in units of the last decimal, rounded as their exact value asks for."""
    units = numbers * 10**n_decimals
    counted = np.rint(units)
    is_close = np.abs(np.abs(units - np.floor(units)) - 0.5) < NEARLY_HALFWAY
    exact = [float(f"{one:.{n_decimals}f}") * 10**n_decimals for one in numbers[is_close].tolist()]
    counted[is_close] = np.rint(np.array(exact, dtype=np.float64))
    return np.asarray(counted + 0.0)  # no "-0.0"


def safe_texts(texts: pa.Array) -> pa.Array:
    """Keep cells from being run as formulas: only those that begin like one are looked at."""
    is_suspect = pc.fill_null(pc.match_substring_regex(texts, MAY_BE_FORMULA), False)
    if not pc.any(is_suspect).as_py():
        return texts
    safe = [safe_cell(one) for one in texts.filter(is_suspect).to_pylist()]
    return pc.replace_with_mask(texts, is_suspect, pa.array(safe, texts.type))


def _quoted(texts: pa.Array) -> pa.Array:
    """Quote the cells that hold a comma, a quote or the end of a line."""
    is_quoted = _holding(texts, QUOTED_SIGNS)
    if is_quoted is None:
        return texts
    doubled = pc.replace_substring(texts.filter(is_quoted), '"', '""')
    return pc.replace_with_mask(texts, is_quoted, _with(doubled, '"', '"'))


def _holding(texts: pa.Array, signs: bytes) -> pa.Array | None:
    """Say which texts hold one of some signs, by the bytes of all at once; None where none does."""
    _, offsets, content = texts.buffers()
    if content is None:
        return None
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    ends = np.frombuffer(offsets, dtype=width)[texts.offset : texts.offset + len(texts) + 1]
    written = memoryview(content)[ends[0] : ends[-1]]
    found = [at for sign in signs if len(at := np.flatnonzero(np.frombuffer(written, np.uint8) == sign))]
    if not found:
        return None
    is_holding = np.zeros(len(texts), dtype=bool)
    for at in found:
        is_holding[np.searchsorted(ends, at + ends[0], side="right") - 1] = True
    return pa.array(is_holding)


def _with(texts: pa.Array, after: str, before: str = "") -> pa.Array:
    parts = (pa.scalar(one, pa.large_string()) for one in (before, after, ""))
    start, end, between = parts
    return pc.binary_join_element_wise(start, texts, end, between)
