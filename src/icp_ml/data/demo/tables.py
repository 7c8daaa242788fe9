"""The demo as a whole: a B2B seller of data integration with five years of history, and its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.data.demo import exports, outcomes, truth
from icp_ml.data.demo.firms import Bools, Firms, Floats, Ints, draw_firms, name_codes, stack
from icp_ml.data.demo.mess import Texts

LOST_PER_CUSTOMER = 0.6  # accounts that only ever said no, for each customer


@dataclass(frozen=True)
class DemoTables:
    """What the seller has, under its own headings, and what only the generator knows.

    Attributes
    ----------
    customers, orders, deals, signals, prospects, vendor : pandas.DataFrame
        As exported; `conf/data/demo.yaml` maps them. The vendor's table enriches customers and prospects.
    truth : pandas.DataFrame
        account_id, table (customer or prospect), propensity (true probability of becoming best, as a
        customer), in_icp (meets the planted sentence), would_be_best (drawn from the propensity).
    """

    customers: pd.DataFrame
    orders: pd.DataFrame
    deals: pd.DataFrame
    signals: pd.DataFrame
    prospects: pd.DataFrame
    vendor: pd.DataFrame
    truth: pd.DataFrame


@dataclass(frozen=True)
class _Potential:
    scores: Floats
    drawn: Floats  # scores plus what no firmographic tells
    threshold: float  # drawn potential above which a company would be best

    def take(self, rows: Ints) -> _Potential:
        return _Potential(self.scores[rows], self.drawn[rows], self.threshold)


def generate(seed: int, n_customers: int, n_prospects: int) -> DemoTables:
    """Draw the demo: the same seed and counts give the same tables.

    Parameters
    ----------
    seed : int
        The only source of chance. Parts draw from streams of their own, so that the length of the
        prospect list changes nothing about the customers.
    n_customers : int
        Accounts with orders; the CRM holds 60 % more that only ever said no.
    n_prospects : int
        Rows of the prospect list, known and repeated companies among them.
    """
    streams = np.random.default_rng(seed).spawn(7)
    names_rng, firms_rng, potential_rng, outcomes_rng, crm_rng, list_rng, vendor_rng = streams
    n_accounts = n_customers + round(LOST_PER_CUSTOMER * n_customers)
    names = name_codes(names_rng, n_accounts + n_prospects)
    accounts = draw_firms(firms_rng, names[:n_accounts], "crm")
    everyone = stack([accounts, draw_firms(firms_rng, names[n_accounts:], "prospect")])
    is_customer = _draw_winners(potential_rng, accounts, n_customers)
    customers = np.flatnonzero(is_customer)
    potential = _draw_potential(potential_rng, everyone, customers)
    account_ids, prospect_ids = _ids("A", n_accounts), _ids("P", n_prospects)
    listed = exports.prospect_rows(list_rng, n_prospects, customers, n_accounts)
    rows = np.concatenate([np.arange(n_accounts), listed])
    return DemoTables(
        exports.customer_table(crm_rng, accounts, account_ids, is_customer),
        *_outcome_tables(outcomes_rng, account_ids, is_customer, potential),
        exports.prospect_table(list_rng, everyone.take(listed), prospect_ids),
        exports.vendor_table(vendor_rng, everyone),
        _truth(account_ids, prospect_ids, everyone.take(rows), potential.take(rows)),
    )


def _draw_winners(rng: np.random.Generator, accounts: Firms, n_customers: int) -> Bools:
    wish = truth.win_score(accounts) + rng.logistic(0, truth.WIN_NOISE, len(accounts))
    is_customer = np.zeros(len(accounts), dtype=np.bool_)
    is_customer[np.argsort(-wish, kind="stable")[:n_customers]] = True
    return is_customer


def _draw_potential(rng: np.random.Generator, firms: Firms, customers: Ints) -> _Potential:
    scores = truth.fit_score(firms)
    threshold = truth.best_threshold(rng, scores[customers])
    return _Potential(scores, scores + rng.logistic(0, truth.FIT_NOISE, len(firms)), threshold)


def _outcome_tables(
    rng: np.random.Generator, ids: Texts, is_customer: Bools, potential: _Potential
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    strength = (potential.drawn[: len(ids)] - potential.threshold)[is_customer]
    book = outcomes.draw_book(rng, ids[is_customer], strength)
    return (
        exports.order_table(rng, outcomes.draw_orders(rng, book)),
        exports.deal_table(rng, outcomes.draw_deals(rng, book, ids[~is_customer])),
        exports.signal_table(rng, outcomes.draw_signals(rng, book)),
    )


def _truth(account_ids: Texts, prospect_ids: Texts, firms: Firms, potential: _Potential) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": np.concatenate([account_ids, prospect_ids]),
            "table": np.repeat(["customer", "prospect"], [len(account_ids), len(prospect_ids)]),
            "propensity": truth.propensity(potential.scores, potential.threshold),
            "in_icp": truth.meets_profile(firms),
            "would_be_best": potential.drawn > potential.threshold,
        }
    )


def _ids(letter: str, n_rows: int) -> Texts:
    return np.array([f"{letter}{number:06d}" for number in range(1, n_rows + 1)], dtype=object)
