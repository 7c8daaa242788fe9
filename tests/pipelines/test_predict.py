"""A scored list: nothing lost, nothing half written, and better than chance."""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
from support import SEARCH_PATH, command, kill_after

LATEST = "var/scored/demo/latest"


@pytest.fixture(scope="module")
def scored(trained, tmp_path_factory):
    """Score the demo prospects once, as Parquet and as CSV."""
    place = tmp_path_factory.mktemp("scored")
    shutil.copytree(trained, place, symlinks=True, dirs_exist_ok=True)
    for form in ("csv", "parquet"):
        done = command("predict", f"scoring.format={form}", "scoring.folder=" + form, cwd=place)
        assert done.returncode == 0, done.stderr
    return place


def manifest_of(folder):
    """Read a manifest."""
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_no_row_is_lost(scored, demo_tables):
    folder = scored / "parquet/latest"
    found = pd.read_parquet(folder / "scored.parquet")
    refused = pd.read_csv(folder / "refused.csv", dtype=str)
    manifest = manifest_of(folder)
    assert manifest["rows_in"] == len(demo_tables.prospects)
    assert manifest["rows_scored"] == len(found)
    assert manifest["rows_refused"] == len(refused) > 0
    assert manifest["rows_in"] == manifest["rows_scored"] + manifest["rows_refused"]
    ids = set(demo_tables.prospects["prospect_id"].str.strip()) - {""}
    kept = {json.loads(cell)["prospect_id"].strip() for cell in refused["content"]} - {""}
    assert ids == set(found["account_id"]) | kept


