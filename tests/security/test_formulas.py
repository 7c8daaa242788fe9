"""No cell of a CSV file that is written runs when a spreadsheet opens it."""

from __future__ import annotations

import ast
import csv
import io

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import ROOT, called

from icp_ml.data.profiled import csv_text
from icp_ml.data.scored_text import csv_lines, safe_cell, safe_rows

STARTS = "=+-@\t\r\n＝＋－＠"
HARMLESS = "a lone signed word or number, as the id -12: a name at most, with nothing to call"
attacks = st.builds(
    "{}{}".format,
    st.sampled_from(STARTS),
    st.sampled_from(["", "cmd|' /C calc'!A0", 'HYPERLINK("http://x")', "1+1"]),
) | st.text(min_size=1).map(lambda text: f"={text}")
cells = st.one_of(attacks, st.text(max_size=12))


def runs(cell):
    """Say whether a spreadsheet would take a cell for more than a text or a signed number."""
    is_signed_word = cell[:1] in "+-" and all(one.isalnum() or one in "_." for one in cell[1:])
    return bool(cell) and cell[0] in STARTS and not is_signed_word


def cells_of(text):
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


@given(st.lists(cells, min_size=1, max_size=5))
def test_no_writer_lets_a_cell_run(values):
    rows = pd.DataFrame({"name": pd.array(values, "str"), "n": range(len(values))})
    written = [
        csv_text(rows),
        safe_rows(rows).to_csv(index=False),
        safe_rows(rows.astype({"name": object})).to_csv(index=False),
        safe_rows(rows.astype({"name": "category"})).to_csv(index=False),
        bytes(csv_lines(pa.table({"account_id": pa.array(values, pa.string()), "name": values}))).decode(),
    ]
    for text in written:
        assert [cell for cell in cells_of(text) if runs(cell)] == []


@given(cells)
def test_a_cell_is_marked_once_and_else_left_alone(value):
    assert safe_cell(value) in (value, f"'{value}")
    assert safe_cell(safe_cell(value)) == safe_cell(value)


def test_a_heading_runs_no_more_than_a_cell():
    rows = pd.DataFrame({"=cmd()": ["x"], "day": [pd.Timestamp("2026-01-01")], "n": [-1.5]})
    assert cells_of(safe_rows(rows).to_csv(index=False)) == ["'=cmd()", "day", "n", "x", "2026-01-01", "-1.5"]


NAMED = ["Account ID", "Account Name", "customer", "Account", "prospect_id", "company"]
EVIL = '=HYPERLINK("http://evil";"click")'


@pytest.fixture
def hostile(workplace):
    """Begin every id and name, and half of the industries, of the demo as a formula begins."""
    for table in ("customers", "orders.csv.gz", "deals", "prospects"):
        path = workplace / "var/demo" / (table if "." in table else f"{table}.csv")
        form = {"sep": ";", "encoding": "cp1252"} if table == "customers" else {}
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, **form)
        for name in rows.columns.intersection(NAMED):
            rows[name] = rows[name].where(rows[name] == "", EVIL + rows[name])
        for name in [one for one in ("Industry", "sector") if one in rows]:
            rows[name] = rows[name].where(rows.index % 2 == 0, "@SUM(1+1)*cmd|x")
        rows.to_csv(path, index=False, **form)
    return workplace


def test_no_file_of_any_pipeline_runs(hostile):
    for verb, further in (
        ("label", ()),
        ("predict", ("scoring.output.preset=salesforce",)),
        ("profile", ()),
        ("rescore", ()),
        ("compare", ()),
    ):
        done = called(verb, *further)
        assert done.returncode in (0, 10), f"{verb}: {done.stderr}"
    found = [one for one in hostile.rglob("*.csv") if hostile / "var/demo" not in one.parents]
    assert {one.name for one in found} >= {
        "scored.csv",
        "refused.csv",
        "label_rows.csv",
        "compare.csv",
        "salesforce.csv",
    }
    text = "".join(one.read_text(encoding="utf-8-sig") for one in found)
    assert "'=HYPERLINK" in text
    for path in found:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert [cell for row in csv.reader(stream) for cell in row if runs(cell)] == [], path


SAFE_WRITERS = {"safe_rows", "safe_cell", "csv_text"}


def writers():
    """Give every place of the product that writes CSV, with the names that its function uses."""
    for path in [*ROOT.glob("src/**/*.py"), *ROOT.glob("pipelines/*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            names = {one.attr for one in ast.walk(function) if isinstance(one, ast.Attribute)}
            names |= {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
            if names & {"to_csv", "writerow", "writerows", "DictWriter"}:
                yield f"{path.relative_to(ROOT)}:{function.name}", names, path.read_text(encoding="utf-8")


NEVER_OPENED = (
    "src/icp_ml/data/demo/",  # input for the demo, as a company's own exports are
    "pipelines/logging_data.py:_digest",  # a digest is all that becomes of it
    "pipelines/outcomes.py:_key",  # as above
    "src/icp_ml/tracking/runs.py:log_training",  # tables come safe, from pipelines/logging_run.py
)


def test_every_writer_of_csv_is_known_to_be_safe():
    unsafe = [
        where
        for where, names, text in writers()
        if not where.startswith(NEVER_OPENED) and not names & SAFE_WRITERS and "safe_cell" not in text
    ]
    assert unsafe == []
