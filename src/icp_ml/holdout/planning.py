"""How many accounts must be left alone, and for how long, to see what working them brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import NormalDist

import pandas as pd

from icp_ml.errors import ConfigError, count
from icp_ml.holdout.counting import could_be_worked
from icp_ml.settings import HoldoutSettings

MAX_WEEKS = 520
FEW_SALES = 30
"""A baseline that rests on fewer is said to be rough."""


@dataclass(frozen=True)
class Baseline:
    """The share of worked accounts that buys within the weeks of the plan.

    Attributes
    ----------
    share : float
        0 to 1.
    n_sales, n_accounts : int, optional
        That it rests on; None where it was given.
    """

    share: float
    n_sales: int | None = None
    n_accounts: int | None = None


@dataclass(frozen=True)
class Plan:
    """The size of an experiment.

    Attributes
    ----------
    baseline : Baseline
    n_accounts : int
        That may take part.
    n_left_alone : int
        Of them, by the share.
    n_required : int
        To be left alone, to see the effect within the weeks asked for.
    weeks : int
        Asked for.
    weeks_required : int, optional
        With the accounts that there are; None where no time is long enough.
    """

    baseline: Baseline
    n_accounts: int
    n_left_alone: int
    n_required: int
    weeks: int
    weeks_required: int | None

    def lines(self, holdout: HoldoutSettings) -> list[str]:
        """Say the plan in words."""
        share, given = self.baseline, ""
        if share.n_sales is not None:
            rough = ", which is rough" if share.n_sales < FEW_SALES else ""
            given = f" ({count(share.n_sales, 'sale')} to {share.n_accounts:,} accounts{rough})"
        effect = f"{100 * holdout.min_effect:.1f} points"
        said = [
            f"{100 * share.share:.1f} % of worked accounts buy within {self.weeks} weeks{given}",
            f"to see a difference of {effect} {count(self.n_required, 'account')} must be left alone; "
            f"{self.n_left_alone:,} of {self.n_accounts:,} would be",
        ]
        if self.weeks_required is None:
            said.append("these are too few for any time: raise share or min_effect, or widen tiers")
        elif self.weeks_required > self.weeks:
            said.append(f"with so many it takes {self.weeks_required} weeks")
        return said


def day_of_plan(entries: pd.DataFrame, holdout: HoldoutSettings, today: date) -> date:
    """Give the day whose list and deals a plan is of: from the start on the same one, whatever came since.

    It is the start, or the ledger's first day where that is later; before the start, today.
    """
    end, first = min(today, holdout.starts or today), entries["scored_at"].min()
    return end if pd.isna(first) else max(end, first.date())


def baseline_of(
    entries: pd.DataFrame, deals: pd.DataFrame, holdout: HoldoutSettings, today: date
) -> Baseline:
    """Give the share of the tiers' accounts that bought within so many weeks before the experiment.

    Customers of earlier days are left out of both numbers; those who became one in these weeks belong to
    both. What was won or scored after the start is the experiment's, and counts in neither.

    Parameters
    ----------
    entries : pandas.DataFrame
        As for `population`.
    deals : pandas.DataFrame
        As for `arms`.

    Raises
    ------
    ConfigError
        Nobody of these tiers bought, or a share is not given and cannot be found.
    """
    if holdout.baseline is not None:
        return Baseline(holdout.baseline)
    end = min(today, holdout.starts or today)
    start = pd.Timestamp(end - timedelta(weeks=holdout.weeks))
    created = deals["created_at"].dt.normalize()
    is_within = (created >= start) & (created < pd.Timestamp(end))
    is_won = (deals["is_won"] == 1) & (deals["closed_at"].dt.normalize() <= pd.Timestamp(end))
    buyers = set(deals.loc[is_within & is_won, "account_id"])
    known = entries.loc[entries["scored_at"] <= pd.Timestamp(day_of_plan(entries, holdout, today))]
    last = known.drop_duplicates(["account_id", "segment"], keep="last")
    has_bought = last["account_id"].isin(buyers)
    as_prospect = last.assign(
        is_customer=last["is_customer"].eq(True) & ~has_bought,
        is_excluded=last["is_excluded"].eq(True) & ~(has_bought & last["is_customer"].eq(True)),
    )
    ids = pd.Series(last.loc[could_be_worked(as_prospect, holdout), "account_id"].unique())
    n_sales = int(ids.isin(buyers).sum())
    if not n_sales:
        tiers = ", ".join(holdout.tiers)
        what = f"no account of the tiers {tiers} bought in the {holdout.weeks} weeks to {end}."
        raise ConfigError(
            what, fix="Give holdout.baseline, the share of worked accounts that buys in that time."
        )
    return Baseline(n_sales / len(ids), n_sales, len(ids))


def plan(baseline: Baseline, n_accounts: int, holdout: HoldoutSettings) -> Plan:
    """Plan an experiment of so many accounts.

    Raises
    ------
    ConfigError
        Working accounts cannot bring more than all their sales.
    """
    if holdout.min_effect >= baseline.share:
        what = (
            f"holdout.min_effect is {100 * holdout.min_effect:.1f} points, and only "
            f"{100 * baseline.share:.1f} % of worked accounts buy within {holdout.weeks} weeks."
        )
        raise ConfigError(what, fix="Ask for a smaller effect, or for more weeks.")
    return Plan(
        baseline=baseline,
        n_accounts=n_accounts,
        n_left_alone=round(holdout.share * n_accounts),
        n_required=required_left_alone(*_shares(baseline, holdout, holdout.weeks), holdout),
        weeks=holdout.weeks,
        weeks_required=weeks_required(baseline, n_accounts, holdout),
    )


def weeks_required(baseline: Baseline, n_accounts: int, holdout: HoldoutSettings) -> int | None:
    """Give the weeks after which so many accounts suffice; None beyond ten years."""
    has = holdout.share * n_accounts
    for weeks in range(1, MAX_WEEKS + 1):
        if required_left_alone(*_shares(baseline, holdout, weeks), holdout) <= has:
            return weeks
    return None


def required_left_alone(worked: float, alone: float, holdout: HoldoutSettings) -> int:
    """Give how many accounts must be left alone, of both sides the smaller where the share is below a half.

    For the two-sided test of two shares with sides of unequal size. Source: Fleiss, Levin and Paik,
    "Statistical Methods for Rates and Proportions", 3rd edition, 2003, section 4.4, without the correction
    for continuity.

    Parameters
    ----------
    worked, alone : float
        The shares that buy, 0 to 1.
    """
    normal, ratio = NormalDist(), (1 - holdout.share) / holdout.share
    both = (alone + ratio * worked) / (ratio + 1)
    by_chance = normal.inv_cdf((1 + holdout.confidence) / 2) * sqrt((ratio + 1) * both * (1 - both))
    missed = normal.inv_cdf(holdout.power) * sqrt(ratio * alone * (1 - alone) + worked * (1 - worked))
    return ceil((by_chance + missed) ** 2 / (ratio * (worked - alone) ** 2))


def _shares(baseline: Baseline, holdout: HoldoutSettings, weeks: int) -> tuple[float, float]:
    """Give the shares of either side that have bought after so many weeks, at a steady pace."""
    after = weeks / holdout.weeks
    alone = baseline.share - holdout.min_effect
    return 1 - (1 - baseline.share) ** after, 1 - (1 - alone) ** after
