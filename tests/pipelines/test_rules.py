"""Rules, list tiers and exploration on the demo: nobody lost, all counted, the model's score untouched."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from support import command

ASKED = (
    "rules=demo",
    "scoring/list_tiers=capacity",
    "scoring.exploration_share=0.1",
    "scoring.format=parquet",
)


@pytest.fixture(scope="module")
def lists(trained, tmp_path_factory):
    """Score the demo's prospects with its example of rules, and without."""
    place = tmp_path_factory.mktemp("rules")
    shutil.copytree(trained, place, symlinks=True, dirs_exist_ok=True)
    asked = {"ruled": ASKED, "plain": ("scoring.format=parquet",)}
    for folder, overrides in asked.items():
        done = command("predict", *overrides, f"scoring.folder={folder}", cwd=place)
        assert done.returncode == 0, done.stderr
        (place / f"{folder}.txt").write_text(done.stdout)
    return place


@pytest.fixture(scope="module")
def ruled(lists):
    return pd.read_parquet(lists / "ruled/latest/scored.parquet")


@pytest.fixture(scope="module")
def manifest(lists):
    return json.loads((lists / "ruled/latest/manifest.json").read_text(encoding="utf-8"))


def is_eligible(rows):
    return ~rows["is_excluded"] & rows["duplicate_of"].isna()


def test_what_the_model_says_stays(lists, ruled) -> None:
    plain = pd.read_parquet(lists / "plain/latest/scored.parquet")
    assert ruled["account_id"].tolist() == plain["account_id"].tolist()
    assert ruled["fit_probability"].equals(plain["fit_probability"])
    assert ruled["model_tier"].tolist() == plain["tier"].tolist() == plain["model_tier"].tolist()
    assert set(ruled.loc[ruled["tier"] != ruled["model_tier"], "rule"]) == {"named_accounts"}


def test_by_default_customers_alone_are_excluded(lists) -> None:
    plain = pd.read_parquet(lists / "plain/latest/scored.parquet")
    assert plain["is_excluded"].tolist() == plain["is_customer"].tolist()
    assert set(plain["exclusion_reason"].dropna()) == {"Customers (owner: Sales): customer already"}
    assert not plain["is_exploration"].any()
    assert "rule " not in (lists / "plain.txt").read_text()


def test_the_manifest_counts_what_each_rule_did(ruled, manifest) -> None:
    decided = ruled["rule"].value_counts()
    assert set(decided.index) == set(manifest["rules"])
    for name, facts in manifest["rules"].items():
        mine = ruled[ruled["rule"] == name]
        assert facts["rows_decided"] == len(mine) <= facts["rows_matched"]
        assert facts["of_these_best_fit"] == (mine["model_tier"] == "Best fit").sum()
        assert facts["of_these_good_fit"] == (mine["model_tier"] == "Good fit").sum()
        assert facts["state"] == "applied"
    assert manifest["rows_excluded"] == ruled["is_excluded"].sum() > 0
    assert {name for name in manifest["digests"] if name.startswith("rules.")} == {
        "rules.competitors",
        "rules.reseller_pilot",
        "rules.named_accounts",
    }


def test_the_licence_is_never_lifted(ruled, manifest) -> None:
    facts = manifest["rules"]["no_licence"]
    assert facts["rows_matched"] == facts["rows_decided"] == (ruled["rule"] == "no_licence").sum() > 0


def test_ranks_and_list_tiers_are_of_who_may_be_worked(ruled, manifest) -> None:
    eligible = ruled[is_eligible(ruled)]
    left_out = ruled[~is_eligible(ruled)]
    assert left_out[["fit_rank", "list_tier"]].isna().all(axis=None)
    rank = eligible["fit_probability"].rank(method="min", ascending=False)
    assert (eligible["fit_rank"] == rank).all()
    assert eligible["list_tier"].value_counts().to_dict() == manifest["list_tiers"]
    assert (manifest["list_tiers"]["A"], manifest["list_tiers"]["B"]) == (100, 200)
    first = eligible.sort_values("fit_probability", ascending=False, kind="stable").head(100)
    assert set(first["list_tier"]) == {"A"}


def test_a_tenth_is_drawn_for_exploration(ruled, manifest) -> None:
    n_drawn = ruled["is_exploration"].sum()
    assert n_drawn == manifest["rows_of_exploration"]
    assert n_drawn / is_eligible(ruled).sum() == pytest.approx(0.1, abs=0.02)
    assert is_eligible(ruled)[ruled["is_exploration"]].all()


def test_a_changed_list_makes_a_new_result(lists) -> None:
    named = lists / "var/demo/named.csv"
    again = command("predict", *ASKED, "scoring.folder=ruled", cwd=lists)
    assert "nothing has changed" in again.stdout
    text = named.read_text()
    named.write_text("\n".join(text.splitlines()[:2]) + "\n")
    changed = command("predict", *ASKED, "scoring.folder=changed", "today=2026-01-11", cwd=lists)
    named.write_text(text)
    assert "rule partners (owner: Alliances) expired on 2026-01-10 and was not applied" in changed.stdout
    facts = json.loads((lists / "changed/latest/manifest.json").read_text(encoding="utf-8"))["rules"]
    assert (facts["partners"]["state"], facts["partners"]["rows_matched"]) == ("expired", 0)
    assert facts["named_accounts"]["rows_matched"] <= 2
