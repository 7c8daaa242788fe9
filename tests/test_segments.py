"""Segments: whom each covers, what is called after it, and what is said where they overlap."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support import compose

from icp_ml.data.outcomes import label_tables
from icp_ml.data.samples import prospect_sample
from icp_ml.data.segments import check_segments, covers, in_segment, overlaps
from icp_ml.errors import ConfigError, DataError
from icp_ml.label import label_digest
from icp_ml.segments import segment_digest, segment_facts, segment_name
from icp_ml.settings import DataSettings, SegmentSettings

VALUE = compose().config.label
WON = compose("label=won").config.label

CUSTOMERS = (
    "id;land;tools;founded",
    "A;DE;Kafka, SAP;2001",
    "B;Germany;Excel;2012",
    "C;US;Kafka;2020",
    "D;;;",
)
PROSPECTS = ("id;country;stack", "P1;Deutschland;SAP", "P2;USA;Kafka|SAP", "P3;USA;Excel", "P4;;Kafka")
ORDERS = (
    "id;at;sum;line",
    "A;2024-01-01;5;Pumps",
    "A;2024-02-01;7;Pipes",
    "C;2024-01-01;9;Pipes",
    "X;2024-01-01;3;Pipes",
)
DEALS = ("id;at;line", "A;2024-01-01;Pumps", "B;2024-01-01;Valves")


def segment(where: Any = (), outcomes: Any = (), label: Any = VALUE) -> SegmentSettings:
    return SegmentSettings.model_validate({"where": where, "outcomes": outcomes, "label": label})


def of_country(*names: str) -> dict[str, Any]:
    return {"column": "country", "one_of": names}


def with_tool(*names: str) -> dict[str, Any]:
    return {"column": "technologies", "one_of": names}


def of_line(*names: str) -> dict[str, Any]:
    return {"column": "product", "one_of": names}


@pytest.fixture
def mapping(tmp_path: Path) -> DataSettings:
    """Map a company of four customers; country is kept out of the model and can still cut."""
    tables = {
        "customers": (CUSTOMERS, {"country": {"from": "land", "is_feature": False}, "technologies": "tools"}),
        "prospects": (
            PROSPECTS,
            {"country": "country", "technologies": {"from": "stack", "separator": "|"}},
        ),
        "orders": (ORDERS, {"ordered_at": "at", "revenue": "sum", "product": "line"}),
        "deals": (DEALS, {"created_at": "at", "product": "line"}),
    }
    given: dict[str, Any] = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("",)}
    for name, (lines, columns) in tables.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        given[name] = {"path": str(path), "delimiter": ";", "columns": {"account_id": "id", **columns}}
    given["customers"]["columns"]["founded_year"] = "founded"
    return DataSettings.model_validate(given)


def prospects(mapping: DataSettings) -> pd.DataFrame:
    sample = prospect_sample(mapping, 100)
    assert sample is not None
    return sample.rows


def ids_in(mapping: DataSettings, *where: dict[str, Any]) -> list[str]:
    rows = prospects(mapping)
    covered = covers(rows, "prospects", {"one": segment(where)}, mapping)
    return rows.loc[covered["one"], "account_id"].to_list()


@pytest.mark.parametrize(
    ("where", "covered"),
    [
        ((), ["P1", "P2", "P3", "P4"]),
        ((of_country("DE"),), ["P1"]),
        ((of_country("Germany", "United States"),), ["P1", "P2", "P3"]),
        ((with_tool("SAP"),), ["P1", "P2"]),
        ((with_tool("Kafka", "Excel"),), ["P2", "P3", "P4"]),
        ((of_country("US"), with_tool("SAP")), ["P2"]),
    ],
)
def test_values_are_read_like_the_column_and_a_list_is_met_by_an_item(mapping, where, covered) -> None:
    assert ids_in(mapping, *where) == covered


def test_a_code_may_be_written_as_a_number(mapping) -> None:
    rule = {"column": "founded_year", "one_of": [2012, 2020]}
    customers = label_tables(mapping, VALUE).rows["customers"]
    covered = covers(customers, "customers", {"young": segment([rule])}, mapping)["young"]
    assert customers.loc[covered, "account_id"].to_list() == ["B", "C"]


def test_a_value_that_the_column_cannot_hold_is_refused(mapping) -> None:
    with pytest.raises(ConfigError) as stopped:
        ids_in(mapping, of_country("DE", "Germny"))
    assert str(stopped.value) == (
        "the filter on country names 'Germny', which cannot be read as country.\n"
        "Correct one_of; it is read as the column of the file is."
    )


def test_a_segment_keeps_its_customers_their_outcomes_and_of_these_its_own(mapping) -> None:
    whole = label_tables(mapping, VALUE)
    part = in_segment(whole, "pumps", segment([of_country("DE")], [of_line("Pumps")]), mapping)
    ids = {name: rows["account_id"].to_list() for name, rows in part.rows.items()}
    assert ids == {"customers": ["A", "B"], "orders": ["A"], "deals": ["A"]}
    assert whole.rows["orders"]["account_id"].to_list() == ["A", "A", "C", "X"]


def test_without_a_filter_nothing_changes(mapping) -> None:
    whole = label_tables(mapping, VALUE)
    part = in_segment(whole, "default", segment(), mapping)
    assert all(part.rows[name].equals(rows) for name, rows in whole.rows.items())


def test_outcomes_of_strangers_stay_where_nobody_is_left_out(mapping) -> None:
    """The label says how many there are; of a segment by country they can be no part."""
    whole = label_tables(mapping, VALUE)
    for where, accounts in (([], ["A", "C", "X"]), ([of_country("US")], ["C"])):
        part = in_segment(whole, "pipes", segment(where, [of_line("Pipes")]), mapping)
        assert part.rows["orders"]["account_id"].to_list() == accounts


def test_an_outcome_table_may_be_emptied_but_not_all_of_them(mapping) -> None:
    whole = label_tables(mapping, VALUE)
    assert len(in_segment(whole, "pipes", segment((), [of_line("Pipes")]), mapping).rows["deals"]) == 0
    with pytest.raises(DataError) as stopped:
        in_segment(whole, "hoses", segment((), [of_line("Hoses")]), mapping)
    assert str(stopped.value) == (
        "segment hoses has none of the 4 orders and no deals.\n"
        "  product: most often 'Pipes', 'Pumps'\n"
        "Correct its filters."
    )


def test_a_segment_without_customers_stops_and_says_what_there_is(mapping) -> None:
    with pytest.raises(DataError, match=r"^segment iberia has none of the 4 customers\.\n  country: most"):
        in_segment(label_tables(mapping, VALUE), "iberia", segment([of_country("ES")]), mapping)


CITY = {"column": "city", "one_of": ["Ulm"]}
LACKING = """\
segment local cannot be cut out of these data (2 problems).
  data.customers: where city: not among the mapped columns
  data.prospects: where city: not among the mapped columns
