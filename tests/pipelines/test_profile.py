from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from browser import opened
from support import QUICK, command

from pipelines.profile import _earlier

FILES = {
    *("profile.html", "profile.md", "profile.json", "worksheet.html", "worksheet.md", "cross_tables.csv"),
    *("filters.json", "filters.sql", "filters.md", "prospects.csv", "manifest.json"),
}


@pytest.fixture(scope="module")
def profiled(trained, tmp_path_factory):
    """Give a workplace with a profile, and what the command said."""
    import shutil

    place = tmp_path_factory.mktemp("profiled") / "w"
    shutil.copytree(trained, place, symlinks=True)
    done = command("profile", *QUICK, cwd=place)
    assert done.returncode == 0, done.stderr
    return place, done.stdout


def latest(place, name="demo") -> Path:
    return (place / "var" / "profile" / name / "latest").resolve()


def stored(place):
    return json.loads((latest(place) / "profile.json").read_text(encoding="utf-8"))


def contents(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_all_files_are_written_at_once_and_the_statement_is_printed(profiled) -> None:
    place, said = profiled
    assert {path.name for path in latest(place).iterdir()} == FILES
    assert said.splitlines()[-1] == stored(place)["card"]["statement"]
    heads = ("model: ", "data: ", "label: ", "list: ", "groups: ", "archetypes: ", "prospects: ", "pages: ")
    for head in heads:
        assert any(line.startswith(head) for line in said.splitlines()), head


def test_every_new_prospect_is_in_exactly_one_group(profiled) -> None:
    place, _ = profiled
    card = stored(place)["card"]
    with (latest(place) / "prospects.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len({row["account_id"] for row in rows}) == len(rows) == card["n_prospects"]
    groups = {one["name"]: one["n_prospects"] for one in card["groups"]}
    counted = Counter(row["group"] for row in rows)
    assert {name: counted[name] for name in groups} == groups
    assert counted.total() == sum(groups.values())


def test_counts_add_up_to_all_customers(profiled) -> None:
    place, _ = profiled
    card = stored(place)["card"]
    assert sum(one["n"] for one in card["groups"]) == card["n"]
    assert sum(one["n_best"] for one in card["groups"]) == card["n_best"]
    best = sum(one["n"] for one in card["archetypes"])
    assert best in (0, card["n_best"])


def test_the_list_is_scored_as_predict_scores_it(profiled) -> None:
    place, _ = profiled
    done = command("predict", *QUICK, "scoring.folder=scored", cwd=place)
    assert done.returncode == 0, done.stderr
    with (place / "scored" / "latest" / "scored.csv").open(encoding="utf-8-sig", newline="") as stream:
        new = {
            row["account_id"]: (row["fit_probability"], row["tier"])
            for row in csv.DictReader(stream)
            if row["is_customer"] == "no" and not row["duplicate_of"]
        }
    with (latest(place) / "prospects.csv").open(encoding="utf-8-sig", newline="") as stream:
        mine = {row["account_id"]: (row["fit_probability"], row["tier"]) for row in csv.DictReader(stream)}
    assert mine == new


def test_the_same_inputs_give_the_same_bytes(profiled) -> None:
    place, _ = profiled
    again = command("profile", *QUICK, cwd=place)
    assert "nothing has changed since" in again.stdout
    other = command(
        "profile", *QUICK, "profile.folder=var/profile/other", "scoring.batch_rows=700", cwd=place
    )
    assert other.returncode == 0, other.stderr
    assert contents(latest(place, "other")) == contents(latest(place))


def test_a_later_profile_says_what_changed(profiled) -> None:
    place, _ = profiled
    folder = f"profile.folder={place / 'var' / 'profile' / 'yearly'}"
    for changed in ("profile.max_groups=1", "profile.max_groups=3"):
        done = command("profile", *QUICK, folder, changed, cwd=place)
        assert done.returncode == 0, done.stderr
    written = (latest(place, "yearly") / "profile.md").read_text(encoding="utf-8")
    assert "## What changed since the last profile" in written
    assert "Compared with 2026-01-01." in written


def test_pages_of_the_demo_open_without_errors(profiled) -> None:
    place, _ = profiled
    for name in ("profile.html", "worksheet.html"):
        with opened(latest(place) / name) as page:
            assert page.locator("h1").count() == 1


def test_page_and_facts_lie_beside_the_model(profiled) -> None:
    place, _ = profiled
    assert list((place / "var").rglob("artifacts/profile/profile.html"))


@pytest.mark.parametrize(
    "text", [None, "", "[]", "{}", '{"card": {"version": 0}}', '{"card": {"version": 1}}']
)
def test_a_damaged_or_older_profile_stops_no_new_one(text, tmp_path) -> None:
    if text is not None:
        (tmp_path / "profile.json").write_text(text, encoding="utf-8")
    assert _earlier(tmp_path) is None


def test_without_a_champion_it_says_how_to_get_one(demo_tables, tmp_path) -> None:
    from icp_ml.data.demo import write

    write(demo_tables, tmp_path / "var" / "demo")
    done = command("profile", *QUICK, cwd=tmp_path)
    assert done.returncode == 69
    assert done.stderr.splitlines() == [
        "error: icp_ml_demo has no champion.",
        "Run make train first, or name another model with tracking.model=...",
    ]
    assert not (tmp_path / "var" / "profile").exists()


def test_a_declared_rubric_has_no_profile(workplace) -> None:
    done = command("profile", *QUICK, "label=rubric", cwd=workplace)
    assert done.returncode == 0
    assert "nothing is learnt" in done.stdout
    assert not (workplace / "var" / "profile").exists()
