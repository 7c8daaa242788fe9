from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small import companies, recipe, settings

from icp_ml.errors import ConfigError
from icp_ml.model.recipe import Recipe
from icp_ml.model.training import Fit, fit_candidate

KINDS = ("boosted_trees", "logistic_regression", "blend")


def declared(**monotone: str) -> Recipe:
    model = settings().model.model_copy(update={"monotone": monotone, "kinds": KINDS})
    return replace(recipe(), model=model)


@pytest.fixture(scope="module", params=["increasing", "decreasing"])
def steered(request):
    """Fit with a direction; one of the two runs against what the rows say."""
    return request.param, fit_candidate(companies(400), declared(employees=request.param))


def steps_of(fit: Fit, kind: str) -> np.ndarray:
    """Raise the employees of some companies again and again, all else the same: what does that add?"""
    others, scores = companies(60, seed=8), []
    for employees in (1.0, 3.0, 10.0, 30.0, 50.0, 60.0, 61.0, 80.0, 100.0, 300.0, 1e4, 1e6):
        accounts = others.accounts.assign(employees=employees)
        scores.append(fit.kinds[kind].probability_of(replace(others, accounts=accounts)))
    return np.diff(np.array(scores), axis=0)


@pytest.mark.parametrize("kind", KINDS)
def test_raising_the_number_never_moves_the_score_against_its_direction(steered, kind: str) -> None:
    direction, fit = steered
    steps = steps_of(fit, kind) * (1 if direction == "increasing" else -1)
    assert steps.min() >= -1e-12


def test_without_a_direction_the_score_moves_both_ways() -> None:
    steps = steps_of(fit_candidate(companies(400), declared()), "boosted_trees")
    assert steps.min() < 0 < steps.max()


def test_what_else_is_made_of_the_attribute_is_left_out() -> None:
    names = [one.name for one in fit_candidate(companies(200), declared()).candidate.encoder.attributes]
    found = fit_candidate(companies(200), declared(revenue="increasing")).candidate.encoder.attributes
    assert set(names) - {one.name for one in found} == {"revenue_per_employee"}


@pytest.mark.parametrize("name", ["headcount", "industry", "revenue_per_employee"])
def test_a_direction_of_what_has_no_number_names_those_that_have(name: str) -> None:
    with pytest.raises(ConfigError) as failure:
        fit_candidate(companies(200), declared(**{name: "increasing"}))
    assert str(failure.value).startswith(f"model.monotone names what has no number to learn from: {name}.")
    assert "employees" in str(failure.value)
    assert "industry," not in str(failure.value).partition("Name")[2]


def test_of_a_founding_year_increasing_means_that_older_is_better() -> None:
    fit = fit_candidate(companies(400), declared(founded_year="increasing"))
    others = companies(60, seed=8)
    scores = [
        fit.kinds["boosted_trees"].probability_of(
            replace(others, accounts=others.accounts.assign(founded_year=year))
        )
        for year in (2020.0, 2010.0, 2000.0, 1980.0, 1900.0)
    ]
    assert np.diff(np.array(scores), axis=0).min() >= -1e-12
