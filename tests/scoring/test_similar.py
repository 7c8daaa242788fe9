from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import companies, recipe, remembering, settings, trained

from icp_ml.model.exemplars import keys_of
from icp_ml.model.remembering import exemplars_of
from icp_ml.model.training import fit_candidate
from icp_ml.schema import FIRMOGRAPHICS
from icp_ml.scoring import score
from icp_ml.scoring.unseen import carried, unseen

DAY = pd.Timestamp("2024-07-01")
KINDS = ["boosted_trees", "logistic_regression", "rubric"]
OTHERS = companies(300, seed=8).accounts.assign(account_id=lambda rows: "B" + rows["account_id"])
OTHERS = OTHERS.assign(name="Other " + OTHERS["name"])
SAID = ["similar_best", "similar_poor", "is_familiar", "unfamiliar"]


def scored(accounts, model=None) -> pd.DataFrame:
    return score(model or remembering(), accounts, DAY, 3)


@given(st.sampled_from(KINDS), st.lists(st.integers(0, 29), min_size=1, max_size=8))
def test_what_is_said_of_a_row_does_not_depend_on_its_neighbours(kind, picked) -> None:
    model = remembering(kind)
    alone, batch = scored(OTHERS[:30], model), scored(OTHERS.iloc[picked].reset_index(drop=True), model)
    for name in SAID:
        assert batch[name].tolist() == alone[name].iloc[picked].tolist()


def test_three_best_and_one_poor_are_named_nearest_first() -> None:
    found, training = scored(OTHERS[:50]), trained()[0].rows.set_index("account_id")["is_best"]
    for name, n, is_best in (("similar_best", 3, True), ("similar_poor", 1, False)):
        for row in found[name]:
            distances = [one["distance"] for one in row]
            assert (len(row), distances) == (n, sorted(distances))
            assert {bool(training[one["account_id"]]) for one in row} == {is_best}


def test_an_account_like_a_customer_in_all_but_its_name_is_nearest_to_it() -> None:
    training = trained()[0]
    best = training.accounts[training.rows["is_best"]][:20].reset_index(drop=True)
    double = best.assign(account_id="X" + best["account_id"], name="Another " + best["name"])
    model = remembering()
    day = training.rows.loc[training.rows["is_best"], "as_of"][:20].reset_index(drop=True)
    for at, expected in enumerate(best["account_id"]):
        (row,) = score(model, double[at : at + 1].reset_index(drop=True), day[at], 3)["similar_best"]
        assert row[0]["distance"] < 1e-3
        assert expected in {one["account_id"] for one in row} or row[2]["distance"] < 1e-3


@pytest.mark.parametrize(
    "kept", [("account_id",), ("name",), ("domain",), ("account_id", "name", "domain"), ()]
)
def test_a_customer_is_not_its_own_neighbour(kept) -> None:
    training = trained()[0]
    accounts = training.accounts.assign(domain=training.accounts["account_id"].str.lower() + ".com")
    base = trained()[2]
    model = replace(
        base, exemplars=exemplars_of(base, replace(training, accounts=accounts), settings().model, 1)
    )
    rows = accounts.assign(**{name: "x" for name in ("account_id", "name", "domain") if name not in kept})
    found = scored(rows, model)
    own = [
        any(one["account_id"] == account for one in [*best, *poor])
        for account, best, poor in zip(
            accounts["account_id"], found["similar_best"], found["similar_poor"], strict=True
        )
    ]
    assert any(own) is (not kept)


def test_punctuation_case_and_legal_form_make_no_other_name() -> None:
    names = pd.array(["Prairie Key, Inc.", "PRAIRIE KEY Incorporated", "Prairie Kay Inc", None, ""], "str")
    accounts = pd.DataFrame({"account_id": pd.array(list("ABCDE"), "str"), "name": names})
    one, same, other, *unknown = keys_of(accounts)[:, 1].tolist()
    assert one == same != other
    assert unknown == [0, 0]


@pytest.mark.parametrize("kind", KINDS[:2])
def test_few_of_the_same_population_are_unfamiliar(kind: str) -> None:
    assert (~scored(OTHERS, remembering(kind))["is_familiar"].astype(bool)).mean() < 0.05


@pytest.mark.parametrize("kind", KINDS[:2])
def test_planted_foreigners_are_unfamiliar_and_their_values_said(kind: str) -> None:
    foreign = OTHERS.assign(industry="Piracy", technologies="Abacus|Quill", employees=9e7, revenue=9e15)
    found = scored(foreign, remembering(kind))
    assert (~found["is_familiar"].astype(bool)).all()
    for words in found["unfamiliar"]:
        assert {"industry: Piracy", "technologies: Abacus, Quill", "employees: 90 M"} <= set(
            words.split("; ")
        )


def test_only_the_unfamiliar_have_words() -> None:
    found = scored(pd.concat([OTHERS, OTHERS.assign(industry="Piracy")], ignore_index=True))
    assert (found["unfamiliar"].isna() == found["is_familiar"].astype(bool)).all()


def test_a_combination_that_nobody_has_is_unfamiliar_as_one() -> None:
    model = remembering()
    strict = replace(model, exemplars=replace(model.exemplars, farthest=0.0))
    found = scored(OTHERS.drop(columns="last_funding_at"), strict)
    assert found["unfamiliar"].value_counts().idxmax() == "this combination"


def test_an_account_of_which_nothing_is_known_resembles_nobody_and_is_not_called_unfamiliar() -> None:
    (found,) = scored(OTHERS[["account_id"]][:1]).to_dict("records")
    assert (found["similar_best"], found["similar_poor"], found["is_familiar"]) == ([], [], True)


def test_a_model_without_exemplars_says_nothing() -> None:
    found = scored(OTHERS[:3], trained()[2])
    assert found[SAID].isna().all(axis=None)
    assert (found[SAID].dtypes == scored(OTHERS[:3])[SAID].dtypes).all()


def test_a_new_city_of_a_known_country_is_seen_and_one_of_an_unknown_is_not() -> None:
    training = companies(300)
    places = {"country": ["US", "DE"], "city": ["Boston", "Berlin"]}
    columns = {name: pd.array(np.tile(levels, 150), "str") for name, levels in places.items()}
    fields = {**training.fields, **{name: FIRMOGRAPHICS[name] for name in places}}
    training = replace(training, accounts=training.accounts.assign(**columns), fields=fields)
    encoder = fit_candidate(training, recipe()).kinds["logistic_regression"].encoder
    there = [("US", "Austin"), ("KE", "Nairobi"), (None, "Nairobi"), ("KE", None), ("DE", "Berlin")]
    rows = training.accounts[:5].assign(
        **{name: pd.array([one[at] for one in there], "str") for at, name in enumerate(places)}
    )
    matrix, known = encoder.transform(rows, DAY), encoder.known(rows, DAY)
    n = len(encoder.attributes)
    seen = replace(remembering().exemplars, low=(None,) * n, high=(None,) * n, importance=(1 / n,) * n)
    found = unseen(encoder, seen, matrix, known)
    at = {one.name: place for place, one in enumerate(encoder.attributes)}
    assert found[:, at["city"]].tolist() == [False, True, True, False, False]
    assert found[:, at["country"]].tolist() == [False, True, False, True, False]
    assert carried(encoder, seen, found)[0] < carried(encoder, seen, found)[1]
