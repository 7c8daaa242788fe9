"""All files of a profile, by name: the same inputs give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from icp_ml.pages import render
from icp_ml.profile.archetypes import Kinds
from icp_ml.profile.card import Card
from icp_ml.profile.changes import changes, changes_said
from icp_ml.profile.filters import CrmFilter
from icp_ml.profile.markdown import filters_markdown, filters_sql, profile_markdown, worksheet_markdown
from icp_ml.profile.pictures import lift_chart, share_chart
from icp_ml.profile.sheets import facts_of
from icp_ml.profile.storing import card_json, earlier_card, plain_json

TEAMS = ("Marketing", "Sales", "Customer success")
SECTIONS = {
    "groups": "Groups",
    "kinds": "Kinds",
    "typical": "Typical values",
    "filters": "Filters",
    "faithful": "How faithful",
    "changed": "Changes",
    "crosses": "Cross-tables",
    "notes": "Worth knowing",
}


def documents_of(
    card: Card, kinds: Kinds, filters: Sequence[CrmFilter], told: tuple[str | None, float, str]
) -> dict[str, str]:
    """Write page, worksheet, filters and facts of a profile.

    Parameters
    ----------
    card : Card
    kinds : Kinds
        How clear the kinds of best customers are, and what tells whom a prospect resembles.
    filters : sequence of CrmFilter
    told : tuple of (str or None, float, str)
        profile.json of the profile before; the confidence of the intervals; what a reader must know before
        all else, or "".
    """
    earlier, confidence, warning = told
    before = None if earlier is None else earlier_card(earlier)
    changed = (
        []
        if before is None
        else [f"Compared with {before.today:%Y-%m-%d}.", *changes_said(changes(before, card))]
    )
    facts = facts_of(card, kinds.said, filters, (changed, confidence))
    facts |= {"warning": warning, "teams": TEAMS, "decisions": _decisions(card)}
    sections = [(name, words) for name, words in SECTIONS.items() if _is_shown(name, facts)]
    charts = [lift_chart(card), share_chart(card)] if facts["groups"] else []
    stored = {
        "card": json.loads(card_json(card)),
        "likeness": kinds.to_facts(),
        "filters": [asdict(one) for one in filters],
        "changed": changed,
    }
    return {
        "profile.html": render(
            "profile.html.j2", **facts, sections=sections, charts=charts, has_charts=bool(charts)
        ),
        "profile.md": profile_markdown(facts),
        "profile.json": _json(stored),
        "worksheet.html": render("worksheet.html.j2", **facts, has_charts=False),
        "worksheet.md": worksheet_markdown(facts),
        "filters.json": _json([asdict(one) for one in filters]),
        "filters.sql": filters_sql(filters, f"{facts['title']}, {card.today:%Y-%m-%d}"),
        "filters.md": filters_markdown(facts),
    }


def _decisions(card: Card) -> list[str]:
    named = ", ".join(one.name for one in card.groups if one.kind != "other")
    return [
        *([f"Which of {named} do we go for this year, and which do we leave?"] if named else []),
        "Which of these companies do we stop approaching, or serve in another way?",
        "Whose list, message and offer change, and from when?",
        "When is this profile reviewed again, and what would make us review it sooner?",
    ]


def _is_shown(name: str, facts: Mapping[str, Any]) -> bool:
    needed = {"groups": "groups", "filters": "filters", "changed": "changed"}
    if name == "notes":
        return bool(facts["card"].notes)
    return name not in needed or bool(facts[needed[name]])


def _json(content: Any) -> str:
    return (
        json.dumps(plain_json(content), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n"
    )
