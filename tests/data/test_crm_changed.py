"""What a CRM is sent of a list that is scored every night: what changed, once, and how the rows add up."""

from __future__ import annotations

import csv
import json
import os
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listed import scored
from support import compose

from icp_ml.data.crm import FORMS, check_crm, crm_digests, crm_plan, write_changed
from icp_ml.data.crm.keys import checked_keys
from icp_ml.data.publish import latest, publication, write_json
from icp_ml.errors import ConfigError, DataError
from icp_ml.settings import CrmSettings

DAY = date(2026, 1, 1)
EXT = ("~scoring.output.presets.salesforce.Id", "+scoring.output.presets.salesforce.Ext__c=account_id")
NAMES = ("Name", "ICP_Tier__c", "ICP_Is_Customer__c", "ICP_Duplicate_Of__c", "ICP_Fit_Probability__c")


@pytest.fixture(scope="module")
def config():
    return compose("rescore.crm.preset=salesforce").config


def planned(config, day=DAY, leaves_out=(), key="Ext__c", **changed):
    """Give a plan with a key that may be any text, written first."""
    output = config.scoring.output
    columns = {key: "account_id"} | {
        theirs: ours for theirs, ours in output.presets["salesforce"].items() if ours != "account_id"
    }
    output = output.model_copy(update={"presets": {"salesforce": columns}, "preset_leaves_out": leaves_out})
    plan = crm_plan(config.rescore.crm.model_copy(update=changed), output, day)
    assert plan is not None
    return plan


