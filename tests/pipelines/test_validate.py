"""`make validate` says everything that is wrong at once, without training."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from support import SHARED, command, compose, shared_data

from benchmarks.leaks import DATA_SETS, findings_of
from icp_ml.data.demo import write
from icp_ml.errors import ConfigError
from pipelines.train import train
from pipelines.validate import validate

LATER = ("known_later", "last_funding_at")  # the vendor describes companies as they are today


@pytest.fixture(scope="module")
def demo(demo_tables, tmp_path_factory):
    """Give a folder with the demo's files; not to be changed."""
    folder = tmp_path_factory.mktemp("demo")
    write(demo_tables, folder)
    return folder


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def validated(*overrides, name="demo"):
    """Run the checks; give the exit status and (code, column) of each finding."""
    status = validate(compose(*overrides))
    findings = json.loads(Path(f"var/checks/{name}/checks.json").read_text(encoding="utf-8"))["findings"]
    return status, {(one["code"], one["column"]) for one in findings}


@pytest.mark.parametrize("label", ["value", "won", "flag"])
def test_the_demo_raises_what_was_planted_and_nothing_else(demo, label, capsys):
    assert validated(f"data.root={demo}", f"label={label}") == (10, {LATER})
    said = capsys.readouterr().out
    assert "checks: 1 warning; in var/checks/demo (" in said
    assert "\nwarning known_later last_funding_at: " in said
    assert "\n  Export it as of that day, or leave it out with features.exclude.\n" in said


def test_the_exit_status_is_that_of_the_findings(demo):
    done = command("validate", f"data.root={demo}", cwd=os.curdir)
    assert (done.returncode, done.stderr) == (10, "")


def test_what_is_acknowledged_is_listed_and_no_alarm(demo):
    known = "checks.acknowledged=[known_later:last_funding_at]"
    assert validated(f"data.root={demo}", known) == (0, {LATER})
    report = Path("var/checks/demo/checks.md").read_text(encoding="utf-8")
    assert report.startswith("# Checks of demo, label=value\n")
    assert report.rstrip().endswith("| acknowledged |")


def test_an_unknown_acknowledgement_is_refused_before_anything_is_read():
    with pytest.raises(ConfigError, match="known_latter: no such check"):
        validate(compose("checks.acknowledged=[known_latter]", "data.root=nowhere"))


def test_without_outcomes_only_columns_are_checked(demo, capsys):
    assert validated(f"data.root={demo}", "label=rubric") == (0, set())
    assert "label:" not in capsys.readouterr().out


def test_everything_that_stops_a_training_is_said_at_once(demo, place, capsys):
    folder = shutil.copytree(demo, place / "own")
    lines = (folder / "customers.csv").read_bytes().decode("cp1252").splitlines(keepends=True)
    (folder / "customers.csv").write_bytes("".join([*lines, lines[1]]).encode("cp1252"))
    (folder / "orders.csv.gz").unlink()
    stops = {("repeated_ids", "account_id"), ("unreadable_table", "")}
    assert validated(f"data.root={folder}") == (65, stops)
    assert capsys.readouterr().out.count("\nstop ") == 2


def test_a_wrong_date_order_is_named_and_not_only_noted(demo):
    """Half of the orders would go: days above 12 are no months."""
    order = "data.orders.columns.ordered_at={from: order_date, date_order: ymd, kind: date}"
    lines = gzip.decompress((demo / "orders.csv.gz").read_bytes()).decode()
    swapped = re.sub(r"(?<=,)(\d{4})-(\d\d)-(\d\d)(?=,)", r"\3/\2/\1", lines)
    Path("orders.csv").write_text(swapped, encoding="utf-8")
    wrong = ["data.orders.path=orders.csv", order.replace("ymd", "mdy")]
    _, found = validated(f"data.root={demo}", *wrong)
    assert ("not_understood", "orders.ordered_at") in found


def test_too_few_best_stop_with_the_rubric_as_the_way_on(demo, capsys):
    status, found = validated(f"data.root={demo}", "label.top_share=0.01")
    assert status == 65 and ("too_few_best", "") in found
    assert "label=rubric scores prospects" in capsys.readouterr().out


