"""Planted leaks are found and named; columns without meaning are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from checks.planted import FIELDS, accounts, case_of, found, noise, with_columns

from icp_ml.checks.headings import outcome_words
from icp_ml.checks.relations import relations
from icp_ml.schema import Field

SMALL_DATA = {("few_best", "")}


def texts(values):
    return pd.array(list(values), "str")


def planted(name, is_best, rng):
    """Give the field and the values of a leak."""
    n, rest = len(is_best), ~is_best
    at_random = rng.random(n)
    days = pd.Series(pd.Timestamp("2020-06-01"), index=range(n)).dt.as_unit("s")
    reasons = rng.choice(["price", "competitor", "no answer"], n)
    leaks = {
        "loss_reason": (Field("category", "loss reason"), texts(np.where(rest, reasons, None))),
        "state": (Field("category", "state of the account"), texts(np.where(is_best, "A", "B"))),
        "tags": (Field("list", "tags"), texts(np.where(is_best, "customer|north", "north"))),
        "note": (Field("text", "note"), texts(np.where(is_best, "a happy customer of ours", "they said no"))),
        "points": (Field("number", "points"), is_best * 2.0 + at_random),
        "middle": (
            Field("number", "middle"),
            np.where(is_best, 0.0, np.sign(at_random - 0.5)) + at_random / 9,
        ),
        "ended_on": (Field("date", "ended on"), days.where(rest)),
    }
    return leaks[name]


@pytest.mark.parametrize("n", [(130, 30), (400, 100)])
@pytest.mark.parametrize("name", ["loss_reason", "state", "tags", "note", "points", "middle", "ended_on"])
def test_a_feature_that_is_almost_the_label_is_named(name, n):
    case = noise(5, *n)
    is_best = case.training.rows["is_best"].to_numpy()
    case = with_columns(case, **{name: planted(name, is_best, np.random.default_rng(1))})
    wanted = {("almost_label", name)}
    if name == "ended_on":  # it speaks of both
        wanted |= {("known_later", name)}
    assert found(case) - SMALL_DATA == wanted


def test_a_strong_feature_alone_is_a_warning():
    case = noise(6)
    is_best = case.training.rows["is_best"].to_numpy()
    strong = np.random.default_rng(2).normal(size=400) + 1.8 * is_best
    case = with_columns(case, interest=(Field("number", "interest"), strong))
    assert found(case) == {("feature_auc", "interest")}
    assert found(case, max_feature_auc=0.95) == set()


def test_gaps_that_tell_the_outcome_are_named():
    case = noise(7)
    is_best = case.training.rows["is_best"].to_numpy()
    is_filled = np.random.default_rng(3).random(400) < np.where(is_best, 0.9, 0.4)
    case = with_columns(
        case, floors=(Field("number", "floors"), np.where(is_filled, 2.0 + np.arange(400) % 7, np.nan))
    )
    assert found(case) == {("predicted_by_missingness", "floors")}


def test_a_date_that_one_outcome_has_more_often_is_known_later():
    case = noise(8)
    is_best = case.training.rows["is_best"].to_numpy()
    is_filled = np.random.default_rng(3).random(400) < np.where(is_best, 0.9, 0.4)
    days = pd.Series(pd.Timestamp("2015-01-01"), index=range(400)) + pd.to_timedelta(np.arange(400), unit="D")
    case = with_columns(case, visited_on=(Field("date", "visited on"), days.dt.as_unit("s").where(is_filled)))
    assert found(case) == {("known_later", "visited_on")}


@pytest.mark.parametrize(
    ("name", "kind", "later"),
    [
        ("moved_on", "date", pd.Timestamp("2023-06-01")),
        ("rebuilt", "year", 2023.0),
        ("known_on", "date", pd.Timestamp("2023-06-01")),
    ],
)
def test_what_was_written_after_the_row_s_day_is_known_later(name, kind, later):
    case, earlier = noise(9), pd.Timestamp("2010-01-01") if kind == "date" else 2010.0
    values = pd.Series([later if at % 4 == 0 else earlier for at in range(400)])
    values = values.dt.as_unit("s") if kind == "date" else values
    case = with_columns(case, **{name: (Field(kind, name, is_feature=name != "known_on"), values)})
    assert found(case) == {("known_later", name)}
    assert found(case, max_ahead_share=0.3) == set()


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Renewal", "renewal"),
        ("Vertragswert", "vertragswert"),
        ("raison de perte", "raison de perte"),
        ("LossReason", "loss reason"),
        ("Date Closed", "closed"),
        ("motivo_de_perdida", "motivo de perdida"),
        ("Funding Stage", ""),
        ("Target Market", ""),
        ("Number of Sites", ""),
        ("Closet size", ""),
        ("Wonder", ""),
    ],
)
def test_headings_that_sound_like_an_outcome_are_known(heading, words):
    assert outcome_words(heading) == words


def test_such_a_heading_is_a_hint_only():
    """It is said where the column does tell best from rest, and not by its name alone."""
    case = noise(10)
    is_best, rng = case.training.rows["is_best"].to_numpy(), np.random.default_rng(4)
    field, headings = Field("number", "extra"), {"extra": "Renewal"}
    related = with_columns(case, extra=(field, rng.normal(size=400) + is_best))
    unrelated = with_columns(case, extra=(field, rng.normal(size=400)))
    assert found(replace(related, headings=headings)) == {("post_sale_heading", "extra")}
    assert found(replace(unrelated, headings=headings)) == found(related) == set()


def test_a_reason_that_few_rows_have_is_named_where_its_heading_sounds_like_an_outcome():
    """One rest in six lost a deal, and only these have a reason: the AUC of so rare a gap is 0.58."""
    case = noise(13)
    is_best, rng = case.training.rows["is_best"].to_numpy(), np.random.default_rng(5)
    reasons = rng.choice(["price", "competitor"], 400)
    is_lost = ~is_best & (rng.random(400) < 1 / 6)
    case = with_columns(case, cause=(Field("category", "cause"), texts(np.where(is_lost, reasons, None))))
    gaps = {"max_missing_share": 0.95}
    assert found(case, **gaps) == set()
    assert found(replace(case, headings={"cause": "Lost Reason"}), **gaps) == {("post_sale_heading", "cause")}


@pytest.mark.parametrize(("n", "n_best"), [(130, 30), (300, 60), (400, 100)])
def test_columns_without_meaning_are_not_flagged(n, n_best):
    """Thirteen columns, some of 60 and 150 levels, all with headings that sound like outcomes."""
    headings = {name: f"Won {name}" for name in FIELDS}
    said = [found(noise(seed, n, n_best, prospects=None, headings=headings), seed) for seed in range(4)]
    assert set.union(*said) <= SMALL_DATA


def test_accounts_with_many_deals_each_are_not_taken_for_evidence():
    """Accounts differ in how many deals they sign, which nothing known of them explains."""
    headings, said = {name: f"Won {name}" for name in FIELDS}, []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        known, who = accounts(rng, 85), rng.integers(0, 85, 3_000)
        is_best = rng.random(3_000) < rng.beta(2, 2, 85)[who]
        rows = known.iloc[who].reset_index(drop=True)
        case = case_of(rows, is_best, rows["account_id"], prospects=None, headings=headings)
        said.append(found(case, seed))
    assert set.union(*said) == set()


def test_a_relation_counts_what_it_was_chosen_from():
    """Else a column of many levels has as many chances to be flagged."""
    found_by = {(one.column, one.aspect): one.n_tests for one in relations(noise(14), 1)}
    n_levels = noise(14).training.accounts["supplier"].nunique()
    assert found_by["supplier", "gaps"] == found_by["supplier", "values"] == 2
    assert found_by["supplier", "level"] == 4 * n_levels
    assert found_by["sites", "gaps"] == 2


def test_the_same_seed_finds_the_same():
    case = with_columns(noise(11), extra=(Field("number", "extra"), np.arange(400.0)))
    assert found(case, 3) == found(case, 3)


def test_an_excluded_feature_is_not_checked():
    case = noise(12)
    is_best = case.training.rows["is_best"].to_numpy()
    case = with_columns(case, points=planted("points", is_best, np.random.default_rng(1)))
    features = case.features.model_copy(update={"exclude": ("points",)})
    assert found(replace(case, features=features)) == set()
