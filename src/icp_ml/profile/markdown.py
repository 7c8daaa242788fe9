"""The profile and its worksheet as Markdown: the same words as the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from icp_ml.profile.filters import CrmFilter

MARKS = re.compile(r"([\\`*_\[\]<>|#])")
DECIDE = [
    "",
    "- [ ] agree",
    "- [ ] disagree",
    "- [ ] change to: ____________________",
    "",
    "Owner: ________ Date: ________",
]


def plain(text: Any) -> str:
    """Write a text so that Markdown shows it as it is, on one line."""
    return MARKS.sub(r"\\\1", " ".join(str(text).split()))


def profile_markdown(facts: Mapping[str, Any]) -> str:
    """Write the profile."""
    card = facts["card"]
    parts = [
        [f"# {plain(facts['title'])}", "", f"**{plain(card.statement)}**"],
        _lines([facts["warning"]] if facts["warning"] else []),
        _pairs(facts["about"]),
        *_groups(facts),
        ["## Kinds of best customers", "", plain(facts["kinds_said"])],
        *(_archetype(one) for one in facts["archetypes"]),
        ["## Typical values", "", *_table(facts["typical_heads"], facts["typical"])],
        ["## As filters", "", *_table(facts["filter_heads"], facts["filters"])] if facts["filters"] else [],
        ["## How far the words say what the model says", "", *_lines(facts["fidelity"])],
        ["## What changed since the last profile", "", *_lines(facts["changed"])] if facts["changed"] else [],
        ["## Best against the rest"],
        *(
            [f"### {plain(name)}", "", *_table(facts["cross_heads"], lines)]
            for name, lines in facts["crosses"]
        ),
        ["## Worth knowing", "", *_lines(card.notes)] if card.notes else [],
    ]
    return "\n\n".join("\n".join(one) for one in parts if one) + "\n"


def worksheet_markdown(facts: Mapping[str, Any]) -> str:
    """Write the worksheet: decisions are left open."""
    card = facts["card"]
    parts = [
        [f"# Worksheet: {plain(facts['title'])}"],
        [f"Made on {card.today:%Y-%m-%d} with model {card.model_version}; best means {plain(card.best)}."],
        ["## The statement", "", f"**{plain(card.statement)}**"],
        _lines([facts["warning"]] if facts["warning"] else []),
        DECIDE[1:],
        *([*one, *DECIDE] for one in _groups(facts)[1:-1]),
        *([*_archetype(one), *DECIDE] for one in facts["archetypes"]),
        ["## Open questions", "", *(f"{at}. {plain(one)}" for at, one in enumerate(facts["questions"], 1))],
        ["## Decisions left open", "", *(f"- [ ] {plain(one)}" for one in facts["decisions"])],
        ["## Signed off", "", *(f"- {one}: ____________________ ________" for one in facts["teams"])],
    ]
    return "\n\n".join("\n".join(one) for one in parts if one) + "\n"


def filters_markdown(facts: Mapping[str, Any]) -> str:
    """Write the filters as what a person sets in a list view."""
    parts = [["# Filters: " + plain(facts["card"].title)], _table(facts["filter_heads"], facts["filters"])]
    for name, words, steps in facts["steps"]:
        parts.append(
            [f"## {plain(name)}", "", f"{plain(words)}.", "", "All of these hold:", "", *_lines(steps)]
        )
    return "\n\n".join("\n".join(one) for one in parts if one) + "\n"


def filters_sql(filters: Sequence[CrmFilter], heading: str) -> str:
    """Write the filters as SQL conditions on our columns, each under what it is."""
    parts = [f"-- {' '.join(heading.split())}"]
    parts += [f"-- {one.name}: {' '.join(one.words.split())}\n{one.sql};" for one in filters]
    return "\n\n".join(parts) + "\n"


def _groups(facts: Mapping[str, Any]) -> list[list[str]]:
    """Write the heading, the groups, and who is in none of them."""
    if not facts["groups"]:
        return [[], []]
    return [["## The groups"], *map(_group, facts["groups"]), [plain(facts["outside"])]]


def _group(one: Mapping[str, Any]) -> list[str]:
    examples = [f"- {one['examples_of']}: {plain(one['examples'])}"] if one["examples"] else []
    heading = f"### {plain(one['name'])} ({plain(one['kind_words'])})"
    return [heading, "", f"{plain(one['words'])}.", "", *_pairs(one["facts"]), *examples]


def _archetype(one: Mapping[str, Any]) -> list[str]:
    examples = [f"- for example {plain(one['examples'])}"] if one["examples"] else []
    return [f"### {plain(one['name'])}", "", plain(one["size"]), "", *_lines(one["marks"]), *examples]


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"- {plain(name)}: {plain(value)}" for name, value in pairs]


def _lines(lines: Iterable[str]) -> list[str]:
    return [f"- {plain(one)}" for one in lines]


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> list[str]:
    rows = [[plain(one) for one in line] for line in lines]
    return [f"| {' | '.join(one)} |" for one in [list(heads), ["---"] * len(heads), *rows]]
