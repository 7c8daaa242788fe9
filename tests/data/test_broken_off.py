"""A file that ends in the middle of a row is noticed; one that merely has no last line break is not."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.data.broken_off import check_ending
from icp_ml.errors import DataError
from icp_ml.settings import FileSettings

WHOLE = 'id,name,note\n1,Acme,"a, b"\n2,Borg,"two\nlines"'


def ends_well(path, **settings):
    try:
        check_ending(FileSettings(path=str(path), **settings))
    except DataError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "is_whole"),
    [
        (WHOLE, True), (WHOLE + "\n", True), (WHOLE + "\r\n", True), ("id,name,note", True), ("id", True),
        ("", True), (WHOLE + "\n3,Cyb", False), (WHOLE + "\n3", False), (WHOLE[:-1], False),
        (WHOLE + '\n3,Cyb,"open', False), (WHOLE + "\n3,Cyb,", True), (WHOLE + "\n3,Cyb\n", True),
    ],
)  # fmt: skip
def test_only_a_row_that_breaks_off_is_refused(tmp_path, text: str, is_whole: bool) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    assert ends_well(path) == is_whole
    (tmp_path / "list.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert ends_well(tmp_path / "list.csv.gz") == is_whole


def test_it_is_said_to_the_letter(tmp_path) -> None:
    (tmp_path / "list.csv").write_text("id,name,note\n1,Ac")
    with pytest.raises(DataError) as failure:
        check_ending(FileSettings(path=str(tmp_path / "list.csv")))
    assert str(failure.value) == (
        "list.csv ends in the middle of a row.\n"
        "  list.csv: its last row has 2 cells where the header has 3, and no line break follows\n"
        "The export broke off or is still at work: run it again; the last list stays."
    )


def test_an_open_quote_is_said(tmp_path) -> None:
    (tmp_path / "list.csv").write_text('id,name\n1,"Ac')
    with pytest.raises(DataError, match="its last row has an open quote where the header has 2"):
        check_ending(FileSettings(path=str(tmp_path / "list.csv")))


def test_a_long_file_is_read_at_its_end_alone(tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("id;name\n" + "1;Acme\n" * 300_000 + "2;Borg")
    assert ends_well(path, delimiter=";")
    path.write_text(path.read_text() + "\n3")
    assert not ends_well(path, delimiter=";")


def test_each_file_of_a_folder_is_looked_at(tmp_path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.csv").write_text("id,name\n1,x")
    assert ends_well(tmp_path)
    (tmp_path / "b.csv").write_text("id,name\n1")
    assert not ends_well(tmp_path)


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08broken", b"PK\x03\x04", b"\xff\xfei\0d\0", b"\0\0\0"])
def test_what_cannot_be_read_is_left_to_those_who_read_it(tmp_path, content: bytes) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    assert ends_well(tmp_path / "list.csv")


@given(
    rows=st.lists(
        st.lists(st.text(max_size=8).filter(lambda one: "\0" not in one), min_size=2, max_size=2), max_size=5
    )
)
def test_whatever_a_complete_file_holds_it_ends_well(tmp_path_factory, rows) -> None:
    import csv

    path = tmp_path_factory.mktemp("whole") / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([["id", "name"], *rows])
    whole = path.read_bytes()
    path.write_bytes(whole.removesuffix(b"\r\n"))
    assert ends_well(path)
