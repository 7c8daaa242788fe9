from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from browser import PHONE, opened

from icp_ml.rescore import PageFacts, movers, movers_page
from icp_ml.rescore.entries import ENTRY
from icp_ml.scoring import TIERS

NASTY = "<img src=x onerror=\"document.title='ran'\"></td><script>document.title='ran'</script>"
FACTS = PageFacts("demo", date(2026, 2, 1), date(2026, 1, 1), ("the model changed from a1 to b2",), 100)
BEST, GOOD, BAD, _ = TIERS


def entry(account_id, before, after, **others) -> dict:
    event = "new" if before is None else "gone" if after is None else "changed"
    (old_tier, old), (tier, new) = before or (None, None), after or (None, None)
    return {
        **{"account_id": account_id, "name": f"Company {account_id}", "segment": "north", "event": event},
        **{"previous_tier": old_tier, "tier": tier, "previous_probability": old, "fit_probability": new},
        **{"why": "Employees 120 to 340 (+0.35)", **others},
    }


ROWS = (
    entry("A", (BAD, 0.1), (BEST, 0.6), previous_list_tier="C", list_tier="A"),
    entry("B" + NASTY, (BEST, 0.5), (GOOD, 0.3), name=NASTY, why=NASTY, segment=NASTY),
    entry("C", (GOOD, 0.3), (GOOD, 0.36)),
    entry("D", None, (BEST, 0.7), why=None),
    entry("E", (BEST, 0.6), None, name=None),
    entry("F", (BAD, None), (GOOD, None), previous_points=1.0, rubric_points=4.0),
)


def page(*rows, n_shown=100) -> str:
    moved = movers(pa.Table.from_pylist(list(rows), schema=ENTRY), TIERS, 0.05, 1200)
    return movers_page(moved, replace(FACTS, n_shown=n_shown))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "movers.html"
    path.write_text(page(*ROWS), encoding="utf-8")
    return path


def shown(browser) -> list[str]:
    cells = browser.locator("#movers tbody tr:visible .id")
    return [one[:1] for one in cells.all_inner_texts()]


def test_no_company_can_run_anything_on_the_page(written) -> None:
    with opened(written) as browser:
        browser.wait_for_timeout(100)
        assert browser.title() == "Movers: demo"
        assert browser.locator("#movers img, #movers script").count() == 0
        assert NASTY in browser.locator("#movers").inner_text()


@pytest.mark.parametrize(
    ("chosen", "accounts"),
    [
        ({}, "ABCFDE"),
        ({"move": "entered"}, "D"),
        ({"to": BEST}, "AD"),
        ({"from": BEST}, "BE"),
        ({"from": GOOD}, ""),
        ({"from": GOOD, "to": GOOD}, "C"),
        ({"move": "up", "to": BEST}, "A"),
    ],
)
def test_movers_are_filtered_by_move_and_tier(written, chosen, accounts) -> None:
    with opened(written) as browser:
        for name, value in chosen.items():
            browser.locator(f"select#{name}").select_option(value)
        assert sorted(shown(browser)) == sorted(accounts)
        assert browser.locator("#count").inner_text() == f"{len(accounts)} of 6 shown"


def test_a_count_of_the_table_shows_who_it_counts(written) -> None:
    with opened(written) as browser:
        browser.get_by_label("1 from not in the list to Best fit").click()
        assert shown(browser) == ["D"]
        browser.get_by_label("2 from Best fit to any tier").click()
        assert sorted(shown(browser)) == ["B", "E"]
        browser.locator("#all").click()
        assert len(shown(browser)) == 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_all_of_it_without_scrolling_sideways(written, scheme: str) -> None:
    with opened(written, PHONE, scheme) as browser:
        assert browser.evaluate("document.documentElement.scrollWidth") <= PHONE[0]


def test_a_row_says_scores_tiers_and_why() -> None:
    text = page(*ROWS)
    for said in (
        "10.0 % → 60.0 %",
        "1 point → 4 points",
        "– → 70.0 %",
        "C → A",
        "Employees 120 to 340 (+0.35)",
    ):
        assert said in text
    said = "3 of 1,200 scores (one for each segment of an account) changed tier, 1 are new, 1 are gone."
    assert said in text
    assert "the model changed from a1 to b2" in text


def test_of_too_many_each_way_has_its_share_and_the_file_has_the_rest() -> None:
    many = [entry(f"U{at}", (BAD, 0.1), (BEST, 0.9 - at / 1000)) for at in range(50)]
    text = page(*many, *ROWS, n_shown=8)
    accounts = re.findall(r'<div class="id">(\w)', text)
    assert sorted(accounts) == sorted("UUUU" + "BDEF")
    assert "48 more movers in movers.csv" in text


def test_a_list_nobody_moved_in_says_so() -> None:
    assert "Nobody changed tier, came or went." in page()
    assert "in movers.csv" not in page(*ROWS)
