"""Reading: every row of a source comes out, is set aside with its place, or stops the run by name."""

from __future__ import annotations

import bz2
import gzip
import lzma
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from icp_ml.data.sources import (
    column_names,
    masked,
    open_bytes,
    read_all,
    read_batches,
    source_digest,
    source_paths,
    source_size,
)
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import FileSettings

BIG = 2**53 + 1
PLAIN = "id,name\n1,Acme\n2,Borg\n"


def _zstandard(content: bytes) -> bytes:
    return pa.compress(content, codec="zstd", asbytes=True)


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": _zstandard,
}


def _written(folder: Path, content: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _rows(path: Path | str, *columns: str, **settings: Any) -> list[tuple[Any, ...]]:
    read = read_all(FileSettings(path=str(path), **settings), columns)
    return list(read.itertuples(index=False, name=None))


def _zipped(path: Path, *members: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.writestr(member, PLAIN)
    return path


def _workbook(path: Path, *rows: list[Any], sheet: str = "Sheet") -> Path:
    workbook = openpyxl.Workbook()
    chosen = workbook.active
    assert chosen is not None
    chosen.title = sheet
    for row in rows:
        chosen.append(row)
    workbook.save(path)
    return path


def _database(folder: Path) -> str:
    path = folder / "crm.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table firms (id integer, name text, size numeric)")
        connection.executemany("insert into firms values (?, ?, ?)", [(BIG, "Acme", None), (2, None, 1.5)])
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "utf-8-sig"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "utf-8"),
        (b'\xef\xbb\xbf"id","name"\n1,Acme\n2,Borg\n', "UTF_8"),
        (PLAIN.encode("cp1252"), "cp1252"),
        (PLAIN.encode("utf-16"), "utf-16"),
        (("\ufeff" + PLAIN).encode("utf-16-le"), "utf-16-le"),
        (PLAIN.replace("\n", "\r").encode(), "utf-8"),
        (PLAIN.replace("\n", "\r\n").encode(), "utf-8"),
        (PLAIN.strip().encode(), "utf-8"),
        (b"\n\n" + PLAIN.encode() + b"\n\n", "utf-8"),
        (b" id ,  name\n1,Acme\n2,Borg\n", "utf-8"),
    ],
)
def test_a_text_file_reads_the_same_however_it_was_saved(
    tmp_path: Path, content: bytes, encoding: str
) -> None:
    path = _written(tmp_path, content)
    assert _rows(path, "id", "name", encoding=encoding) == [("1", "Acme"), ("2", "Borg")]


@pytest.mark.parametrize("ending", [*PACKED, "zip"])
def test_a_compressed_file_reads_like_a_plain_one(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"list.csv.{ending}"
    if ending == "zip":
        _zipped(path, "list.csv", "__MACOSX/._list.csv")
    else:
        path.write_bytes(PACKED[ending](PLAIN.encode()))
    assert _rows(path, "id", "name") == [("1", "Acme"), ("2", "Borg")]


def test_accents_survive_in_their_own_encoding(tmp_path: Path) -> None:
    path = _written(tmp_path, "id;name\n1;Müller & Söhne\n".encode("cp1252"))
    assert _rows(path, "name", encoding="cp1252", delimiter=";") == [("Müller & Söhne",)]


def test_line_breaks_and_delimiters_inside_quotes_belong_to_the_cell(tmp_path: Path) -> None:
    path = _written(tmp_path, 'id,name\n1,"Acme, Inc.\nBerlin"\n2,"5"" pipes"\n')
    [batch] = read_batches(FileSettings(path=str(path)), ["id", "name"], 10)
    assert batch.rows["name"].tolist() == ["Acme, Inc.\nBerlin", '5" pipes']
    assert batch.places == [2, 4]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["id", "state", "state"], ["id", "state", "state.1"]),
        (["a", "", " "], ["a", "Unnamed: 1", "Unnamed: 2"]),
        (["state", "state", "state.1"], ["state", "state.2", "state.1"]),
        (["\ufeffid", " Annual\n Revenue "], ["id", "Annual Revenue"]),
    ],
)
def test_every_heading_gets_a_name_of_its_own(header: list[str], names: list[str]) -> None:
    assert column_names(header) == names


