from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from features.wide import FEATURES, wide

from icp_ml.features.encoder import Encoder, fit_encoder
from icp_ml.schema import Field

DAY = pd.Timestamp("2024-07-01")


def fitted(accounts, rows, fields, **changed) -> tuple[Encoder, np.ndarray]:
    return fit_encoder(accounts, rows, fields, FEATURES.model_copy(update=changed), 1)


def two(n: int, seed: int, share):
    """Draw two categories of six levels, best with a share that depends on both."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 6, (2, n))
    accounts = pd.DataFrame(
        {name: pd.array([f"{name}{at}" for at in one], "str") for name, one in zip("ab", codes, strict=True)}
    )
    rows = wide(n, seed).rows.assign(is_best=rng.random(n) < share(*codes))
    return accounts, rows, {"a": Field("category", "kind"), "b": Field("category", "place")}


def crossed(a, b):
    return np.where((a < 3) == (b < 3), 0.6, 0.2)


def added(a, b):
    return 1 / (1 + np.exp(2 - (a > 2) - (b > 2)))


def test_a_pair_that_says_more_than_its_parts_is_found_and_named() -> None:
    encoder, matrix = fitted(*two(1500, 1, crossed))
    pair = encoder.attributes[-1]
    assert (pair.name, pair.words, pair.sources) == ("a×b", "kind and place", ("a", "b"))
    shown = encoder.transform(pd.DataFrame({"a": ["a0", "a0"], "b": ["b0", "b5"]}).astype("str"), DAY)
    alike, unlike = shown[:, encoder.columns.index("a×b:share")]
    assert alike > 0.3 > -0.3 > unlike
    assert not np.isnan(matrix).any()


@pytest.mark.parametrize("seed", range(6))
def test_a_pair_that_adds_nothing_is_left_alone(seed: int) -> None:
    assert [one.name for one in fitted(*two(1500, seed, added))[0].attributes] == ["a", "b"]


def test_a_cell_that_was_never_seen_is_the_sum_of_its_levels() -> None:
    accounts, rows, fields = two(1500, 2, crossed)
    kept = ~((accounts["a"] == "a1") & (accounts["b"] == "b4")).to_numpy()
    encoder, _ = fitted(accounts[kept].reset_index(drop=True), rows[kept].reset_index(drop=True), fields)
    shown = pd.DataFrame({"a": ["a1", "a1", None], "b": ["b4", "new", "b4"]}).astype("str")
    part = pd.DataFrame(encoder.transform(shown, DAY), columns=encoder.columns)
    sums = part["a:share"] + part["b:share"]
    np.testing.assert_allclose(part["a×b:share"][:2], sums[:2])
    assert part["a×b:rows"][:2].tolist() == [0, 0]
    assert part["a×b:share"][2:].isna().all()


@pytest.mark.parametrize("pairs", ["never", "tried"])
def test_pairs_are_encoded_where_they_are_asked_for(pairs: str) -> None:
    assert len(fitted(*two(1500, 1, crossed), pairs=pairs)[0].attributes) == 2
    assert len(fitted(*two(1500, 1, crossed), n_pairs=0)[0].attributes) == 2


def test_rows_of_one_company_count_once() -> None:
    accounts, rows, fields = two(120, 4, crossed)
    many = [pd.concat([one] * 12, ignore_index=True) for one in (accounts, rows)]
    assert len(fitted(many[0], many[1], fields)[0].attributes) == 2
    as_if_alone = many[1].assign(group=np.arange(1440).astype(str))
    assert len(fitted(many[0], as_if_alone, fields)[0].attributes) == 3


def test_of_pairs_that_say_the_same_one_is_kept() -> None:
    accounts, rows, fields = two(1500, 1, crossed)
    again = accounts.assign(c=accounts["a"])
    encoder, _ = fitted(again, rows, {**fields, "c": Field("category", "kind again")})
    assert [one.name for one in encoder.attributes if one.form == "pair"] == ["a×b"]


def test_a_pair_speaks_of_finer_levels_than_its_path_needs() -> None:
    training = wide(1500, 1)
    encoder, _ = fitted(training.accounts, training.rows, training.fields)
    assert "industry×region" in [one.name for one in encoder.attributes]
    shifted = replace(training, accounts=training.accounts.drop(columns="region"))
    matrix = encoder.transform(shifted.accounts, DAY)
    assert np.isnan(matrix[:, encoder.columns.index("industry×region:share")]).all()


def test_two_columns_that_no_row_has_both_of_make_no_pair() -> None:
    accounts, rows, fields = two(300, 4, crossed)
    is_first = np.arange(300) < 150
    apart = accounts.assign(a=accounts["a"].where(is_first), b=accounts["b"].where(~is_first))
    assert [one.name for one in fitted(apart, rows, fields)[0].attributes] == ["a", "b"]
