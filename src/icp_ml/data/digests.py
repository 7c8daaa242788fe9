"""Digest rows, so that the same row is known again: 128 bits of each, from its values alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.forest.jit import compiled

Digests = npt.NDArray[np.uint64]
"""Shape (n_rows, 2)."""
Bytes = npt.NDArray[np.uint8]

FIRST, SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
"""Odd multipliers; each half of a digest has its own."""
NOTHING = np.uint64(0x27D4EB2F165667C5)
"""What stands for a missing value."""
FOLDED = np.uint64(29)


def row_digests(rows: pa.Table) -> Digests:
    """Digest each row of a table: its values column by column, and the columns' names.

    Multiply and fold, eight bytes at a time, as in splitmix64 (Steele, Lea and Flood 2014), twice with other
    multipliers. It tells rows apart that nobody made to collide; nothing secret hangs on it.

    Raises
    ------
    TypeError
        A column holds lists or structs.
    """
    digests = np.zeros((len(rows), 2), dtype=np.uint64)
    digests[:, 1] = SECOND
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        digests ^= _start(name)
        values = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        is_null = np.asarray(pc.is_null(values, nan_is_null=True).to_numpy(zero_copy_only=False))
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_null(values.type):
            add_words(digests, np.zeros(len(values), dtype=np.uint64), is_null)
        elif _is_text(values.type):
            texts = values.cast(pa.large_binary())
            add_texts(digests, *_buffers(texts), is_null)
        else:
            add_words(digests, _words(values), is_null)
    return digests


def digest_names(digests: Digests) -> pa.Array:
    """Write digests as 32 hexadecimal digits each."""
    packed = digests.astype(">u8").tobytes().hex()
    return pa.array([packed[at : at + 32] for at in range(0, len(packed), 32)], pa.string())


def named_digests(names: pa.Array | pa.ChunkedArray) -> Digests:
    """Read digests that `digest_names` wrote."""
    packed = bytes.fromhex("".join(names.to_pylist()))
    return np.frombuffer(packed, dtype=">u8").reshape(-1, 2).astype(np.uint64)


def frame_digests(rows: pd.DataFrame) -> Digests:
    """Digest each row of a table of ours."""
    return row_digests(pa.Table.from_pandas(rows, preserve_index=False))


def _start(name: str) -> Digests:
    """Give what a column's name changes of a digest."""
    words = np.frombuffer(name.encode().ljust(8 * (len(name.encode()) // 8 + 1), b"\0"), dtype=np.uint64)
    found = np.zeros((1, 2), dtype=np.uint64)
    for word in words:
        add_words(found, np.array([word]), np.zeros(1, dtype=bool))
    return found


def _is_text(kind: pa.DataType) -> bool:
    types = pa.types
    tests = (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary)
    return any(test(kind) for test in (*tests, types.is_string_view, types.is_binary_view))


def _buffers(texts: pa.Array) -> tuple[Any, Bytes]:
    """Give where each text begins and ends, and the bytes of all."""
    _, offsets, content = texts.buffers()
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    held = (
        np.frombuffer(content, dtype=np.uint8)
        if content is not None and content.size
        else np.empty(0, np.uint8)
    )
    return starts, held


def _words(values: pa.Array) -> Digests:
    """Give each value of a fixed width as eight bytes."""
    kind = values.type
    if pa.types.is_nested(kind) or pa.types.is_decimal(kind):
        raise TypeError(f"{kind} cannot be digested")
    if pa.types.is_floating(kind):
        numbers = pc.fill_null(values.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
        return np.ascontiguousarray(numbers + 0.0).view(np.uint64)  # -0.0 is 0.0
    if pa.types.is_boolean(kind):
        flags = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
        return np.asarray(flags, dtype=np.uint64)
    if pa.types.is_timestamp(kind):
        values = values.cast(pa.timestamp("us"), safe=False)
    whole = values.cast(pa.int32()) if pa.types.is_date32(kind) or pa.types.is_time32(kind) else values
    counted = pc.fill_null(whole.cast(pa.int64(), safe=False), 0)
    return np.ascontiguousarray(counted.to_numpy(zero_copy_only=False)).view(np.uint64)


@compiled
def add_words(digests: Digests, words: Digests, is_null: Any) -> None:
    """Add a column of eight bytes a value to the rows' digests."""
    for row in range(len(words)):
        word = NOTHING if is_null[row] else words[row]
        first = (digests[row, 0] ^ word) * FIRST
        second = (digests[row, 1] ^ word) * SECOND
        digests[row, 0] = first ^ (first >> FOLDED)
        digests[row, 1] = second ^ (second >> FOLDED)


@compiled
def add_texts(digests: Digests, starts: Any, held: Bytes, is_null: Any) -> None:
    """Add a column of texts to the rows' digests: eight bytes at a time, then the length."""
    for row in range(len(starts) - 1):
        first, second = digests[row, 0], digests[row, 1]
        start, stop = starts[row], starts[row + 1]
        at = start
        while at < stop and not is_null[row]:
            word = np.uint64(0)
            for step in range(min(8, stop - at)):
                word |= np.uint64(held[at + step]) << np.uint64(8 * step)
            first = (first ^ word) * FIRST
            second = (second ^ word) * SECOND
            first ^= first >> FOLDED
            second ^= second >> FOLDED
            at += 8
        last = NOTHING if is_null[row] else np.uint64(stop - start)
        first = (first ^ last) * FIRST
        second = (second ^ last) * SECOND
        digests[row, 0] = first ^ (first >> FOLDED)
        digests[row, 1] = second ^ (second >> FOLDED)