Map the column in conf/data/test.yaml (is_feature: false keeps it out of the model).\
"""


def test_a_filter_needs_its_column_among_customers_and_prospects(mapping) -> None:
    with pytest.raises(ConfigError) as stopped:
        check_segments(mapping, {"all": segment(), "local": segment([CITY])})
    assert str(stopped.value) == LACKING
    check_segments(mapping.model_copy(update={"customers": None}), {"de": segment([of_country("DE")])})


def test_a_filter_on_outcomes_needs_its_column_in_each_table_that_the_definition_reads(mapping) -> None:
    rule = segment((), [{"column": "revenue", "at_least": 6}])
    with pytest.raises(ConfigError, match=r"data\.deals: where revenue: not among the mapped columns"):
        in_segment(label_tables(mapping, VALUE), "large", rule, mapping)


def test_overlapping_segments_are_warned_of_with_examples(mapping) -> None:
    segments = {"us": segment([of_country("US")]), "all": segment(), "kafka": segment([with_tool("Kafka")])}
    said = [line.partition(": ") for line in overlaps(mapping, segments, prospects(mapping))]
    assert [(before, after.rpartition(", ")[2]) for before, _, after in said] == [
        ("1 prospect is covered by us and by all and by kafka", "for example 'P2'"),
        ("1 prospect is covered by us and by all", "for example 'P3'"),
        ("1 prospect is covered by all and by kafka", "for example 'P4'"),
    ]
    del segments["us"]
    assert overlaps(mapping, segments, prospects(mapping)) == [
        "2 prospects are covered by all and by kafka: each has one row for each, for example 'P2', 'P4'"
    ]


def test_segments_apart_are_not_warned_of(mapping) -> None:
    regions = {"us": segment([of_country("US")]), "de": segment([of_country("DE")])}
    assert overlaps(mapping, regions, prospects(mapping)) == []
    assert overlaps(mapping, {"default": segment()}, prospects(mapping)) == []


def test_one_segment_called_default_is_named_as_if_there_were_none() -> None:
    run = compose()
    [only] = run.segments()
    assert (only.segment, only.config, only.named("promote")) == ("default", run.config, "promote")
    assert segment_digest(run.config.segments["default"]) == label_digest(run.config.label)


def test_each_further_segment_is_in_the_names_of_what_is_its_own() -> None:
    runs = compose("segments=demo_regions", "segments.europe.label.never_best.weight=2").segments()
    found = {one.segment: (one.config.label.definition, one.config.tracking.registered_model) for one in runs}
    assert found == {
        "north_america": ("value", "icp_ml_demo_north_america"),
        "europe": ("won", "icp_ml_demo_europe"),
    }
    assert runs[1].config.tracking.experiment == "icp_ml/demo/europe"
    assert runs[1].config.label.never_best.weight == 2
    assert runs[1].named("promote") == "europe: promote"
    assert runs[1].segments() == [runs[1]]
    assert segment_name("demo", "default", "/") == "demo"


def test_the_digest_covers_whom_what_and_who_is_best() -> None:
    ways = [
        segment(),
        segment(label=WON),
        segment([of_country("DE")]),
        segment((), [of_line("Pipes")]),
        segment((), [of_line("Pumps")]),
    ]
    assert len({segment_digest(one) for one in ways}) == len(ways)
    assert segment_facts("pipes", ways[3])["outcomes"][0]["one_of"] == ["Pipes"]


@pytest.mark.parametrize(
    ("overrides", "details"),
    [
        (["label.top_share=7"], ["label.top_share: input should be less than 1, not 7"]),
        (
            ["segments=demo_regions", "segments.north_america.label.top_share=7"],
            ["segments.north_america.label.top_share: input should be less than 1, not 7"],
        ),
        (
            ["segments.default.where=[{column: country, not_in: {path: x, column: y}}]"],
            ["segments.default: the filter on country has not_in, which only a table of conf/data can have"],
        ),
        (["+segments.North={where: [], outcomes: [], label: ${label}}"], ["segments.North"]),
    ],
)
def test_a_wrong_setting_of_a_segment_is_named_once(overrides, details) -> None:
    with pytest.raises(ConfigError) as stopped:
        compose(*overrides)
    assert len(stopped.value.details) == len(details)
    assert all(said.startswith(one) for said, one in zip(stopped.value.details, details, strict=True))
