from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small import companies, remembering, settings, trained

from icp_ml.errors import DataError
from icp_ml.model.candidate import Model
from icp_ml.model.remembering import N_DONORS, exemplars_of

KINDS = ["boosted_trees", "logistic_regression", "rubric"]
TRAINING, _, MODEL = trained()


def chosen(training=TRAINING, seed=1, **changed):
    return exemplars_of(MODEL, training, settings().model.model_copy(update=changed), seed)


def sides(found):
    return set(found.best.account_id), set(found.poor.account_id)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_read_back_remembers_the_same(kind: str) -> None:
    model = remembering(kind)
    read = Model.from_files(model.to_files())
    assert read.exemplars == model.exemplars
    assert (read.version, read.to_files()) == (model.version, model.to_files())


def test_best_are_best_and_poor_are_customers_that_are_not() -> None:
    best, poor = sides(chosen())
    rows = TRAINING.rows
    assert best == set(rows.loc[rows["is_best"], "account_id"])
    assert poor == set(rows.loc[~rows["is_best"], "account_id"])


def test_a_poor_one_that_the_model_takes_for_good_is_kept() -> None:
    fit = trained()[1].candidate.probability_of(TRAINING)
    good = TRAINING.rows.loc[(fit > 0.6) & ~TRAINING.rows["is_best"].to_numpy(), "account_id"]
    assert len(good) > 0
    assert set(good) <= sides(chosen())[1]


def test_each_account_is_kept_once_and_one_that_was_ever_best_is_no_poor_one() -> None:
    owner = [f"A{at // 3:04}" for at in range(len(TRAINING.rows))]
    found = chosen(replace(TRAINING, rows=TRAINING.rows.assign(account_id=owner)))
    was_best = TRAINING.rows["is_best"].groupby(owner).any()
    rows_of_best, rows_of_poor = found.best.account_id, found.poor.account_id
    assert len({*rows_of_best, *rows_of_poor}) <= len(rows_of_best) + len(rows_of_poor) == len(was_best)


def test_as_many_are_drawn_as_asked_for_and_the_seed_decides_whom() -> None:
    one, same, other = chosen(n_exemplars=20), chosen(n_exemplars=20), chosen(n_exemplars=20, seed=2)
    assert [len(side) for side in sides(one)] == [20, 20]
    assert list(one.best.account_id) == sorted(one.best.account_id)
    assert one == same
    assert sides(one) != sides(other)


def test_the_order_of_the_rows_does_not_matter() -> None:
    turned = TRAINING.part(np.arange(len(TRAINING.rows))[::-1])
    found, again = chosen(n_exemplars=50), chosen(turned, n_exemplars=50)
    assert (found.best, found.poor, found.farthest) == (again.best, again.poor, again.farthest)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.995])
def test_so_many_customers_are_familiar(share: float) -> None:
    found = chosen(familiar_share=share)
    matrix = MODEL.encoder.transform(TRAINING.accounts, TRAINING.rows["as_of"])
    known = MODEL.encoder.known(TRAINING.accounts, TRAINING.rows["as_of"])
    heard = np.where(known, MODEL.explain(matrix, 1).contributions, 0.0)
    both = found.neighbours(TRAINING.accounts, heard, known)
    near = np.sqrt(np.minimum(*(one.squares[:, 0] for one in both)).astype(np.float64))
    assert (near <= found.farthest).mean() == pytest.approx(share, abs=0.005)


def test_donors_have_a_value_of_every_attribute() -> None:
    donors, owner = chosen().donor_rows, MODEL.encoder.attribute_of_column
    assert donors.shape == (N_DONORS, len(MODEL.encoder.columns))
    for at, attribute in enumerate(MODEL.encoder.attributes):
        if not attribute.is_derived:
            assert not np.isnan(donors[:, owner == at]).all(axis=1).any(), attribute.name


def test_importance_is_shared_out() -> None:
    assert sum(chosen().importance) == pytest.approx(1, abs=1e-4)


def test_customers_without_a_name_or_domain_are_remembered_too() -> None:
    bare = companies(80, seed=3)
    found = chosen(replace(bare, accounts=bare.accounts.drop(columns="name")))
    assert set(found.best.name) == {None}


def test_a_changed_customer_is_refused() -> None:
    files = remembering().to_files()
    changed = files["exemplars.json"].replace("Company 1", "Company 2", 1)
    with pytest.raises(DataError, match="incomplete or damaged"):
        Model.from_files(files | {"exemplars.json": changed})
