from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import FIELDS, companies, remembering, settings, trained

from icp_ml.model.calibration import Calibration, probability
from icp_ml.model.candidate import Tiers
from icp_ml.model.declared import rubric_model
from icp_ml.scoring import tier_of
from icp_ml.scoring.worth import _filled, _filling, worth_finding

DAY = pd.Timestamp("2024-07-01")
KINDS = ["boosted_trees", "logistic_regression", "rubric"]
OTHERS = companies(120, seed=8).accounts


def encoded(model, accounts):
    return model.encoder.transform(accounts, DAY), model.encoder.known(accounts, DAY)


def found(model, accounts=OTHERS) -> list[str | None]:
    return worth_finding(model, *encoded(model, accounts))


@given(st.sampled_from(KINDS), st.lists(st.integers(0, 119), min_size=1, max_size=6))
def test_what_is_said_of_a_row_does_not_depend_on_its_neighbours(kind, picked) -> None:
    model = remembering(kind)
    assert found(model, OTHERS.iloc[picked].reset_index(drop=True)) == [found(model)[at] for at in picked]


def test_a_row_that_lacks_nothing_has_nothing_worth_finding() -> None:
    model = remembering()
    is_whole = OTHERS.notna().all(axis=1).to_numpy()
    assert 0 < is_whole.sum() < len(OTHERS)
    assert {one for one, whole in zip(found(model), is_whole, strict=True) if whole} == {None}


@pytest.mark.parametrize("name", ["industry", "employees", "revenue", "technologies", "description"])
def test_a_value_put_in_is_the_row_as_if_it_had_always_been_known(name: str) -> None:
    encoder = trained()[2].encoder
    whole = OTHERS[OTHERS.notna().all(axis=1)].reset_index(drop=True)
    donor, _ = encoded(trained()[2], whole)
    gap, known = encoded(
        trained()[2], whole.assign(**{name: pd.Series([None] * len(whole), dtype=whole[name].dtype)})
    )
    filling = _filling(encoder, [one.name for one in encoder.attributes].index(name))
    for at in range(len(whole)):
        filled = _filled(filling, donor[at : at + 1], gap[at : at + 1], known[at : at + 1])
        np.testing.assert_array_equal(filled, donor[at : at + 1])


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_holds_of_some_donor_and_no_other_attribute_moves_more(kind: str) -> None:
    model, n_said = remembering(kind), 0
    matrix, known = encoded(model, OTHERS)
    completeness = model.encoder.completeness(known)
    own = [at for at, one in enumerate(model.encoder.attributes) if not one.is_derived]
    for row, said in enumerate(found(model)):
        outcomes = {}
        for at in [one for one in own if not known[row, one]]:
            filled = _filled(
                _filling(model.encoder, at),
                model.exemplars.donor_rows,
                matrix[row : row + 1],
                known[row : row + 1],
            )
            fit = probability(model.log_odds(filled, 1).mean(axis=1))
            then = np.full(len(fit), completeness[row] + 1 / len(own))
            outcomes[model.encoder.attributes[at].words] = (fit, set(tier_of(fit, then, model.tiers)))
        if said is None:
            assert all(np.ptp(fit) < 0.0101 for fit, _ in outcomes.values())
            continue
        n_said += 1
        words, told = said.rstrip(")").split(" (")
        fit, tiers = outcomes[words]
        if told.startswith("could make it "):
            assert set(told.removeprefix("could make it ").split(" or ")) <= tiers
        else:
            assert told == f"{100 * fit.min():.0f} to {100 * fit.max():.0f} %"
            assert np.ptp(fit) == max(np.ptp(one) for one, _ in outcomes.values())
    assert n_said > 5


def test_a_tier_counts_for_more_than_points() -> None:
    model = remembering()
    everyone = replace(model, tiers=Tiers(2.0, 2.0, 0.0))
    assert not any("could make it" in one for one in found(everyone) if one)
    assert any("could make it" in one for one in found(model) if one)


def test_what_would_place_an_account_is_said() -> None:
    model = replace(remembering(), tiers=Tiers(0.0, 0.0, 0.1))
    (said,) = found(model, OTHERS[["account_id"]][:1])
    assert said is not None and said.endswith("(could make it Best fit)")


def test_nothing_is_said_where_nothing_would_move() -> None:
    flat = replace(remembering(), calibration=Calibration(0.0, -1.0), tiers=Tiers(0.9, 0.5, 0.0))
    assert set(found(flat)) == {None}


def test_a_model_that_remembers_nobody_says_nothing() -> None:
    assert set(found(trained()[2])) == {None}
    rubric = rubric_model(settings().rubric, FIELDS, 0.2, {}, {})
    assert set(found(rubric)) == {None}
    assert found(remembering(), OTHERS[:0]) == []


def test_threads_change_nothing() -> None:
    model = remembering()
    assert worth_finding(model, *encoded(model, OTHERS), 2) == found(model)
