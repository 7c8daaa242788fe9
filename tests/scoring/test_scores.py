from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import NOBODY_SEEN, companies, model_of, settings, trained

from icp_ml.model.base_rates import BaseRates, base_rates
from icp_ml.model.calibration import Calibration, fit_calibration, probability
from icp_ml.scoring import frozen_tiers, score, tier_of

DAY = pd.Timestamp("2024-07-01")
OTHERS = companies(30, seed=8).accounts


KINDS = ["boosted_trees", "logistic_regression", "rubric"]


def scored(accounts, kind="boosted_trees", declared=None) -> pd.DataFrame:
    return score(model_of(trained()[1], 0.3, kind, declared), accounts, DAY, 3)


@given(
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 29), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_a_row_does_not_depend_on_its_neighbours(kind, picked, random) -> None:
    alone = scored(OTHERS, kind)
    columns = random.sample(list(OTHERS), OTHERS.shape[1])
    batch = scored(OTHERS.iloc[picked][columns].reset_index(drop=True), kind)
    pd.testing.assert_frame_equal(batch, alone.iloc[picked].reset_index(drop=True), check_exact=True)


def test_a_row_is_scored_by_the_mean_of_the_seeds_and_their_spread() -> None:
    model = trained()[2]
    matrix = model.encoder.transform(OTHERS, DAY)
    by_seed = model.log_odds(matrix, 1)
    found = scored(OTHERS)
    np.testing.assert_allclose(found["fit_probability"], probability(by_seed.mean(axis=1)), atol=1e-12)
    np.testing.assert_allclose(found["model_spread"], np.ptp(probability(by_seed), axis=1), atol=1e-12)


@pytest.mark.parametrize("kind", KINDS[1:])
def test_one_model_alone_has_no_spread(kind: str) -> None:
    assert scored(OTHERS, kind)["model_spread"].isna().all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_declared_base_rate_shifts_the_score_and_the_unshifted_stands_beside_it(kind: str) -> None:
    plain, shifted = scored(OTHERS, kind), scored(OTHERS, kind, declared=0.05)
    pd.testing.assert_series_equal(
        plain["fit_probability"], plain["fit_probability_unshifted"], check_names=False, check_exact=True
    )
    pd.testing.assert_series_equal(
        plain["fit_probability"], shifted["fit_probability_unshifted"], check_names=False
    )
    odds = [found / (1 - found) for found in (shifted["fit_probability"], plain["fit_probability"])]
    np.testing.assert_allclose(odds[0] / odds[1], (0.05 / 0.95) / (0.3 / 0.7))
    assert (shifted["rank_score"] == shifted["fit_probability"]).all()
    assert plain["reasons_for"].to_list() == shifted["reasons_for"].to_list()


@pytest.mark.parametrize("kind", KINDS)
def test_tiers_follow_the_declared_base_rate(kind: str) -> None:
    tiers = model_of(trained()[1], 0.3, kind, declared=0.05).tiers
    assert tiers == frozen_tiers(BaseRates(0.3, 0.05, 0.0), settings().scoring.tiers, NOBODY_SEEN)
    found = scored(OTHERS, kind, declared=0.05)
    assert set(found.loc[found["fit_probability"] >= tiers.best_fit, "tier"]) <= {"Best fit"}


def test_only_a_rubric_gives_points() -> None:
    points = scored(OTHERS, "rubric")["rubric_points"]
    assert points.between(0, 5).all()
    assert points.nunique() > 2
    assert scored(OTHERS)["rubric_points"].isna().all()


def test_more_points_are_never_a_lower_probability() -> None:
    found = scored(companies(200, seed=6).accounts, "rubric").sort_values("rubric_points")
    assert found["fit_probability"].is_monotonic_increasing


def test_a_flat_candidate_gives_everyone_one_tier_and_no_reason() -> None:
    model = model_of(trained()[1], 0.3)
    flat = replace(model, calibration=Calibration(0.0, float(np.log(0.3 / 0.7))))
    found = score(flat, OTHERS, DAY, 3)
    assert found["fit_probability"].nunique() == 1
    assert not found["reasons_for"].list.len().any()
    assert not found["reasons_against"].list.len().any()


def test_completeness_is_the_share_of_attributes_that_are_known() -> None:
    only = OTHERS[["account_id", "industry"]].assign(industry="Software")
    n_attributes = sum(not one.is_derived for one in trained()[2].encoder.attributes)
    found = scored(only)
    assert found["data_completeness"].to_numpy() == pytest.approx(1 / n_attributes)
    assert set(found["tier"]) == {"Insufficient data"}
    assert found["name"].isna().all()


def test_threads_do_not_change_scores() -> None:
    model = model_of(trained()[1], 0.3)
    pd.testing.assert_frame_equal(score(model, OTHERS, DAY, 3, 2), scored(OTHERS), check_exact=True)


def test_an_account_of_which_nothing_is_known_is_scored_and_said_so() -> None:
    found = scored(OTHERS[["account_id"]][:2])
    assert found["tier"].to_list() == ["Insufficient data"] * 2
    assert found["reasons_for"].to_list() == [[], []]
    assert found["fit_probability"].between(0, 1).all()


def test_no_rows_give_no_rows() -> None:
    found = scored(OTHERS[:0])
    assert len(found) == 0
    assert list(found) == list(scored(OTHERS[:1]))


def test_what_speaks_is_the_contribution_to_the_score() -> None:
    model = trained()[2]
    contributions = model.explain(model.encoder.transform(OTHERS, DAY), 1).contributions
    place = {one.name: at for at, one in enumerate(model.encoder.attributes)}
    for row, told in enumerate(scored(OTHERS)["reasons_for"]):
        assert [one["contribution"] for one in told] == [
            contributions[row, place[one["attribute"]]] for one in told
        ]


@pytest.mark.parametrize("declared", [None, 0.05])
def test_who_gets_the_base_rate_is_a_good_fit_whatever_the_last_digit(declared) -> None:
    found = set()
    for n_best in range(30, 170):
        is_best = (np.arange(300) < n_best) * 1.0
        rates = base_rates(float(is_best.mean()), declared)
        everyone = fit_calibration(np.zeros(300), is_best).log_odds(np.zeros(1)) + rates.shift
        tiers = frozen_tiers(rates, settings().scoring.tiers, NOBODY_SEEN)
        found |= set(tier_of(probability(everyone), np.ones(1), tiers))
    assert found == {"Good fit"}
