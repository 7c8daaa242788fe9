"""Rules: who wins where several speak of one account, what is counted, and what nothing can lift."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from icp_ml.rules import apply_rules, in_order, rule_facts, rule_lines
from icp_ml.settings import RuleSettings

TODAY = date(2026, 1, 1)
TIERS = ["Best fit", "Good fit", "Bad fit", "Insufficient data"]


def rule(kind: str, **more) -> RuleSettings:
    of_kind = {
        "hard": {"action": "exclude", "is_hard": True},
        "force": {"action": "force", "tier": "Best fit"},
    }.get(kind, {"action": kind})
    where = [{"column": "country", "one_of": ["DE"]}]
    return RuleSettings.model_validate({"where": where, "owner": "Legal", "reason": "why", **of_kind, **more})


def ruled(kinds: dict[str, str], matched: dict[str, list[bool]], tiers: list[str]):
    scored = pd.DataFrame({"account_id": [str(at) for at in range(len(tiers))], "tier": tiers})
    masks = {name: np.array(mask, dtype=bool) for name, mask in matched.items()}
    return apply_rules(scored, masks, {name: rule(kind) for name, kind in kinds.items()})


@pytest.mark.parametrize(
    ("kinds", "winner", "is_excluded", "tier"),
    [
        ([], None, False, "Bad fit"),
        (["exclude"], 0, True, "Bad fit"),
        (["exclude", "allow"], 1, False, "Bad fit"),
        (["exclude", "allow", "force"], 2, False, "Best fit"),
        (["exclude", "allow", "force", "hard"], 3, True, "Bad fit"),
        (["exclude", "exclude"], 0, True, "Bad fit"),
        (["hard", "hard"], 0, True, "Bad fit"),
        (["allow"], None, False, "Bad fit"),  # nothing to lift
        (["allow", "hard"], 1, True, "Bad fit"),
        (["force", "exclude"], 0, False, "Best fit"),
    ],
)
def test_who_decides(kinds, winner, is_excluded, tier) -> None:
    named = {f"rule_{at}": kind for at, kind in enumerate(kinds)}
    found = ruled(named, {name: [True] for name in named}, ["Bad fit"]).rows.iloc[0]
    assert found["rule"] == (None if winner is None else f"rule_{winner}")
    assert (found["is_excluded"], found["tier"], found["model_tier"]) == (is_excluded, tier, "Bad fit")
    said = f"Rule {winner} (owner: Legal): why" if is_excluded else None
    assert found["exclusion_reason"] == said


def test_what_a_rule_did_is_counted_by_what_the_model_says() -> None:
    matched = {"a": [True, True, True, False, False], "b": [True, False, True, True, False]}
    tiers = ["Best fit", "Best fit", "Good fit", "Good fit", "Bad fit"]
    found = ruled({"a": "exclude", "b": "force"}, matched, tiers)
    assert found.rows["tier"].tolist() == ["Best fit", "Best fit", "Best fit", "Best fit", "Bad fit"]
    facts = rule_facts({"a": rule("exclude"), "b": rule("force")}, found.effects, TODAY)
    keys = ("rows_matched", "rows_decided", "of_these_best_fit", "of_these_good_fit")
    assert [facts["a"][key] for key in keys] == [3, 1, 1, 0]
    assert [facts["b"][key] for key in keys] == [3, 3, 1, 2]


KINDS = st.sampled_from(["exclude", "allow", "force", "hard"])


@st.composite
def cases(draw):
    kinds = {f"rule_{at}": kind for at, kind in enumerate(draw(st.lists(KINDS, max_size=6)))}
    tiers = draw(st.lists(st.sampled_from(TIERS), max_size=8))
    flags = st.lists(st.booleans(), min_size=len(tiers), max_size=len(tiers))
    return kinds, {name: draw(flags) for name in kinds}, tiers


@given(cases())
def test_a_hard_exclusion_is_never_lifted(case) -> None:
    kinds, matched, tiers = case
    found = ruled(kinds, matched, tiers).rows
    hard = [matched[name] for name, kind in kinds.items() if kind == "hard"]
    for at in range(len(tiers)):
        if any(mask[at] for mask in hard):
            assert found["is_excluded"].iloc[at]
            assert found["tier"].iloc[at] == tiers[at]
    assert found["model_tier"].tolist() == tiers
    assert (found["is_excluded"] == found["exclusion_reason"].notna()).all()


@given(cases(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_their_batch_matters(case, random) -> None:
    kinds, matched, tiers = case
    whole = ruled(kinds, matched, tiers)
    order = list(range(len(tiers)))
    random.shuffle(order)
    moved = ruled(
        kinds,
        {name: [mask[at] for at in order] for name, mask in matched.items()},
        [tiers[at] for at in order],
    )
    back = moved.rows.iloc[np.argsort(order)].reset_index(drop=True)
    pd.testing.assert_frame_equal(back.drop(columns="account_id"), whole.rows.drop(columns="account_id"))
    cut = len(tiers) // 2
    parts = [
        ruled(kinds, {name: mask[part] for name, mask in matched.items()}, tiers[part])
        for part in (slice(cut), slice(cut, None))
    ]
    together = pd.concat([one.rows for one in parts], ignore_index=True).drop(columns="account_id")
    expected = whole.rows.drop(columns="account_id")
    assert together.astype(object).equals(expected.astype(object)) or expected.empty
    assert parts[0].effects + parts[1].effects == +whole.effects


def test_precedence_goes_by_kind_and_then_by_the_file() -> None:
    kinds = {"a": "exclude", "b": "allow", "c": "hard", "d": "force", "e": "allow", "f": "hard"}
    assert in_order({name: rule(kind) for name, kind in kinds.items()}) == ["c", "f", "d", "b", "e", "a"]


@pytest.mark.parametrize(
    ("expires", "n_matched", "said"),
    [
        (None, 2, "excludes 2 rows, of which the model calls 1 Best fit and 0 Good fit"),
        (None, 0, "matches no row: look whether it is still right"),
        ("2025-12-31", 0, "expired on 2025-12-31 and was not applied"),
        ("2026-01-15", 0, "matches no row: look whether it is still right|expires on 2026-01-15"),
        ("2026-01-16", 0, "matches no row: look whether it is still right"),
        ("2026-01-01", 0, "matches no row: look whether it is still right|expires on 2026-01-01"),
    ],
)
def test_it_is_said_what_a_rule_did_and_when_it_ends(expires, n_matched, said) -> None:
    effects = Counter({("stop", "matched"): n_matched, ("stop", "decided"): n_matched})
    effects["stop", "best_fit"] = min(n_matched, 1)
    lines = list(rule_lines({"stop": rule("exclude", expires=expires)}, effects, TODAY))
    assert lines == [f"rule stop (owner: Legal) {one}" for one in said.split("|")]


def test_nothing_is_said_of_the_rule_on_customers() -> None:
    customers = rule("exclude", where=[], is_customer=True)
    assert list(rule_lines({"customers": customers}, Counter(), TODAY)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"where": []}, "says of nobody"),
        ({"action": "allow", "is_hard": True}, "is_hard is for exclude, not for allow"),
        ({"action": "force"}, "action: force and tier go together"),
        ({"tier": "Best fit"}, "action: force and tier go together"),
        (
            {"accounts": {"path": "a.csv", "columns": {"country": "land"}}},
            "columns must have one of account_id",
        ),
        ({"accounts": {"path": "a.csv", "columns": {"name": "n"}}}, "a name finds nobody without its place"),
        ({"accounts": {"path": "a.csv", "columns": {"industry": "n"}}}, "industry"),
        ({"owner": ""}, "owner"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(changed, said) -> None:
    with pytest.raises(ValidationError, match=said):
        rule("exclude", **changed)
