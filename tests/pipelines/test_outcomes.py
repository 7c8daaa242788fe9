"""What became of scored accounts comes back, and a decay that is planted starts one training."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from browser import DESK, PHONE, opened
from cycles import entry, written_cycle
from support import called, compose

from icp_ml.data.ledger import open_ledger, record_missing
from icp_ml.retrain import Reason
from icp_ml.segments import segment_digest
from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
from pipelines.outcomes import _labelled, outcomes_of
from pipelines.retraining import _as_challenger, retrain_if_due

RETRAINS = "retrain.when=[calibration,precision,drift,age]"
FIRST = "2024-01-01_ab12cd34"
QUICK = ("experiment=quick", "n_jobs=1")
POOR = "features.exclude=[industry,industry_code,employees,revenue,technologies,description,contact_roles]"


def alias(name):
    settings = compose().config.tracking
    with store(settings) as client:
        return find(client, settings, name)


def planted(is_healthy):
    """Fill the ledger with what the champion would have said of customers before they were any."""
    run = compose().segments()[0]
    labels = _labelled(run)[0].rows.drop_duplicates("account_id")
    draw = np.random.default_rng(5)
    is_right = draw.random(len(labels)) < 0.9
    is_top = (labels["is_best"] & is_right) if is_healthy else (~labels["is_best"] & is_right)
    known = {
        "model_version": alias(CHAMPION).model_version,
        "label_digest": segment_digest(run.config.segments[run.segment]),
    }
    entries = [
        entry(account, 0.85 if top else 0.04, **known)
        for account, top in zip(labels["account_id"], is_top, strict=True)
    ]
    folder = Path(run.config.rescore.folder)
    written_cycle(folder, FIRST, entries)
    ledger = open_ledger(run.config.rescore)
    record_missing(folder, ledger)
    return ledger


def night(ledger, *overrides, alarms=()):
    """Do what the scheduled run does once its list is published."""
    run = compose(*QUICK, RETRAINS, *overrides)
    return retrain_if_due(run, outcomes_of(run, ledger), {"default": alarms})


@pytest.fixture
def healthy(workplace):
    """Give a ledger whose scores came true."""
    return planted(is_healthy=True)


def test_outcomes_are_printed_and_published_with_a_page(healthy) -> None:
    done = called("outcomes", *QUICK)
    assert done.returncode == 0, done.stderr
    folder = Path("var/outcomes/demo/latest")
    facts = json.loads((folder / "outcomes.json").read_text())
    created, backtest, best = facts["segments"][0]["views"]
    assert (created["is_proxy"], best["is_proxy"], best["event"]) == (True, False, "best")
    for view in (created, backtest, best):
        assert view["whole"]["n"] + sum(view["left_out"].values()) == view["n_known"]
    assert best["whole"]["tiers"][0]["precision"]["low"] > 0.5
    assert created["whole"]["calibration"] is None
    assert re.search(r"^  Best fit +\d+ +\d+ +\d+ % \(", done.stdout, re.MULTILINE)
    assert "Won is a proxy" in done.stdout
    assert "no account is drawn at random" in done.stdout
    assert not re.search(r"\b(nan|NaT|None)\b", done.stdout)
    _look(folder / "outcomes.html")
    again = called("outcomes", *QUICK)
    assert again.stdout.splitlines()[1:] == done.stdout.splitlines()[1:]
    assert len(list(Path("var/outcomes/demo").glob("2026*"))) == 1  # nothing is published twice


def _look(page):
    for size, scheme in ((DESK, "light"), (PHONE, "dark")):
        with opened(page, size, scheme) as shown:
            shown.wait_for_selector(".vega-embed svg")
            assert shown.locator("figure.chart").count() >= 3
            assert "What became of the accounts" in shown.inner_text("h1")
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_night_on_which_nothing_closed_reads_only_the_deals(healthy) -> None:
    run = compose(*QUICK)
    first = outcomes_of(run, healthy)
    later = compose(*QUICK, "today=2026-01-02")
    Path("var/demo/orders.csv.gz").unlink()  # nobody looks at it
    assert outcomes_of(later, None) == first
    assert len(list(Path("var/outcomes/demo").glob("2026*"))) == 1


def test_without_deals_or_a_ledger_the_fix_is_named(workplace) -> None:
    lacking = called("outcomes", "data.deals=null")
    assert lacking.returncode == 78
    assert "maps no deals with closed_at and is_won" in lacking.stderr
    empty = called("outcomes")
    assert empty.returncode == 69
    assert "Run make rescore first." in empty.stderr
    run = compose("data.deals=null")
    assert outcomes_of(run, None) is None


def test_the_healthy_start_no_training_and_nothing_does_by_default(healthy, capsys) -> None:
    challenger = alias(CHALLENGER)
    assert night(healthy, "today=2026-03-01", "retrain.when=[precision,drift]") == []
    assert retrain_if_due(compose(), None, {"default": ("country drifted",)}) == []
    assert night(healthy, alarms=("country drifted",)) == []  # trained today
    assert alias(CHALLENGER) == challenger
    assert "retraining:" not in capsys.readouterr().out


def test_a_planted_decay_starts_one_training_whose_worse_challenger_is_not_promoted(
    workplace, capsys
) -> None:
    ledger, champion = planted(is_healthy=False), alias(CHAMPION)
    assert night(ledger, "today=2026-02-01", POOR) == []
    said = capsys.readouterr().out
    assert re.search(
        r"retraining: .*precision: of the top tier 0 to \d+ % came true, where its test said", said
    )
    assert alias(CHAMPION).number == champion.number
    assert alias(CHALLENGER).number != champion.number
    challenger = alias(CHALLENGER)
    assert night(ledger, "today=2026-02-02", POOR) == []
    assert alias(CHALLENGER) == challenger
    assert "retraining:" not in capsys.readouterr().out


def test_a_training_that_fails_is_an_alarm_and_the_next_night_tries_again(healthy, capsys) -> None:
    for day in (date(2026, 3, 1), date(2026, 3, 1) + timedelta(days=1)):
        run = compose(*QUICK, RETRAINS, f"today={day}", "data.customers.path=gone.csv")
        (alarm,) = retrain_if_due(run, None, {"default": ("country drifted",)})
        assert alarm.startswith("no new training: ")
        assert "gone.csv" in alarm
        assert "retraining: drift: country drifted" in capsys.readouterr().out


def test_what_only_age_asks_for_is_compared_by_a_person() -> None:
    run = compose()
    only, also = [Reason("age", "old")], [Reason("age", "old"), Reason("drift", "country")]
    assert not _as_challenger(run, only).config.evaluation.promotion.is_automatic
    assert _as_challenger(run, also) is run
