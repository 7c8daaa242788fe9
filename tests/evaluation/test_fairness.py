from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import FIELDS, label_rows_of, settings

from icp_ml.evaluation.backtest import Sample, backtest_table, backtest_words
from icp_ml.evaluation.fairness import group_table
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut
from icp_ml.model.training import TrainingSet
from icp_ml.schema import FIRMOGRAPHICS, Field

SETTINGS = settings().evaluation.model_copy(update={"n_bootstrap": 100})
BEST, GOOD, BAD, UNKNOWN = "Best fit", "Good fit", "Bad fit", "Insufficient data"


def held_out(n: int, **columns) -> HeldOut:
    """Rows whose tier is Best fit with a chance of 0.4, best with one of 0.3; columns as given."""
    generator = np.random.default_rng(0)
    accounts = pd.DataFrame({"account_id": [f"A{at}" for at in range(n)], **columns})
    fields = {**FIELDS, "country": FIRMOGRAPHICS["country"], "lead_source": Field("category", "lead source")}
    part = TrainingSet(accounts, label_rows_of(generator.random(n) < 0.3, accounts["account_id"]), fields)
    is_top = generator.random(n) < 0.4
    return HeldOut(
        part,
        {CANDIDATE: np.where(is_top, 0.6, 0.1)},
        np.where(is_top, BEST, BAD),
        np.full(n, 0.9),
        np.zeros(n, dtype=int),
        ("boosted_trees",),
        ("from 2022-01-01 on",),
    )


def sample_of(test: HeldOut) -> Sample:
    return Sample(test.part.accounts, test.scores[CANDIDATE], test.tiers, test.completeness)


def country(n: int) -> np.ndarray:
    return np.array(["US", "US", "US", "DE", "FR"])[np.arange(n) % 5]


def test_levels_have_their_counts_scores_and_rates() -> None:
    test = held_out(500, country=country(500))
    table = group_table(test, None, SETTINGS, 1).set_index(["table", "level"])
    line, is_german = table.loc[("country", "DE")], country(500) == "DE"
    assert line["n"] == 100
    assert line["rate"] == pytest.approx(test.is_best[is_german].mean())
    assert line["rate_low"] < line["rate"] < line["rate_high"]
    assert line["mean_score"] == pytest.approx(test.scores[CANDIDATE][is_german].mean())
    assert line["best_fit_share"] == pytest.approx((test.tiers == BEST)[is_german].mean())
    us = table.loc[("country", "US"), "best_fit_share"]
    assert line["ratio"] == pytest.approx(line["best_fit_share"] / us)


def test_a_level_that_the_scores_favour_less_is_marked_and_chance_is_not() -> None:
    test = held_out(1000, country=country(1000))
    tiers = np.where((country(1000) == "FR") & (np.arange(1000) % 3 > 0), BAD, test.tiers)
    marked = group_table(replace(test, tiers=tiers), sample_of(test), SETTINGS, 1)
    assert marked.loc[marked["is_adverse"], "level"].to_list() == ["FR"]
    assert not marked["prospects_is_adverse"].any()


def test_in_noise_hardly_any_level_is_marked() -> None:
    n_marked = 0
    for seed in range(40):
        levels = np.random.default_rng(seed).integers(0, 10, 400).astype(str)
        n_marked += int(group_table(held_out(400, country=levels), None, SETTINGS, 1)["is_adverse"].any())
    assert n_marked <= 6


def test_groups_that_are_alike_count_as_few() -> None:
    """Of one company family of 100 rows, all in one country, nothing can be said of that country."""
    test = held_out(400, country=np.repeat(["US", "US", "US", "DE"], 100))
    tiers = np.where(np.arange(400) >= 300, BAD, np.where(np.arange(400) // 25 % 2 == 0, BEST, BAD))
    alone = group_table(replace(test, tiers=tiers), None, SETTINGS, 1)
    families = test.part.rows.assign(group=[f"F{at // 25 if at < 300 else 99}" for at in range(400)])
    grouped = replace(test, tiers=tiers, part=replace(test.part, rows=families))
    together = group_table(grouped, None, SETTINGS, 1)
    assert alone["is_adverse"].sum() == 1
    assert not together["is_adverse"].any()


def test_small_levels_are_summed_up_and_missing_values_are_said() -> None:
    names = np.array(["US"] * 150 + ["DE"] * 30 + ["MT"] * 10 + ["LU"] * 5 + [None] * 5, dtype=object)
    table = group_table(held_out(200, country=names), None, SETTINGS, 1)
    lines = table[table["table"] == "country"].set_index("level")["n"]
    assert lines.to_dict() == {"US": 150, "DE": 30, "others": 15, "unknown": 5}


@pytest.mark.parametrize(
    ("columns", "table", "levels"),
    [
        ({"employees": [5.0, 30.0, 100.0, 500.0, 5000.0]}, "employees",
         ["1 to 10", "11 to 50", "51 to 200", "201 to 1,000", "1,001 to 5,000"]),
        ({"lead_source": ["web", "web", "fair", "web", "fair"]}, "lead source", ["web", "fair"]),
        ({}, "share of attributes known", ["75 to 100 %"]),
    ],
)  # fmt: skip
def test_size_source_and_missing_data_have_a_table(columns, table: str, levels: list[str]) -> None:
    columns = {name: np.resize(values, 500) for name, values in columns.items()}
    found = group_table(held_out(500, **columns), None, SETTINGS, 1)
    assert found.loc[found["table"] == table, "level"].to_list() == levels


def test_a_column_of_one_level_says_nothing() -> None:
    found = group_table(held_out(100, country=np.full(100, "US")), None, SETTINGS, 1)
    assert set(found["table"]) == {"share of attributes known"}


def test_prospects_stand_beside_the_test_rows() -> None:
    test = held_out(500, country=country(500))
    found = group_table(test, sample_of(held_out(300, country=country(300))), SETTINGS, 1)
    assert found.loc[found["level"] == "US", "n_prospects"].item() == 180
    assert "n_prospects" not in group_table(test, None, SETTINGS, 1)


def test_best_rest_and_prospects_spread_over_the_tiers() -> None:
    test = held_out(10)
    rows = test.part.rows.assign(is_best=np.arange(10) < 4)
    tiers = np.array([BEST, BEST, BEST, BAD, BEST, GOOD, BAD, BAD, BAD, BAD])
    test = replace(test, tiers=tiers, part=replace(test.part, rows=rows))
    sample = replace(sample_of(test), tiers=np.array([BEST, *[BAD] * 9]))
    table = backtest_table(test, sample).set_index("tier")
    assert table["best"].to_dict() == {BEST: 0.75, GOOD: 0, BAD: 0.25, UNKNOWN: 0}
    assert table["n_rest"].to_dict() == {BEST: 1, GOOD: 1, BAD: 4, UNKNOWN: 0}
    assert table["prospects"].to_dict() == {BEST: 0.1, GOOD: 0, BAD: 0.9, UNKNOWN: 0}
    said = "Best fit holds 75 % of the 4 best, 17 % of the 6 rest and 10 % of the 10 prospects."
    assert backtest_words(table.reset_index()) == said
    assert "prospects" not in backtest_table(test, None)
