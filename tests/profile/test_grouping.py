from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as sizes
from hypothesis import strategies as st
from profiled import FIELDS, TODAY, companies, evidence, meets_rule, profiled, settings

from icp_ml.profile.conditions import OTHER, are_met, assign
from icp_ml.profile.grouping import distil
from icp_ml.profile.statement import NOBODY, statement
from icp_ml.schema import Field


def jaccard(one, other):
    return (one & other).sum() / max((one | other).sum(), 1)


def test_the_planted_rule_comes_back_as_the_first_core_group() -> None:
    groups, _ = profiled()
    assert statement(groups).startswith("Software and banking companies with 100 to 1,000 employees that use")
    prospects = companies(5_000, seed=9)
    is_core = assign(groups, prospects, FIELDS, TODAY) == "Core 1"
    assert jaccard(is_core, meets_rule(prospects)) > 0.95


def test_groups_part_all_label_rows_and_all_prospects() -> None:
    groups, _ = profiled()
    assert sum(one.n for one in groups) == 4_000
    assert sum(one.n_prospects for one in groups) == 6_000
    assert groups[-1].name == OTHER


def test_figures_are_those_of_the_rows_that_are_assigned() -> None:
    groups, _ = profiled()
    known = evidence()
    names = assign(groups[:-1], known.accounts, FIELDS, known.rows["as_of"])
    for one in groups:
        is_in = names == one.name
        assert (one.n, one.n_best) == (is_in.sum(), known.rows["is_best"][is_in].sum())
        assert one.lift == pytest.approx(known.rows["is_best"][is_in].mean() / known.rows["is_best"].mean())
        assert one.low <= one.lift <= one.high


def test_fidelity_is_high_where_the_model_is_a_rule() -> None:
    _, fidelity = profiled()
    assert fidelity.r2 > 0.9
    assert fidelity.best_fit_precision > 0.95
    assert fidelity.best_fit_recall > 0.9


def test_the_same_seed_gives_the_same_groups() -> None:
    assert repr(distil(evidence(), settings(), 0.95, 1)) == repr(profiled())


def test_a_model_that_knows_nothing_gives_no_group() -> None:
    guessed = evidence(fit=lambda rng, n: rng.uniform(0.05, 0.5, n))
    groups, _ = distil(guessed, settings(), 0.95, 1)
    assert [one.name for one in groups] == [OTHER]
    assert statement(groups) == NOBODY


def test_a_model_that_learnt_its_labels_by_heart_gives_no_group() -> None:
    """Ranks its own rows well and rows that it never saw by chance."""
    known = evidence()
    rng = np.random.default_rng(3)
    is_best = rng.random(len(known.rows)) < 0.2
    fit = np.where(known.is_unseen, rng.random(len(is_best)), 0.1 + 0.5 * is_best)
    learnt = replace(known, rows=known.rows.assign(is_best=is_best), fit=fit)
    assert [one.name for one in distil(learnt, settings(), 0.95, 1)[0]] == [OTHER]


def test_a_group_that_the_labels_contradict_is_not_claimed() -> None:
    """The model loves banks that are never best."""
    known = evidence()
    is_bank = (known.accounts["industry"] == "Banking").to_numpy()
    is_best = known.rows["is_best"].to_numpy() & ~is_bank
    fit = np.where(is_bank, 0.95, known.fit)
    groups, _ = distil(
        replace(
            known,
            rows=known.rows.assign(is_best=is_best),
            fit=fit,
            prospects=companies(0),
            prospect_fit=fit[:0],
        ),
        settings(),
        0.95,
        1,
    )
    claimed = [one for group in groups if group.kind in ("core", "niche") for one in group.conditions]
    assert not [one for one in claimed if one.column == "industry" and one.one_of == ("Banking",)]
    assert all(one.low > 1 for one in groups if one.kind in ("core", "niche"))


def test_noise_in_the_labels_leaves_the_rule_standing() -> None:
    known = evidence()
    flipped = known.rows["is_best"] ^ (np.random.default_rng(5).random(len(known.rows)) < 0.1)
    groups, _ = distil(replace(known, rows=known.rows.assign(is_best=flipped)), settings(), 0.95, 1)
    assert "100 to 1,000 employees" in groups[0].words


