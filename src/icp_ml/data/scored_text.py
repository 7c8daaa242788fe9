"""A scored table as the lines of a CSV file: what `csv.writer` would write, made column by column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
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
MAY_BE_FORMULA = np.isin(np.arange(256), [one.encode()[0] for one in FORMULA_STARTS])
"""By the first byte of a text."""
SIGNED_WORD = re.compile(r"[-+][\w.]*")
TEXT_TYPES = (pd.StringDtype, pd.CategoricalDtype)
CELL = pa.large_string()
"""No column of a scored table is of it: what is, is written."""
QUOTED_SIGNS = '",\r\n'


def csv_lines(table: pa.Table) -> memoryview:
    """Write a scored table as the bytes of its lines, in UTF-8: fields quoted where they must be.

    Reasons are one line of words, similar customers their names; yes and no are words, a gap is empty, and no
    cell can run as a formula. Columns that `csv_cells` gave are cells already.
    """
    if not table.num_rows:
        return memoryview(b"")
    return _lines([_cells(name, table[name].combine_chunks()) for name in table.column_names])


def csv_cells(table: pa.Table) -> pa.Table:
    """Write columns of a scored table as the cells that they are in its lines, each a CELL."""
    if not table.num_rows:
        return pa.schema([(name, CELL) for name in table.column_names]).empty_table()
    return pa.table({name: _cells(name, table[name].combine_chunks()) for name in table.column_names})


def header_line(names: Iterable[str]) -> bytes:
    """Write the names of columns as the first line of a CSV file."""
    line = StringIO()
    csv.writer(line).writerow([safe_cell(name) for name in names])
    return line.getvalue().encode()


def joined_lines(columns: Sequence[pa.Array]) -> memoryview:
    """Join columns of text, none empty of rows and without gaps, to the bytes of their lines."""
    return _lines([_quoted(one) for one in columns])


def _lines(cells: Sequence[pa.Array]) -> memoryview:
    """Join cells that are quoted where they must be."""
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
    """Write a column's values as text, "" for a gap, quoted where it must be."""
    if values.type == CELL:
        return values
    if name.startswith(("reasons_", "similar_")) or pa.types.is_string(values.type):
        texts = _quoted(_filled(safe_texts(_words(name, values))))
    elif pa.types.is_boolean(values.type):
        texts = pc.if_else(values, "yes", "no")
    elif pa.types.is_floating(values.type):
        texts = decimals(values, N_DECIMALS.get(name, OTHER_DECIMALS))
    else:
        texts = values
    return _filled(texts)


def _words(name: str, values: pa.Array) -> pa.Array:
    if name.startswith("reasons_"):
        return reason_lines(values)
    return similar_lines(values) if name.startswith("similar_") else values


def _filled(texts: pa.Array) -> pa.Array:
    return pc.fill_null(texts.cast(CELL), "")


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
    """Keep cells from being run as formulas: only those that may begin like one are looked at."""
    ends, written = _bytes_of(texts)
    starts = np.minimum(ends[:-1], max(len(written) - 1, 0))
    may_be = MAY_BE_FORMULA[written[starts]] & (np.diff(ends) > 0) if len(written) else []
    at = np.flatnonzero(may_be)
    if not len(at):
        return texts
    is_suspect = np.zeros(len(texts), dtype=bool)
    is_suspect[at] = True
    safe = [safe_cell(one) for one in texts.take(pa.array(at)).to_pylist()]
    return pc.replace_with_mask(texts, pa.array(is_suspect), pa.array(safe, texts.type))


def _quoted(texts: pa.Array) -> pa.Array:
    """Quote the cells that hold a comma, a quote or the end of a line, and double the quotes in them."""
    content = _bytes_of(texts)[1].tobytes()  # most columns hold none of these signs: that is seen at once
    holding = {sign: pc.match_substring(texts, sign) for sign in QUOTED_SIGNS if sign.encode() in content}
    if not holding:
        return texts
    if '"' in holding:
        texts = _changed(texts, holding['"'], lambda held: pc.replace_substring(held, '"', '""'))
    return _changed(texts, reduce(pc.or_, holding.values()), lambda held: _with(held, '"', '"'))


def _changed(texts: pa.Array, chosen: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Change some of the texts."""
    if pc.all(chosen).as_py():
        return change(texts)
    return pc.replace_with_mask(texts, chosen, change(texts.filter(chosen)))


def _bytes_of(texts: pa.Array) -> tuple[Any, Any]:
    """Give the bytes of all texts, one after the other, and where each of them ends, after a first 0."""
    _, offsets, content = texts.buffers()
    width = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    ends = np.frombuffer(offsets, dtype=width)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(content, dtype=np.uint8) if content is not None else np.empty(0, np.uint8)
    return ends - ends[0], held[ends[0] : ends[-1]]


def _with(texts: pa.Array, after: str, before: str = "") -> pa.Array:
    parts = (pa.scalar(one, pa.large_string()) for one in (before, after, ""))
    start, end, between = parts
    return pc.binary_join_element_wise(start, texts, end, between)