@given(st.lists(st.sampled_from(["a", "a.1", "a.2", "", "Unnamed: 0", " a"]), max_size=8))
def test_no_two_columns_share_a_name(header: list[str]) -> None:
    assert len(set(column_names(header))) == len(header)


def test_repeated_and_empty_headings_can_be_read(tmp_path: Path) -> None:
    path = _written(tmp_path, "id,state,state,\n1,NY,TX,x\n")
    assert _rows(path, "id", "state", "state.1", "Unnamed: 3") == [("1", "NY", "TX", "x")]


def test_ragged_rows_are_kept_aside_with_their_line(tmp_path: Path) -> None:
    path = _written(tmp_path, 'id,name\n1,Acme\n2\n\n3,"a\nb",x\n4,Borg\n')
    [batch] = read_batches(FileSettings(path=str(path)), ["id"], 10)
    assert batch.rows["id"].tolist() == ["1", "4"]
    assert batch.places == [2, 7]
    assert [(one.source, one.row, one.reason, one.content) for one in batch.refused] == [
        ("list.csv", 3, "1 cells where the header has 2", ""),
        ("list.csv", 5, "3 cells where the header has 2", ""),
    ]


@given(st.lists(st.lists(st.sampled_from(["", "x", "y z", '"q"']), min_size=1, max_size=4), max_size=12))
def test_no_row_is_lost_whatever_its_width(tmp_path_factory: pytest.TempPathFactory, rows: Any) -> None:
    lines = ["a,b", *(",".join(cell.replace('"', "") or "-" for cell in row) for row in rows)]
    path = _written(tmp_path_factory.getbasetemp(), "\n".join(lines))
    for batch_rows in (1, 3, 100):
        batches = list(read_batches(FileSettings(path=str(path)), ["a"], batch_rows))
        places = [at for one in batches for at in [*one.places, *(bad.row for bad in one.refused)]]
        assert sorted(places) == list(range(2, len(rows) + 2))


def test_a_malformed_row_stops_where_no_row_can_be_set_aside(tmp_path: Path) -> None:
    path = _written(tmp_path, "id,name\n1,Acme\n2\n")
    with pytest.raises(DataError) as failure:
        _rows(path, "id")
    assert str(failure.value) == (
        "list.csv has malformed rows.\n  line 3: 1 cells where the header has 2\nFix the file."
    )


@pytest.mark.parametrize("row", ['"open,Acme', '"Acme" Corp,x', '"open,Acme\n3,Borg\n4,"Cyan"'])
def test_a_quote_that_does_not_close_names_its_line(tmp_path: Path, row: str) -> None:
    path = _written(tmp_path, f"id,name\n1,Acme\n{row}\n")
    with pytest.raises(
        DataError, match=r"a quote in the row that starts at line 3 does not close"
    ) as failure:
        _rows(path, "id")
    assert failure.value.details[0].startswith("line 3: ")


def test_a_quote_that_swallows_the_rest_of_a_long_file_is_found_early(tmp_path: Path) -> None:
    path = _written(tmp_path, 'id,name\n1,"Acme\n' + "2,Borg and others\n" * 100_000)
    with pytest.raises(DataError, match=r"starts at line 2 does not close"):
        _rows(path, "id")


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    for content in ("", "\n\n", "\ufeff"):
        with pytest.raises(DataError, match=r"^list\.csv is empty\.|lacks 1 of the mapped columns"):
            _rows(_written(tmp_path, content), "id")


def test_a_header_alone_is_no_row_and_no_error(tmp_path: Path) -> None:
    assert _rows(_written(tmp_path, "id,name\n"), "id", "name") == []


def test_a_nul_byte_sets_its_row_aside(tmp_path: Path) -> None:
    path = _written(tmp_path, "id,name\n1,Acme\n2,Bo\0rg\n3\n4,Cyan\n")
    [batch] = read_batches(FileSettings(path=str(path)), ["id", "name"], 10)
    assert (batch.rows["id"].tolist(), batch.places) == (["1", "4"], [2, 5])
    assert [(one.row, one.reason) for one in batch.refused] == [
        (3, "a NUL character"),
        (4, "1 cells where the header has 2"),
    ]


