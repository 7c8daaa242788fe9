"""What a cycle keeps for the next one, what it says, and its page."""

from __future__ import annotations

import json

import numpy as np
import pytest
from browser import PHONE, opened
from support import compose

from benchmarks.drift import Population, lose, made
from icp_ml.drift import Counts, CycleDrift, Listed, counted, cycle_drift, drift_page
from icp_ml.drift.codes import FIRST, MISSING, UNSEEN
from icp_ml.drift.vocabulary import Named, Vocabulary

N_ROWS = 3_000
WORDS = Vocabulary({"size": Named("<size>", {FIRST: "under 10", FIRST + 1: "10 or more"})}, False)


def counts(small: float, missing: float = 0.0, seed: int = 0, best: float = 0.1) -> Counts:
    """Draw a list: so many small companies, and so many of unknown size."""
    rng = np.random.default_rng(seed)
    codes = np.where(rng.random(N_ROWS) < small, FIRST, FIRST + 1)
    codes = np.where(rng.random(N_ROWS) < missing, MISSING, codes).astype(np.uint8)[:, None]
    tiers = np.where(rng.random(N_ROWS) < best, "Best fit", "Bad fit")
    return counted(("size",), codes, rng.normal(-2, 1, N_ROWS), tiers)


def cycle(previous: CycleDrift | None, now: Counts, version: str = "v1") -> CycleDrift:
    kept = previous and json.loads(json.dumps(previous.to_json()))
    return cycle_drift(kept, {"all": Listed(version, now, WORDS)}, compose().config.drift)


def test_the_first_list_of_a_model_is_what_later_ones_are_compared_with() -> None:
    first = cycle(None, counts(0.3))
    second = cycle(first, counts(0.3, seed=1))
    third = cycle(second, counts(0.6, seed=2))
    assert first.lines == ["drift: the first list of this model: later ones are compared with it"]
    assert third.references["all"] == second.references["all"] == counts(0.3)
    assert [one.name for one in third.found] == ["size"]


def test_another_model_begins_anew() -> None:
    first = cycle(None, counts(0.3))
    changed = cycle(first, counts(0.9), "v2")
    assert (changed.references["all"], changed.found) == (counts(0.9), ())


def test_a_list_without_rows_is_neither_compared_nor_compared_with() -> None:
    empty = counted(("size",), np.zeros((0, 1), dtype=np.uint8), np.zeros(0), np.zeros(0, dtype=object))
    first = cycle(None, empty)
    second = cycle(first, counts(0.3))
    assert second.references["all"] == counts(0.3)
    assert cycle(second, empty).drifts == {}
    assert cycle(second, empty).references["all"] == counts(0.3)


def test_counts_of_other_codes_are_not_compared_with() -> None:
    kept = cycle(None, counts(0.3)).to_json()
    kept["segments"]["all"]["reference"]["codes_version"] = 0
    found = cycle_drift(kept, {"all": Listed("v1", counts(0.9), WORDS)}, compose().config.drift)
    assert found.references["all"] == counts(0.9)


def test_where_nothing_drifted_one_line_says_so() -> None:
    found = cycle(cycle(None, counts(0.3)), counts(0.3, seed=1))
    assert found.lines == [
        "drift: 1 attribute and the score as in the first list of this model (largest PSI 0.00: score)"
    ]


def test_what_drifted_is_said_with_its_values_and_what_to_do() -> None:
    found = cycle(cycle(None, counts(0.3)), counts(0.6, seed=1, best=0.2))
    assert found.alarm_lines == [
        "<size>: PSI 0.41 (0.32 to 0.49), 61 % under 10, before 30 %; "
        "look at size in the export, or train again",
        "Best fit: 19 % of rows, before 10 %, 1.84 (1.55 to 2.18) times as many; "
        "look at which attributes drifted; if the prospects are truly others, train again",
    ]
    assert found.lines[0].startswith(
        "drift: 2 alarms over 1 attribute, the score and the tiers (largest PSI 0.4"
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (MISSING, "missing in 20 % of rows, before 0 %"),
        (UNSEEN, "never seen in training in 20 % of rows, before 0 %"),
    ],
)
def test_a_rate_that_rose_is_said(code: int, said: str) -> None:
    now = counts(0.3, missing=0.2, seed=1)
    held = {code if one == MISSING else one: n for one, n in now.attributes["size"].items()}
    found = cycle(cycle(None, counts(0.3)), Counts(now.n, {"size": held}, now.scores, now.tiers))
    assert said in found.alarm_lines[0]


def test_segments_are_tested_together_and_named() -> None:
    population: Population = made(1, 5_000, 6)
    rng = np.random.default_rng(0)
    then = {name: population.counts(rng.integers(0, 5_000, 2_000)) for name in ("north", "south")}
    now = {**then, "south": lose(population, 0, 0.3).draw(rng, 2_000)}
    first, second = (
        {name: Listed("v1", one, population.words) for name, one in lists.items()} for lists in (then, now)
    )
    settings = compose().config.drift
    found = cycle_drift(cycle_drift(None, first, settings).to_json(), second, settings)
    assert len(found.alarm_lines) == 1
    assert found.alarm_lines[0].startswith("south: a0: ")


def test_the_page_shows_what_drifted_and_escapes_what_it_is_told(tmp_path) -> None:
    found = cycle(cycle(None, counts(0.3)), counts(0.6, seed=1))
    page = tmp_path / "drift.html"
    page.write_text(drift_page(found, "<b>list</b>", "cycle 2"), encoding="utf-8")
    with opened(page, PHONE) as shown:
        assert shown.locator("h1").inner_text() == "Drift: <b>list</b>"
        assert shown.locator("ul.bad li").count() == 1
        assert shown.locator("figure.chart svg").count() == 1
        assert shown.locator("td .badge.bad").all_inner_texts() == ["<size>"]
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_the_page_of_a_first_list_says_that_there_is_nothing_to_compare_with() -> None:
    page = drift_page(cycle(None, counts(0.3)), "list", "cycle 1")
    assert "The first list of this model" in page or "the first list of this model" in page
    assert "<figure" not in page
