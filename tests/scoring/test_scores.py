from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from small import companies, trained

from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Tiers
from icp_ml.scoring import frozen_tiers, score, tier_of
from icp_ml.settings import TierSettings

DAY = pd.Timestamp("2024-07-01")
OTHERS = companies(30, seed=8).accounts


def scored(accounts) -> pd.DataFrame:
    return score(trained()[2], accounts, DAY, 3)


@pytest.mark.parametrize(
    ("fit_probability", "completeness", "tier"),
    [
        (0.4, 1.0, "Best fit"),
        (0.3999, 1.0, "Good fit"),
        (0.2, 1.0, "Good fit"),
        (0.1999, 1.0, "Bad fit"),
        (0.9, 0.1999, "Insufficient data"),
        (0.9, 0.2, "Best fit"),
    ],
)
def test_a_tier_starts_at_its_cut_off(fit_probability: float, completeness: float, tier: str) -> None:
    found = tier_of(np.array([fit_probability]), np.array([completeness]), Tiers(0.4, 0.2, 0.2))
    assert found.tolist() == [tier]


@pytest.mark.parametrize(("base_rate", "tiers"), [(0.2, Tiers(0.4, 0.2, 0.1)), (0.6, Tiers(0.8, 0.6, 0.1))])
def test_cut_offs_are_multiples_of_the_base_rate_below_one(base_rate: float, tiers: Tiers) -> None:
    assert frozen_tiers(base_rate, TierSettings(best_fit=2, good_fit=1, min_completeness=0.1)) == tiers


def test_tiers_out_of_order_are_refused() -> None:
    with pytest.raises(ValidationError, match="best_fit must be at least good_fit, which is 2"):
        TierSettings(best_fit=1, good_fit=2, min_completeness=0.1)


@given(st.lists(st.integers(0, 29), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_a_row_does_not_depend_on_its_neighbours(picked, random) -> None:
    alone = scored(OTHERS)
    columns = random.sample(list(OTHERS), OTHERS.shape[1])
    batch = scored(OTHERS.iloc[picked][columns].reset_index(drop=True))
    pd.testing.assert_frame_equal(batch, alone.iloc[picked].reset_index(drop=True), check_exact=True)


def test_a_row_is_scored_by_the_mean_of_the_seeds_and_their_spread() -> None:
    model = trained()[2]
    matrix = model.encoder.transform(OTHERS, DAY)
    by_seed = model.log_odds(matrix, 1)
    found = scored(OTHERS)
    np.testing.assert_allclose(found["fit_probability"], probability(by_seed.mean(axis=1)), atol=1e-12)
    np.testing.assert_allclose(found["model_spread"], np.ptp(probability(by_seed), axis=1), atol=1e-12)


def test_completeness_is_the_share_of_attributes_that_are_known() -> None:
    only = OTHERS[["account_id", "industry"]].assign(industry="Software")
    n_attributes = len(trained()[2].encoder.attributes)
    found = scored(only)
    assert found["data_completeness"].to_numpy() == pytest.approx(1 / n_attributes)
    assert set(found["tier"]) == {"Insufficient data"}
    assert found["name"].isna().all()


def test_threads_do_not_change_scores() -> None:
    model = trained()[2]
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
    contributions, _ = model.explain(model.encoder.transform(OTHERS, DAY), 1)
    place = {one.name: at for at, one in enumerate(model.encoder.attributes)}
    for row, told in enumerate(scored(OTHERS)["reasons_for"]):
        assert [strength for _, _, strength in told] == [
            contributions[row, place[name]] for name, _, _ in told
        ]
