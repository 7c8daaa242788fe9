"""What holds of the whole encoder, with a column of every form and with pairs."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from features.wide import FEATURES, FIELDS, reordered, wide
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from icp_ml.features.encoder import Encoder, fit_encoder
from icp_ml.features.statistics import folds_of
from icp_ml.model.boosting import Examples
from icp_ml.model.linear import fit_logistic
from icp_ml.model.training import TrainingSet
from icp_ml.schema import Field

DAY = pd.Timestamp("2024-07-01")


@cache
def learnt() -> Encoder:
    return fitted(wide(900))[0]


def fitted(training: TrainingSet, seed: int = 1, **changed) -> tuple[Encoder, np.ndarray]:
    features = FEATURES.model_copy(update=changed)
    return fit_encoder(training.accounts, training.rows, training.fields, features, seed)


def test_every_form_is_there_and_no_column_twice() -> None:
    forms = {one.form for one in learnt().attributes}
    assert forms >= {"number", "age", "ratio", "share", "growth", "time_zone", "band", "levels", "ordered"}
    assert forms >= {"country", "industry_code", "items", "words", "pair"}
    assert len(set(learnt().columns)) == len(learnt().columns) == len(learnt().attribute_of_column)


@given(st.permutations(range(12)), st.integers(0, 20))
@hypothesis_settings(max_examples=12)
def test_a_row_means_the_same_alone_and_among_others_in_any_order(order, seed: int) -> None:
    accounts = wide(12, seed + 50).accounts
    together = learnt().transform(accounts, DAY)
    alone = np.vstack([learnt().transform(accounts.iloc[[at]], DAY) for at in range(12)])
    turned = learnt().transform(accounts.iloc[order], DAY)
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together[order], turned)
    assert not np.isinf(together).any()


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_learnt_does_not_depend_on_the_order_of_rows_or_columns(seed: int) -> None:
    training, order = wide(400, 3), np.random.default_rng(seed).permutation(400)
    encoder, matrix = fitted(training)
    other, turned = fitted(reordered(training, order))
    assert other.to_json() == encoder.to_json()
    np.testing.assert_array_equal(turned, matrix[order])


def test_all_of_it_survives_json() -> None:
    accounts = wide(60, 9).accounts
    read = Encoder.from_json(learnt().to_json())
    assert read == learnt()
    np.testing.assert_array_equal(read.transform(accounts, DAY), learnt().transform(accounts, DAY))


def test_a_table_without_any_column_and_one_without_rows_are_encoded() -> None:
    nothing = learnt().transform(pd.DataFrame(index=range(2)), DAY)
    assert np.isnan(nothing).all()
    assert learnt().transform(wide(3).accounts[:0], DAY).shape == (0, len(learnt().columns))
    assert not learnt().known(pd.DataFrame(index=range(2)), DAY).any()


def test_a_gap_in_all_of_an_attributes_columns_is_not_known() -> None:
    accounts = wide(40, 4).accounts
    known, matrix = learnt().known(accounts, DAY), learnt().transform(accounts, DAY)
    owner = learnt().attribute_of_column
    for at in range(len(learnt().attributes)):
        is_blank = np.isnan(matrix[:, owner == at]).all(axis=1)
        np.testing.assert_array_equal(known[:, at], ~is_blank)


def test_completeness_counts_what_is_derived_once() -> None:
    accounts = wide(50, 5).accounts
    own = [one.name for one in learnt().attributes if not one.is_derived]
    expected = accounts[own].notna().mean(axis=1)
    np.testing.assert_allclose(learnt().completeness(learnt().known(accounts, DAY)), expected)


def many_codes(seed: int) -> TrainingSet:
    """Draw 2,000 rows of 1,000 groups, with four columns of 300 levels that mean nothing."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 300, (4, 1000)).repeat(2, axis=1)
    names = ("industry", "country", "region", "city")
    accounts = pd.DataFrame(
        {
            name: pd.array([f"{name} {at}" for at in one], "str")
            for name, one in zip(names, codes, strict=True)
        }
    )
    noise = wide(1000, seed, is_noise=True)
    rows = noise.rows.loc[noise.rows.index.repeat(2)].reset_index(drop=True)
    told = noise.accounts["description"].repeat(2).reset_index(drop=True)
    fields = {name: Field("category", name) for name in names}
    return TrainingSet(
        accounts.assign(description=told), rows, {**fields, "description": FIELDS["description"]}
    )


@pytest.mark.parametrize("draw", [many_codes, lambda seed: wide(1000, seed, is_noise=True)])
def test_on_pure_noise_the_out_of_fold_auc_is_that_of_chance(draw) -> None:
    from sklearn.metrics import roc_auc_score

    found = []
    for seed in range(3):
        training, score = draw(seed), np.zeros(len(draw(seed).rows))
        folds = folds_of(training.rows["group"].to_numpy(object), training.is_best, 3, seed)
        for fold in range(3):
            seen, unseen = (training.part(np.flatnonzero((folds == fold) == side)) for side in (False, True))
            encoder, matrix = fitted(seen, seed, min_count=3)
            examples = Examples(matrix, seen.is_best, seen.weight)
            score[folds == fold] = fit_logistic(examples, 0.1).log_odds(
                encoder.transform(unseen.accounts, unseen.rows["as_of"])
            )[:, 0]
        found.append(roc_auc_score(training.is_best, score))
    assert abs(np.mean(found) - 0.5) < 0.035
