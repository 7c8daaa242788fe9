from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import settings

from icp_ml.profile.archetypes import Best, Kinds, kinds_of
from icp_ml.profile.likeness import Likeness, family_of
from icp_ml.profile.medoids import clusters_of, medoids_of, rand_index, silhouette
from icp_ml.schema import FIRMOGRAPHICS, Field

FIELDS: dict[str, Field] = {
    name: FIRMOGRAPHICS[name]
    for name in ("account_id", "name", "industry", "country", "employees", "technologies", "description")
}
KINDS = [
    ("Banking", "DE", 300.0, "Snowflake"),
    ("Software", "US", 20.0, "Spark"),
    ("Retail", "FR", 2e3, "SAP"),
]


def best_of(n, n_kinds, seed=0, clarity=1.0):
    """Draw best customers of some kinds; without clarity each value is drawn by itself."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, max(n_kinds, 1), n)
    own = [np.where(rng.random(n) < clarity, kind, rng.integers(0, 3, n)) for _ in range(4)]
    accounts = pd.DataFrame(
        {
            "account_id": pd.array([f"A{at:04}" for at in range(n)], "str"),
            "name": pd.array([f"Company {at}" for at in range(n)], "str"),
            "industry": pd.array([KINDS[at][0] for at in own[0]], "str"),
            "country": pd.array([KINDS[at][1] for at in own[1]], "str"),
            "employees": [
                KINDS[at][2] * one for at, one in zip(own[2], np.exp(rng.normal(0, 0.3, n)), strict=True)
            ],
            "technologies": pd.array([f"Excel|{KINDS[at][3]}" for at in own[3]], "str"),
            "description": pd.array([f"Words {one}" for one in rng.integers(0, 999, n)], "str"),
        }
    )
    counted = {name: np.full(n, 0.5) for name in ("industry", "country", "employees", "technologies")}
    rows = pd.DataFrame(
        {
            "account_id": accounts["account_id"],
            "as_of": pd.Timestamp("2024-01-01"),
            "group": "g",
            "is_best": True,
        }
    )
    return Best(rows, accounts, counted | {"description": np.zeros(n)}, FIELDS), kind


def likeness(best) -> Likeness:
    kinds = {name: str(one.kind) for name, one in FIELDS.items() if name in best.counted}
    knots = tuple(np.quantile(best.accounts["employees"], np.linspace(0, 1, 21)).tolist())
    return Likeness(kinds, {"employees": knots})


def kinds(best, seed=1) -> Kinds:
    return kinds_of(best, likeness(best), settings().profile, seed)


@pytest.mark.parametrize("n_kinds", [2, 3])
def test_planted_kinds_are_found_and_named(n_kinds: int) -> None:
    best, planted = best_of(300, n_kinds, clarity=0.8)
    found = kinds(best)
    assert len(found.archetypes) == n_kinds
    assert rand_index(found.codes, planted) > 0.8
    assert sum(one.n for one in found.archetypes) == 300
    assert any("Banking companies in Germany" in one.name for one in found.archetypes)
    assert any(mark.startswith("uses Snowflake") for one in found.archetypes for mark in one.marks)


@pytest.mark.parametrize("seed", range(6))
def test_values_that_do_not_go_together_make_one_kind(seed: int) -> None:
    found = kinds(best_of(300, 3, seed, clarity=0.0)[0])
    assert found.archetypes == ()
    assert found.said.startswith("The best customers are of one kind")


def test_kinds_do_not_depend_on_the_seed() -> None:
    best, _ = best_of(400, 3, clarity=0.85)
    first, second = kinds(best, 1), kinds(best, 2)
    assert rand_index(first.codes, second.codes) > 0.95


def test_what_the_model_does_not_count_makes_no_kind() -> None:
    best, _ = best_of(300, 3, clarity=1.0)
    nothing = {name: np.zeros(300) for name in best.counted}
    assert kinds(replace(best, counted=nothing)).archetypes == ()


def test_too_few_best_customers_are_one_kind() -> None:
    assert "too few" in kinds(best_of(7, 2)[0]).said


@given(st.lists(st.integers(0, 299), min_size=1, max_size=40))
def test_an_account_s_kind_does_not_depend_on_its_neighbours(places) -> None:
    best, _ = best_of(300, 3, clarity=0.8)
    found = FOUND
    accounts = best.accounts.iloc[places].reset_index(drop=True)
    part = found.nearest(accounts, {name: one[places] for name, one in best.counted.items()})
    assert part.tolist() == found.codes[places].tolist()


def test_an_account_that_nothing_speaks_for_resembles_nobody() -> None:
    best, _ = best_of(300, 3, clarity=0.8)
    nothing = {name: np.zeros(5) for name in best.counted}
    assert FOUND.nearest(best.accounts.head(5), nothing).tolist() == [-1] * 5


def test_the_case_of_a_level_makes_no_difference() -> None:
    best, _ = best_of(300, 3, clarity=0.8)
    shouted = best.accounts.assign(industry=best.accounts["industry"].str.upper())
    assert FOUND.nearest(shouted, best.counted).tolist() == FOUND.codes.tolist()


def test_low_and_high_numbers_point_in_directions_at_right_angles() -> None:
    best, _ = best_of(300, 3)
    accounts = pd.DataFrame({"employees": [0.1, 1e9, np.nan]})
    arrows = likeness(best).arrows(accounts, {"employees": np.array([2.0, 3.0, 4.0])})["employees"].to_numpy()
    assert arrows == pytest.approx(np.array([[2.0, 0.0], [0.0, 3.0], [0.0, 0.0]]), abs=1e-9)


def test_medoids_are_the_middle_rows() -> None:
    at = np.array([0.0, 1.0, 2.0, 10.0, 11.0, 12.0])
    distances = np.abs(at[:, None] - at[None, :])
    assert medoids_of(distances, 2).tolist() == [1, 4]
    assert silhouette(distances, np.array([1, 4])) > 0.8


def test_one_block_alone_makes_no_clusters() -> None:
    """Nothing can go together with it, so that shuffled rows are as clear."""
    rng = np.random.default_rng(0)
    block = np.eye(3)[rng.integers(0, 3, 200)] + rng.normal(0, 0.01, (200, 3))
    found = clusters_of([block], 5, 0.1, 1)
    assert found is not None
    assert not found.is_real


@pytest.mark.parametrize(
    ("column", "family"),
    [("city", "place"), ("revenue", "size"), ("department_sales", "size"), ("web_visits", "web_visits")],
)
def test_columns_that_say_much_of_the_same_are_of_one_family(column: str, family: str) -> None:
    assert family_of(column) == family


FOUND = kinds(best_of(300, 3, clarity=0.8)[0])
