"""How much of each column was understood."""

from __future__ import annotations

from icp_ml.data.checks import Findings
from icp_ml.data.understood import understood_lines, understood_markdown


def findings() -> Findings:
    found = Findings()
    for column, n_known, strange in (("name", 9, {}), ("revenue", 7, {"lots": 2, "a|b": 1}), ("city", 0, {})):
        found.n_known[column] += n_known
        found.add_strange(column, strange)
    return found


def test_each_column_has_its_share_and_what_is_strange() -> None:
    said = [(one.column, one.n_given, one.n_known, one.share, one.strange) for one in findings().understood()]
    assert said == [
        ("name", 9, 9, 1.0, []),
        ("revenue", 10, 7, 0.7, ["lots", "a|b"]),
        ("city", 0, 0, 1.0, []),
    ]


def test_lines_name_what_is_not_whole_and_count_the_rest() -> None:
    assert understood_lines({"customers": findings()}) == [
        "  customers.revenue   70.0 % of        10  not 'lots', 'a|b'",
        "  1 more column understood to the last value",
    ]
    assert understood_lines({}) == ["  0 columns understood to the last value"]


def test_the_table_holds_every_column() -> None:
    lines = understood_markdown({"customers": findings()}).splitlines()
    assert len(lines) == 5
    assert lines[3] == r"| customers.revenue | 10 | 70.0 % | 'lots', 'a\|b' |"


def test_a_share_is_rounded_down_so_that_a_hundred_means_all() -> None:
    found = Findings()
    found.n_known["name"] += 99_999
    found.add_strange("name", {"?": 1})
    assert " 99.9 % of   100,000  not '?'" in understood_lines({"a": found})[0]
