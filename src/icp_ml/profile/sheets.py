"""What the pages of a profile show, ready to be filled in: no figure is made here, only words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from icp_ml.profile.card import Archetype, Card
from icp_ml.profile.filters import CrmFilter
from icp_ml.profile.questions import questions_of
from icp_ml.profile.words import BADGES, KIND_WORDS, fidelity_words, group_facts, named_words, share_words
from icp_ml.scoring.like import percent
from icp_ml.scoring.place_names import place_name

TYPICAL_HEADS = ("", "best customers", "the rest", "new prospects")
CROSS_HEADS = ("level", "customers", "best", "share of best", "lift", "interval", "of prospects")
FILTER_HEADS = ("filter", "prospects kept", "of the list", "Best fit among them", "of all Best fit kept")


def facts_of(
    card: Card, said: str, filters: Sequence[CrmFilter], told: tuple[Sequence[str], float]
) -> dict[str, Any]:
    """Give all that a page or a Markdown file shows.

    Parameters
    ----------
    card : Card
    said : str
        How clear the kinds of best customers are.
    filters : sequence of CrmFilter
    told : tuple of (sequence of str, float)
        What changed since the last profile, empty where there is none; the confidence of the intervals.
    """
    changed, confidence = told
    return {
        "title": f"Ideal customer profile: {card.title}",
        "card": card,
        "about": _about(card, confidence),
        "groups": [_group(one, card) for one in card.groups if one.kind != "other"],
        "outside": _outside(card),
        "fidelity": fidelity_words(card.fidelity, card.groups),
        "kinds_said": said,
        "archetypes": [_archetype(one, card) for one in card.archetypes],
        "typical_heads": TYPICAL_HEADS[: 4 if card.n_prospects else 3],
        "typical": _typical(card),
        "cross_heads": CROSS_HEADS[: 7 if card.n_prospects else 6],
        "crosses": _crosses(card),
        "filter_heads": FILTER_HEADS,
        "filters": [_filter(one) for one in filters],
        "steps": [(one.name, one.words, one.steps) for one in filters if one.steps],
        "changed": list(changed),
        "questions": questions_of(card),
        "confidence": percent(confidence),
    }


def _about(card: Card, confidence: float) -> list[tuple[str, str]]:
    best = f"{card.best} ({card.n_best:,} of {card.n:,} customers, {percent(card.n_best / max(card.n, 1))})"
    return [
        ("Best means", best),
        ("The model estimates", card.estimates),
        ("New prospects", f"{card.n_prospects:,}" if card.n_prospects else "no list is mapped"),
        ("Intervals", f"{percent(confidence)}, companies of one family not counted as independent"),
        ("Made on", f"{card.today:%Y-%m-%d}, with model {card.model_version} (label {card.label_digest})"),
    ]


def _group(one: Any, card: Card) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "kind_words": KIND_WORDS[one.kind],
        "badge": BADGES[one.kind],
        "words": f"{one.words[:1].upper()}{one.words[1:]}",
        "facts": group_facts(one, card),
        "examples": named_words(card.examples.get(one.name, ())),
        "examples_of": "Customers that did not become best"
        if one.kind == "anti"
        else "Best customers among them",
    }


def _outside(card: Card) -> str:
    other = card.groups[-1]
    if len(card.groups) < 2:
        return ""
    n = f"{other.n:,} customers, {other.n_best:,} of them best ({share_words(other.rate)})"
    listed = f"; {share_words(other.prospect_share)} of the new prospects" if card.n_prospects else ""
    return f"In none of these groups: {n}{listed}."


def _archetype(one: Archetype, card: Card) -> dict[str, Any]:
    listed = f"; {one.n_prospects:,} new prospects in the two higher tiers resemble it most"
    return {
        "name": one.name,
        "size": f"{one.n:,} best customers, {percent(one.share)}{listed if card.n_prospects else ''}",
        "marks": list(one.marks),
        "examples": named_words(one.examples),
    }


def _typical(card: Card) -> list[list[str]]:
    names = ["attribute", "best", "rest", *(["prospects"] if card.n_prospects else [])]
    lines = card.typical[names].to_numpy(dtype=object).tolist()
    return [[_capital(line[0]), *(one or "not known" for one in line[1:])] for line in lines]


def _crosses(card: Card) -> list[tuple[str, list[list[str]]]]:
    return [
        (_capital(str(name)), [_cross(dict(line), card) for line in table.to_dict("records")])
        for name, table in card.crosses.groupby("characteristic", sort=False)
    ]


def _cross(line: Mapping[Any, Any], card: Card) -> list[str]:
    is_clear = not line["low"] <= 1 <= line["high"]
    cells = [
        place_name(str(line["characteristic"]), str(line["level"])),
        f"{line['n']:,}",
        f"{line['n_best']:,}",
        percent(line["rate"]),
        f"{line['lift']:.2f}{'' if is_clear else ' ?'}",
        f"{line['low']:.2f} to {line['high']:.2f}",
    ]
    share = line["prospect_share"]
    known = "" if share is None or pd.isna(share) or math.isnan(share) else percent(share)
    return [*cells, known] if card.n_prospects else cells


def _filter(one: CrmFilter) -> list[str]:
    return [
        one.name,
        f"{one.n_kept:,}",
        share_words(one.kept_share),
        share_words(one.best_precision),
        share_words(one.best_recall),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
