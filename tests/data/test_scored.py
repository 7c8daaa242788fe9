"""The scored list: placed within the whole, the same in every form, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from support import compose

from icp_ml.data import repeats
from icp_ml.data.first_pass import REASONS, TOLD, FirstPass, PartPaths, Scored, read_first_pass, write_part
from icp_ml.data.layers import Layers, Recalled, first_place
from icp_ml.data.part_counts import PartCounts
from icp_ml.data.parts import COUNTS, PartFiles
from icp_ml.data.placing import parts_of, place_part, write_lists
from icp_ml.data.repeats import repeats_in
from icp_ml.data.scored import (
    REFUSED_COLUMNS,
    SCHEMA,
    RefusedRows,
    join_lines,
    join_scored,
    write_scored,
)
from icp_ml.data.scored_text import safe_cell
from icp_ml.data.sources import Refused
from icp_ml.matching import match_keys
from icp_ml.scoring import SCORED_COLUMNS

Row = tuple[str, str | None, float, bool, str]
"""account_id, domain, fit_probability, is_customer, segment."""

TODAY = pd.Timestamp("2026-01-01")
MATCHING, SCORING = compose().config.matching, compose().config.scoring
ROWS = st.lists(
    st.tuples(
        st.sampled_from([f"P{number}" for number in range(9)]),
        st.sampled_from([None, "a.com", "b.com", "gmail.com"]),
        st.sampled_from([0.1, 0.25, 0.5, 0.50001, 0.9]),
        st.booleans(),
        st.sampled_from(["north", "south", "north"]),
    ),
    max_size=14,
)


def _batch(rows: list[Row], start: int = 0) -> Any:
    ids, domains, scores, customers, segments = ([row[at] for row in rows] for at in range(5))
    accounts = pd.DataFrame(
        {"account_id": pd.Series(ids, dtype="str"), "domain": pd.Series(domains, dtype="str")}
    )
    reason = [
        {"attribute": "employees", "words": "Employees: 120 (+)", "contribution": 0.5},
        {
            "attribute": "name",
            "words": 'Called: "A", (+)',
            "contribution": 0.25,
            "rate": 0.5,
            "n_customers": 40,
        },
    ]
    scored = pd.DataFrame(
        {
            "account_id": accounts["account_id"],
            "name": pd.Series([f"Firm {start + at}" for at in range(len(rows))], dtype="str"),
            "segment": pd.Series(segments, dtype="str"),
            "fit_probability": np.array(scores, dtype=np.float64),
            "fit_probability_unshifted": np.array(scores, dtype=np.float64) / 2,
            "rubric_points": np.nan,
            "rank_score": np.array(scores, dtype=np.float64),
            "tier": pd.Series(["Bad fit"] * len(rows), dtype="str"),
            "reasons_for": pd.Series([reason] * len(rows), dtype=object),
            "reasons_against": pd.Series([[] for _ in rows], dtype=object),
            "data_completeness": np.full(len(rows), 0.75),
            "model_spread": np.full(len(rows), 0.01),
            "is_customer": np.array(customers, dtype=bool),
            "is_excluded": np.array(customers, dtype=bool),
            "exclusion_reason": None,
            "rule": None,
            "model_tier": "Bad fit",
            "is_exploration": ~np.array(customers, dtype=bool),
            "recognised_by": np.where(customers, "account_id", "").astype(object),
            "model_version": "abc",
            "scored_at": date(2026, 1, 1),
        }
    )
    return _as_stored(scored, match_keys(accounts))


def _as_stored(scored: pd.DataFrame, keys: pd.DataFrame) -> Scored:
    """Give scored rows as a part stores them; each is its own input."""
    told, reasons = (_table_of(scored, schema) for schema in (TOLD, REASONS))
    places = np.arange(len(scored))
    digests = places.astype(np.uint64)
    inputs = pa.table({f"input:{half}": digests for half in ("first", "second")})
    rows = scored.assign(input_row=places, input_first=digests, input_second=digests)
    return Scored(rows, told, Recalled.of(reasons), keys, Recalled.of(inputs))


def _table_of(scored: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    nothing = [None] * len(scored)
    arrays = [pa.array(scored.get(one.name, nothing), one.type, from_pandas=True) for one in schema]
    return pa.table(arrays, schema=schema)


def _first(rows: list[Row], folder: Path, batch_rows: int = 100) -> FirstPass:
    starts = range(0, len(rows), batch_rows)
    return _stored([_batch(rows[start : start + batch_rows], start) for start in starts], folder)[0]


def _stored(batches: list[Scored], folder: Path) -> tuple[FirstPass, PartCounts]:
    """Store each batch as a part of its own; give them together, and what was counted."""
    segments = tuple(dict.fromkeys(name for batch in batches for name in batch.rows["segment"]))
    counts, paths = PartCounts.of(segments), []
    for number, batch in enumerate(batches):
        files = PartFiles(folder)
        made = [one(number) for one in (files.scored, files.inputs, files.reasons)]
        paths.append(made[0])
        write_part([batch], counts, PartPaths(*made, first_place(0, number)))
    return read_first_pass(paths, segments), counts


def _tables(first: FirstPass, folder: Path) -> Iterator[pa.Table]:
    originals = repeats_in(first, MATCHING).originals
    lists = write_lists(first, originals, SCORING, folder)
    for number, part in enumerate(parts_of(first, originals)):
        reasons = Layers([(first_place(0, number), PartFiles(folder).reasons(number))])
        yield place_part(part, lists, reasons)[0]


def _written(first: FirstPass, folder: Path, form: Any) -> Path:
    paths = []
    for number, table in enumerate(_tables(first, folder)):
        paths.append(folder / f"{number}.placed")
        write_scored(table, paths[-1], form)
    return join_scored(paths, folder, form)


def _placed(rows: list[Row], folder: Path, batch_rows: int = 100) -> list[dict[str, Any]]:
    return [row for table in _tables(_first(rows, folder, batch_rows), folder) for row in table.to_pylist()]


def _naive(rows: list[Row]) -> list[tuple[float | None, str | None]]:
    """Place rows by the definition, one by one, each segment as if it were a list of its own."""
    found: list[int] = []
    for at, (account, domain, _, _, segment) in enumerate(rows):
        before = [one for one in range(at) if rows[one][4] == segment]
        same = [one for one in before if rows[one][0] == account]
        shared = [one for one in before if domain in ("a.com", "b.com") and rows[one][1] == domain]
        found.append(found[(same or shared or [at])[0]] if same or shared else at)
    placed: list[tuple[float | None, str | None]] = []
    for at, row in enumerate(rows):
        eligible = [
            rows[one][2]
            for one in range(len(rows))
            if found[one] == one and not rows[one][3] and rows[one][4] == row[4]
        ]
        below = sum((other < row[2]) + 0.5 * (other == row[2]) for other in eligible)
        percentile = 100 * below / len(eligible) if eligible else None
        placed.append((percentile, None if found[at] == at else rows[found[at]][0]))
    return placed


@settings(max_examples=80, deadline=None)
@given(rows=ROWS, batch_rows=st.integers(1, 14))
def test_percentiles_and_duplicates_are_those_of_the_definition(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], batch_rows: int
) -> None:
    placed = _placed(rows, tmp_path_factory.getbasetemp(), batch_rows)
    assert [one["duplicate_of"] for one in placed] == [original for _, original in _naive(rows)]
    expected = [np.nan if percentile is None else percentile for percentile, _ in _naive(rows)]
    given_ = [np.nan if one["fit_percentile"] is None else one["fit_percentile"] for one in placed]
    assert given_ == pytest.approx(expected, nan_ok=True)


def test_a_duplicate_never_names_another_duplicate(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("A", "a.com", 0.5, False, "default"),
        ("B", "a.com", 0.5, False, "default"),
        ("B", "b.com", 0.5, False, "default"),
        ("C", "b.com", 0.5, False, "default"),
    ]
    assert [one["duplicate_of"] for one in _placed(rows, tmp_path)] == [None, "A", "A", "A"]


def test_customers_are_placed_but_do_not_count(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("A", None, 0.9, True, "default"),
        ("B", None, 0.1, False, "default"),
        ("C", None, 0.5, False, "default"),
    ]
    first, counts = _stored([_batch(rows)], tmp_path)
    placed = [one["fit_percentile"] for table in _tables(first, tmp_path) for one in table.to_pylist()]
    assert placed == [100, 25, 75]
    assert counts.customers.total() == 1


def test_each_segment_is_ranked_alone_and_knows_no_duplicate_in_another(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("A", "a.com", 0.1, False, "north"),
        ("A", "a.com", 0.9, False, "south"),
        ("B", "b.com", 0.2, False, "north"),
        ("A", None, 0.3, False, "south"),
    ]
    placed = _placed(rows, tmp_path)
    assert [one["fit_percentile"] for one in placed] == [25, 50, 75, 0]
    assert [one["duplicate_of"] for one in placed] == [None, None, None, "A"]
    _, counts = _stored([_batch(rows)], tmp_path)
    assert {name: tiers.total() for name, tiers in counts.tiers.items()} == {"north": 2, "south": 2}


def test_points_rank_where_there_is_no_probability_and_the_unknown_has_no_rank(tmp_path: Path) -> None:
    rows: list[Row] = [(name, None, 0.5, False, "default") for name in "ABC"]
    scored, _, _, keys, _ = _batch(rows)
    points = np.array([2.5, np.nan, 1.0])
    scored = scored.assign(fit_probability=np.nan, rubric_points=points, rank_score=points)
    first, _ = _stored([_as_stored(scored, keys)], tmp_path)
    [table] = _tables(first, tmp_path)
    assert table["fit_percentile"].to_pylist() == [75, None, 25]
    with _written(first, tmp_path, "csv").open(encoding="utf-8-sig", newline="") as stream:
        written = [(row["fit_probability"], row["rubric_points"]) for row in csv.DictReader(stream)]
    assert written == [("", "2.50"), ("", ""), ("", "1.00")]


def test_the_first_pass_holds_no_more_than_its_arrays(tmp_path: Path) -> None:
    rows: list[Row] = [(f"P{number}", None, 0.5, False, "default") for number in range(1_000)]
    first = _first(rows, tmp_path, 250)
    arrays = [first.scores, first.eligible, first.codes]
    assert all(one.base is None for one in arrays)
    assert sum(one.nbytes for one in arrays) == 11 * 1_000


def test_csv_and_parquet_agree(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("A", "a.com", 0.123456, False, "default"),
        ("B", None, 0.9, True, "default"),
        ("A", None, 0.5, False, "default"),
    ]
    first = _first(rows, tmp_path, 2)
    typed = parquet.read_table(_written(first, tmp_path, "parquet"))
    assert typed.schema == SCHEMA
    with _written(first, tmp_path, "csv").open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.DictReader(stream))
    assert tuple(written[0]) == SCORED_COLUMNS
    for text, row in zip(written, typed.to_pylist(), strict=True):
        assert text["account_id"] == row["account_id"]
        assert float(text["fit_probability"]) == pytest.approx(row["fit_probability"], abs=5e-5)
        assert float(text["fit_percentile"]) == pytest.approx(row["fit_percentile"], abs=0.05)
        assert text["reasons_for"] == "; ".join(one["words"] for one in row["reasons_for"])
        assert text["is_customer"] == ("yes" if row["is_customer"] else "no")
        assert text["duplicate_of"] == (row["duplicate_of"] or "")
        assert text["scored_at"] == row["scored_at"].isoformat() == "2026-01-01"


@pytest.mark.parametrize("empty", [[], [_batch([])]])
def test_an_empty_list_is_a_header(tmp_path: Path, empty: list[Any]) -> None:
    first, counts = _stored(empty, tmp_path)
    path = _written(first, tmp_path, "csv")
    assert path.read_text(encoding="utf-8-sig").splitlines() == [",".join(SCORED_COLUMNS)]
    assert parquet.read_table(_written(first, tmp_path, "parquet")).num_rows == 0
    assert (counts.customers.total(), counts.tiers) == (0, {})


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+x y", "'+x y"),
        ("-x y", "'-x y"),
        ("-2+3", "'-2+3"),
        ("+49 30 1234", "'+49 30 1234"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("-12", "-12"),
        ("+49", "+49"),
        ("-1.5", "-1.5"),
        ("a=1", "a=1"),
        ("", ""),
        (None, None),
        (-12, -12),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: Any, written: Any) -> None:
    assert safe_cell(cell) == written


def test_names_and_ids_of_a_scored_list_are_safe(tmp_path: Path) -> None:
    scored, _, _, keys, _ = _batch([("=cmd|x", None, 0.5, False, "default")])
    first, _ = _stored([_as_stored(scored.assign(name="@SUM(A1)"), keys)], tmp_path)
    with _written(first, tmp_path, "csv").open(encoding="utf-8-sig", newline="") as stream:
        [row] = csv.DictReader(stream)
    assert (row["account_id"], row["name"]) == ("'=cmd|x", "'@SUM(A1)")


def test_refused_rows_are_written_with_place_reason_and_content(tmp_path: Path) -> None:
    refused = [Refused("a.csv", 3, "too short", "=x"), Refused("a.csv", 9, "too short", "[é\n]")]
    with RefusedRows(tmp_path / "part") as file:
        file.write(refused)
    assert file.by_reason == {"too short": 2}
    join_lines([tmp_path / "part"], REFUSED_COLUMNS, tmp_path / "refused.csv")
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        written = [list(row.values()) for row in csv.DictReader(stream)]
    assert written == [["a.csv", "3", "too short", "'=x"], ["a.csv", "9", "too short", "[é\n]"]]


def test_without_a_refused_row_there_is_a_header(tmp_path: Path) -> None:
    with RefusedRows(tmp_path / "part") as file:
        file.write([])
    assert file.by_reason == {}
    join_lines([tmp_path / "part"], REFUSED_COLUMNS, tmp_path / "refused.csv")
    written = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")
    assert written == "source,row,reason,content\n"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_comparing_few_rows_at_a_time_finds_the_same_repeats(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, rows: list[Row]
) -> None:
    named = _batch(rows)
    names = pd.Series([f"Acme {at % 3} Inc" for at in range(len(rows))], dtype="str")
    accounts = named.rows[["account_id"]].assign(name=names, city="Rome")
    first, _ = _stored([_as_stored(named.rows, match_keys(accounts))], tmp_path_factory.mktemp("few"))
    whole = repeats_in(first, MATCHING)
    monkeypatch.setattr(repeats, "ROWS_AT_ONCE", 2)
    assert repeats_in(first, MATCHING) == whole


def test_counts_of_parts_add_up_to_those_of_the_whole(tmp_path: Path) -> None:
    rows: list[Row] = [(f"A{at}", None, 0.5, at % 3 == 0, "default") for at in range(7)]
    _, whole = _stored([_batch(rows)], tmp_path)
    added = PartCounts.of(("default",))
    for start in (0, 3):
        part = _stored([_batch(rows[start : start + 3 + start])], tmp_path)[1]
        added.merge(COUNTS.validate_json(COUNTS.dump_json(part)))
    assert added == whole
