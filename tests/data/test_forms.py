"""The forms of a list: their schema, and parts that are the whole."""

from __future__ import annotations

from pathlib import Path

from listed import scored
from pyarrow import parquet

from icp_ml.data.forms import write_parts, write_whole
from icp_ml.data.scored import SCHEMA, SCHEMA_VERSION

REASON = "attribute: string, words: string, contribution: double, rate: double, n_customers: int64"
REASONS = f"list<element: struct<{REASON}>>"
SIMILAR = "list<element: struct<account_id: string, name: string, distance: double>>"
GOLDEN = {
    1: {
        "account_id": "string",
        "name": "string",
        "segment": "string",
        "fit_probability": "double",
        "fit_probability_unshifted": "double",
        "fit_percentile": "double",
        "fit_rank": "int64",
        "rubric_points": "double",
        "tier": "string",
        "list_tier": "string",
        "reasons_for": REASONS,
        "reasons_against": REASONS,
        "similar_best": SIMILAR,
        "similar_poor": SIMILAR,
        "worth_finding": "string",
        "data_completeness": "double",
        "is_familiar": "bool",
        "unfamiliar": "string",
        "model_spread": "double",
        "is_customer": "bool",
        "duplicate_of": "string",
        "is_excluded": "bool",
        "exclusion_reason": "string",
        "rule": "string",
        "model_tier": "string",
        "is_exploration": "bool",
        "model_version": "string",
        "scored_at": "date32[day]",
    }
}


def test_the_parquet_schema_is_that_of_its_version(tmp_path: Path) -> None:
    found = parquet.read_schema(write_whole([scored(2)], tmp_path, "parquet"))
    assert {one.name: str(one.type) for one in found} == GOLDEN[SCHEMA_VERSION]
    assert found.names == list(GOLDEN[SCHEMA_VERSION])
    assert found.metadata[b"icp_ml.schema_version"] == str(SCHEMA_VERSION).encode()


def test_a_folder_of_parts_holds_the_list_in_order(tmp_path: Path) -> None:
    tables = [scored(7, start) for start in range(0, 21, 7)]
    folder = write_parts(tables, tmp_path, 5)
    lengths = [parquet.read_metadata(path).num_rows for path in sorted(folder.iterdir())]
    assert lengths == [5, 5, 5, 5, 1]
    assert parquet.read_table(folder)["account_id"].to_pylist() == [f"P{at}" for at in range(21)]


def test_a_folder_of_parts_is_never_empty(tmp_path: Path) -> None:
    assert parquet.read_table(write_parts([], tmp_path, 5)).schema == SCHEMA
