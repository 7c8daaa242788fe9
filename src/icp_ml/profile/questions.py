"""Questions that the data leave open, for the people who know the customers."""

from __future__ import annotations

from collections.abc import Iterator

from icp_ml.label.levels import NOT_KNOWN
from icp_ml.profile.card import Card, Group
from icp_ml.scoring.like import percent

FEW, WIDE = 100, 2.0  # customers of a group; upper over lower bound of its lift
FEW_PROSPECTS = 50
MANY_UNKNOWN = 0.25  # of the customers
N_UNKNOWN = 4
CONTACTS = "contacts known"


def questions_of(card: Card) -> list[str]:
    """Give the open questions of a profile, those of its groups first."""
    found = [one for group in card.groups if group.kind != "other" for one in _of_group(group, card)]
    return [*found, *_of_card(card), *_of_attributes(card)]


def _of_group(group: Group, card: Card) -> Iterator[str]:
    if group.n < FEW:
        rests = f"{group.name} rests on {group.n:,} customers only"
        yield f"{rests}. Do you know more companies like these, and are they good customers?"
    if group.kind != "anti" and group.low > 0 and group.high / group.low > WIDE:
        yield (
            f"{group.name} may be {group.low:.1f} or {group.high:.1f} times as often best as the average. "
            "Which of the two do you believe?"
        )
    if group.kind != "anti" and card.n_prospects and group.n_prospects < FEW_PROSPECTS:
        yield (
            f"The list holds {group.n_prospects:,} new prospects of {group.name}. Where could more be found?"
        )
    if group.kind == "anti" and group.n_best:
        yield (
            f"{group.name} holds {group.n_best:,} best customers all the same. What is different about them?"
        )


def _of_card(card: Card) -> Iterator[str]:
    kinds = [one.kind for one in card.groups]
    if "core" not in kinds:
        yield "No core group was found. Is best defined as you mean it, and is more known of customers?"
    outside = next((one for one in card.groups if one.kind == "other"), None)
    if outside is not None and card.n_best and len(card.groups) > 1:
        share = outside.n_best / card.n_best
        yield f"{percent(share)} of the best customers are in no group. Which of them did you miss?"
    if not card.n_prospects:
        yield "No list of prospects is mapped. Which list should the groups be looked for in?"
    if card.archetypes:
        yield "Do the kinds of best customers need different messages, or different people?"


def _of_attributes(card: Card) -> Iterator[str]:
    crosses = card.crosses
    unknown = crosses.loc[(crosses["level"] == NOT_KNOWN) & (crosses["n"] >= MANY_UNKNOWN * card.n)]
    most = unknown.sort_values("n", ascending=False, kind="stable").head(N_UNKNOWN)
    for line in most.to_dict(orient="records"):
        share = percent(line["n"] / card.n)
        said = f"{str(line['characteristic']).capitalize()} is not known of {share} of the customers"
        yield f"{said}. Who could fill it in?"
    if CONTACTS in set(crosses["characteristic"]):
        why = (
            "The model does not learn from the contacts that are known, because selling itself fills them in"
        )
        yield f"{why}. Who decided to buy at your best customers?"
