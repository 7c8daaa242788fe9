"""Dates and years, as people and tools write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing.dates import parse_one, parse_year
from icp_ml.settings import ColumnSettings

YMD = ColumnSettings(source="Created")
DMY = ColumnSettings(source="Created", date_order="dmy")
MDY = ColumnSettings(source="Created", date_order="mdy")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2019-03-05", (2019, 3, 5)),
        ("2019/3/5", (2019, 3, 5)),
        ("2019.03.05", (2019, 3, 5)),
        ("20190305", (2019, 3, 5)),
        ("20190305T070809Z", (2019, 3, 5, 7, 8, 9)),
        ("2019-03-05 07:08:09", (2019, 3, 5, 7, 8, 9)),
        ("2019-03-05 07:08:09.123456", (2019, 3, 5, 7, 8, 9)),
        ("2019-03-05T07:08:09Z", (2019, 3, 5, 7, 8, 9)),
        ("2019-03-05T23:08:09+02:00", (2019, 3, 5, 23, 8, 9)),
        ("2019-03-05 23:08 UTC", (2019, 3, 5, 23, 8)),
        ("2019-03", (2019, 3, 1)),
        ("2019-Q3", (2019, 7, 1)),
        ("Q3 2019", (2019, 7, 1)),
        ("2019", (2019, 1, 1)),
        ("03/2019", (2019, 3, 1)),
        ("5 Mar 2019", (2019, 3, 5)),
        ("05-Mar-19", (2019, 3, 5)),
        ("5. M\u00e4rz 2019", (2019, 3, 5)),
        ("5th of March 2019", (2019, 3, 5)),
        ("March 5, 2019", (2019, 3, 5)),
        ("Mar 5th, 2019 1:30 PM", (2019, 3, 5, 13, 30)),
        ("Tue, 5 Mar 2019 07:08:09 GMT", (2019, 3, 5, 7, 8, 9)),
        ("Monday March 4 2019", (2019, 3, 4)),
        ("Sept 2019", (2019, 9, 1)),
        ("2019-Mar-05", (2019, 3, 5)),
    ],
)
@pytest.mark.parametrize("column", [YMD, DMY, MDY], ids=["ymd", "dmy", "mdy"])
def test_a_date_that_needs_no_order(text, parts, column):
    assert parse_one(text, column) == datetime(*parts)


@pytest.mark.parametrize(
    ("text", "column", "parts"),
    [
        ("05/03/2019", DMY, (2019, 3, 5)),
        ("05/03/2019", MDY, (2019, 5, 3)),
        ("5.3.19", DMY, (2019, 3, 5)),
        ("05-03-2019 19:58", DMY, (2019, 3, 5, 19, 58)),
        ("5/3/19 7:58 pm", MDY, (2019, 5, 3, 19, 58)),
        ("19-03-05", YMD, (2019, 3, 5)),
        ("1/1/68", MDY, (2068, 1, 1)),
        ("1/1/69", MDY, (1969, 1, 1)),
        ("12/31/2019 12:00 AM", MDY, (2019, 12, 31)),
    ],
)
def test_three_numbers_follow_the_date_order(text, column, parts):
    assert parse_one(text, column) == datetime(*parts)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("2019-02-29", YMD),
        ("2019-13-01", YMD),
        ("31/12/2019", MDY),
        ("05/03/2019", YMD),
        ("1799-12-31", YMD),
        ("2201-01-01", YMD),
        ("0000-00-00", YMD),
        ("2019-03-05 25:00", YMD),
        ("2019-03-05 13:00 pm", YMD),
        ("5 Foo 2019", YMD),
        ("May-20", YMD),
        ("43891", YMD),
        ("-1", YMD),
        ("soon", YMD),
        ("", YMD),
    ],
)
def test_an_impossible_or_ambiguous_date_is_not_understood(text, column):
    assert parse_one(text, column) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1998", 1998),
        ("1998.0", 1998),
        ("1998-05-01", 1998),
        ("est. 1998", 1998),
        ("1665", 1665),
        ("May 1998", 1998),
    ],
)
def test_a_year_alone_or_in_a_date(text, year):
    assert parse_year(text, YMD) == year


@pytest.mark.parametrize("text", ["-1", "0", "98", "999", "2201", "19998", "1998-99", "unknown"])
def test_an_implausible_year_is_not_understood(text):
    assert parse_year(text, YMD) is None


@given(
    st.datetimes(datetime(1800, 1, 1), datetime(2200, 12, 31)).map(
        lambda moment: moment.replace(microsecond=0)
    )
)
def test_a_written_date_round_trips(moment):
    assert parse_one(moment.isoformat(), DMY) == moment
    assert parse_one(f"{moment:%d/%m/%Y %H:%M:%S}", DMY) == moment
    assert parse_one(f"{moment:%m-%d-%Y %I:%M:%S %p}", MDY) == moment
    assert parse_one(f"{moment:%B %d, %Y}", YMD) == datetime(moment.year, moment.month, moment.day)
