from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from small import FIELDS, companies, remembering, settings

from icp_ml.browse.changes import FIXED, tier_changes
from icp_ml.browse.trials import trials_of
from icp_ml.model.declared import rubric_model
from icp_ml.scoring import TIERS, encode, score

DAY = pd.Timestamp("2023-01-01")
LADDER = TIERS[::-1]
MODELS = {
    "learnt": remembering,
    "declared": lambda: rubric_model(
        settings().rubric, FIELDS, 0.2, {"data": "small", "best": "declared"}, {}
    ),
}


@cache
def case(kind: str):
    """Give a model, accounts that it never saw, and their changes of tier: all that were found."""
    model, accounts = MODELS[kind](), companies(120, seed=5).accounts
    return model, accounts, tier_changes(model, encode(model, accounts, DAY), FIELDS, 100)


def with_values(accounts: pd.DataFrame, rows, column: str, values) -> pd.DataFrame:
    """Repeat rows, each with another value in a column."""
    changed = accounts.iloc[list(rows)].reset_index(drop=True)
    return changed.assign(**{column: pd.Series(list(values), dtype=accounts[column].dtype)})


@pytest.mark.parametrize("kind", MODELS)
def test_each_change_said_gives_exactly_the_tier_said(kind: str) -> None:
    model, accounts, found = case(kind)
    said = [(one, value) for changes in found for one in changes for value in one.values]
    assert len(said) > 50
    for column in {one.column for one, _ in said}:
        here = [(one, value) for one, value in said if one.column == column]
        changed = with_values(accounts, [one.row for one, _ in here], column, [value for _, value in here])
        assert score(model, changed, DAY, 1)["tier"].tolist() == [one.tier for one, _ in here]


@pytest.mark.parametrize("kind", MODELS)
def test_nothing_smaller_that_was_tried_does_and_none_is_said_where_none_exists(kind: str) -> None:
    model, accounts, found = case(kind)
    now = [LADDER.index(one) for one in score(model, accounts, DAY, 1)["tier"]]
    n_tried = 0
    for trials in trials_of(model, encode(model, accounts, DAY).columns, FIELDS):
        n_points = trials.values.shape[1]
        rows = np.repeat(trials.rows, n_points)
        changed = with_values(accounts, rows, trials.column, trials.values.ravel())
        then = [LADDER.index(one) for one in score(model, changed, DAY, 1)["tier"]]
        least: dict[tuple[int, int], int] = {}
        for row, tier, step in zip(rows.tolist(), then, np.repeat(trials.steps, n_points), strict=True):
            if now[row] and tier and abs(tier - now[row]) == 1:
                least[row, tier] = min(int(step), least.get((row, tier), 99))
        said = {
            (one.row, LADDER.index(one.tier)): one.step
            for changes in found
            for one in changes
            if one.column == trials.column
        }
        assert said == least
        n_tried += len(rows)
    assert n_tried > 1000


def test_what_is_not_known_is_left_to_what_is_worth_finding_out() -> None:
    _, accounts, found = case("learnt")
    said = [(one.row, one.column) for changes in found for one in changes]
    assert said
    assert all(pd.notna(accounts[column][row]) for row, column in said)


def test_facts_that_do_not_change_over_time_come_last() -> None:
    _, _, found = case("learnt")
    kinds = [[one.column in FIXED for one in changes] for changes in found]
    assert any(True in one and False in one for one in kinds)
    assert all(one == sorted(one) for one in kinds)


def test_a_change_is_said_in_words_that_a_person_can_check() -> None:
    _, _, found = case("learnt")
    words = {one.words for changes in found for one in changes}
    assert "technologies had Kafka too" in words
    assert "technologies were without Kafka" in words
    assert any(one.startswith("industry were ") for one in words)


def test_an_account_has_the_same_changes_alone_as_among_others() -> None:
    model, accounts, found = case("learnt")
    alone = accounts.iloc[[7]].reset_index(drop=True)
    (here,) = tier_changes(model, encode(model, alone, DAY), FIELDS, 100)
    others = [(one.column, one.tier, one.words.casefold()) for one in found[7]]
    assert [(one.column, one.tier, one.words.casefold()) for one in here] == others


@pytest.mark.parametrize(("n_changes", "most"), [(0, 0), (2, 2)])
def test_no_more_changes_are_told_than_asked_for(n_changes: int, most: int) -> None:
    model, accounts, _ = case("learnt")
    found = tier_changes(model, encode(model, accounts, DAY), FIELDS, n_changes)
    assert max(map(len, found)) == most