def test_a_feature_that_sales_keeps_is_named(demo):
    """Account Status of the demo's CRM says who became a customer; somebody maps it as a feature."""
    status = "+data.customers.columns.status={from: Account Status, kind: category}"
    _, found = validated(f"data.root={demo}", "label=won", status, "data.prospects=null")
    assert found == {LATER, ("feature_auc", "status")}


LEAKS = {
    "startup_success": {("almost_label", "closed_at"), ("known_later", "closed_at")},
    "ppp_loans": {("protected_attribute", one) for one in ("race_ethnicity", "gender", "veteran")},
    "shimoku_offers": {("almost_label", "loss_reason")},
}


@pytest.mark.parametrize("name", list(LEAKS))
def test_leaks_of_public_data_are_named_without_being_told(name):
    shared_data(name)
    one = next(one for one in DATA_SETS if one.name == name)
    _, found = findings_of(one, SHARED)
    assert {(finding.code, finding.place) for finding in found} >= LEAKS[name]


def test_deals_that_nothing_explains_are_clean():
    folder = shared_data("maven_crm")
    assert validated("data=maven_crm", f"data.root={folder}", name="maven_crm") == (0, set())


def test_a_segment_by_a_column_that_prospects_lack_is_a_wrong_mapping(demo):
    cut = ["+segments.rich.where=[{column: revenue, at_least: 1}]", "+segments.rich.outcomes=[]"]
    cut += ["+segments.rich.label=${label}", "~segments.default", "~data.prospects.columns.revenue"]
    status, found = validated(f"data.root={demo}", *cut, name="demo_rich")
    assert status == 65 and ("wrong_mapping", "") in found
    with pytest.raises(ConfigError, match=r"segment rich cannot be cut .*\n  data.prospects: "):
        train(compose(f"data.root={demo}", *cut))


def test_a_segment_without_customers_is_a_wrong_mapping_and_nothing_else(demo):
    cut = ["+segments.none.where=[{column: country, one_of: [XK]}]", "+segments.none.outcomes=[]"]
    cut += ["+segments.none.label=${label}", "~segments.default"]
    assert validated(f"data.root={demo}", *cut, name="demo_none") == (65, {("wrong_mapping", "")})


def test_a_segment_is_compared_with_its_own_prospects(demo):
    cut = ["+segments.us.where=[{column: country, one_of: [US]}]", "+segments.us.outcomes=[]"]
    cut += ["+segments.us.label=${label}", "~segments.default"]
    status, found = validated(f"data.root={demo}", *cut, name="demo_us")
    assert status == 10 and ("one_value", "country") in found
    assert not {code for code, _ in found} & {"new_levels", "customers_unlike_prospects"}


def test_without_customers_there_is_nothing_to_learn_from(demo):
    status, found = validated(f"data.root={demo}", "data.customers=null")
    assert status == 65 and ("wrong_mapping", "") in found


def test_an_overlap_is_said_of_the_segments_that_share_prospects_alone(demo):
    cut = ["~segments.default"]
    for name, countries in (("us", "US"), ("west", "US,GB"), ("de", "DE")):
        cut += [f"+segments.{name}.where=[{{column: country, one_of: [{countries}]}}]"]
        cut += [f"+segments.{name}.outcomes=[]", f"+segments.{name}.label=${{label}}"]
    for name, is_said in (("de", False), ("west", True)):
        _, found = validated(f"data.root={demo}", *cut, name=f"demo_{name}")
        assert (("segments_overlap", "") in found) is is_said


def test_several_currencies_are_said_with_their_own_fix(demo, capsys):
    wrong = "data.orders.columns.currency=order_no"  # each line its own
    status, found = validated(f"data.root={demo}", wrong)
    assert status == 65 and ("unreadable_table", "orders.currency") in found
    assert "Convert them to one before the export." in capsys.readouterr().out


def test_segments_that_share_prospects_are_named_in_each(trained):
    second = ("+segments.us.where=[{column: country, one_of: [US]}]", "+segments.us.outcomes=[]")
    done = command("validate", *second, "+segments.us.label=${label}", cwd=trained)
    assert done.returncode == 10
    said = [line for line in done.stdout.splitlines() if line.startswith("warning segments_overlap")]
    assert len(said) == 2
    assert "prospects are covered by default and by us: each has one row for each" in said[0]
