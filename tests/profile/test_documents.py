from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from browser import PHONE, opened

from icp_ml.profile.archetypes import Kinds
from icp_ml.profile.card import Archetype, Card, Condition, Fidelity, Group
from icp_ml.profile.documents import documents_of
from icp_ml.profile.filters import CrmFilter
from icp_ml.profile.likeness import Likeness
from icp_ml.profile.questions import questions_of
from icp_ml.profile.words import fidelity_words, lift_words

NASTY = "<script>document.title='ran'</script> | **x** & Co"
KIND = Archetype(NASTY, 90, 0.45, ("uses SAP: 70 % of them, 20 % of the other best",), (("A1", NASTY),), 7)
NO_KINDS = Kinds((), np.zeros(0), (), Likeness({}, {}), "The best customers are of one kind.")


def group(name="Core 1", kind="core", counts=(200, 120, 300), bounds=(2.6, 2.4, 2.9)) -> Group:
    conditions = () if kind == "other" else (Condition("industry", "industry", ("Software",)),)
    words, (n, n_best, n_prospects) = "software companies with 200 to 1,000 employees", counts
    rest = (n_prospects, n_prospects / 2e3, 0.5)
    return Group(name, kind, conditions, words, n, n_best, n_best / n, *bounds, *rest)


def card(**changed) -> Card:
    crosses = pd.DataFrame(
        [("industry", NASTY, 500, 200, 0.4, 2.0, 1.7, 2.3, 90.0, 0.045),
         ("industry", "not known", 400, 80, 0.2, 1.0, 0.9, 1.2, np.nan, np.nan),
         ("contacts known", "IT", 100, 20, 0.2, 1.0, 0.7, 1.4, np.nan, np.nan)],
        columns=["characteristic", "level", "n", "n_best", "rate", "lift", "low", "high", "n_prospects",
                 "prospect_share"],
    )  # fmt: skip
    typical = pd.DataFrame(
        [("employees", "383 (230 to 677)", "245 (101 to 560)", "", 800, 3000, 0)],
        columns=["attribute", "best", "rest", "prospects", "n_best", "n_rest", "n_prospects"],
    )
    facts = {
        "title": "demo",
        "statement": "Software companies with 200 to 1,000 employees.",
        "best": "the top 20% of customers by margin",
        "estimates": "P(best | becomes a customer, firmographics)",
        "model_version": "abc",
        "label_digest": "def",
        "today": date(2026, 1, 1),
        "n": 1000,
        "n_best": 200,
        "n_prospects": 2000,
        "groups": (group(), group("Everyone else", "other", (800, 80, 1700), (0.5, 0.4, 0.6))),
        "fidelity": Fidelity(0.6, 0.75, 0.7, 0.6, 5000),
        "archetypes": (KIND,),
        "crosses": crosses,
        "typical": typical,
        "examples": {"Core 1": (("A1", NASTY), ("A2", None))},
        "notes": ("Every company is made up.",),
    }
    return Card(**facts | changed)


FILTER = CrmFilter(
    "Core 1", "core", "software companies", ("Industry is any of: Software",),
    ({"column": "industry", "one_of": ["Software"]},), "(\"industry\" IN ('Software'))",
    300, 0.15, 0.9, 0.2, 1.0, 0.3,
)  # fmt: skip


def documents(one=None, earlier=None, warning="") -> dict[str, str]:
    return documents_of(one or card(), NO_KINDS, [FILTER], (earlier, 0.95, warning))