def test_every_row_says_what_a_salesperson_needs(scored):
    with (scored / "csv/latest/scored.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0])[:4] == ["account_id", "name", "segment", "fit_probability"]
    assert {row["segment"] for row in rows} == {"default"}
    assert {row["tier"] for row in rows} <= {"Best fit", "Good fit", "Bad fit", "Insufficient data"}
    best = max(rows, key=lambda row: float(row["fit_probability"]))
    assert best["reasons_for"].count(": ") >= 3
    assert best["scored_at"] == "2026-01-01"
    assert {row["is_customer"] for row in rows} == {"yes", "no"}


def test_csv_and_parquet_agree(scored):
    texts = pd.read_csv(scored / "csv/latest/scored.csv", dtype=str, keep_default_na=False)
    exact = pd.read_parquet(scored / "parquet/latest/scored.parquet")
    assert texts["account_id"].tolist() == exact["account_id"].tolist()
    assert texts["fit_probability"].tolist() == [f"{one:.4f}" for one in exact["fit_probability"]]
    assert texts["tier"].tolist() == exact["tier"].tolist()
    first = exact["reasons_for"].iloc[0]
    assert texts["reasons_for"].iloc[0] == "; ".join(one["words"] for one in first)


def test_existing_customers_are_flagged_and_kept(scored, demo_tables):
    found = pd.read_parquet(scored / "parquet/latest/scored.parquet")
    manifest = manifest_of(scored / "parquet/latest")
    by = manifest["rows_of_customers_by"]
    assert found["is_customer"].sum() == manifest["rows_of_customers"] == sum(by.values())
    customers, prospects = demo_tables.customers, demo_tables.prospects
    ids = prospects["prospect_id"].str.strip()
    shares_site = _domains(prospects["url"]).isin(set(_domains(customers["Website"])) - {""})
    is_named_so = _names(prospects["company"]).isin(set(_names(customers["Account Name"])) - {""})
    flagged = found.set_index("account_id")["is_customer"]
    by_site, by_name = (
        flags.groupby(ids).any().reindex(flagged.index) for flags in (shares_site, is_named_so)
    )
    assert flagged[by_site].all() and by["domain"] == by_site.sum() > 30
    assert by["name"] > 0
    assert (by_site | by_name)[flagged].mean() > 0.95
    assert flagged[by_site | by_name].mean() > 0.99


def _names(companies):
    """Read the two words of each made-up name that come before its legal form."""
    words = companies.fillna("").str.replace(r"[\",;]", "", regex=True).str.lower().str.split()
    return words.str[:2].str.join(" ")


def _domains(addresses):
    """Read the bare domain of each address, plainly."""
    bare = addresses.fillna("").str.strip().str.lower().str.replace(r"^https?://", "", regex=True)
    bare = bare.str.replace(r"^www\.", "", regex=True).str.split("/").str[0]
    return bare.where(bare.str.contains(".", regex=False), "")


def test_the_percentile_is_over_new_accounts(scored):
    found = pd.read_parquet(scored / "parquet/latest/scored.parquet")
    eligible = found.loc[~found["is_customer"] & found["duplicate_of"].isna()]
    rank = eligible["fit_probability"].rank(method="average")
    expected = 100 * (rank - 0.5) / len(eligible)
    assert np.allclose(eligible["fit_percentile"], expected)


def test_the_hidden_propensity_is_found(scored, demo_tables):
    found = pd.read_parquet(scored / "parquet/latest/scored.parquet")
    truth = demo_tables.truth.set_index("account_id")["propensity"]
    known = found.loc[found["account_id"].isin(truth.index)]
    propensity = truth.reindex(known["account_id"]).to_numpy()
    n_top = len(known) // 10
    by_score = propensity[np.argsort(-known["fit_probability"].to_numpy())[:n_top]].mean()
    possible = np.sort(propensity)[::-1][:n_top].mean()
    chance = propensity.mean()
    assert (by_score - chance) / (possible - chance) > 0.6


def test_nothing_changes_where_nothing_changed(scored):
    before = (scored / "csv/latest/scored.csv").read_bytes()
    done = command("predict", "scoring.format=csv", "scoring.folder=csv", cwd=scored)
    assert "nothing has changed" in done.stdout
    assert (scored / "csv/latest/scored.csv").read_bytes() == before


def test_a_list_goes_to_each_database_that_is_named_once(scored):
    for name in ("one", "two"):
        (scored / f"{name}.db").touch()
    table = "scoring.output.table={url: 'sqlite:///%s.db', table: icp_scores, if_exists: replace}"
    said = [
        command("predict", table % name, "scoring.folder=sent", cwd=scored) for name in ("one", "two", "two")
    ]
    assert [done.returncode for done in said] == [0, 0, 0], said
    assert ["nothing has changed" in done.stdout for done in said] == [False, False, True]
    sizes = {(scored / f"{name}.db").stat().st_size for name in ("one", "two")}
    assert len(sizes) == 1 and sizes.pop() > 0


def test_a_row_does_not_depend_on_its_neighbours_or_the_batch(scored, demo_tables, tmp_path):
    some = demo_tables.prospects.sample(60, random_state=1)
    some.to_csv(tmp_path / "some.csv", index=False)
    done = command(
        "predict",
        f"data.prospects.path={tmp_path / 'some.csv'}",
        "scoring.batch_rows=7",
        "scoring.format=parquet",
        f"scoring.folder={tmp_path / 'some'}",
        cwd=scored,
    )
    assert done.returncode == 0, done.stderr
    alone = pd.read_parquet(tmp_path / "some/latest/scored.parquet").set_index("account_id")
    among = pd.read_parquet(scored / "parquet/latest/scored.parquet").set_index("account_id")
    among = among.loc[alone.index]
    assert (alone["fit_probability"] == among["fit_probability"]).all()
    assert (alone["reasons_for"].map(str) == among["reasons_for"].map(str)).all()


def _sqlite(rows, folder):
    with sqlite3.connect(folder / "crm.db") as connection:
        rows.to_sql("leads", connection, index=False)
    columns = ("data.prospects.path=null", "+data.prospects.query='select * from leads'")
    return (*columns, f"+data.prospects.url='sqlite:///{folder / 'crm.db'}'")


def _parts(rows, folder):
    for number, part in enumerate(np.array_split(np.arange(len(rows)), 3)):
        rows.iloc[part].to_csv(folder / f"part-{number}.csv", index=False, encoding="utf-8-sig")
    return folder


def _folder(rows, folder):
    return (f"data.prospects.path={_parts(rows, folder)}",)


def _glob(rows, folder):
    return (f"data.prospects.path='{_parts(rows, folder)}/part-*.csv'",)


def _parquet(rows, folder):
    rows.to_parquet(folder / "list.parquet")
    return (f"data.prospects.path={folder / 'list.parquet'}",)


@pytest.mark.parametrize("source", [_sqlite, _folder, _glob, _parquet])
def test_every_kind_of_source_gives_the_same_scores(scored, demo_tables, tmp_path, source):
    (tmp_path / "in").mkdir()
    overrides = source(demo_tables.prospects.head(400), tmp_path / "in")
    done = command(
        "predict", *overrides, "scoring.format=parquet", f"scoring.folder={tmp_path / 'out'}", cwd=scored
    )
    assert done.returncode == 0, done.stderr
    found = pd.read_parquet(tmp_path / "out/latest/scored.parquet").set_index("account_id")
    whole = pd.read_parquet(scored / "parquet/latest/scored.parquet").set_index("account_id")
    assert len(found) > 380
    assert (found["fit_probability"] == whole.loc[found.index, "fit_probability"]).all()


def test_an_exported_model_scores_with_no_tracking_store(scored, tmp_path):
    version = next((scored / "models/icp_ml_demo").iterdir())
    done = command(
        "predict",
        f"tracking.model={version}",
        "tracking.uri=http://127.0.0.1:9",
        "scoring.format=csv",
        f"scoring.folder={tmp_path / 'out'}",
        cwd=scored,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out/latest/scored.csv").read_bytes() == (
        scored / "csv/latest/scored.csv"
    ).read_bytes()


def test_a_changed_model_file_is_refused(workplace):
    path = next(workplace.glob("models/icp_ml_demo/*/trees_0.txt"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("leaf_value=", "leaf_value=0.5 ", 1), encoding="utf-8")
    done = command("predict", cwd=workplace)
    assert done.returncode == 65
    assert "trees_0.txt: is not what" in done.stderr


def test_a_killed_run_leaves_the_last_good_list(workplace):
    assert command("predict", cwd=workplace).returncode == 0
    good = (workplace / LATEST / "scored.csv").read_bytes()
    was_at_work = False
    for wait_seconds in (0.0, 0.3, 1.0):
        was_at_work |= kill_after(
            "predict", workplace, wait_seconds, "today=2026-02-01", "scoring.batch_rows=40"
        )
        assert (workplace / LATEST / "scored.csv").read_bytes() == good
    assert was_at_work
    done = command("predict", "today=2026-02-01", cwd=workplace)
    assert done.returncode == 0, done.stderr
    assert manifest_of(workplace / LATEST)["today"] == "2026-02-01"
    assert not list((workplace / "var/scored/demo").glob(".working*"))


def test_a_killed_run_goes_on_where_it_was(workplace):
    overrides = ("today=2026-03-01", "scoring.batch_rows=60", "n_jobs=1")
    assert command("predict", *overrides, "scoring.folder=whole", cwd=workplace).returncode == 0
    assert kill_after("predict", workplace, 0.3, *overrides)
    done = sorted((workplace / "var/scored/demo").glob(".working-*/parts/*.json"))
    counts = json.loads(done[0].read_text(encoding="utf-8"))
    counts["refused_by_reason"]["planted"] = 7
    done[0].write_text(json.dumps(counts), encoding="utf-8")
    assert command("predict", *overrides, cwd=workplace).returncode == 0
    assert manifest_of(workplace / LATEST)["rows_refused_by_reason"]["planted"] == 7
    whole, resumed = (place / "scored.csv" for place in (workplace / "whole/latest", workplace / LATEST))
    assert resumed.read_bytes() == whole.read_bytes()


def test_processes_give_the_same_bytes_as_one(scored):
    for n_jobs in (1, 2):
        overrides = (f"n_jobs={n_jobs}", "scoring.batch_rows=250", f"scoring.folder=by_{n_jobs}")
        done = command("predict", "scoring.format=csv", *overrides, cwd=scored)
        assert done.returncode == 0, done.stderr
    one, two = ((scored / f"by_{n}/latest/scored.csv").read_bytes() for n in (1, 2))
    assert one == two == (scored / "csv/latest/scored.csv").read_bytes()


def test_a_list_that_grows_while_it_is_read_is_refused(workplace, demo_tables, tmp_path):
    path = tmp_path / "growing.csv"
    demo_tables.prospects.to_csv(path, index=False)
    overrides = (f"data.prospects.path={path}", "scoring.batch_rows=50", "n_jobs=1")
    started = subprocess.Popen(
        [sys.executable, "-m", "pipelines.predict", *overrides],
        cwd=workplace,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list((workplace / "var").glob("*/*/.working-*/parts/*.json")):
        assert started.poll() is None
        time.sleep(0.02)
    with path.open("a") as stream:
        stream.write(path.read_text().splitlines()[1] + "\n")
    said = started.communicate(timeout=120)[1]
    assert started.returncode == 69
    assert "growing.csv was changed while it was read." in said
    assert not (workplace / LATEST).exists()
