from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from profiled import FIELDS, TODAY, companies
from small import trained

from icp_ml.profile.axes import axes_of
from icp_ml.profile.conditions import condition_of
from icp_ml.profile.distilling import fields_used
from icp_ml.profile.search import Asked, Ground, best_box, met_by


def axis(name, accounts=None):
    """Cut one column of the made-up companies."""
    accounts = companies(2_000) if accounts is None else accounts
    (found,) = [one for one in axes_of(accounts, FIELDS, TODAY) if one.column == name]
    return found


def test_no_condition_can_speak_of_ids_names_cities_and_texts() -> None:
    columns = {one.column for one in axes_of(companies(500), FIELDS, TODAY)}
    assert not columns & {"account_id", "name", "city", "description"}
    assert {
        "industry",
        "employees",
        "technologies",
        "founded_year",
        "last_funding_at",
        "is_listed",
    } <= columns


@pytest.mark.parametrize("name", ["employees", "revenue", "founded_year", "last_funding_at"])
def test_cuts_are_round(name: str) -> None:
    cuts = np.array(axis(name).cuts[1:-1])
    first_digits = cuts / 10 ** np.floor(np.log10(np.maximum(cuts, 1)))
    assert set(np.round(first_digits, 6)) <= (
        {0, 1, 2, 5} if name in ("employees", "revenue") else {0, 1, 1.5, 2, 3, 5}
    )


def test_a_level_brings_all_its_spellings_with_the_most_frequent_first() -> None:
    accounts = companies(300).assign(industry=pd.array(["IT"] * 20 + ["it"] * 40 + ["Bank"] * 240, "str"))
    found = axis("industry", accounts)
    assert found.parts == (("Bank",), ("it", "IT"))
    assert condition_of(found, (1,)).one_of == ("it", "IT")


@pytest.mark.parametrize(
    ("parts", "onward", "first"),
    [((2, 3), "up", "Series B"), ((0, 1), "down", "Series A"), ((1, 2), "", "Series A")],
)
def test_a_run_of_an_order_says_where_it_goes_on(parts, onward: str, first: str) -> None:
    condition = condition_of(axis("funding_stage"), parts)
    assert (condition.onward, condition.one_of[0]) == (onward, first)


@pytest.mark.parametrize(("part", "low", "high"), [(0, None, 0.0), (1, 1.0, None)])
def test_yes_and_no_are_one_and_nought(part: int, low, high) -> None:
    condition = condition_of(axis("is_listed"), (part,))
    assert (condition.low, condition.high) == (low, high)


def test_a_box_never_asks_only_that_something_is_known() -> None:
    """Those of whom more is known are best here, and nothing else."""
    accounts = companies(3_000)
    fit = 0.1 + 0.5 * accounts["employees"].notna().to_numpy()
    axes = axes_of(accounts, FIELDS, TODAY)
    ones = np.ones(len(fit))
    found = best_box(Ground(axes, fit, ones, ones, Asked(60, 0.5, 6)), 4)
    for at, parts in found.box if found else ():
        assert len(parts) < axes[at].n_parts


def test_a_box_holds_as_many_customers_as_it_must() -> None:
    accounts = companies(2_000)
    fit = np.where(accounts["employees"] > 3_000, 0.9, 0.1)
    axes, ones = axes_of(accounts, FIELDS, TODAY), np.ones(2_000)
    for least in (1, 100, 400):
        found = best_box(Ground(axes, fit, ones, ones, Asked(least, 0.05, 6)), 3)
        assert met_by(axes, found.box).sum() >= least


def test_conditions_speak_of_what_the_model_uses_and_the_prospects_have() -> None:
    training, _, model = trained()
    without = training.accounts.drop(columns="employees")
    used = fields_used(training.fields, model.encoder, without)
    assert used["industry"].is_feature
    assert not used["employees"].is_feature
    assert not used["name"].is_feature
    assert fields_used(training.fields, model.encoder, without.iloc[:0])["employees"].is_feature