def test_an_undecodable_byte_costs_one_character_and_is_counted(tmp_path: Path) -> None:
    path = _written(tmp_path, b"id,name\n1,M\xfcller\n2,Borg\n")
    [batch] = read_batches(FileSettings(path=str(path)), ["id", "name"], 10)
    assert batch.rows["name"].tolist() == ["M\ufffdller", "Borg"]
    assert batch.n_unreadable == 1


def test_a_lacking_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as failure:
        _rows(_written(tmp_path, PLAIN), "id", "size", "place")
    assert str(failure.value) == (
        "list.csv lacks 2 of the mapped columns.\n"
        "  lacking: 'size', 'place'\n"
        "  it has: id, name\n"
        "Correct the columns or the delimiter in conf/data, or export them."
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,Size (employees)", ["  'size' may be 'Size (employees)'"]),
        ("id,SIZE", ["  'size' may be 'SIZE'"]),
        ("id,sizes,size_band", ["  'size' may be 'sizes' or 'size_band'"]),
        ("id,place", []),
        ("id", []),
    ],
)
def test_a_renamed_column_is_guessed_among_those_nobody_asked_for(
    tmp_path: Path, header: str, said: list[str]
) -> None:
    with pytest.raises(DataError) as failure:
        _rows(_written(tmp_path, f"{header}\n".encode()), "id", "size")
    assert str(failure.value).splitlines()[2:-2] == said


def test_a_wrong_delimiter_shows_the_header_as_it_was_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"it has: id,name"):
        _rows(_written(tmp_path, PLAIN), "id", delimiter=";")


@pytest.mark.parametrize("delimiter", ["", "ab", "\n"])
def test_what_cannot_delimit_is_a_wrong_setting(tmp_path: Path, delimiter: str) -> None:
    path = _written(tmp_path, PLAIN)
    try:
        read = _rows(path, "id,name", delimiter=delimiter)
    except ConfigError as failure:
        assert "is not one character that can separate cells" in str(failure)
    else:  # Python 3.11 takes a line break for a delimiter and then never meets it
        assert delimiter == "\n" and read == [("1,Acme",), ("2,Borg",)]


def test_an_unknown_encoding_is_bad_data_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"list\.csv cannot be read: unknown encoding: utf-9\."):
        _rows(_written(tmp_path, PLAIN), "id", encoding="utf-9")


