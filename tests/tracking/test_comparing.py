"""Past trainings side by side: read back from a real store, compared on the accounts they share."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import settings

from icp_ml.tracking.comparing import comparison_json, comparison_table, set_side_by_side
from icp_ml.tracking.comparison_text import WIDTH, comparison_markdown, comparison_text
from icp_ml.tracking.past import flattened, past_runs, read_test_rows
from icp_ml.tracking.runs import Training, finish_run, log_training, start_run
from icp_ml.tracking.store import experiment_id, newest_run, store

EVALUATION = settings().evaluation.model_copy(update={"n_bootstrap": 40})
FIGURES = ("roc_auc", "average_precision", "log_loss", "lift_at_10", "calibration_error")
TAGS = {
    "mlflow.source.name": "pipelines.train",
    "label_digest": "aaa",
    "best": "the top 20%",
    "verdict": "signal",
    "gates": "passed",
}


def rows(noise: float = 1.0, n: int = 100) -> pd.DataFrame:
    pull = np.random.default_rng(7).normal(size=n)
    score = pull + np.random.default_rng(1).normal(scale=noise, size=n)
    return pd.DataFrame(
        {
            "account_id": [f"{at:04}" for at in range(n)],  # numbers with zeros before them
            "as_of": pd.Timestamp("2024-01-01"),
            "group": [f"{at:04}" for at in range(n)],
            "is_best": pull > 0.5,
            "icp_ml": 1 / (1 + np.exp(-score)),
            "tier": "Good fit",
        }
    )


def training(name: str, **changed) -> Training:
    """Make up what a training logs."""
    metrics = {f"test{side}/{figure}": 0.5 for figure in FIGURES for side in ("", "_low", "_high")}
    folds = pd.DataFrame(
        {"fold": [1, 2], "n_rows": [50, 50], "log_loss": [0.4, 0.5], "roc_auc": [0.8, np.nan]}
    )
    made = Training(
        name=name,
        composed="seed: 42\nmodel: {l2: 1.0, kinds: [blend]}\n",
        parameters={},
        tags={**TAGS, "model_version": name},
        metrics=metrics,
        plots={},
        texts={},
        tables={"report/test_rows": rows()},
        datasets=[],
        folds=folds,
    )
    return replace(made, **changed)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Give the settings of an empty store."""
    place = tmp_path_factory.mktemp("store")
    update = {"uri": f"sqlite:///{place}/mlflow.db", "artifact_folder": str(place / "artifacts")}
    return settings().tracking.model_copy(update=update)


@pytest.fixture
def keep(database, request):
    """Give a function that logs trainings to an experiment of this test, the oldest first."""
    name = re.sub(r"\W", "_", request.node.name)
    here = database.model_copy(update={"experiment": name, "registered_model": name})

    def logged(*made: Training, is_finished: bool = True):
        with store(here) as client:
            for one in made:
                run_id = start_run(client, experiment_id(client, here), one)
                log_training(client, run_id, one)
                finish_run(client, run_id, is_finished)
        return here

    return logged


def compared(here):
    with store(here) as client:
        past = past_runs(client, here)
        return set_side_by_side("demo", past, lambda run_id: read_test_rows(client, run_id), EVALUATION, 1)


def test_rows_come_back_as_they_were_scored(keep) -> None:
    here = keep(training("one"))
    with store(here) as client:
        back = read_test_rows(client, past_runs(client, here)[0].run_id)
    assert back["account_id"].tolist() == rows()["account_id"].tolist()
    assert (back["icp_ml"] == rows()["icp_ml"]).all()
    assert (back["is_best"] == rows()["is_best"]).all()


def test_folds_stand_below_their_training_and_are_none(keep) -> None:
    here = keep(training("one"), training("two"))
    with store(here) as client:
        assert [one.name for one in past_runs(client, here)] == ["two", "one"]
        newest = newest_run(client, here)
        ids = [client.get_experiment_by_name(here.experiment).experiment_id]
        below = f"tags.`mlflow.parentRunId` = '{newest.info.run_id}'"
        folds = sorted(client.search_runs(ids, below), key=lambda one: one.info.run_name)
    assert newest.info.run_name == "two"
    assert [one.info.run_name for one in folds] == ["fold 1", "fold 2"]
    assert {one.info.status for one in folds} == {"FINISHED"}
    assert folds[0].data.metrics["training_folds/log_loss"] == 0.4
    assert "training_folds/roc_auc" not in folds[1].data.metrics  # not defined there


