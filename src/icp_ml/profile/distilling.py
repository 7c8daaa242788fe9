"""Distil a model into groups of companies, each in conditions that a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Codes, Floats
from icp_ml.profile.axes import Axis, Bools, Day
from icp_ml.profile.card import Condition, GroupKind
from icp_ml.profile.conditions import condition_of
from icp_ml.profile.search import Asked, Ground, best_box, met_by
from icp_ml.schema import Field
from icp_ml.settings import ProfileSettings

Candidate = tuple[GroupKind, tuple[Condition, ...]]


@dataclass(frozen=True)
class Evidence:
    """What a profile is made from.

    Attributes
    ----------
    accounts : pandas.DataFrame
        The firmographics of each label row, parsed, in their order.
    rows : pandas.DataFrame
        Label rows: as_of, group, is_best.
    fit : ndarray of float64, shape (n_rows,)
        Their fit probability by the model.
    is_unseen : ndarray of bool, shape (n_rows,)
        Label rows that the model did not learn from.
    prospects : pandas.DataFrame
        New prospects, or a sample; may be empty.
    prospect_fit : ndarray of float64, shape (n_prospects,)
    fields : mapping of str to Field
        Of the columns; is_feature says of which conditions may speak: see `fields_used`.
    today : pandas.Timestamp
        That the prospects' ages are counted to.
    best_fit : float
        Probability from which on a company is a best fit.
    """

    accounts: pd.DataFrame
    rows: pd.DataFrame
    fit: Floats
    is_unseen: Bools
    prospects: pd.DataFrame
    prospect_fit: Floats
    fields: Mapping[str, Field]
    today: pd.Timestamp
    best_fit: float


@dataclass(frozen=True)
class Sample:
    """Label rows and drawn prospects, one after the other.

    Attributes
    ----------
    accounts : pandas.DataFrame
    day : pandas.Series
    fit : ndarray of float64, shape (n_rows,)
    is_customer, is_learnt : ndarray of bool, shape (n_rows,)
        Whether it is a label row; whether conditions are searched on it.
    """

    accounts: pd.DataFrame
    day: Day
    fit: Floats
    is_customer: Bools
    is_learnt: Bools

    def halves(self) -> tuple[Sample, Sample]:
        """Give it twice, each half searched on once."""
        return self, replace(self, is_learnt=~self.is_learnt)

    def whole(self) -> Sample:
        """Give it with all rows searched on."""
        return replace(self, is_learnt=np.ones_like(self.is_learnt))

    @property
    def weight(self) -> Floats:
        """Give the weights of the search: customers count as much as prospects, however many those are."""
        n = np.array(
            [max((self.is_learnt & ~self.is_customer).sum(), 1), (self.is_learnt & self.is_customer).sum()]
        )
        return np.asarray(self.is_learnt / n[self.is_customer.astype(int)])


def fields_used(fields: Mapping[str, Field], encoder: Encoder, prospects: pd.DataFrame) -> dict[str, Field]:
    """Let conditions speak of the columns that the model uses, and that a list of prospects has.

    Parameters
    ----------
    fields : mapping of str to Field
    encoder : Encoder
        Of the model.
    prospects : pandas.DataFrame
        Without a row it says nothing of the columns.

    Returns
    -------
    dict of str to Field
        The same columns; is_feature says of which conditions may speak.
    """
    used = {source for one in encoder.attributes for source in one.sources}
    shared = used & set(prospects.columns) if len(prospects) else used
    return {name: replace(field, is_feature=name in shared) for name, field in fields.items()}


def sample_of(evidence: Evidence, n_prospects: int, seed: int) -> Sample:
    """Draw prospects, and halve all rows: one half is marked as learnt; rows of one group stay together."""
    rng = np.random.default_rng(seed)
    n_drawn = min(n_prospects, len(evidence.prospects))
    drawn = np.sort(rng.permutation(len(evidence.prospects))[:n_drawn])
    group: Codes = pd.factorize(evidence.rows["group"])[0]
    in_half = rng.permutation(group.max(initial=-1) + 1) % 2 == 0
    prospects = evidence.prospects.iloc[drawn]
    days = [evidence.rows["as_of"], pd.Series([evidence.today] * n_drawn, dtype="datetime64[s]")]
    return Sample(
        pd.concat([evidence.accounts, prospects] if n_drawn else [evidence.accounts], ignore_index=True),
        pd.concat(days if n_drawn else days[:1], ignore_index=True).astype("datetime64[s]"),
        np.concatenate([evidence.fit, evidence.prospect_fit[drawn]]),
        np.arange(len(group) + n_drawn) < len(group),
        np.concatenate([in_half[group], rng.permutation(n_drawn) % 2 == 0]),
    )


def candidates(sample: Sample, axes: Sequence[Axis], settings: ProfileSettings) -> list[Candidate]:
    """Search for groups one after the other, each among the rows that no group before it took.

    What a group is said to be is decided later, by what was observed. Source of the covering: Friedman and
    Fisher, "Bump hunting in high-dimensional data", 1999, section 11.

    Parameters
    ----------
    sample : Sample
        Searched where it is learnt.
    axes : sequence of Axis
        Of the sample's accounts.
    settings : ProfileSettings

    Returns
    -------
    list of (kind, conditions)
        "core" for those where the model's fit is high, "anti" where it is low.
    """
    min_counted = settings.min_group_share * (sample.is_customer & sample.is_learnt).sum()
    weight = sample.weight
    found: list[Candidate] = []
    sides: list[tuple[GroupKind, float, float]] = [
        ("core", 1.0, settings.size_power),
        ("anti", -1.0, settings.anti_size_power),
    ]
    for kind, sign, power in sides:
        asked = Asked(max(min_counted, 1.0), power, settings.max_levels)
        for _ in range(settings.max_groups * (2 if kind == "core" else 1)):
            ground = Ground(axes, sign * sample.fit, weight, sample.is_customer.astype(float), asked)
            best = best_box(ground, settings.max_conditions)
            if best is None:
                break
            conditions = tuple(condition_of(axes[at], parts) for at, parts in best.box)
            found.append((kind, conditions))
            weight = weight * ~met_by(axes, best.box)
    return found
