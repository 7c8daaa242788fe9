"""What the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from icp_ml.label import Labels
from icp_ml.model.training import TrainingSet
from icp_ml.schema import Field
from icp_ml.settings import FeaturesSettings
from icp_ml.split import Split

Fields = Mapping[str, Field]


@dataclass(frozen=True)
class Accounts:
    """Firmographics of customers, or of a sample of prospects, and what their columns mean.

    Attributes
    ----------
    rows : pandas.DataFrame
        Our columns.
    fields : mapping of str to Field
    is_whole : bool
        False where a list is longer than what was read of it.
    """

    rows: pd.DataFrame
    fields: Fields
    is_whole: bool = True


@dataclass(frozen=True)
class Case:
    """Everything a check may look at; what is not there is not checked.

    Attributes
    ----------
    today : datetime.date
    features : FeaturesSettings
        Exclusions, and how levels become numbers.
    labels : Labels, optional
        Absent where nothing is learnt (label=rubric).
    training : TrainingSet, optional
        All label rows beside the firmographics that customers and prospects share.
    split : Split, optional
        Positions in the label rows.
    customers, prospects : Accounts, optional
    outcomes : mapping of str to pandas.DataFrame
        orders, deals and signals, as far as they were read.
    n_values : mapping of str to (int, int)
        Of a table's column, such as "orders.ordered_at": values not understood, and all that were given.
    headings : mapping of str to str
        The user's own heading of each of our columns.
    free_mail_share : float
        Of customers, those whose web domain is a mailbox's or a shared site's.
    """

    today: date
    features: FeaturesSettings
    labels: Labels | None = None
    training: TrainingSet | None = None
    split: Split | None = None
    customers: Accounts | None = None
    prospects: Accounts | None = None
    outcomes: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    n_values: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)
    free_mail_share: float = 0.0

    @cached_property
    def described(self) -> Accounts | None:
        """Give the accounts whose columns are checked: those with a label, else customers, else prospects."""
        if self.training is not None:
            accounts = self.training.accounts
            is_first = ~self.training.rows["account_id"].duplicated().to_numpy()
            return Accounts(accounts.loc[is_first].reset_index(drop=True), self.training.fields)
        return self.customers or self.prospects

    @cached_property
    def features_in_use(self) -> dict[str, Field]:
        """Give the features that are not excluded, those without any value left out."""
        found = self.described
        if found is None:
            return {}
        return {
            name: one
            for name, one in found.fields.items()
            if self.is_learnt(name, one) and name in found.rows and found.rows[name].notna().any()
        }

    def is_learnt(self, name: str, one: Field) -> bool:
        """Say whether a column would enter the matrix."""
        return one.is_feature and name not in self.features.exclude

    def heading(self, name: str) -> str:
        """Give the user's own heading of a column of ours."""
        return self.headings.get(name, name)


def values_of(accounts: Accounts, name: str) -> pd.Series[Any]:
    """Give the known values of a column."""
    values: pd.Series[Any] = accounts.rows[name]
    return values[values.notna()]