def rows_of(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def night(place, number, tables, plan):
    """Write one night's import after that of the night before."""
    before = place / str(number - 1)
    folder = place / str(number)
    folder.mkdir()
    report = write_changed(tables, folder, before if before.is_dir() else None, plan)
    sent = rows_of(folder / "crm" / f"{plan.preset}.csv")
    assert report.n_sent == len(sent)
    assert report.rows == report.n_sent + report.unchanged + report.left_out + report.n_refused
    return report, sent


def test_only_rows_that_changed_are_sent(config, tmp_path) -> None:
    plan = planned(config)
    first, sent = night(tmp_path, 1, [scored(3), scored(2, 3)], plan)
    assert (first.sent["new"], [row["Ext__c"] for row in sent]) == (5, ["P0", "P1", "P2", "P3", "P4"])
    tiers = ["Bad fit", "Best fit", "Bad fit", "Bad fit", "Bad fit"]
    second, sent = night(tmp_path, 2, [scored(6, tier=[*tiers, "Bad fit"])], plan)
    assert [row["Ext__c"] for row in sent] == ["P1", "P5"]
    assert (second.sent["changed"], second.sent["new"], second.unchanged) == (1, 1, 4)
    assert second.summary() == "2 rows for salesforce, 4 unchanged"
    third, sent = night(tmp_path, 3, [scored(6, tier=[*tiers, "Bad fit"])], plan)
    assert (third.n_sent, sent) == (0, [])


@pytest.mark.parametrize(
    ("changed", "n_sent"),
    [
        ({"scored_at": date(2026, 1, 2)}, 0),
        ({"model_version": "xyz", "fit_percentile": 3.0}, 0),
        ({"fit_probability": 0.50001}, 0),  # 50.00 as before
        ({"fit_probability": 0.5002}, 2),
        ({"similar_best": [[{"account_id": "C1", "name": "X", "distance": 1.0}]] * 2}, 0),  # no column of it
        ({"name": "Renamed"}, 2),
    ],
)
def test_cells_are_compared_as_they_are_written(config, tmp_path, changed, n_sent) -> None:
    night(tmp_path, 1, [scored(2, fit_probability=0.5)], planned(config))
    _, sent = night(tmp_path, 2, [scored(2, **({"fit_probability": 0.5} | changed))], planned(config))
    assert len(sent) == n_sent


def test_a_column_that_is_added_is_sent_for_every_row(config, tmp_path) -> None:
    plan = planned(config)
    night(tmp_path, 1, [scored(3)], plan)
    wider = plan.columns | {"ICP_Rule__c": "rule"}
    output = plan.output.model_copy(update={"presets": {"salesforce": wider}})
    report, _ = night(tmp_path, 2, [scored(3)], crm_plan(plan.settings, output, DAY))
    assert report.sent["changed"] == 3


def test_a_row_is_sent_again_after_a_while_for_what_is_not_compared(config, tmp_path) -> None:
    for number, (days, n_sent) in enumerate([(0, 2), (29, 0), (30, 2), (31, 0), (12, 0), (60, 2)], start=1):
        plan = planned(config, DAY + timedelta(days=days), refresh_days=30)
        report, _ = night(tmp_path, number, [scored(2)], plan)
        assert report.n_sent == n_sent
    assert report.sent["refreshed"] == 2


def test_a_row_that_left_is_emptied_once_and_sent_anew_when_it_is_back(config, tmp_path) -> None:
    plan = planned(config, empty_cell="#N/A")
    gone = [night(tmp_path, at, [scored(n)], plan)[0].gone for at, n in enumerate([3, 2, 2], start=1)]
    assert gone == [0, 1, 0]
    [row] = rows_of(tmp_path / "2" / "crm" / "salesforce_gone.csv")
    assert (row["Ext__c"], row["ICP_Tier__c"], row["ICP_Is_Customer__c"]) == ("P2", "#N/A", "FALSE")
    assert "Name" not in row
    assert not (tmp_path / "3" / "crm" / "salesforce_gone.csv").exists()
    _, sent = night(tmp_path, 4, [scored(3)], plan)
    assert [row["Ext__c"] for row in sent] == ["P2"]


def test_a_row_that_left_can_be_named_alone(config, tmp_path) -> None:
    plan = planned(config, when_gone="report")
    gone = [night(tmp_path, at, [scored(n)], plan)[0].gone for at, n in enumerate([3, 2, 2], start=1)]
    assert gone == [0, 1, 0]
    assert rows_of(tmp_path / "2" / "crm" / "crm_rows.csv") == [{"key": "P2", "what": "gone", "detail": ""}]
    assert night(tmp_path, 4, [scored(3)], plan)[0].unchanged == 3  # the CRM has it as it is
    assert night(tmp_path, 5, [scored(2)], planned(config))[0].gone == 1  # emptied now, it was only named


def test_a_row_that_is_left_out_now_counts_as_gone(config, tmp_path) -> None:
    plan = planned(config, leaves_out=("customers",))
    night(tmp_path, 1, [scored(2)], plan)
    report, _ = night(tmp_path, 2, [scored(2, is_customer=[True, False])], plan)
    assert (report.left_out, report.gone, report.unchanged) == (1, 1, 1)


ID, WHOLE = "001D000000IqhSL", "001D000000IqhSLIAZ"


@pytest.mark.parametrize(
    ("preset", "column", "key", "written", "problem"),
    [
        ("salesforce", "Id", ID, WHOLE, ""),
        ("salesforce", "Id", WHOLE, WHOLE, ""),
        ("salesforce", "Id", ID + "iaz", WHOLE, ""),
        ("salesforce", "Id", ID + "IAY", ID + "IAY", "the last three characters of the Id do not fit"),
        ("salesforce", "Id", WHOLE.upper(), WHOLE.upper(), "the last three characters of the Id do not fit"),
        ("salesforce", "Id", "P00001", "P00001", "the key is no Id of Salesforce"),
        ("salesforce", "Ext__c", "P00001", "P00001", ""),
        ("salesforce", "Ext__c", "-12", "-12", ""),
        ("salesforce", "Ext__c", "=A1", "=A1", "the key begins like a formula"),
        ("salesforce", "Ext__c", "", "", "the key is missing"),
        ("salesforce", "Ext__c", None, "", "the key is missing"),
        ("salesforce", "Ext__c", "é" * 255, "é" * 255, ""),
        ("salesforce", "Ext__c", "k" * 256, "k" * 256, "the key is longer than 255 characters"),
        ("salesforce", "Ext__c", "a\nb", "a\nb", "the key holds a line break"),
        ("hubspot", "hs_object_id", "1234567890", "1234567890", ""),
        ("hubspot", "hs_object_id", "P1", "P1", "the key is no Record ID of HubSpot"),
        ("hubspot", "ext_id", "P1", "P1", ""),
    ],
)
def test_what_a_key_may_be(preset, column, key, written, problem) -> None:
    found = checked_keys(pa.array([key, ID], pa.string()), column, preset)
    assert found.texts[0].as_py() == written
    assert found.problems[0].startswith(problem)
    assert bool(found.problems[0]) == bool(problem)


def test_one_record_under_two_spellings_is_sent_once(config, tmp_path) -> None:
    keys = [ID, WHOLE, "P1", None]
    report, sent = night(tmp_path, 1, [scored(4, account_id=keys)], planned(config, key="Id"))
    assert [row["Id"] for row in sent] == [WHOLE]
    assert report.refused == {
        "the key is missing": 1,
        "the key is no Id of Salesforce (15 or 18 letters and digits)": 1,
        "the key repeats that of an earlier row": 1,
    }
    assert report.alarms()[0] == "salesforce: 1 row not sent: the key is missing"
    assert len(report.alarms()) == 2  # of the repeated row the first was sent
    assert len(rows_of(tmp_path / "1" / "crm" / "crm_rows.csv")) == 3


def refusals(path, keys, message="FIELD_CUSTOM_VALIDATION: no | <b>`way`") -> dict[str, str]:
    path.parent.mkdir(exist_ok=True)
    path.write_text("Ext__c,ERROR\n" + "".join(f"{key},{message}\n" for key in keys))
    return {"path": str(path.parent / "error*.csv"), "column": "Ext__c", "message": "ERROR"}


def answering(config, **given):
    """Give a plan that reads what the CRM answers."""
    crm = CrmSettings.model_validate(config.rescore.crm.model_dump() | given)
    return planned(config, export=crm.export, refused=crm.refused)


def test_what_the_crm_refused_is_sent_again_until_it_is_taken(config, tmp_path) -> None:
    path = tmp_path / "answers" / "error1.csv"
    answers = {"path": str(path.parent / "error*.csv"), "column": "Ext__c", "message": "ERROR"}
    plan = answering(config, refused=answers)
    night(tmp_path, 1, [scored(3)], plan)
    refusals(path, ["P1", "P9"])
    report, sent = night(tmp_path, 2, [scored(3)], plan)
    assert ([row["Ext__c"] for row in sent], report.sent["again"]) == (["P1"], 1)
    assert list(report.refused_there.values()) == [2]
    assert "no \\| &lt;b>\\`way\\`" in report.to_markdown()
    assert night(tmp_path, 3, [scored(3)], plan)[0].n_sent == 0  # the same file is no new answer
    os.utime(path, (2e9, 2e9))  # written anew: refused once more
    assert night(tmp_path, 4, [scored(3)], plan)[0].sent["again"] == 1
    refusals(path.with_name("error2.csv"), ["P0"])
    assert night(tmp_path, 5, [scored(3)], plan)[0].sent["again"] == 1


def test_an_answer_makes_a_new_run_of_the_same_list(config, tmp_path) -> None:
    plan = answering(config, refused=refusals(tmp_path / "a" / "error.csv", ["P1"]))
    before = crm_digests(plan.settings)
    refusals(tmp_path / "a" / "error_2.csv", ["P2"])
    assert crm_digests(plan.settings) != before


def test_a_preset_makes_a_new_run_of_the_same_list(config) -> None:
    settings = config.rescore.crm
    found = [crm_digests(settings.model_copy(update={"preset": one})) for one in (None, *FORMS)]
    assert found[0] == {}
    assert len({str(one) for one in found}) == 1 + len(FORMS)


def test_both_sides_are_compared_where_the_crm_gives_its_keys(config, tmp_path) -> None:
    (tmp_path / "accounts.csv").write_text("Key,Owner\nP0,x\nP2,x\nZ9,y\n,z\n")
    plan = answering(config, export={"path": str(tmp_path / "accounts.csv"), "column": "Key"})
    report, _ = night(tmp_path, 1, [scored(3)], plan)
    assert (report.missing, report.extra) == (1, 1)
    assert report.named["missing in the CRM"] == [("P1", "")]
    assert report.named["only in the CRM"] == [("Z9", "")]
    assert "salesforce lacks 1 row of the list" in report.alarms()


def test_an_export_that_is_not_there_stops_nothing_and_is_said(config, tmp_path) -> None:
    plan = answering(config, export={"path": str(tmp_path / "none.csv"), "column": "Key"})
    report, sent = night(tmp_path, 1, [scored(3)], plan)
    assert (len(sent), report.missing) == (3, None)
    assert "own keys were not compared" in report.alarms()[0]


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"not a table"])
def test_a_damaged_memory_is_said_with_the_way_out(config, tmp_path, damage) -> None:
    night(tmp_path, 1, [scored(3)], planned(config))
    (tmp_path / "1" / "crm" / "salesforce_given.parquet").write_bytes(damage)
    with pytest.raises(DataError, match=r"salesforce_given\.parquet cannot be read") as said:
        night(tmp_path, 2, [scored(3)], planned(config))
    assert "every row is sent again" in said.value.fix


