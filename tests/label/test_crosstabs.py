from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from icp_ml.label.crosstabs import cross_tables, lift_bounds
from icp_ml.label.levels import account_levels, row_levels
from icp_ml.schema import FIRMOGRAPHICS, Field

FIELDS = {
    **{name: FIRMOGRAPHICS[name] for name in ("account_id", "name", "industry", "country", "region", "city")},
    **{name: FIRMOGRAPHICS[name] for name in ("employees", "founded_year", "technologies")},
    "channel": Field("category", "sales channel"),
    "hidden": Field("category", "hidden", is_feature=False),
}


def rows_of(is_best, group=None, year=2022):
    ids = [f"A{at:04}" for at in range(len(is_best))]
    return pd.DataFrame(
        {
            "account_id": pd.array(ids, "str"),
            "as_of": pd.Timestamp(f"{year}-06-30"),
            "group": pd.array(ids if group is None else [str(one) for one in group], "str"),
            "is_best": np.asarray(is_best, dtype=bool),
        }
    )


def accounts_of(n, **columns):
    table = pd.DataFrame({"account_id": [f"A{at:04}" for at in range(n)], **columns})
    texts = [name for name in table if FIELDS[name].kind not in ("number", "year")]
    return table.astype(dict.fromkeys(texts, "str"))


def crossed(is_best, **columns):
    table = cross_tables(rows_of(is_best), accounts_of(len(is_best), **columns), FIELDS, 0.95)
    return table.set_index(["characteristic", "level"])


def test_rates_and_lifts_are_of_each_level() -> None:
    table = crossed([1, 1, 0, 0, 0, 0], industry=["Retail", "Retail", "Retail", "Mining", "Mining", None])
    assert table.loc[("industry", "Retail"), ["n", "n_best", "rate", "lift"]].to_list() == [3, 2, 2 / 3, 2]
    assert table.loc[("industry", "not known"), ["n", "n_best", "lift"]].to_list() == [1, 0, 0]
    assert (table["low"] <= table["lift"]).all()
    assert (table["lift"] <= table["high"]).all()


@pytest.mark.parametrize(
    ("employees", "band"),
    [(1, "1–10"), (10, "1–10"), (11, "11–50"), (200, "51–200"), (1000, "201–1,000"), (1001, "1,001–5,000"),
     (5001, "5,001+"), (np.nan, "not known")],
)  # fmt: skip
def test_sizes_lie_in_their_band(employees: float, band: str) -> None:
    table = crossed([1, 0], employees=[employees, employees])
    assert table.index.to_list() == [("size (employees)", band)]


@pytest.mark.parametrize(
    ("founded", "band"),
    [(2022, "0–2 years"), (2020, "0–2 years"), (2019, "3–5 years"), (2012, "6–10 years"),
     (2011, "11–20 years"), (1850, "21+ years"), (2023, "not known"), (np.nan, "not known")],
)  # fmt: skip
def test_age_counts_to_the_day_described(founded: float, band: str) -> None:
    assert crossed([1, 0], founded_year=[founded, founded]).index.to_list() == [("age", band)]


def test_the_eight_most_frequent_levels_have_a_line_and_the_rest_is_other() -> None:
    industry = [f"I{at:02}" for at in range(12) for _ in range(at + 1)]
    table = crossed([at % 3 == 0 for at in range(len(industry))], industry=industry)
    names = [level for _, level in table.index]
    assert names == [f"I{at:02}" for at in range(11, 3, -1)] + ["other"]
    assert table["n"].sum() == len(industry)
    assert table["n_best"].sum() == sum(at % 3 == 0 for at in range(len(industry)))


def test_a_list_counts_in_each_of_its_items() -> None:
    fields = FIELDS | {"industry": Field("list", "categories")}
    accounts = accounts_of(4, industry=["Games|Mobile", "Mobile", None, "Mobile Games"])
    masks = row_levels(rows_of([1, 0, 0, 0]), account_levels(accounts, fields))
    assert {level: mask.sum() for (_, level), mask in masks.items()} == {
        "Mobile": 2, "Games": 1, "Mobile Games": 1, "not known": 1,
    }  # fmt: skip


