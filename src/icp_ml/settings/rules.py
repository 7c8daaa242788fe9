"""Who may not be worked, who may all the same, and whom somebody wants: whatever the model says."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from icp_ml.settings.base import Settings
from icp_ml.settings.mapping import ColumnSettings, FileSettings, FilterSettings

Action = Literal["exclude", "allow", "force"]
Place = Literal["country", "region", "city", "postal_code"]
Key = Literal["account_id", "domain", "registration_id", "name", "founded_year"]
Words = Annotated[str, Field(min_length=1)]
PLACES = ("country", "region", "city", "postal_code")
KEYS = ("account_id", "domain", "registration_id", "name")


class AccountListSettings(FileSettings):
    """A file or query of accounts, found in the list by what customers are found by."""

    columns: dict[Key | Place, ColumnSettings]

    @model_validator(mode="after")
    def _finds_accounts(self) -> AccountListSettings:
        if not set(self.columns) & set(KEYS):
            raise ValueError(f"columns must have one of {', '.join(KEYS)}")
        if not set(self.columns) & set(KEYS[:-1]) and not set(self.columns) & set(PLACES):
            raise ValueError(f"a name finds nobody without its place: add one of {', '.join(PLACES)}")
        return self


class RuleSettings(Settings):
    """One rule: whom it is of, what becomes of them, who answers for it, and until when.

    All that it says of whom must hold.
    """

    action: Action
    is_hard: bool = False  # of exclude: no allow and no force lifts it
    is_customer: bool = False  # whoever is recognised as a customer
    where: tuple[FilterSettings, ...] = ()  # prospects, by our columns after parsing
    accounts: AccountListSettings | None = None
    tier: Literal["Best fit", "Good fit", "Bad fit"] | None = None  # of force
    owner: Words
    reason: Words
    expires: date | None = None  # the last day that it counts

    @model_validator(mode="after")
    def _makes_sense(self) -> RuleSettings:
        if not (self.is_customer or self.where or self.accounts):
            raise ValueError("says of nobody; give where, accounts or is_customer: true")
        if self.is_hard and self.action != "exclude":
            raise ValueError(f"is_hard is for exclude, not for {self.action}")
        if (self.action == "force") != (self.tier is not None):
            raise ValueError("action: force and tier go together")
        if any(one.not_in is not None for one in self.where):
            raise ValueError("where has not_in, which only a table of conf/data can have; give accounts")
        return self

    def is_over(self, today: date) -> bool:
        """Say whether the last day that it counts has passed."""
        return self.expires is not None and today > self.expires
