"""A training leaves one run that can be compared, and one model that can be trusted."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from support import QUICK, command, compose

from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
from pipelines.logging_run import run_name


@pytest.fixture(scope="module")
def newest(trained, request):
    """Give the client and the newest run of the trained workplace."""
    from mlflow.tracking import MlflowClient

    client = MlflowClient(f"sqlite:///{trained / 'var/tracking/mlflow.db'}")
    experiment = client.get_experiment_by_name("icp_ml/demo")
    runs = client.search_runs([experiment.experiment_id], "tags.`mlflow.source.name` = 'pipelines.train'")
    return client, runs[0]


def test_each_stage_says_one_line_and_the_same_seed_gives_the_same_model(workplace):
    done = command("train", *QUICK, cwd=workplace, PYTHONHASHSEED="123")
    stages = [line.partition(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert stages == ["data", "label", "split", "checks", "model", "evaluation", "tracking"]
    assert done.stderr == ""
    assert "the same model as the champion" in done.stdout


def test_figures_come_with_intervals_and_baselines(newest):
    metrics = newest[1].data.metrics
    assert metrics["test_low/roc_auc"] < metrics["test/roc_auc"] < metrics["test_high/roc_auc"]
    assert metrics["test_base_rate/roc_auc"] == 0.5
    assert metrics["test_logistic_regression/log_loss"] > 0
    difference = metrics["test/log_loss"] - metrics["test_logistic_regression/log_loss"]
    assert metrics["test_minus_logistic_regression/log_loss"] == pytest.approx(difference, abs=1e-9)


def test_a_run_keeps_config_report_data_and_plots(newest):
    client, run = newest
    names = {one.path for one in client.list_artifacts(run.info.run_id)}
    assert {"config.yaml", "plots", "report"} <= names
    plots = {one.path for one in client.list_artifacts(run.info.run_id, "plots")}
    wanted = {"gains", "lift", "precision_recall", "roc", "calibration"}
    wanted |= {"distribution", "backtest", "importance", "learning_curve"}
    assert plots == {f"plots/{name}.png" for name in wanted}
    tables = {one.path for one in client.list_artifacts(run.info.run_id, "report") if ".csv" in one.path}
    wanted = [
        *("backtest", "effects", "folds", "groups", "importance"),
        *("learning_curve", "test_rows", "tiers"),
    ]
    assert tables == {f"report/{name}.csv" for name in wanted}
    assert run.data.params["label.definition"] == "value"


def test_a_run_names_the_data_it_used_with_columns_and_counts(newest, demo_tables):
    _, run = newest
    used = {one.dataset.name: one.dataset for one in run.inputs.dataset_inputs}
    assert set(used) == {"customers", "orders", "deals", "rows learnt from", "rows tested on"}
    assert json.loads(used["customers"].profile)["num_rows"] == len(demo_tables.customers)
    columns = json.loads(used["customers"].schema)["mlflow_colspec"]
    assert {"name": "industry", "type": "category", "required": False} in columns
    assert json.loads(used["customers"].source) == {"uri": "var/demo/customers.csv"}
    assert 0 < json.loads(used["rows tested on"].profile)["n_best"] < 400


def test_each_fold_is_a_run_below_its_training(newest):
    client, run = newest
    below = f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"
    folds = client.search_runs([run.info.experiment_id], below)
    assert sorted(one.info.run_name for one in folds) == ["fold 1", "fold 2", "fold 3"]
    n_rows = sum(one.data.metrics["training_folds/n_rows"] for one in folds)
    used = {one.dataset.name: one.dataset for one in run.inputs.dataset_inputs}
    assert n_rows == json.loads(used["rows learnt from"].profile)["num_rows"]
    mean = sum(one.data.metrics["training_folds/roc_auc"] for one in folds) / 3
    assert run.data.metrics["training_folds/roc_auc"] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("overrides", "kind", "name"),
    [
        ((), "blend", "value, blend"),
        (("label=value_quarter", "n_jobs=1"), "blend", "value_quarter, blend"),
        (("label=rubric",), "rubric", "rubric"),
        (("model.kinds=[logistic_regression]",), "logistic_regression", "value, logistic regression"),
        (("++model.l2=3", "data.prospects.url=x"), "blend", "value, blend, l2=3"),
    ],
)
def test_a_run_is_named_after_label_kind_and_what_was_changed(overrides, kind: str, name: str):
    assert run_name(replace(compose(), overrides=overrides), kind) == name


def test_a_run_says_its_verdict_its_kind_and_what_the_checks_found(newest):
    tags = newest[1].data.tags
    assert (tags["verdict"], tags["kind"], tags["segment"]) == ("signal", "blend", "default")
    assert (tags["checks"], tags["checks_acknowledged"]) == ("1 warning", "none")
    assert newest[1].data.metrics["test/verdict_p_value"] == pytest.approx(1 / 201)
    assert re.fullmatch(r"[\w.]+( \([0-9a-f]{7}(\+changes)?\))?", tags["code_version"])
    assert tags["mlflow.note.content"].splitlines()[2].startswith("**Signal**: ")


def test_the_run_ends_as_finished(newest):
    assert newest[1].info.status == "FINISHED"


def test_the_logged_model_is_text_and_json(trained):
    folders = list((trained / "var/tracking/artifacts").glob("**/model.json"))
    assert folders
    for path in folders[0].parent.iterdir():
        text = path.read_text(encoding="utf-8")
        assert text.startswith(("{", "tree\n")), path.name


def test_no_secret_is_kept_with_a_run(workplace):
    """Neither one from the environment nor one written on the command line."""
    done = command(
        "train",
        *QUICK,
        "++data.prospects.url='postgresql://crm:hunter2@localhost/crm'",
        "++data.prospects.query='select ${oc.env:CRM_TOKEN}'",
        "data.prospects.path=null",
        cwd=workplace,
        CRM_TOKEN="s3cr3t",
    )
    assert done.returncode == 0, done.stderr
    kept = [path for path in (workplace / "var/tracking").rglob("*") if path.is_file()]
    assert any(path.name == "config.yaml" for path in kept)
    for path in [*kept, *(workplace / "models").rglob("*.*")]:
        content = path.read_bytes()
        assert b"hunter2" not in content, path
        assert b"s3cr3t" not in content, path


def test_a_working_tree_stays_clean(trained):
    assert {path.name for path in trained.iterdir()} == {"var", "models"}


def test_a_candidate_that_fails_a_gate_is_never_champion(workplace):
    import shutil

    shutil.rmtree(workplace / "var/tracking")
    done = command("train", *QUICK, "evaluation.min_roc_auc_low=0.99", cwd=workplace)
    assert done.returncode == 0
    assert "not promoted" in done.stdout
    settings = compose().config.tracking
    with store(settings) as client:
        assert find(client, settings, CHAMPION) is None
        assert find(client, settings, CHALLENGER).number == "1"
    refused = command("promote", cwd=workplace)
    assert refused.returncode == 69
    assert "failed its gates" in refused.stderr


def test_an_alarm_refuses_promotion_until_it_is_acknowledged_and_that_is_logged(workplace):
    import shutil

    shutil.rmtree(workplace / "var/tracking")
    suspicious = (*QUICK, "checks.max_roc_auc=0.6")
    refused = command("train", *suspicious, cwd=workplace)
    assert "note: alarm implausible_auc: ROC AUC 0." in refused.stdout
    assert "not promoted: An alarm nobody acknowledged: alarm implausible_auc" in refused.stdout
    known = command("train", *suspicious, "checks.acknowledged=[implausible_auc]", cwd=workplace)
    assert "it is the champion now" in known.stdout
    settings = compose().config.tracking
    with store(settings) as client:
        tags = client.get_run(find(client, settings, CHAMPION).run_id).data.tags
    assert tags["checks_acknowledged"] == "implausible_auc"


def test_an_unknown_code_cannot_be_acknowledged(trained):
    done = command("train", "checks.acknowledged=[no_such_check]", cwd=trained)
    assert done.returncode == 78
    assert "no_such_check: no such check" in done.stderr


def test_a_stop_names_the_rubric_as_the_way_on(trained):
    done = command("train", *QUICK, "checks.stop_best=5000", cwd=trained)
    assert done.returncode == 65
    assert "too_few_best" in done.stderr
    assert "label=rubric" in done.stderr


def test_a_second_training_is_no_champion_where_it_is_no_better(workplace):
    done = command("train", *QUICK, "seed=5", cwd=workplace)
    assert "stays the challenger of 1 (" in done.stdout
    settings = compose().config.tracking
    with store(settings) as client:
        assert find(client, settings, CHAMPION).number == "1"
        assert find(client, settings, CHALLENGER).number != "1"
    refused = command("promote", cwd=workplace)
    assert refused.returncode == 10
    assert refused.stderr.startswith("error: not promoted; the champion stays.\n")


def test_figures_of_the_report_are_the_metrics(newest, trained):
    _, run = newest
    paths = list((trained / "var/tracking/artifacts" / run.info.run_id).glob("**/report.json"))
    report = json.loads(paths[0].read_text(encoding="utf-8"))
    found = report["figures"]["icp_ml"]["roc_auc"]
    assert found["value"] == pytest.approx(run.data.metrics["test/roc_auc"])
    assert found["low"] == pytest.approx(run.data.metrics["test_low/roc_auc"])


def test_metric_names_are_what_mlflow_allows(newest):
    assert all(re.fullmatch(r"[\w/]+", name) for name in newest[1].data.metrics)