def test_another_key_begins_anew(config, tmp_path) -> None:
    night(tmp_path, 1, [scored(3)], planned(config))
    assert night(tmp_path, 2, [scored(3)], planned(config, key="Other__c"))[0].sent["new"] == 3


@pytest.mark.parametrize("n_tables", [0, 1, 3])
def test_a_run_that_dies_neither_loses_nor_repeats_a_row(config, tmp_path, n_tables) -> None:
    def dying():
        yield from (scored(2, 2 * at) for at in range(n_tables))
        raise KeyboardInterrupt

    def published(name, tables):
        with publication(tmp_path, name, "mark") as working:
            report = write_changed(tables, working, latest(tmp_path), planned(config))
            write_json(working / "manifest.json", {})
        return report.n_sent

    assert published("1", [scored(6)]) == 6
    with pytest.raises(KeyboardInterrupt):
        published("2", dying())
    assert published("2", [scored(4), scored(4, 4)]) == 2
    assert published("3", [scored(8)]) == 0


def test_the_same_night_gives_the_same_bytes(config, tmp_path) -> None:
    for place in ("a", "b"):
        (tmp_path / place).mkdir()
        night(tmp_path / place, 1, [scored(5)], planned(config))
        night(tmp_path / place, 2, [scored(4, tier="Best fit")], planned(config))
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 11
    for one in files:
        assert (tmp_path / "a" / one).read_bytes() == (tmp_path / "b" / one).read_bytes()
    said = json.loads((tmp_path / "a" / "2" / "crm" / "crm_report.json").read_text())
    assert (said["rows"], said["sent"]["changed"], said["gone"]) == (4, 4, 1)


