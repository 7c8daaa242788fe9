"""What a CRM imports: its names, its values, and only the rows that are wanted there."""

from __future__ import annotations

import csv

import pytest
from listed import REASON, scored
from support import compose

from icp_ml.data.crm import FORMS, check_preset, with_import_file
from icp_ml.errors import ConfigError

LONG = [REASON | {"words": f"Reason {at}: {'x' * 60}"} for at in range(5)]


def output(preset, *overrides):
    return compose(f"scoring.output.preset={preset}", *overrides).config.scoring.output


def imported(folder, preset, table, *overrides):
    assert list(with_import_file([table], folder, output(preset, *overrides))) == [table]
    with (folder / f"{preset}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_salesforce_gets_percents_flags_and_short_texts(tmp_path):
    table = scored(1, fit_probability=0.12345, tier="Best fit", reasons_for=[LONG], duplicate_of="P9")
    [row] = imported(tmp_path, "salesforce", table)
    assert row["Id"] == "P0"
    assert row["ICP_Fit_Probability__c"] == "12.35"
    assert (row["ICP_Tier__c"], row["ICP_Is_Customer__c"]) == ("Best fit", "FALSE")
    assert (row["ICP_Scored_At__c"], row["ICP_Duplicate_Of__c"]) == ("2026-01-01", "P9")
    assert row["ICP_Reasons_For__c"] == "; ".join(one["words"] for one in LONG[:3])
    assert row["ICP_Fit_Percentile__c"] == ""


def test_hubspot_gets_shares_and_internal_values(tmp_path):
    table = scored(1, fit_probability=0.12345, tier="Insufficient data", is_customer=True)
    [row] = imported(tmp_path, "hubspot", table)
    assert (row["hs_object_id"], row["name"]) == ("P0", "Firm 0")
    assert row["icp_fit_probability"] == "0.1235"
    assert (row["icp_tier"], row["icp_is_customer"]) == ("insufficient_data", "true")
    assert row["icp_scored_at"] == "2026-01-01"


ROWS = {
    "is_customer": [True, False, False, False],
    "duplicate_of": [None, "P0", None, None],
    "is_excluded": [None, None, True, False],
}


@pytest.mark.parametrize(
    ("leaves_out", "kept"),
    [
        ("[]", "0123"),
        ("[customers]", "123"),
        ("[duplicates]", "023"),
        ("[customers,duplicates,excluded]", "3"),
    ],
)
def test_rows_are_left_out_on_request(tmp_path, leaves_out, kept):
    rows = imported(
        tmp_path, "salesforce", scored(4, **ROWS), f"scoring.output.preset_leaves_out={leaves_out}"
    )
    assert [row["Id"] for row in rows] == [f"P{at}" for at in kept]


def test_the_record_id_can_be_another_field(tmp_path):
    renamed = (
        "~scoring.output.presets.salesforce.Id",
        "+scoring.output.presets.salesforce.Ext_Id__c=account_id",
    )
    [row] = imported(tmp_path, "salesforce", scored(1), *renamed)
    assert row["Ext_Id__c"] == "P0"
    assert "Id" not in row


@pytest.mark.parametrize("preset", FORMS)
def test_no_cell_is_longer_than_a_field_or_runs_as_a_formula(tmp_path, preset):
    rows = imported(tmp_path, preset, scored(1, name=["=" + "n" * 70_000]))
    name = rows[0]["Name" if preset == "salesforce" else "name"]
    assert len(name) <= FORMS[preset].max_characters
    assert name.startswith("'=")


def test_a_column_that_no_list_has_is_said_before_scoring():
    wrong = output("hubspot", "scoring.output.presets.hubspot.name=nmae")
    with pytest.raises(ConfigError, match="'nmae'"):
        check_preset(wrong)
