"""Several segments in one list: each row by its own model, none lost, each result the same for any batch."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import small
from support import command, compose

from icp_ml.data.rules import PreparedRules
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.matching import KnownAccounts
from icp_ml.scoring import SCORED_COLUMNS
from icp_ml.settings import DataSettings, SegmentSettings
from pipelines.listing import Listing, prepare
from pipelines.manifests import changed_models, read_manifest, summary
from pipelines.promote import promote
from pipelines.scoring import score_list
from pipelines.serve import serve
from pipelines.status import status

BIG = {"column": "employees", "at_least": 60}
SOFTWARE = {"column": "industry", "one_of": ["Software"]}
RETAIL = {"column": "industry", "one_of": ["Retail"]}
COLUMNS = {
    **{name: name for name in small.FIELDS if name not in ("technologies", "is_listed")},
    "technologies": {"from": "technologies", "separator": "|"},
    "is_listed": {"from": "is_listed", "kind": "yes_no"},
}


@pytest.fixture(scope="module")
def prospects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 120 accounts; two of them lack an id, and ten repeat another."""
    rows = small.companies(120, seed=3).accounts
    rows.loc[[4, 90], "account_id"] = None
    rows.loc[100:109, "account_id"] = rows.loc[10:19, "account_id"].to_numpy()
    path = tmp_path_factory.mktemp("list") / "prospects.csv"
    rows.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def models() -> dict[str, Any]:
    """Give the small model twice, under two versions."""
    _, _, model = small.trained()
    facts = {**model.facts, "tiers": compose().config.scoring.tiers.model_dump(mode="json")}
    return {name: replace(model, facts={**facts, "best": f"drawn for {name}"}) for name in ("one", "two")}