KEYS = st.sampled_from(["A", "B", "C", "D", "E", "", "=x", "-1"])
ROW = st.tuples(
    KEYS,
    st.sampled_from(["Best fit", "Bad fit"]),
    st.booleans(),
    st.sampled_from([None, "A"]),
    st.sampled_from([0.1, 0.10001, 0.2]),
)


def table_of(rows) -> pa.Table:
    names = ("account_id", "tier", "is_customer", "duplicate_of", "fit_probability")
    columns = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    return scored(len(rows), name="Firm", **columns)


@settings(max_examples=30, deadline=None)
@given(nights=st.lists(st.lists(ROW, max_size=12), min_size=1, max_size=5), cut=st.integers(0, 12))
def test_a_crm_that_takes_every_file_has_the_list(config, tmp_path_factory, nights, cut) -> None:
    place, held = tmp_path_factory.mktemp("nights"), {}
    for number, rows in enumerate(nights, start=1):
        plan = planned(config, DAY + timedelta(days=number), leaves_out=("customers",))
        report, sent = night(place, number, [table_of(rows[:cut]), table_of(rows[cut:])], plan)
        assert report.rows == len(rows)
        for row in sent:
            held[row["Ext__c"]] = {name: row[name] for name in NAMES}
        for row in rows_of(place / str(number) / "crm" / "salesforce_gone.csv"):
            del held[row["Ext__c"]]
        whole, alone = place / f"whole{number}", [table_of(rows)]
        whole.mkdir()
        write_changed(alone, whole, None, plan)
        expected = rows_of(whole / "crm" / "salesforce.csv")
        assert held == {row["Ext__c"]: {name: row[name] for name in NAMES} for row in expected}
        again = place / f"again{number}"
        again.mkdir()
        assert write_changed(alone, again, place / str(number), plan).n_sent == 0


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["rescore.crm.ignores=[nothing]"], "rescore.crm.ignores names columns that no scored list has"),
        (["scoring.output.presets.salesforce.Name=nmae"], "'nmae'"),
        (["~scoring.output.presets.salesforce"], "lacks the columns of salesforce"),
    ],
)
def test_what_cannot_be_written_is_said_before_scoring(overrides, said) -> None:
    found = compose("rescore.crm.preset=salesforce", *overrides).config
    with pytest.raises(ConfigError, match=said):
        check_crm(crm_plan(found.rescore.crm, found.scoring.output, DAY))