@pytest.mark.parametrize("rate", [0.4, 0.6, 0.8])
def test_groups_are_found_where_so_many_are_best_that_no_lift_is_high(rate: float) -> None:
    known = evidence()
    rows, rng = known.rows, np.random.default_rng(4)
    is_best = meets_rule(known.accounts) | (rng.random(len(rows)) < rate)
    groups, _ = distil(replace(known, rows=rows.assign(is_best=is_best)), settings(), 0.95, 1)
    assert groups[0].kind in ("core", "niche")
    assert groups[0].rate > 0.9


def test_limits_of_the_settings_hold() -> None:
    tight = settings().model_copy(update={"max_conditions": 2, "max_levels": 1, "max_groups": 1})
    groups, _ = distil(evidence(), tight, 0.95, 1)
    claimed = [one for one in groups if one.kind != "other"]
    assert claimed
    assert all(len(one.conditions) <= 2 for one in claimed)
    assert len({one.kind for one in claimed}) == len(claimed)
    named = [{level.casefold() for level in one.one_of} for group in claimed for one in group.conditions]
    assert max(map(len, named)) == 1


@sizes(max_examples=12)
@given(st.integers(0, 10_000), st.integers(20, 260), st.sampled_from([0, 40]))
def test_tiny_data_give_groups_whose_claims_hold(seed: int, n: int, n_prospects: int) -> None:
    groups, fidelity = distil(evidence(n, n_prospects, seed), settings(), 0.95, 1)
    assert sum(one.n for one in groups) == n
    for one in groups[:-1]:
        assert one.n >= settings().min_group_share * n
        assert one.high < 1 if one.kind == "anti" else one.low > 1
    assert fidelity.n > 0


@pytest.mark.parametrize("seed", range(3))
def test_a_column_of_three_hundred_levels_names_a_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    accounts = companies(4_000, seed)
    accounts["trade"] = pd.array([f"T{at}" for at in rng.integers(0, 300, 4_000)], "str")
    known = replace(
        evidence(accounts=accounts, seed=seed), fields={**FIELDS, "trade": Field("category", "trade")}
    )
    groups, _ = distil(known, settings(), 0.95, 1)
    assert "100 to 1,000 employees" in groups[0].words
    assert all(len({one.casefold() for one in asked.one_of}) <= settings().max_levels or asked.onward or
               asked.column == "industry_code" for group in groups for asked in group.conditions)  # fmt: skip


def test_columns_without_a_value_take_no_part() -> None:
    empty = companies(300).assign(employees=np.nan, revenue=np.nan)
    empty["industry"] = pd.array([None] * 300, "str")
    empty["technologies"] = pd.array([None] * 300, "str")
    empty["last_funding_at"] = pd.Series([pd.NaT] * 300, dtype="datetime64[s]")
    groups, _ = distil(evidence(accounts=empty), settings(), 0.95, 1)
    assert groups[-1].kind == "other"


@given(st.permutations(range(12)), st.integers(1, 11))
def test_an_account_is_assigned_the_same_alone_and_among_others(order, cut: int) -> None:
    groups, _ = profiled()
    rows = companies(12, seed=4)
    whole = assign(groups, rows, FIELDS, TODAY)
    shuffled = rows.iloc[list(order)]
    parts = [assign(groups, part, FIELDS, TODAY) for part in (shuffled[:cut], shuffled[cut:])]
    assert np.concatenate(parts).tolist() == whole[list(order)].tolist()


def test_what_is_not_known_meets_no_condition() -> None:
    groups, _ = profiled()
    nothing = companies(3).assign(**{name: None for name in FIELDS if name != "account_id"})
    assert set(assign(groups[:-1], nothing[["account_id"]], FIELDS, TODAY)) == {OTHER}
    assert not are_met(groups[0].conditions, nothing[["account_id"]], FIELDS, TODAY).any()