@pytest.mark.parametrize("name", ["profile.html", "worksheet.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_run_without_errors_requests_or_sideways_scrolling(tmp_path, name: str, scheme: str) -> None:
    path = tmp_path / name
    path.write_text(documents()[name], encoding="utf-8")
    with opened(path, size=PHONE, scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert page.title() != "ran"
        assert page.get_by_text(NASTY).count() > 0


def test_a_name_that_holds_a_comma_is_told_from_the_next() -> None:
    named = {"Core 1": (("A1", "Oakbrook Group, Inc."), ("A2", "Northseed GmbH"))}
    made = documents(card(examples=named))
    assert all(
        "Oakbrook Group, Inc.; Northseed GmbH" in made[name] for name in ("profile.md", "profile.html")
    )


def test_charts_are_drawn_before_any_script_runs() -> None:
    html = documents()["profile.html"]
    assert html.count("<svg") >= 2
    assert 'aria-label="Lift with its interval: Core 1 2.6 (2.4 to 2.9)' in html


def test_the_same_card_gives_the_same_bytes() -> None:
    assert documents() == documents()


def test_the_page_says_what_a_reader_must_know() -> None:
    html = documents()["profile.html"]
    assert '<p class="statement">Software companies with 200 to 1,000 employees.</p>' in html
    said = [
        "2.6 times as often best as the average customer; between 2.4 and 2.9",
        "top 20% of customers",
        "2026-01-01",
        "model abc",
        "explain 60 % of the differences",
        "120 of 200 customers, 60 %",
    ]
    for words in said:
        assert words in html, words


def test_a_model_without_signal_is_said_and_nothing_is_claimed() -> None:
    alone = (group("Everyone else", "other", (1000, 200, 2000), (1.0, 1.0, 1.0)),)
    made = documents(card(groups=alone, archetypes=(), examples={}), warning="The test found no signal.")
    for name in ("profile.html", "profile.md", "worksheet.html", "worksheet.md"):
        assert "The test found no signal." in made[name]
        assert (
            "Core 1"
            not in made[name].replace("Core 1: what", "").split("As filters")[0].split('id="filters"')[0]
        )


def test_markdown_keeps_names_harmless() -> None:
    written = documents()["profile.md"]
    assert "<script>" not in written
    assert r"\<script\>" in written


def test_decisions_are_left_open() -> None:
    made = documents()
    assert made["worksheet.html"].count('<span class="box">agree</span>') == 3  # statement, group, kind
    assert made["worksheet.md"].count("- [ ] agree") == 3
    assert "[x]" not in made["worksheet.md"]
    for team in ("Marketing", "Sales", "Customer success"):
        assert team in made["worksheet.html"]


def test_what_changed_is_said_beside_the_profile_before() -> None:
    before = documents(card(today=date(2025, 1, 1), statement="Banks."))["profile.json"]
    html = documents(earlier=before)["profile.html"]
    assert "Compared with 2025-01-01." in html
    assert "it said: Banks" in html
    assert 'id="changed"' not in documents()["profile.html"]


def test_all_facts_are_in_the_json_and_nothing_that_is_no_number() -> None:
    stored = json.loads(documents()["profile.json"])
    assert set(stored) == {"card", "changed", "filters", "likeness"}
    assert stored["card"]["groups"][0]["lift"] == 2.6


def test_sql_stands_under_what_it_is() -> None:
    assert "-- Core 1: software companies\n(\"industry\" IN ('Software'));" in documents()["filters.sql"]


@pytest.mark.parametrize(
    ("changed", "question"),
    [(group(counts=(40, 24, 300)), "rests on 40 customers only"),
     (group(bounds=(3.0, 1.2, 4.8)), "may be 1.2 or 4.8 times as often best"),
     (group(counts=(200, 120, 3)), "The list holds 3 new prospects of Core 1"),
     (group("Anti 1", "anti", (100, 4, 300), (0.2, 0.1, 0.4)), "Anti 1 holds 4 best customers all the same")],
)  # fmt: skip
def test_what_is_unsure_of_a_group_becomes_a_question(changed: Group, question: str) -> None:
    sure = questions_of(card())
    asked = questions_of(replace(card(), groups=(changed, card().groups[-1])))
    assert any(question in one for one in asked)
    assert not any(question in one for one in sure)


def test_gaps_and_contacts_become_questions() -> None:
    asked = "\n".join(questions_of(card()))
    assert "Industry is not known of 40 % of the customers." in asked
    assert "does not learn from the contacts" in asked
    assert "No list of prospects is mapped" in "\n".join(questions_of(card(n_prospects=0)))


@pytest.mark.parametrize(
    ("bounds", "words"),
    [((3.1, 2.4, 3.9), "3.1 times as often best as the average customer; between 2.4 and 3.9"),
     ((0.0, 0.0, 0.3), "none was best; at most 0.3 times as often as the average customer"),
     ((np.nan, np.nan, np.nan), "no customer like that was seen")],
)  # fmt: skip
def test_lifts_are_said_in_words(bounds, words: str) -> None:
    assert lift_words(group(bounds=bounds)) == words


@pytest.mark.parametrize(("r2", "how"), [(0.8, "much of"), (0.5, "a good part of"), (0.1, "little of")])
def test_faithfulness_is_said_in_words(r2: float, how: str) -> None:
    fidelity = Fidelity(r2, 0.5, np.nan, np.nan, 100)
    assert f"The groups say {how} what the model says" in fidelity_words(fidelity, card().groups)[0]
    assert "No groups" in fidelity_words(fidelity, card().groups[-1:])[0]
