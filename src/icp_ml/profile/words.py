"""What a profile says of itself in sentences: lifts, shares, and how faithful the words are to the model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from icp_ml.profile.card import Card, Fidelity, Group
from icp_ml.scoring.like import percent

KIND_WORDS = {
    "core": "Core: look for these first",
    "niche": "Niche: fewer, and worth a look",
    "anti": "Anti: rarely become best",
    "other": "Everyone else",
}
BADGES = {"core": "good", "niche": "open", "anti": "bad", "other": "open"}
FAITHFUL, FAIRLY = 0.7, 0.4  # share of the model's variance that the groups explain


def lift_words(group: Group) -> str:
    """Say a lift in words: "3.1 times as often best as the average customer; between 2.4 and 3.9"."""
    if math.isnan(group.lift):
        return "no customer like that was seen"
    if group.lift == 0:
        return f"none was best; at most {group.high:.1f} times as often as the average customer"
    between = f"between {group.low:.1f} and {group.high:.1f}"
    return f"{group.lift:.1f} times as often best as the average customer; {between}"


def share_words(share: float) -> str:
    """Write a share; "not known" where there is none."""
    return "not known" if math.isnan(share) else percent(share)


def group_facts(group: Group, card: Card) -> list[tuple[str, str]]:
    """Give what is known of a group: pairs of a name and a value."""
    share = group.n_best / max(card.n_best, 1)
    facts = [
        ("Best", f"{group.n_best:,} of {group.n:,} customers, {share_words(group.rate)}"),
        ("Lift", lift_words(group)),
        (
            "Holds",
            f"{percent(share)} of all best customers, {percent(group.n / max(card.n, 1))} of all customers",
        ),
    ]
    if card.n_prospects:
        said = f"{group.n_prospects:,}, {share_words(group.prospect_share)} of the list"
        facts.append(("New prospects", said if group.n_prospects else "none on the list"))
    return facts


def fidelity_words(fidelity: Fidelity, groups: Sequence[Group]) -> list[str]:
    """Say how far the words may be taken for the model."""
    if len(groups) < 2 or math.isnan(fidelity.r2):
        return ["No groups are named, so there is nothing to hold against the model."]
    how = "much of" if fidelity.r2 >= FAITHFUL else "a good part of" if fidelity.r2 >= FAIRLY else "little of"
    share = percent(max(fidelity.r2, 0.0))
    lines = [
        f"The groups say {how} what the model says, not all of it: they explain {share} of the differences "
        f"between its scores, measured on {fidelity.n:,} companies that had no part in making the groups.",
    ]
    if not math.isnan(fidelity.best_fit_precision):
        core, fit = fidelity.best_fit_precision * 10, fidelity.best_fit_recall * 10
        lines.append(
            f"Of ten companies in a core group the model calls {core:.0f} a Best fit; of ten that it calls a "
            f"Best fit, {fit:.0f} are in a core group."
        )
    lines.append("Use the groups to talk and to plan; use the model's score to rank single accounts.")
    return lines


def named_words(examples: Sequence[tuple[str, str | None]]) -> str:
    """Name accounts in one line; a name may hold a comma: "Oakbrook Group, Inc."."""
    return "; ".join(name or account_id for account_id, name in examples)
