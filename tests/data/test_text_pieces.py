"""Pieces of a text file, read by whoever works on them, hold what reading the file row by row gives."""

from __future__ import annotations

import csv
import gzip
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.data import text_rows, unread
from icp_ml.data.sources import Piece, RawBatch, read_batches, read_pieces
from icp_ml.data.text_files import TextPiece
from icp_ml.errors import DataError, UnavailableError
from icp_ml.settings import FileSettings

SIGNS = [b"a", b"b", b" ", b",", b'"', b"\n", b"\r", b"\0", b"\xef\xbb\xbf", b"\xe2\x82\xac"]
PLAIN_CELLS = [
    b"",
    b"Acme",
    b'"Acme, ""Inc."""',
    b'"two\r\n\nlines"',
    b'""',
    "M\u00fcnchen \U0001f600".encode(),
]
BROKEN_CELLS = [b"\xe2\x82", b'"\xf0\x9f\n"', b"\xc3", b"\xff\xe2"]
WRONG_CELLS = [b'"ab"c', b'5" pipe', b"long" * 9]


def lists_of(cells: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    return st.lists(st.lists(cells, min_size=1, max_size=3).map(b",".join), max_size=12)


ROWS = st.one_of(
    lists_of(st.sampled_from([*PLAIN_CELLS, *BROKEN_CELLS])),
    lists_of(st.sampled_from([*PLAIN_CELLS, *BROKEN_CELLS, *WRONG_CELLS])),
    lists_of(st.lists(st.sampled_from(SIGNS), max_size=4).map(b"".join)),
    lists_of(st.binary(max_size=3)),
)
CONTENTS = st.builds(
    lambda mark, header, rows, feed, end: mark + feed.join([header, *rows]) + end,
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([b"A,B", b'"A","B"', b"\n\r\nA,B", b'A,B,"x\x80\ny"']),
    ROWS,
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\r"]),
    st.sampled_from([b"", b"\n", b"\r\n\n"]),
)


def written(folder: Path, content: bytes, name: str = "list.csv") -> FileSettings:
    (folder / name).write_bytes(content)
    return FileSettings(path=str(folder / name))


def facts(batch: RawBatch) -> list[Any]:
    rows = batch.rows
    return [rows.to_dict("list"), str(rows.dtypes), batch.places, batch.refused, batch.n_unreadable]


def one_by_one(file: FileSettings, n_rows: int) -> list[Any]:
    """Give what reading row by row gives, and what stops it."""
    found: list[Any] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unread, "can_be_plain", lambda delimiter: False)
        try:
            found.extend(facts(one) for one in read_batches(file, ["B", "A"], n_rows))
        except DataError as failure:
            found.append(str(failure))
    return found


def in_pieces(file: FileSettings, n_rows: int) -> list[Any]:
    found: list[Any] = []
    try:
        for piece in read_pieces(file, ["B", "A"], n_rows):
            (batch,) = pickle.loads(pickle.dumps(piece)).batches(n_rows)
            assert batch.n_bytes == piece.n_bytes
            found.append(facts(batch))
    except DataError as failure:
        found.append(str(failure))
    return found


@given(
    content=CONTENTS,
    n_rows=st.sampled_from([1, 2, 5, 100]),
    n_chunk=st.sampled_from([3, 4, 17, 1 << 16]),
    n_most=st.sampled_from([15, 1 << 20]),
)
def test_pieces_together_are_what_row_by_row_gives(
    content: bytes, n_rows: int, n_chunk: int, n_most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(tmp_path_factory.getbasetemp(), content, "pieces.csv")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unread, "CHUNK_BYTES", n_chunk)
        patched.setattr(unread, "MAX_CELL_CHARACTERS", n_most)
        expected = one_by_one(file, n_rows)
        assert in_pieces(file, n_rows) == expected