def test_declared_categories_are_crossed_but_not_those_of_too_many_levels() -> None:
    n = 60
    table = crossed(
        [at % 2 for at in range(n)],
        channel=["web", "fair"] * (n // 2),
        city=[f"Town {at}" for at in range(n)],
        hidden=["a", "b"] * (n // 2),
        technologies=["SAP"] * n,
        name=["x"] * n,
    )
    assert set(table.index.get_level_values(0)) == {"sales channel"}


def test_a_deal_takes_its_account_s_level() -> None:
    rows = pd.concat([rows_of([1, 0]), rows_of([0, 0])], ignore_index=True)
    table = cross_tables(rows, accounts_of(2, industry=["Retail", "Mining"]), FIELDS, 0.95)
    assert table.set_index("level")["n"].to_dict() == {"Retail": 2, "Mining": 2}


def test_without_customers_there_are_no_lines() -> None:
    assert cross_tables(rows_of([1, 0]), None, {}, 0.95).empty


def test_a_level_of_everyone_is_no_finding() -> None:
    table = crossed([1, 0, 1], country=["DE"] * 3)
    assert table.loc[("country", "DE"), ["lift", "low", "high"]].to_list() == [1, 1, 1]


def test_none_of_few_says_little_and_none_of_many_says_much() -> None:
    few, many = (
        lift_bounds(np.arange(1000) >= 800, np.arange(1000) < n, np.arange(1000), 0.95) for n in (5, 400)
    )
    assert few[0] == many[0] == 0
    assert few[1] > 1
    assert many[1] < 0.2


def test_repeating_each_row_in_its_group_hardly_narrows_the_interval() -> None:
    """Four deals of each company with one fate tell what one tells."""
    rng = np.random.default_rng(5)
    is_best, is_in, group = rng.random(300) < 0.3, rng.random(300) < 0.4, np.arange(300)
    once = lift_bounds(is_best, is_in, group, 0.95)
    grouped = lift_bounds(np.tile(is_best, 4), np.tile(is_in, 4), np.tile(group, 4), 0.95)
    apart = lift_bounds(np.tile(is_best, 4), np.tile(is_in, 4), np.arange(1200), 0.95)
    assert grouped == pytest.approx(once, rel=0.02)
    assert apart[1] - apart[0] < 0.6 * (once[1] - once[0])


@pytest.mark.parametrize("size", [1, 4])
def test_the_interval_holds_the_true_lift_as_often_as_it_says(size: int) -> None:
    """Groups of one fate, 0.4 best overall and 1.5 times as often in the level; 300 draws."""
    rng, n_held = np.random.default_rng(11), 0
    for _ in range(300):
        is_in = rng.random(300) < 0.4
        rate = np.where(is_in, 0.6, (0.4 - 0.4 * 0.6) / 0.6)
        is_best = rng.random(300) < rate
        group = np.repeat(np.arange(300), size)
        low, high = lift_bounds(np.repeat(is_best, size), np.repeat(is_in, size), group, 0.95)
        n_held += low <= 1.5 <= high
    assert 0.915 <= n_held / 300 <= 0.985


def test_all_that_the_field_works_with_is_crossed() -> None:
    names = ("revenue", "budget", "funding_total", "customer_size", "contact_roles", "technologies")
    fields = FIELDS | {name: FIRMOGRAPHICS[name] for name in names}
    fields |= {
        "department_sales": Field("number", "people in sales"),
        "visits": Field("number", "visits"),
        "listed": Field("yes_no", "listed"),
    }
    n = 40
    accounts = pd.DataFrame(
        {
            "account_id": [f"A{at:04}" for at in range(n)],
            **{name: [5e5, 5e6] * (n // 2) for name in ("revenue", "budget", "funding_total")},
            "customer_size": pd.array(["small", "large"] * (n // 2), "str"),
            "contact_roles": pd.array(["IT", "IT|Finance"] * (n // 2), "str"),
            "technologies": pd.array(["SAP", "Excel"] * (n // 2), "str"),
            "department_sales": [5.0, 20.0] * (n // 2),
            "visits": np.arange(n, dtype=np.float64),
            "listed": [1.0, 0.0] * (n // 2),
        }
    )
    levels = cross_tables(rows_of([1, 0] * (n // 2)), accounts, fields, 0.95).groupby("characteristic")[
        "level"
    ]
    assert {name: list(one) for name, one in levels} == {
        **{name: ["under 1M", "1M–10M"] for name in ("revenue", "budget", "funding")},
        "size of their customers": ["large", "small"],
        "contacts known": ["IT", "Finance"],
        "technologies": ["Excel", "SAP"],
        "people in sales": ["1–10", "11–50"],
        "visits": ["up to 9.8", "9.8 to 20", "20 to 29", "over 29"],
        "listed": ["no", "yes"],
    }


def test_the_last_funding_counts_in_years_to_the_day_described() -> None:
    fields = FIELDS | {"last_funding_at": FIRMOGRAPHICS["last_funding_at"]}
    dates = pd.to_datetime(["2022-01-01", "2019-05-05", "2023-01-01"])
    accounts = pd.DataFrame({"account_id": ["A0000", "A0001", "A0002"], "last_funding_at": dates})
    table = cross_tables(rows_of([1, 0, 0]), accounts, fields, 0.95)
    assert list(table["level"]) == ["0–1 years", "3–5 years", "not known"]


def test_the_case_of_a_level_makes_no_other_level() -> None:
    table = crossed([1, 0, 0, 1], industry=["Software", "SOFTWARE", "software", "Software"])
    assert table.index.to_list() == [("industry", "Software")]
    assert table["n"].to_list() == [4]


def test_levels_are_those_of_the_accounts_that_count() -> None:
    """Prospects are cut as customers are, so that a level means the same on both sides."""
    customers = accounts_of(20, industry=[f"I{at:02}" for at in range(10) for _ in range(2)])
    prospects = accounts_of(30, industry=["I09"] * 10 + ["elsewhere"] * 20)
    levels = account_levels(prospects, FIELDS, customers)["industry"]
    assert set(levels) == {"other"}
    assert set(account_levels(prospects, FIELDS)["industry"]) == {"I09", "elsewhere"}
