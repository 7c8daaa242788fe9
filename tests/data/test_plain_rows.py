"""Splitting well-formed text at once gives what reading it row by row gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import shared_data

from icp_ml.data import unread
from icp_ml.data.sources import read_batches
from icp_ml.errors import DataError
from icp_ml.settings import FileSettings

CELLS = st.one_of(
    st.text(st.sampled_from('ab ,;"\n\r\0\ufeff\ufffd\u00e9\u2028'), max_size=4),
    st.sampled_from(
        [
            "",
            "Acme",
            '"Acme, Inc."',
            '"a ""b"" c"',
            '"two\nlines"',
            '"r\r\nn"',
            '""',
            '5" pipe',
            '"ab"c',
            '"ab" ',
        ]
    ),
)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=3).map(",".join), max_size=12)
BREAKS = st.sampled_from(["\n", "\r\n", "\n\n", "\r"])
CONTENTS = st.builds(
    lambda rows, mark, end: mark.join(["A,B", *rows]) + end, ROWS, BREAKS, st.sampled_from(["", "\n"])
)


def read(path: Path, columns: list[str], n_rows: int, **settings: Any) -> list[Any]:
    """Give all that reading gives, or what stopped it."""
    found: list[Any] = []
    try:
        for one in read_batches(FileSettings(path=str(path), **settings), columns, n_rows):
            found.append(
                [one.rows.to_dict("list"), one.places, one.refused, one.n_unreadable, str(one.rows.dtypes)]
            )
    except DataError as failure:
        return [str(failure)]
    return found


def both_ways(path: Path, columns: list[str], n_rows: int, **settings: Any) -> tuple[list[Any], list[Any]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unread, "can_be_plain", lambda delimiter: False)
        one_by_one = read(path, columns, n_rows, **settings)
    return read(path, columns, n_rows, **settings), one_by_one


@given(content=CONTENTS, columns=st.sampled_from([["A"], ["B", "A"]]), n_rows=st.sampled_from([1, 2, 5, 100]))
def test_at_once_is_as_row_by_row(
    content: str, columns: list[str], n_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "plain_rows.csv"
    path.write_bytes(content.encode())
    at_once, one_by_one = both_ways(path, columns, n_rows)
    assert at_once == one_by_one


@pytest.mark.parametrize("n_rows", [70, 1_000, 100_000])
@pytest.mark.parametrize(
    "flaw",
    [
        "",
        'x,5" pipe,y',
        "1,2",
        "1,2,3,4\n\n",
        "1,\0,3",
        '1,"two\nlines",3',
        '1,"a"b,3',
        "1,a\rb,3",
        "1,\ufffd,3",
    ],
)
def test_a_long_file_with_a_flaw_reads_the_same(tmp_path: Path, flaw: str, n_rows: int) -> None:
    rows = [f'{at},"Acme, ""{at}""",M\u00fcnchen' for at in range(9_000)]
    path = tmp_path / "list.csv"
    path.write_text("\n".join(["id,name,city", *rows[:5_000], *[flaw] * bool(flaw), *rows[5_000:]]), "utf-8")
    at_once, one_by_one = both_ways(path, ["city", "id", "name"], n_rows)
    assert at_once == one_by_one


@pytest.mark.parametrize(
    "name",
    [
        "crunchbase_2013/crunchbase-companies.csv",
        "ppp_loans/ppp_montana.csv",
        "glassdoor_ds_jobs/glassdoor_jobs.csv",
    ],
)
def test_a_real_file_reads_the_same(name: str) -> None:
    folder, _, file = name.partition("/")
    path = shared_data(folder) / file
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        header = next(unread.csv_reader(stream, ","))
    at_once, one_by_one = both_ways(path, header[:6], 1_000)
    assert at_once == one_by_one