def listed(
    prospects: Path, folder: Path, models: dict[str, Any], where: dict[str, list[Any]], *overrides: str
) -> tuple[dict[str, Any], pd.DataFrame, list[dict[str, str]]]:
    """Score the list by segments; give the manifest, the list and the refused rows."""
    folder.mkdir()
    table = {"path": str(prospects), "columns": COLUMNS}
    given: dict[str, Any] = {"name": "small", "root": ".", "today": date(2024, 1, 1), "missing": [""]}
    mapping = DataSettings.model_validate({**given, "prospects": table})
    run = compose("scoring.format=parquet", "n_jobs=1", *overrides)
    label = run.config.label
    segments = {name: SegmentSettings(where=rules, outcomes=(), label=label) for name, rules in where.items()}
    config = run.config.model_copy(update={"data": mapping, "segments": segments})
    lacking = {name: f"{name} has no champion." for name in where if name not in models}
    listing = Listing(models, lacking, KnownAccounts(), PreparedRules(), {}, "key")
    manifest = score_list(replace(run, config=config), listing, folder)
    with (folder / "refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        refused = list(csv.DictReader(stream))
    return manifest, pd.read_parquet(folder / "scored.parquet"), refused


TWO = {"one": [SOFTWARE], "two": [BIG]}


@pytest.fixture(scope="module")
def two(prospects, models, tmp_path_factory):
    return listed(prospects, tmp_path_factory.mktemp("two") / "out", models, TWO)


@pytest.fixture(scope="module")
def alone(prospects, models, tmp_path_factory):
    only = {"default": models["one"]}
    return listed(prospects, tmp_path_factory.mktemp("alone") / "out", only, {"default": []})


def test_no_row_is_lost_and_each_is_counted_once(two) -> None:
    manifest, scored, refused = two
    assert manifest["rows_in"] == 120 == manifest["rows_covered"] + manifest["rows_refused"]
    assert manifest["rows_refused"] == len(refused) == manifest["rows_uncovered"] + 2
    assert manifest["rows_scored"] == len(scored) > manifest["rows_covered"] > 0
    reasons = [row["reason"] for row in refused]
    assert reasons.count("covered by no segment") == manifest["rows_uncovered"] > 20
    assert [int(row["row"]) for row in refused] == sorted(int(row["row"]) for row in refused)
    uncovered = {json.loads(row["content"])["account_id"] for row in refused}
    covered = set(scored["account_id"])
    everyone = set(small.companies(120, seed=3).accounts["account_id"]) - {"A0004", "A0090"}
    assert (uncovered - {None}) | covered >= everyone - {f"A{at:04}" for at in range(100, 110)}


def test_each_segment_scores_whom_it_covers(two, alone) -> None:
    _, scored, _ = two
    accounts = small.companies(120, seed=3).accounts
    is_software, is_big = accounts["industry"] == "Software", accounts["employees"] >= 60
    kept = accounts["account_id"].isin([f"A{at:04}" for at in range(20, 100) if at != 90])
    for segment, covered in (("one", is_software), ("two", is_big)):
        found = set(scored.loc[scored["segment"] == segment, "account_id"])
        assert found >= set(accounts.loc[covered & kept, "account_id"])
        assert not found & set(accounts.loc[~covered & kept, "account_id"])
    first = alone[1].drop_duplicates(["account_id", "name"]).set_index(["account_id", "name"])
    same = first.loc[pd.MultiIndex.from_frame(scored[["account_id", "name"]]), "fit_probability"]
    assert (same.to_numpy() == scored["fit_probability"].to_numpy()).all()


def test_an_account_of_two_segments_has_two_rows_and_a_warning(two) -> None:
    manifest, scored, _ = two
    places = scored.groupby(["account_id", "name"])["segment"].agg(list)
    both = places[places.str.len() == 2]
    assert all(one == ["one", "two"] for one in both)
    shown = ", ".join(f"'{account}'" for account, _ in both.index)[:22]
    [said] = [note for note in manifest["notes"] if "covered by one and by two" in note]
    assert said.startswith(
        f"{len(both)} prospects are covered by one and by two: each has one row for each, "
    )
    assert len(both) == manifest["rows_scored"] - manifest["rows_covered"]
    assert shown.split(", ")[0] in said


def test_ranks_and_repeats_are_those_of_the_segment(two) -> None:
    _, scored, _ = two
    for _, rows in scored.groupby("segment"):
        eligible = rows.loc[rows["duplicate_of"].isna()]
        expected = 100 * (eligible["fit_probability"].rank(method="average") - 0.5) / len(eligible)
        assert np.allclose(eligible["fit_percentile"], expected)
        assert (rows["duplicate_of"].notna() == rows["account_id"].duplicated()).all()


@pytest.mark.parametrize("batch_rows", [1, 7, 50])
def test_the_list_does_not_depend_on_the_size_of_a_batch(
    prospects, models, two, tmp_path, batch_rows: int
) -> None:
    manifest, scored, refused = listed(
        prospects, tmp_path / "out", models, TWO, f"scoring.batch_rows={batch_rows}"
    )
    assert scored.to_json() == two[1].to_json()
    assert refused == two[2]
    assert manifest["segments"] == two[0]["segments"]


@pytest.mark.parametrize("batch_rows", [7, 1000])
def test_an_account_left_alone_is_so_in_both_its_segments(prospects, models, tmp_path, batch_rows) -> None:
    asked = ("holdout.name=spring", "holdout.starts=2024-01-01", "holdout.share=0.5")
    cut = f"scoring.batch_rows={batch_rows}"
    two = replace(models["two"], tiers=replace(models["two"].tiers, best_fit=0.99, good_fit=0.98))
    where = {"one": [SOFTWARE], "two": []}
    _, scored, _ = listed(prospects, tmp_path / "out", models | {"two": two}, where, *asked, cut)
    is_alone = scored["rule"].eq("holdout")
    assert (is_alone & (scored["tier"] == "Bad fit")).any()
    both = is_alone.groupby([scored["account_id"], scored["name"]]).agg(["size", "sum"])
    assert set(both.loc[both["size"] == 2, "sum"]) == {0, 2}
    assert scored.loc[is_alone, "fit_rank"].isna().all()


def test_one_segment_is_as_a_list_without_segments(alone) -> None:
    manifest, scored, refused = alone
    assert tuple(scored.columns) == SCORED_COLUMNS
    assert scored["segment"].unique().tolist() == ["default"]
    assert manifest["rows_covered"] == manifest["rows_scored"] == 118
    assert (manifest["rows_uncovered"], len(refused), manifest["notes"]) == (0, 2, [])
    n_best = manifest["tiers"]["Best fit"]
    assert summary(manifest, Path("x")).startswith(
        f"118 of 120 rows scored, 2 refused (see refused.csv): {n_best:,} Best fit, "
    )


def test_the_manifest_says_of_each_segment_what_scored_it(two, models) -> None:
    manifest, scored, _ = two
    for name, facts in manifest["segments"].items():
        tiers = scored.loc[scored["segment"] == name, "tier"].value_counts()
        assert facts["model_version"] == models[name].version
        assert (facts["best"], facts["kind"]) == (f"drawn for {name}", "boosted_trees")
        assert facts["rows"] == tiers.sum()
        assert {tier: n for tier, n in facts["tiers"].items() if n} == tiers.to_dict()
    said = summary(manifest, Path("x"))
    assert f", 2 refused (see refused.csv), {manifest['rows_uncovered']} covered by no segment" in said
    assert "; two " in said


def test_a_segment_without_a_model_refuses_its_rows_and_says_so(prospects, models, tmp_path) -> None:
    manifest, scored, refused = listed(prospects, tmp_path / "out", {"one": models["one"]}, TWO)
    assert scored["segment"].unique().tolist() == ["one"]
    reasons = {row["reason"] for row in refused} - {"account_id: missing"}
    assert reasons == {"covered by no segment", "covered by no segment that has a model, but by two"}
    assert manifest["rows_covered"] + manifest["rows_refused"] == 120
    assert manifest["notes"] == ["two: two has no champion. Who is covered by nothing else is in refused.csv"]


def test_a_list_that_no_segment_covers_does_not_take_the_place_of_a_good_one(
    prospects, models, tmp_path
) -> None:
    nobody = {"one": [{"column": "employees", "at_least": 1e6}]}
    with pytest.raises(DataError) as stopped:
        listed(prospects, tmp_path / "out", {"one": models["one"]}, nobody)
    assert stopped.value.details[1] == "covered by no segment: 118 rows refused"


def test_what_changed_since_the_last_list_is_said(two, models, tmp_path) -> None:
    old = {
        **{name: two[0][name] for name in ("key", "today", "rows_in", "rows_scored", "tiers")},
        **{"model_version": "aaa", "model": "drawn for two", "estimates": "P(best)"},
    }
    (tmp_path / "old").mkdir()
    (tmp_path / "old/manifest.json").write_text(json.dumps(old), encoding="utf-8")
    (tmp_path / "latest").symlink_to("old")
    assert read_manifest(tmp_path / "latest")["segments"]["default"]["best"] == "drawn for two"
    now = {"segments": {"default": two[0]["segments"]["two"]}}
    assert changed_models(tmp_path, now) == [
        f"the model changed from aaa (boosted trees) to {models['two'].version} (boosted trees); "
        "it now estimates P(best | becomes a customer, firmographics), before P(best)"
    ]


REGIONS = "segments=demo_regions"
FASTER = (
    "experiment=quick",
    "n_jobs=1",
    "model.kinds=[logistic_regression]",
    "evaluation.n_permutations=100",
)


@pytest.fixture(scope="module")
def regions(trained, tmp_path_factory) -> Path:
    """Train the demo's two regions and score the list, beside the champion of all."""
    place = tmp_path_factory.mktemp("regions")
    shutil.copytree(trained, place, symlinks=True, dirs_exist_ok=True)
    for verb, overrides in (("train", FASTER), ("predict", ["scoring.format=parquet"])):
        done = command(verb, REGIONS, *overrides, cwd=place)
        assert done.returncode == 0, done.stderr
    return place


def test_each_region_is_trained_registered_and_scored_under_its_name(regions) -> None:
    assert {one.name for one in (regions / "models").iterdir()} >= {
        "icp_ml_demo",
        "icp_ml_demo_north_america",
        "icp_ml_demo_europe",
    }
    manifest = read_manifest(regions / "var/scored/demo/latest")
    best = {name: facts["best"] for name, facts in manifest["segments"].items()}
    assert best["north_america"].startswith("the top 20% of customers")
    assert best["europe"].startswith("deals won")
    scored = pd.read_parquet(regions / "var/scored/demo/latest/scored.parquet")
    assert set(scored["segment"]) == {"north_america", "europe"}
    assert (scored["model_version"] == scored["segment"].map(_versions(manifest))).all()
    assert manifest["rows_covered"] + manifest["rows_refused"] == manifest["rows_in"]


def _versions(manifest: dict[str, Any]) -> dict[str, str]:
    return {name: facts["model_version"] for name, facts in manifest["segments"].items()}


def test_status_and_promote_speak_of_each_region(regions, monkeypatch, capsys) -> None:
    monkeypatch.chdir(regions)
    with_asia = "+segments.asia={where: [{column: country, one_of: [IN]}], outcomes: [], label: ${label}}"
    with pytest.raises(UnavailableError, match=r"^1 of 3 segments failed"):
        promote(compose(REGIONS, with_asia))
    said = capsys.readouterr()
    assert said.err.startswith("error: asia: icp_ml_demo_asia has no challenger.\n")
    assert said.out.startswith("north_america: promote: icp_ml_demo_north_america 1 (")
    assert status(compose(REGIONS)) == 0
    said = capsys.readouterr().out
    assert "\neurope: champion: icp_ml_demo_europe 1 (" in said
    assert status(compose()) == 10
    assert "  scoring: the list was not scored by the champion" in capsys.readouterr().out


def test_a_model_of_one_region_is_not_used_for_all(regions, monkeypatch) -> None:
    monkeypatch.chdir(regions)
    with pytest.raises(UnavailableError) as stopped:
        prepare(compose("tracking.registered_model=icp_ml_demo_europe"))
    assert str(stopped.value) == (
        "the model was trained for segment europe, not for default.\n"
        "Choose the segments it was trained with: segments=..."
    )


def test_a_server_answers_for_one_segment() -> None:
    with pytest.raises(ConfigError) as stopped:
        serve(compose(REGIONS))
    assert stopped.value.details == (
        "north_america: icp_ml_demo_north_america",
        "europe: icp_ml_demo_europe",
    )
    assert stopped.value.fix == "Name one: segments=one tracking.registered_model=icp_ml_demo_north_america"


def test_a_definition_that_no_segment_has_cannot_be_changed(tmp_path) -> None:
    done = command("status", REGIONS, "label.top_share=0.1", cwd=tmp_path)
    assert done.returncode == 78
    assert done.stderr == (
        "error: label.top_share=0.1 changes nothing: each segment has a definition of its own.\n"
        "Change segments.north_america.label or segments.europe.label instead, or take segments=one.\n"
    )
