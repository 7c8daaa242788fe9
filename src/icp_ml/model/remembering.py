"""Choose the customers that a model remembers, and freeze what is familiar to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from icp_ml.features.attributes import NUMBER_FORMS
from icp_ml.features.statistics import Codes, Floats, Known, kept_digits
from icp_ml.model.exemplars import Exemplars, Side
from icp_ml.model.linear import signed_log
from icp_ml.model.recipe import TrainingSet
from icp_ml.settings import ModelSettings

if TYPE_CHECKING:
    from icp_ml.model.candidate import Model

N_DECIMALS = 4
"""Of a contribution that is kept: a ten-thousandth of log-odds is nothing, and half of the file."""
MARGIN = 0.1
"""Of the range that training saw, on a signed log scale: so much beyond either end is still seen."""
N_DONORS = 16
"""Values of each attribute that are tried where it is missing, half of them of best customers."""


def exemplars_of(model: Model, training: TrainingSet, settings: ModelSettings, seed: int) -> Exemplars:
    """Choose exemplars among the training rows, and measure how far customers lie from them.

    A poor exemplar is any customer that did not turn out best, also one that the model takes for a good one:
    that is the neighbour a salesperson should know of, and leaving it out would let the model confirm
    itself. The draws do not look at the score.

    Parameters
    ----------
    model : Model
    training : TrainingSet
        An account's newest row stands for it; it is best where any of its rows is.
    settings : ModelSettings
        n_exemplars at most of best and of poor; familiar_share and unseen_importance as cut-offs.
    seed : int
        Draws exemplars and donors.
    """
    as_of = training.rows["as_of"]
    matrix = model.encoder.transform(training.accounts, as_of)
    known = model.encoder.known(training.accounts, as_of)
    heard = np.where(known, model.explain(matrix, 1).contributions, 0.0)
    best, poor = (_drawn(one, settings.n_exemplars, seed) for one in _accounts_of(training.rows))
    strength = np.abs(heard).sum(axis=0)
    low, high = _ranges(model, matrix)
    found = Exemplars(
        best=_side(training.accounts, heard, best),
        poor=_side(training.accounts, heard, poor),
        farthest=0.0,
        importance=tuple(kept_digits(strength / max(strength.sum(), np.finfo(np.float64).tiny))),
        low=low,
        high=high,
        most_unseen=settings.unseen_importance,
        donors=_donors(model, matrix, (known, best, poor), seed),
    )
    return _with_cut_off(found, (training.accounts, heard, known), settings.familiar_share)


def _accounts_of(rows: pd.DataFrame) -> tuple[Codes, Codes]:
    """Give the newest best row of each account that has one, and the newest row of each other, by id."""
    order = rows.assign(at=np.arange(len(rows))).sort_values(["account_id", "as_of", "at"], kind="stable")
    is_best = order.groupby("account_id", sort=False)["is_best"].transform("any")
    best = order.loc[is_best & order["is_best"]].drop_duplicates("account_id", keep="last")
    poor = order.loc[~is_best].drop_duplicates("account_id", keep="last")
    return best["at"].to_numpy(), poor["at"].to_numpy()


def _drawn(positions: Codes, n: int, seed: int) -> Codes:
    """Draw some, and leave them in their order."""
    picked = np.random.default_rng(seed).permutation(len(positions))[:n]
    return np.asarray(positions[np.sort(picked)])


def _side(accounts: pd.DataFrame, heard: Floats, at: Codes) -> Side:
    picked = accounts.iloc[at]
    contributions = np.round(heard[at], N_DECIMALS) + 0.0  # no "-0.0"
    return Side(
        tuple(map(str, picked["account_id"])),
        _texts(picked, "name"),
        _texts(picked, "domain"),
        tuple(tuple(one) for one in contributions.tolist()),
    )


def _texts(accounts: pd.DataFrame, name: str) -> tuple[str | None, ...]:
    if name not in accounts:
        return (None,) * len(accounts)
    return tuple(one if isinstance(one, str) else None for one in accounts[name].tolist())


def _ranges(model: Model, matrix: Floats) -> tuple[Any, Any]:
    """Give each number's range with its margin, None for what is no number."""
    low: list[float | None] = []
    high: list[float | None] = []
    owner = model.encoder.attribute_of_column
    for at, attribute in enumerate(model.encoder.attributes):
        values = matrix[:, owner == at]
        is_number = attribute.form in NUMBER_FORMS and np.isfinite(values).any()
        ends = _widened(values[np.isfinite(values)]) if is_number else (None, None)
        low.append(ends[0])
        high.append(ends[1])
    return tuple(low), tuple(high)


def _widened(values: Floats) -> tuple[float, float]:
    ends = signed_log(np.array([values.min(), values.max()]))
    wide = ends + MARGIN * (ends[1] - ends[0]) * np.array([-1.0, 1.0])
    low, high = kept_digits(np.sign(wide) * np.expm1(np.abs(wide)))
    return min(low, float(values.min())), max(high, float(values.max()))


def _donors(
    model: Model, matrix: Floats, who: tuple[Known, Codes, Codes], seed: int
) -> tuple[tuple[float | None, ...], ...]:
    """Fill the columns of each attribute from customers that have a value of it.

    What is derived of one column alone comes from the same customers as that column.
    """
    known, *sides = who
    attributes, owner = model.encoder.attributes, model.encoder.attribute_of_column
    donors = np.full((N_DONORS, matrix.shape[1]), np.nan)
    for at, attribute in enumerate(attributes):
        if attribute.is_derived:
            continue
        columns = [
            column
            for column, one in enumerate(owner.tolist())
            if one == at or (attributes[one].is_derived and attributes[one].sources[0] == attribute.name)
        ]
        picked = np.concatenate([_drawn(one[known[one, at]], N_DONORS // 2, seed) for one in sides])
        donors[: len(picked), columns] = matrix[picked][:, columns]
    return tuple(tuple(None if np.isnan(one) else one for one in row) for row in donors.tolist())


def _with_cut_off(
    found: Exemplars, seen: tuple[pd.DataFrame, Floats, Known], familiar_share: float
) -> Exemplars:
    """Freeze the distance within which so many customers lie of their nearest exemplar, not themselves."""
    squares = np.minimum(*(one.squares[:, 0] for one in found.neighbours(*seen)))
    near = np.sqrt(squares[np.isfinite(squares)].astype(np.float64))
    farthest = float(np.quantile(near, familiar_share, method="higher")) if len(near) else 0.0
    return replace(found, farthest=farthest)
