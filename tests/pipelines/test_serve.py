"""`make serve` answers a raw prospect row as the batch predictor does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import asdict, replace

import pandas as pd
import pytest
from small import FIELDS, companies, model_of, settings
from small import trained as small_trained
from support import SEARCH_PATH, command, free_port, wait_for

from icp_ml.model.candidate import Model
from icp_ml.model.declared import rubric_model
from icp_ml.tracking.serving import Predictor
from icp_ml.tracking.signature import example_row, signature

ROW = {
    "prospect_id": "X1",
    "sector": "Software",
    "employee_count": "201-500",
    "country": "USA",
    "technologies": "Snowflake, Kafka",
    "founded": 2012,
    "funding_usd": "$30M",
    "last_round": "Series B",
}


@pytest.fixture(scope="module")
def address(trained):
    """Serve the champion for real."""
    port = free_port()
    environment = {**os.environ, "PYTHONPATH": SEARCH_PATH}
    line = [sys.executable, "-m", "pipelines.serve", f"tracking.port={port}"]
    started = subprocess.Popen(
        line, cwd=trained, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    where = f"http://127.0.0.1:{port}"
    wait_for(f"{where}/ping", started)
    yield f"{where}/invocations"
    started.terminate()
    started.wait()


def ask(address, rows):
    """Post rows as JSON; give what comes back."""
    body = json.dumps({"dataframe_records": rows, "params": {"today": "2026-01-01"}}).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())["predictions"]


def test_a_raw_row_gets_the_batch_answer(address, trained, tmp_path):
    (answered,) = ask(address, [ROW])
    header = (trained / "var/demo/prospects.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    cells = [f'"{ROW.get(name, "")}"' for name in header.split(",")]
    (tmp_path / "one.csv").write_text(f"{header}\n{','.join(cells)}\n", encoding="utf-8")
    done = command(
        "predict",
        f"data.prospects.path={tmp_path / 'one.csv'}",
        "scoring.format=parquet",
        f"scoring.folder={tmp_path / 'out'}",
        cwd=trained,
    )
    assert done.returncode == 0, done.stderr
    (batch,) = pd.read_parquet(tmp_path / "out/latest/scored.parquet").to_dict("records")
    assert answered["fit_probability"] == batch["fit_probability"]
    assert answered["tier"] == batch["tier"]
    assert answered["reasons_for"] == "; ".join(one["words"] for one in batch["reasons_for"])
    assert answered["account_id"] == "X1"
    for name in ("similar_best", "similar_poor"):
        assert answered[name] == "; ".join(one["name"] for one in batch[name])
    assert answered["is_familiar"] == batch["is_familiar"]
    assert (answered["unfamiliar"] or "") == (batch["unfamiliar"] if pd.notna(batch["unfamiliar"]) else "")


def test_numbers_and_texts_mean_the_same(address):
    as_text, as_number = ask(address, [{**ROW, "founded": "2012"}, ROW])
    assert as_text["fit_probability"] == as_number["fit_probability"]


def test_a_row_of_nothing_is_insufficient_data(address):
    (answered,) = ask(address, [{"prospect_id": "X2"}])
    assert answered["tier"] == "Insufficient data"


def test_a_row_that_a_list_would_refuse_has_no_probability(address):
    (answered,) = ask(address, [{**ROW, "employee_count": -5}])
    assert (answered["fit_probability"], answered["tier"]) == (None, None)
    assert answered["problem"] == "employees: below 0"


def test_a_column_that_is_not_there_is_ignored(address):
    plain, more = ask(address, [ROW])[0], ask(address, [{**ROW, "unheard_of": 3}])[0]
    assert plain["fit_probability"] == more["fit_probability"]


def test_a_body_that_is_no_row_is_refused(address):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(address, b"{}", {"Content-Type": "application/json"}))
    assert refusal.value.code == 400


RAW = {
    "columns": {name: {"from": f"raw {name}"} for name in FIELDS},
    "fields": {name: asdict(field) for name, field in FIELDS.items()},
    "missing": [""],
}


def predictor_of(kind) -> Predictor:
    """Make what a server calls, read back from files, of each kind of model."""
    if kind == "declared":
        model = rubric_model(settings().rubric, FIELDS, 0.2, {"n_reasons": 3}, RAW)
    else:
        model = replace(model_of(small_trained()[1], 0.3, kind), prospects=RAW, facts={"n_reasons": 3})
    return Predictor(Model.from_files(model.to_files()))


@pytest.mark.parametrize("kind", ["logistic_regression", "rubric", "declared"])
def test_every_kind_answers_a_raw_row(kind):
    raw = companies(3).accounts.drop(columns="name").rename(columns="raw {}".format)
    answered = predictor_of(kind).predict(raw.astype(object), {"today": "2022-01-01"})
    has = answered.notna().all()
    assert has["fit_probability"] == has["fit_probability_unshifted"] == (kind != "declared")
    assert has["rubric_points"] == (kind != "logistic_regression")
    assert set(answered["tier"]) <= {"Best fit", "Good fit", "Bad fit", "Insufficient data"}
    json.dumps(answered.to_dict("records"), allow_nan=False)


@pytest.mark.parametrize("kind", ["logistic_regression", "rubric", "declared"])
def test_every_kind_has_a_signature_and_an_example_that_it_answers(kind):
    predictor = predictor_of(kind)
    model = predictor._model
    answered = predictor.predict(example_row(model), {"today": "2022-01-01"})
    assert answered["problem"].to_list() == [""]
    assert set(signature(model).outputs.input_names()) == set(answered)


def test_a_refused_row_has_no_points_either():
    row = pd.DataFrame([{"raw account_id": "X", "raw employees": -5}])
    (answered,) = predictor_of("declared").predict(row).to_dict("records")
    assert (answered["rubric_points"], answered["tier"]) == (None, None)
    assert answered["problem"] == "employees: below 0"
