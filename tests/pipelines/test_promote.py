"""A challenger takes the champion's place where it proves better; and the last champion comes back whole."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock
from support import called, command, compose, forget_places

from icp_ml.errors import UnavailableError
from icp_ml.tracking.attempts import Attempt, attempts
from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, load, registered, store

QUICKER = (
    *("experiment=quick", "n_jobs=1", "evaluation.n_permutations=100"),
    *("model.kinds=[logistic_regression]", "evaluation.learning_curve_shares=[1.0]"),
)
POOR = "features.exclude=[industry,technologies,industry_code,employees,revenue,description]"
LOOSE = ("evaluation.promotion.min_top_kept=0", "evaluation.promotion.max_newly_adverse=9")
LOG = "var/decisions/demo.jsonl"


@pytest.fixture(scope="module")
def rivals(tmp_path_factory) -> Path:
    """Give a workplace with a poor champion, and a good challenger that nothing was decided of."""
    from icp_ml.data.demo import generate, write

    place = tmp_path_factory.mktemp("rivals")
    write(generate(7, n_customers=4_000, n_prospects=1_000), place / "var" / "demo")
    for changed in (POOR, "evaluation.promotion.is_automatic=false"):
        done = command("train", *QUICKER, changed, cwd=place)
        assert done.returncode == 0, done.stderr
    assert "promotion:" not in done.stdout
    return place


@pytest.fixture
def place(rivals, tmp_path, monkeypatch) -> Path:
    copied = tmp_path / "place"
    shutil.copytree(rivals, copied, symlinks=True)
    monkeypatch.chdir(copied)
    forget_places()
    return copied


def champion() -> str:
    return in_use(CHAMPION).number


def in_use(alias: str):
    settings = compose().config.tracking
    with store(settings) as client:
        return find(client, settings, alias)


def tags(number: str) -> dict[str, str]:
    settings = compose().config.tracking
    with store(settings) as client:
        return dict(client.get_model_version(settings.registered_model, number).tags)


def predicted(place: Path) -> dict[str, bytes]:
    done = called("predict")
    assert done.returncode == 0, done.stderr
    newest = (place / "var/scored/demo/latest").resolve()
    return {path.name: path.read_bytes() for path in newest.iterdir()}


def logged(place: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (place / LOG).read_text(encoding="utf-8").splitlines()]


def test_a_better_model_is_promoted_as_its_dry_run_said_and_taken_back_byte_for_byte(place) -> None:
    before = predicted(place)
    dry = called("promote", *LOOSE, "evaluation.promotion.is_dry_run=true")
    assert (dry.returncode, champion()) == (0, "1"), dry.stderr
    (folder,) = (place / "var/promotion/demo").glob("2026-01-01_*")
    who, said = (
        pd.read_csv(folder / "who_moves.csv"),
        json.loads((folder / "decision.json").read_text("utf-8")),
    )
    assert len(logged(place)) == 1

    done = called("promote", *LOOSE)
    assert (done.returncode, champion()) == (0, "2"), done.stdout + done.stderr
    after = predicted(place)
    old, new = (_scored(place, one).drop_duplicates("account_id") for one in (before, after))
    both = old.merge(new, on="account_id", suffixes=("_before", ""))
    moved = both.loc[both["tier_before"] != both["tier"]].set_index("account_id").sort_index()
    told = who.set_index("account_id").sort_index()
    assert len(moved) == said["moves"]["n_changed"] > 0
    assert moved[["tier_before", "tier"]].equals(told.loc[moved.index, ["tier_before", "tier"]])
    for name in ("fit_probability_before", "fit_probability"):
        assert moved[name].to_numpy() == pytest.approx(told[name].to_numpy(), abs=1e-4)
    counts = pd.crosstab(both["tier_before"], both["tier"])
    assert all(
        said["moves"]["matrix"][one][other] == counts.loc[one, other]
        for one in counts.index
        for other in counts
    )

    back = called("rollback")
    assert (back.returncode, champion()) == (0, "1"), back.stderr
    assert predicted(place) == before
    assert [one["outcome"] for one in logged(place)] == ["promoted", "promoted", "rolled back"]
    assert tags("2")["champion_before"] == "1"
    assert tags("2")["rolled_back"] == tags("2")["decided_on"] == "2026-01-01"
    assert tags("2")["decision"].startswith("rolled back: ")

    none = called("rollback")
    assert none.returncode == 69
    assert none.stderr.startswith("error: icp_ml_demo 1 has no champion before it to go back to.\n")
    again = called("train", *QUICKER)
    assert "rollback: it was taken back on 2026-01-01" in again.stdout
    assert called("promote").returncode == 10
    assert champion() == "1"


def _scored(place: Path, files: dict[str, bytes]) -> pd.DataFrame:
    from io import BytesIO

    return pd.read_csv(BytesIO(files["scored.csv"]))


def test_a_worse_model_is_promoted_by_no_schedule(place) -> None:
    """Train it again and again as time goes on, and ask for it by hand in between."""
    assert called("promote", *LOOSE).returncode == 0
    best = in_use(CHAMPION).model_version
    for at, today in enumerate(("2026-01-01", "2026-03-01")):
        trained = called("train", *QUICKER, POOR, f"seed={at}", f"today={today}")
        assert trained.returncode == 0, trained.stderr
        assert "promotion: icp_ml_demo" in trained.stdout
        assert called("promote", f"today={today}").returncode == 10
        assert in_use(CHAMPION).model_version == best


def test_a_refused_pair_is_not_compared_again_and_another_challenger_not_on_the_same_accounts(place) -> None:
    strict = ("evaluation.promotion.max_tier_changes=0", *LOOSE)
    first = called("promote", *strict)
    assert first.returncode == 10
    assert "tiers: FAILED" in first.stdout
    again = called("promote", *strict)
    assert "refused before, on the same accounts: tiers: " in again.stdout
    assert len(logged(place)) == 2
    other = called("train", *QUICKER, "features.exclude=[web_visits]")
    assert "freshness: 100 % of the accounts were used by earlier attempts; 50 % may be: " in other.stdout
    assert called("promote").returncode == 10
    assert champion() == "1"


def test_models_of_different_questions_are_compared_only_where_somebody_accepts_it(place) -> None:
    done = called("train", *QUICKER, "label=won")
    assert "question: they answer different questions (best now means " in done.stdout
    refused = called("promote")
    assert refused.returncode == 10
    assert "accounts: passed" in refused.stdout
    assert "better:" not in refused.stdout
    accepted = called("promote", "evaluation.promotion.accepts_other_label=true")
    assert "question: passed, they answer different questions (best now means " in accepted.stdout
    assert "both are judged by today's definition" in accepted.stdout
    assert "better:" in accepted.stdout


def test_an_equal_but_newer_model_is_not_promoted_for_its_age(place) -> None:
    called("promote", *LOOSE)
    later = called("train", *QUICKER, "today=2026-06-01")
    assert "stays the challenger of" in later.stdout, later.stdout
    assert champion() == "2"


def test_what_was_tested_is_what_is_promoted(place) -> None:
    (path,) = (place / "var/tracking/artifacts").glob(f"**/{in_use(CHALLENGER).model_version}/model.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"n_best"', '"n_worst"'), encoding="utf-8")
    done = called("promote")
    assert done.returncode == 65
    assert "as it was written" in done.stderr
    assert champion() == "1"


def test_one_promotion_at_a_time(place) -> None:
    folder = place / "var/promotion/demo"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        assert called("promote").returncode == 75
        assert called("rollback").returncode == 75
    assert champion() == "1"


def test_repeated_rollbacks_walk_back_past_what_was_taken_back(place) -> None:
    from datetime import date

    from icp_ml.tracking.decisions import Decision, champion_before, promote, roll_back

    settings, today = compose().config.tracking, date(2026, 1, 1)
    with store(settings) as client:

        def moved(outcome, about: str, other: str) -> None:
            one, two = (registered(client, settings, number) for number in (about, other))
            action = promote if outcome == "promoted" else roll_back
            action(client, settings, Decision(outcome, one, two, "", today))

        version = client.get_model_version("icp_ml_demo", "2")
        third = client.create_model_version("icp_ml_demo", version.source, version.run_id)
        client.set_model_version_tag(
            "icp_ml_demo", third.version, "model_version", tags("2")["model_version"]
        )
        moved("promoted", "2", "1")
        moved("promoted", "3", "2")
        moved("rolled back", "3", "2")
        assert champion_before(client, settings, registered(client, settings, "3")).number == "2"
        moved("rolled back", "2", "1")
        assert champion_before(client, settings, registered(client, settings, "3")).number == "1"
    assert load(settings).version == tags("1")["model_version"]


def test_a_list_that_is_not_there_decides_nothing(place) -> None:
    (place / "var/demo/prospects.csv").unlink()
    done = called("promote", *LOOSE)
    assert (done.returncode, champion()) == (69, "1"), done.stdout + done.stderr
    assert "prospects.csv" in done.stderr


def test_where_no_list_is_mapped_the_stability_is_not_looked_at_and_that_is_said(place) -> None:
    done = called("promote", *LOOSE, "data.prospects=null")
    assert "list: not looked at, no list of prospects is mapped" in done.stdout
    assert (done.returncode, champion()) == (0, "2"), done.stdout + done.stderr


def without_champion() -> None:
    settings = compose().config.tracking
    with store(settings) as client:
        client.delete_registered_model_alias(settings.registered_model, CHAMPION)


def test_a_dry_run_of_the_first_champion_says_would(place) -> None:
    without_champion()
    dry = called("promote", "evaluation.promotion.is_dry_run=true")
    assert (dry.returncode, in_use(CHAMPION)) == (0, None)
    assert ") would be the champion, the first" in dry.stdout
    assert ") is the champion, the first" in called("promote").stdout
    assert champion() == "2"


def test_what_was_taken_back_is_no_first_champion_either(place) -> None:
    assert called("promote", *LOOSE).returncode == 0
    assert called("rollback").returncode == 0
    without_champion()
    done = called("promote")
    assert done.returncode == 69
    assert "icp_ml_demo 2 was taken back on 2026-01-01." in done.stderr
    assert in_use(CHAMPION) is None


def test_nothing_changes_where_the_decision_cannot_be_logged(place) -> None:
    assert called("promote", *LOOSE).returncode == 0
    before = tags("2")
    (place / LOG).unlink()
    (place / LOG).mkdir()
    done = called("rollback")
    assert done.returncode == 69
    assert "the decision cannot be logged in var/decisions/demo.jsonl: " in done.stderr
    assert (champion(), tags("2")) == ("2", before)


def test_a_dry_run_does_not_wipe_out_a_refusal(place) -> None:
    strict = ("evaluation.promotion.max_tier_changes=0", *LOOSE)
    assert called("promote", *strict).returncode == 10
    called("promote", *strict, "evaluation.promotion.is_dry_run=true", "seed=2")
    again = called("promote", *strict, "seed=3")
    assert "refused before, on the same accounts: tiers: " in again.stdout


def test_a_list_that_is_written_to_meanwhile_refuses_nothing_for_good(place, monkeypatch) -> None:
    from pipelines import scoring
    from pipelines.promote import promote

    def changed(*_: object) -> None:
        raise UnavailableError("the list was changed while it was read.", fix="Run again.")

    with monkeypatch.context() as patched:
        patched.setattr(scoring, "_check_unchanged", changed)
        with pytest.raises(UnavailableError, match="changed while it was read"):
            promote(compose(*LOOSE))
    assert kept_attempts() == []
    assert called("promote", *LOOSE).returncode == 0
    assert champion() == "2"


def kept_attempts() -> list[Attempt]:
    settings = compose().config.tracking
    with store(settings) as client:
        return attempts(client, settings)


def test_an_attempt_is_remembered_when_its_challenger_is_removed(place) -> None:
    strict = ("evaluation.promotion.max_tier_changes=0", *LOOSE)
    assert called("promote", *strict).returncode == 10
    (before,) = kept_attempts()
    settings = compose().config.tracking
    with store(settings) as client:
        run_id = client.get_model_version(settings.registered_model, "2").run_id
        client.delete_model_version(settings.registered_model, "2")
    shutil.rmtree(place / "var/tracking/artifacts" / run_id)
    assert before.accounts
    assert kept_attempts() == [replace(before, accounts=())]


def test_a_champion_before_that_was_removed_is_none_to_go_back_to(place) -> None:
    assert called("promote", *LOOSE).returncode == 0
    settings = compose().config.tracking
    with store(settings) as client:
        client.delete_model_version(settings.registered_model, "1")
    done = called("rollback")
    assert done.returncode == 69
    assert "icp_ml_demo 2 has no champion before it to go back to." in done.stderr
    assert champion() == "2"


def test_a_training_is_done_though_the_store_goes_away_before_the_decision(
    place, monkeypatch, capsys
) -> None:
    from icp_ml.tracking import store as tracking
    from pipelines.attempting import Evidence
    from pipelines.promoting import promote_if_better

    def gone(*_: object) -> None:
        raise UnavailableError("the tracking server does not answer.", fix="Start it.")

    monkeypatch.setattr(tracking, "find", gone)
    promote_if_better(compose(), Evidence(None, []))
    assert "promotion: not decided: the tracking server does not answer." in capsys.readouterr().out