def test_only_settings_that_differ_are_told(keep) -> None:
    other = "seed: 42\nmodel: {l2: 5.0, kinds: [blend, rubric]}\nlabel: {share: 0.2}\n"
    found = compared(keep(training("one"), training("two", composed=other)))
    assert found.changed_settings() == {
        "model.l2": {"5.0": [1], "1.0": [2]},
        "model.kinds": {'["blend", "rubric"]': [1], '["blend"]': [2]},
    }
    assert found.partial_settings() == ["label.share"]


def test_the_newest_is_what_the_others_are_compared_with_where_there_is_no_champion(keep) -> None:
    worse = training("one", tables={"report/test_rows": rows(noise=9)})
    found = compared(keep(worse, training("two")))
    assert (found.reference, found.is_champion) == (0, False)
    assert found.runs[1].paired.figures["roc_auc"].high < 0
    assert "worse" in comparison_text(found)


def test_the_champion_is_compared_with_and_shown_even_where_it_is_old(keep) -> None:
    here = keep(training("old"), training("middle"), training("new"))
    with store(here) as client:
        oldest = past_runs(client, here)[-1]
        client.create_registered_model(here.registered_model)
        made = client.create_model_version(here.registered_model, "file:///nowhere", oldest.run_id)
        client.set_registered_model_alias(here.registered_model, "champion", made.version)
    found = compared(here.model_copy(update={"n_compared": 1}))
    assert [one.past.name for one in found.runs] == ["new", "old"]
    assert (found.reference, found.is_champion) == (1, True)
    assert "Difference to 2, the champion" in comparison_text(found)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tags": {**TAGS, "label_digest": "bbb", "best": "deals won"}}, "best means deals won"),
        ({"tags": {**TAGS, "model_version": "two"}}, "the same model"),
        ({"metrics": {}}, "it was not tested: nothing is learnt"),
        ({"tables": {}}, "test rows are not kept"),
        ({"tables": {"report/test_rows": rows().assign(as_of="2020-01-01")}}, "no account stands in both"),
        (
            {"tables": {"report/test_rows": rows().assign(is_best=False)}},
            "shared accounts, all best or all rest",
        ),
    ],
)
def test_where_there_is_no_difference_it_says_why(keep, changed, said: str) -> None:
    found = compared(keep(training("one", **changed), training("two")))
    assert said in found.runs[1].why_not
    assert said in comparison_text(found).replace("\n    ", " ")
    assert comparison_json(found)["runs"][1]["differences"] == {}
    assert not [name for name in comparison_table(found) if name.startswith("difference_")]


def test_a_run_that_failed_is_shown_as_failed_and_never_the_reference(keep) -> None:
    keep(training("one"))
    found = compared(keep(training("two", composed=""), is_finished=False))
    assert found.reference == 1
    assert found.runs[0].why_not == "it did not finish"
    assert "· signal · failed" in comparison_text(found)


def test_one_training_has_nothing_to_compare_with(keep) -> None:
    said = comparison_text(compared(keep(training("one"))))
    assert said.startswith("demo: one training, nothing to compare it with yet\n")
    assert "Difference" not in said
    assert "Settings" not in said


def test_an_experiment_that_is_not_there_holds_none(database) -> None:
    with store(database) as client:
        assert past_runs(client, database.model_copy(update={"experiment": "nobody"})) == []


def test_it_fits_a_terminal_and_the_files_say_the_same(keep) -> None:
    long = "value, blend, " + "features.exclude=[technologies,industry,region] " * 3
    composed = (
        "seed: 42\nmodel: {l2: 5.0, kinds: [boosted_trees, logistic_regression, blend, rubric, a, b, c]}\n"
    )
    found = compared(keep(*(training(f"r{at}") for at in range(3)), training(long, composed=composed)))
    assert max(len(line) for line in comparison_text(found).splitlines()) <= WIDTH
    kept = json.loads(json.dumps(comparison_json(found)))
    table = comparison_table(found)
    shown = kept["runs"][1]["differences"]["roc_auc"]["value"]
    assert table["difference_roc_auc"][1] == shown
    assert [one["name"] for one in kept["runs"]] == table["name"].tolist()
    assert comparison_markdown(found).count("| the others are compared with it |") == 1


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("", {}),
        ("a: {b: {c: 1}, d: [1, 2]}", {"a.b.c": 1, "a.d": [1, 2]}),
        ("a: {}\nb: null", {"a": {}, "b": None}),
        ("today: ${data.today}", {"today": "${data.today}"}),
    ],
)
def test_settings_are_flattened_by_dotted_name(written: str, found: dict[str, object]) -> None:
    assert flattened(written) == found