@pytest.mark.parametrize("ending", [*PACKED])
def test_a_truncated_archive_is_bad_data(tmp_path: Path, ending: str) -> None:
    lines = "".join(f"{number},{number * 7919 % 10007}\n" for number in range(20_000))
    packed = PACKED[ending](f"id,name\n{lines}".encode())
    path = _written(tmp_path, packed[: len(packed) // 2], f"list.csv.{ending}")
    with pytest.raises(DataError, match=rf"list\.csv\.{ending} "):
        _rows(path, "id", "name")


def test_a_damaged_gzip_is_bad_data(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress("".join(f"{n},{n * n}\n" for n in range(9_000)).encode()))
    packed[200:260] = b"\xff" * 60
    with pytest.raises(DataError, match=r"list\.csv\.gz"):
        _rows(_written(tmp_path, bytes(packed), "list.csv.gz"), "0")


def test_a_zip_of_two_files_asks_for_one(tmp_path: Path) -> None:
    path = _zipped(tmp_path / "list.zip", "a.csv", "b.csv")
    with pytest.raises(DataError, match=r"list\.zip holds 2 files: 'a\.csv', 'b\.csv'\."):
        _rows(path, "id")


def test_a_truncated_parquet_is_bad_data(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pd.DataFrame({"id": range(1000)}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(DataError, match=r"list\.parquet is not a readable Parquet file"):
        _rows(path, "id")


def test_parquet_keeps_every_digit_of_an_id_beside_nulls(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    table = {
        "id": pa.array([BIG, None, 3], pa.int64()),
        "at": [date(2024, 3, 1)] * 3,
        "x": [Decimal("1.10")] * 3,
    }
    parquet.write_table(pa.table(table), path)
    rows = _rows(path, "id", "at", "x")
    assert [row[0] for row in rows] == [BIG, None, 3]
    assert rows[0][1:] == (date(2024, 3, 1), Decimal("1.10"))


def test_parquet_headings_are_tidied_like_others(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    parquet.write_table(pa.table({" id ": [1], "Annual\nRevenue": [2.5]}), path)
    assert _rows(path, "id", "Annual Revenue") == [(1, 2.5)]


def test_parquet_lists_arrive_as_lists(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    parquet.write_table(pa.table({"tech": pa.array([["a", "b"], None, []], pa.list_(pa.string()))}), path)
    read = read_all(FileSettings(path=str(path)), ["tech"])["tech"]
    assert [None if one is None else list(one) for one in read] == [["a", "b"], None, []]


def test_a_partitioned_folder_gives_the_columns_that_its_folders_stand_for(tmp_path: Path) -> None:
    table = pa.table({"id": [1, 2, 3], "country": ["DE", "US", None]})
    parquet.write_to_dataset(table, tmp_path / "firms", partition_cols=["country"])
    rows = sorted(_rows(tmp_path / "firms", "id", "country"), key=lambda row: row[0])
    assert [(one, None if pd.isna(place) else place) for one, place in rows] == [
        (1, "DE"),
        (2, "US"),
        (3, None),
    ]


def test_several_parquet_files_keep_whole_numbers_beside_floats(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": pa.array([BIG], pa.int64())}), tmp_path / "a.parquet")
    parquet.write_table(pa.table({"id": pa.array([1.5], pa.float64())}), tmp_path / "b.parquet")
    assert _rows(tmp_path / "*.parquet", "id") == [(BIG,), (1.5,)]


def test_excel_keeps_types_and_skips_blank_rows(tmp_path: Path) -> None:
    header = ["id", "at", "is_won", 2024]
    first, second = [17850, datetime(2024, 3, 1), True, "#N/A"], ["B-2", None, False, 1.5]
    blank = [None] * 4
    path = _workbook(tmp_path / "list.xlsx", blank, header, first, blank, second, ["", None], blank)
    [batch] = read_batches(FileSettings(path=str(path)), ["id", "at", "is_won", "2024"], 10)
    assert batch.rows.to_numpy().tolist() == [
        [17850, datetime(2024, 3, 1), True, None],
        ["B-2", None, False, 1.5],
    ]
    assert batch.places == [3, 5]


def test_excel_rows_wider_than_the_header_are_kept_aside(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "list.xlsx", ["id", "name"], [1, "Acme", "stray"], [2])
    [batch] = read_batches(FileSettings(path=str(path)), ["id", "name"], 10)
    assert [(one.row, one.reason, one.content) for one in batch.refused] == [
        (2, "3 cells where the header has 2", "")
    ]
    assert batch.rows.to_numpy().tolist() == [[2, None]]


def test_a_lacking_sheet_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "list.xlsx", ["id"], [1], sheet="Firms")
    assert _rows(path, "id", sheet="Firms") == [(1,)]
    with pytest.raises(DataError, match=r"^list\.xlsx has no sheet 'Leads'; it has 'Firms'\."):
        _rows(path, "id", sheet="Leads")


@pytest.mark.parametrize(
    ("name", "said"), [("list.xlsx", "not a readable Excel file"), ("list.xls", "not read")]
)
def test_what_is_no_modern_excel_file_says_so(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(DataError, match=rf"^{name} .*{said}"):
        _rows(_written(tmp_path, b"\xd0\xcf\x11\xe0 old", name), "id")


def test_sql_keeps_nulls_and_every_digit(tmp_path: Path) -> None:
    file = FileSettings(url=_database(tmp_path), query="select id, name, size from firms")
    [batch] = read_batches(file, ["id", "name", "size"], 10)
    assert batch.rows.to_numpy().tolist() == [[BIG, "Acme", None], [2, None, 1.5]]
    assert batch.places == [1, 2]


def test_a_query_means_what_it_says_whatever_signs_it_holds(tmp_path: Path) -> None:
    query = "select id, ':noon' as t, strftime('%Y', '2024-01-01') as y from firms where name like '%c%'"
    file = FileSettings(url=_database(tmp_path), query=query)
    assert read_all(file, ["id", "t", "y"]).to_numpy().tolist() == [[BIG, ":noon", "2024"]]


def test_an_unknown_table_is_bad_configuration_and_named(tmp_path: Path) -> None:
    file = FileSettings(url=_database(tmp_path), query="select * from nowhere")
    with pytest.raises(ConfigError) as failure:
        read_all(file, ["id"])
    assert failure.value.details == ("no such table: nowhere",)


def test_a_mistyped_sqlite_file_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "nope.db"
    with pytest.raises(UnavailableError, match=r"nope\.db is not there"):
        read_all(FileSettings(url=f"sqlite:///{path}", query="select 1 as id"), ["id"])
    assert not path.exists()


@pytest.mark.parametrize(
    "url",
    [
        "oracle+oracledb://me:s3cret@host/db",
        "nosuchdb://me:s3cret@host/db",
        "postgresql+pg8000://me:p@s3cret@host/db",
        "postgresql+pg8000://host/db?password=s3cret",
        "postgresql:/me:s3cret@host/db",
        "me:s3cret@host",
        "mysql+pymysql://me:s3cret@host:port/db",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dme%3BPWD%3Ds3cret%3B",
        "mssql+pyodbc://me:a%2Fs3cret@dsn",
    ],
)
def test_no_message_ever_shows_the_password(url: str) -> None:
    with pytest.raises(UnavailableError) as failure:
        read_all(FileSettings(url=url, query="select 1"), ["id"])
    chain = f"{failure.value}{failure.value.__cause__}"
    assert "s3cret" not in chain
    assert "did not answer the query" in chain or "is not there" in chain


def test_a_missing_driver_is_named() -> None:
    with pytest.raises(UnavailableError, match=r"No module named 'pymysql'"):
        read_all(FileSettings(url="mysql+pymysql://me:pw@host/db", query="select 1"), ["id"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:pw@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:p@w@host/db", "postgresql://me:***@host/db"),
        ("redis://:pw@host", "redis://:***@host"),
        ("x://host?user=me&password=pw&a=1", "x://host?user=me&password=***&a=1"),
        ("PWD={a;b};Server=s", "PWD=***;Server=s"),
        ("api_key=abc Token=def", "api_key=*** Token=***"),
        ("url: ${oc.env:CRM_URL}", "url: ${oc.env:CRM_URL}"),
        ("http://127.0.0.1:5000/x", "http://127.0.0.1:5000/x"),
        ("a: b\nmail: me@host", "a: b\nmail: me@host"),
        ("at 10:30 mail me@host", "at 10:30 mail me@host"),
    ],
)
def test_secrets_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_folder_reads_its_files_in_name_order_and_leaves_hidden_ones(tmp_path: Path) -> None:
    for name, line in {"b.csv": "2,B", "a.csv": "1,A", ".c.csv": "3,C", "_d.csv": "4,D"}.items():
        _written(tmp_path, f"id,name\n{line}\n", name)
    for hidden in (".git", "_temporary"):
        (tmp_path / hidden).mkdir()
        _written(tmp_path / hidden, "id,name\n9,X\n", "e.csv")
    _written(tmp_path, "no table", "notes.md")
    assert _rows(tmp_path, "id", "name") == [("1", "A"), ("2", "B")]
    assert _rows(tmp_path / "*.csv", "id") == [("1",), ("2",)]


def test_parts_that_share_a_name_are_told_apart(tmp_path: Path) -> None:
    for year in ("2023", "2024"):
        (tmp_path / year).mkdir()
        _written(tmp_path / year, "id,name\n1\n", "part.csv")
    batches = list(read_batches(FileSettings(path=str(tmp_path)), ["id"], 10))
    assert [one.refused[0].source for one in batches] == ["2023/part.csv", "2024/part.csv"]


@pytest.mark.parametrize("place", ["nope.csv", "nope/", "nope/*.csv", "*.parquet"])
def test_a_source_that_is_not_there_is_unavailable(tmp_path: Path, place: str) -> None:
    _written(tmp_path, PLAIN)
    with pytest.raises(UnavailableError, match=r"is not there\."):
        source_paths(FileSettings(path=str(tmp_path / place)))


@pytest.mark.parametrize("ending", ["csv", *PACKED, "zip"])
def test_progress_rises_to_the_size_of_the_files(tmp_path: Path, ending: str) -> None:
    lines = "".join(f"{number},{number * 7919 % 100_003}\n" for number in range(30_000)) + "ragged\n"
    content = f"id,name\n{lines}".encode()
    if ending == "zip":
        with zipfile.ZipFile(tmp_path / "a.csv.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", content)
    else:
        pack = PACKED.get(ending, bytes)
        _written(tmp_path, pack(content), "a.csv" if ending == "csv" else f"a.csv.{ending}")
    shutil.copy(next(tmp_path.iterdir()), tmp_path / f"b.csv{'' if ending == 'csv' else f'.{ending}'}")
    file = FileSettings(path=str(tmp_path))
    seen = [batch.n_bytes for batch in read_batches(file, ["id"], 1_000)]
    assert seen == sorted(seen)
    assert seen[-1] == source_size(file)
    assert seen[30] == source_size(file) / 2
    assert len(set(seen)) > (1 if ending == "bz2" else 4)  # bz2 unpacks 900 kB at once


def test_progress_of_parquet_and_excel_rises_to_the_size(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"id": list(range(100))}), tmp_path / "a.parquet")
    _workbook(tmp_path / "b.xlsx", ["id"], *([number] for number in range(100)))
    for name in ("a.parquet", "b.xlsx"):
        file = FileSettings(path=str(tmp_path / name))
        seen = [batch.n_bytes for batch in read_batches(file, ["id"], 30)]
        assert seen == sorted(seen) and len(seen) == 4
        assert seen[-1] == source_size(file) > seen[0]


def test_the_digest_changes_with_the_content_and_only_then(tmp_path: Path) -> None:
    file = FileSettings(path=str(_written(tmp_path, PLAIN)))
    before = source_digest(file)
    _written(tmp_path, PLAIN)
    assert source_digest(file) == before
    _written(tmp_path, PLAIN.replace("Borg", "Bork"))
    assert source_digest(file) != before


def test_the_digest_of_a_query_changes_with_rows_and_headings(tmp_path: Path) -> None:
    url = _database(tmp_path)
    queries = ["select id from firms", "select id as key from firms", "select id from firms where id < 9"]
    digests = [source_digest(FileSettings(url=url, query=query)) for query in queries]
    assert len(set(digests)) == 3
    assert source_digest(FileSettings(url=url, query=queries[0])) == digests[0]


def test_moving_a_row_from_one_folder_to_another_changes_the_digest(tmp_path: Path) -> None:
    folder = tmp_path / "country=DE"
    folder.mkdir()
    parquet.write_table(pa.table({"id": [1]}), folder / "a.parquet")
    before = source_digest(FileSettings(path=str(tmp_path)))
    folder.rename(tmp_path / "country=US")
    assert source_digest(FileSettings(path=str(tmp_path))) != before


def test_an_opened_file_is_closed_with_what_it_unpacks(tmp_path: Path) -> None:
    path = _written(tmp_path, gzip.compress(PLAIN.encode()), "list.csv.gz")
    with open_bytes(path) as opened:
        assert opened.read() == PLAIN.encode()
        assert opened.n_bytes == path.stat().st_size
    assert opened.closed


@given(batch_rows=st.integers(1, 12))
def test_the_size_of_a_batch_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, batch_rows: int
) -> None:
    path = _written(tmp_path_factory.getbasetemp(), 'id,name\n1,a\n2\n3,"c\nd"\n\n4,\xff\n5,e,f\n6,g\n')
    batches = list(read_batches(FileSettings(path=str(path)), ["id"], batch_rows))
    assert [one for batch in batches for one in batch.rows["id"]] == ["1", "3", "4", "6"]
    assert [one for batch in batches for one in batch.places] == [2, 4, 7, 9]
    assert [one.row for batch in batches for one in batch.refused] == [3, 8]
    assert all(len(one.rows) + len(one.refused) <= batch_rows for one in batches)


def test_utf_8_under_a_one_byte_encoding_is_refused(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id,name\n1,Müller\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"list\.csv is UTF-8, where its mapping says cp1252"):
        list(read_batches(FileSettings(path=str(path), encoding="cp1252"), ["id"], 10))
    path.write_text("id,name\n1,Müller\n", encoding="cp1252")
    (batch,) = read_batches(FileSettings(path=str(path), encoding="cp1252"), ["name"], 10)
    assert batch.rows["name"].tolist() == ["Müller"]
