"""What was seen of the training rows: counted row by row, and nothing that the model does not look at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import companies, settings

from icp_ml.features.encoder import fit_encoder
from icp_ml.model.observed import Observed, observe
from icp_ml.schema import Field

TRAINING = companies(400)
IS_BEST = TRAINING.is_best.astype(bool)


def encoder_of(training, exclude=()):
    features = settings().features.model_copy(update={"exclude": tuple(exclude), "pairs": "always"})
    return fit_encoder(training.accounts, training.rows, training.fields, features, 1)[0]


ENCODER = encoder_of(TRAINING)
OBSERVED = observe(ENCODER, TRAINING, 20, "customers")


def counted(name: str, holds) -> tuple[int, int]:
    """Count by looking at each value."""
    is_in = np.array([isinstance(one, str) and holds(one.casefold()) for one in TRAINING.accounts[name]])
    return int(is_in.sum()), int((is_in & IS_BEST).sum())


@pytest.mark.parametrize("name", ["industry", "technologies", "description"])
def test_each_group_holds_the_rows_that_one_would_count(name: str) -> None:
    counts = OBSERVED.attributes[name].counts
    assert len(counts) > 1
    for group, found in counts.items():
        if name == "industry":
            assert found == counted(name, lambda value, group=group: value == group)
        if name == "technologies":
            assert found == counted(name, lambda value, group=group: group in value.split("|"))
        if name == "description":
            assert found[0] <= counted(name, lambda value, group=group: group in value)[0]


def test_the_bands_of_a_number_hold_the_rows_between_their_edges() -> None:
    seen = OBSERVED.attributes["employees"]
    values = TRAINING.accounts["employees"].to_numpy(dtype=float)
    edges = [-np.inf, *seen.edges, np.inf]
    for band, found in seen.counts.items():
        low, high = edges[int(band)], edges[int(band) + 1]
        is_in = (values >= low) & (values < high)
        assert found == (int(is_in.sum()), int((is_in & IS_BEST).sum()))
    assert sum(n for n, _ in seen.counts.values()) <= int(np.isfinite(values).sum())


@pytest.mark.parametrize("min_rows", [1, 20, 1_000])
def test_groups_of_too_few_rows_are_not_kept(min_rows: int) -> None:
    found = observe(ENCODER, TRAINING, min_rows, "deals")
    assert all(n >= min_rows for one in found.attributes.values() for n, _ in one.counts.values())
    assert (found.n, found.n_best, found.outcome) == (400, int(IS_BEST.sum()), "won")
    assert bool(found.attributes) == (min_rows < 400)


def test_it_reads_back_the_same() -> None:
    text = OBSERVED.to_json()
    assert Observed.from_json(text) == OBSERVED
    assert Observed.from_json(text).to_json() == text
    assert Observed.from_json(Observed().to_json()) == Observed()


def test_a_protected_attribute_is_not_counted_nor_are_the_values_it_holds() -> None:
    gender = pd.array(np.where(IS_BEST, "femaleowned", "maleowned"), "str")
    planted = replace(
        TRAINING,
        accounts=TRAINING.accounts.assign(owner_gender=gender),
        fields={**TRAINING.fields, "owner_gender": Field("category", "owner's gender")},
    )
    let_in = observe(encoder_of(planted), planted, 20, "customers").to_json()
    kept_out = observe(encoder_of(planted, ["owner_gender"]), planted, 20, "customers").to_json()
    assert "owner_gender" in let_in and "femaleowned" in let_in
    assert "gender" not in kept_out and "owned" not in kept_out


def test_it_does_not_depend_on_the_order_of_rows() -> None:
    turned = TRAINING.part(np.arange(len(TRAINING.rows))[::-1])
    assert observe(ENCODER, turned, 20, "customers") == OBSERVED