@given(content=CONTENTS, n_rows=st.integers(1, 5))
def test_pieces_hold_the_rows_that_python_splits(
    content: bytes, n_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = written(tmp_path_factory.getbasetemp(), content, "python.csv")
    with Path(file.path or "").open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        try:
            header, *rows = [row for row in reader if row]
        except csv.Error:
            return
    whole = [row[:2] for row in rows if len(row) == len(header) and "\0" not in row[0] + row[1]]
    found = in_pieces(file, n_rows)
    assert [list(row) for one in found for row in zip(one[0]["A"], one[0]["B"], strict=True)] == whole
    assert sum(len(one[2]) + len(one[3]) for one in found) == len(rows)


def kinds(pieces: list[Piece]) -> list[str]:
    return [type(one).__name__ for one in pieces]


LINES = b"".join(b'%d,"M\xc3\xbcnchen, ""%d"""\r\n' % (at, at) for at in range(5_000))
PLAIN = b"A,B\r\n" + LINES


@pytest.mark.parametrize(
    "content", [PLAIN, b"\xef\xbb\xbf" + PLAIN, PLAIN.rstrip(), PLAIN + b"\n\n", b"\n" + PLAIN]
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "UTF_8", "utf8"])
def test_plain_text_is_handed_out_unread(tmp_path: Path, content: bytes, encoding: str) -> None:
    file = written(tmp_path, content).model_copy(update={"encoding": encoding})
    pieces = list(read_pieces(file, ["A", "B"], 700))
    assert kinds(pieces) == ["TextPiece"] * 8
    assert max(len(pickle.dumps(one)) for one in pieces) < 1_000 + 700 * 8
    sizes = [one.n_bytes for one in pieces]
    assert (sorted(sizes), sizes[-1]) == (sizes, len(content))
    assert in_pieces(file, 700) == one_by_one(file, 700)


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (gzip.compress(PLAIN), {}),
        (PLAIN.decode().encode("cp1252"), {"encoding": "cp1252"}),
        (PLAIN.decode().encode("utf-16"), {"encoding": "utf-16"}),
        (PLAIN.replace(b",", b"\xc2\xa7"), {"delimiter": "\u00a7"}),
    ],
)
def test_what_has_no_places_is_read_here(tmp_path: Path, content: bytes, settings: dict[str, str]) -> None:
    file = written(tmp_path, content).model_copy(update=settings)
    assert set(kinds(list(read_pieces(file, ["A", "B"], 700)))) == {"RawBatch"}
    assert in_pieces(file, 700) == one_by_one(file, 700)


@pytest.mark.parametrize(
    "flaw", [b'x,5" pipe\n', b"1,a\rb\n", b"1,\0\n", b'1,"open\n', b'"1",' + b"x" * 2_000_000]
)
def test_from_a_flaw_on_the_list_is_read_here(tmp_path: Path, flaw: bytes) -> None:
    file = written(tmp_path, PLAIN + LINES + flaw + LINES)
    pieces = read_pieces(file, ["A", "B"], 700)
    assert kinds([next(pieces) for _ in range(8)]) == ["TextPiece"] * 8
    found = in_pieces(file, 700)
    assert len(found) > 8
    assert found == one_by_one(file, 700)


def test_the_size_of_the_blocks_moves_no_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, PLAIN)
    whole = [pickle.dumps(one) for one in read_pieces(file, ["A"], 300)]
    monkeypatch.setattr(unread, "CHUNK_BYTES", 1_000)
    assert [pickle.dumps(one) for one in read_pieces(file, ["A"], 300)] == whole


def test_what_pyarrow_splits_otherwise_is_split_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, PLAIN + b"1,\xff\xe2\n\n2\n" + LINES)
    monkeypatch.setattr(text_rows, "split", lambda *_: None)
    assert in_pieces(file, 700) == one_by_one(file, 700)


def test_a_header_alone_is_no_piece(tmp_path: Path) -> None:
    assert list(read_pieces(written(tmp_path, b"\xef\xbb\xbfA,B\r\n\r\n"), ["A"], 10)) == []


@pytest.mark.parametrize("content", [PLAIN[:-1], PLAIN[:100], b"", PLAIN + b"1,2\n"])
def test_a_file_that_changes_before_its_piece_is_read_gives_no_row(tmp_path: Path, content: bytes) -> None:
    file = written(tmp_path, PLAIN)
    piece = next(read_pieces(file, ["A"], 700))
    assert isinstance(piece, TextPiece)
    piece.path.write_bytes(content)
    with pytest.raises(UnavailableError, match=r"^list\.csv was changed while it was read\."):
        list(piece.batches(700))


def test_a_worker_that_does_not_see_the_file_says_so(tmp_path: Path) -> None:
    file = written(tmp_path, PLAIN)
    piece = next(read_pieces(file, ["A"], 700))
    Path(file.path or "").unlink()
    with pytest.raises(UnavailableError, match=r"list\.csv is not there for a worker on "):
        list(piece.batches(700))


def test_pieces_are_found_in_bounded_memory(tmp_path: Path) -> None:
    file = written(tmp_path, b"A,B\n" + b"%d,some name or other\n" % 1_000_000 * 400_000)
    tracemalloc.start()
    n_pieces = sum(1 for _ in read_pieces(file, ["A", "B"], 1_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_pieces == 400
    assert peak < 2_000_000
