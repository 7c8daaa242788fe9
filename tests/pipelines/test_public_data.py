"""The ready mappings of public data train, log and predict on the real files."""

from __future__ import annotations

import json

import pandas as pd
from support import command, shared_data


def test_crunchbase_ranks_the_newest_companies_better_than_chance(tmp_path):
    overrides = ("data=crunchbase", f"data.root={shared_data('crunchbase_2015')}", "experiment=quick")
    done = command("train", *overrides, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "it is the champion now" in done.stdout
    (path,) = (tmp_path / "var/tracking/artifacts").glob("*/artifacts/report/report.json")
    report = json.loads(path.read_text(encoding="utf-8"))
    assert (report["train"]["last"], report["test"]["first"]) < ("2008-01-01", "2008-01-02")
    figures = report["figures"]["icp_ml"]
    assert figures["roc_auc"]["low"] > 0.65
    assert figures["average_precision"]["low"] > report["figures"]["base rate"]["average_precision"]["high"]
    assert any("censored" in note for note in report["notes"])
    assert command("predict", *overrides, "scoring.format=parquet", cwd=tmp_path).returncode == 0
    scored = pd.read_parquet(tmp_path / "var/scored/crunchbase/latest/scored.parquet")
    manifest = json.loads(
        (tmp_path / "var/scored/crunchbase/latest/manifest.json").read_text(encoding="utf-8")
    )
    assert manifest["rows_in"] == manifest["rows_filtered"] + len(scored)
    assert len(scored) > 24_000


def test_olist_finds_nothing_and_is_not_promoted(tmp_path):
    overrides = ("data=olist", f"data.root={shared_data('olist_funnel')}", "experiment=quick")
    done = command("train", *overrides, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not promoted" in done.stdout
    assert command("predict", *overrides, cwd=tmp_path).returncode == 69
    assert command("predict", *overrides, "tracking.model=challenger", cwd=tmp_path).returncode == 0
    scored = pd.read_csv(tmp_path / "var/scored/olist/latest/scored.csv")
    assert len(scored) == 8_000 - 842


def test_maven_crm_holds_nothing_and_the_verdict_says_so(tmp_path):
    overrides = ("data=maven_crm", f"data.root={shared_data('maven_crm')}")
    done = command("train", *overrides, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "verdict none found" in done.stdout
    assert "groups of accounts held out whole" in done.stdout
    assert "not promoted" in done.stdout
    assert command("promote", *overrides, cwd=tmp_path).returncode == 69
