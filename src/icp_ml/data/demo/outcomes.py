"""What happened after the sale: orders, deals and signals, drawn from each account's hidden potential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.data.demo.firms import TODAY, Bools, Floats, Ints

Days = npt.NDArray[np.datetime64]

FIRST_YEAR = 2021
YEAR_SHARES = (0.18, 0.20, 0.22, 0.24, 0.16)  # of first orders; so 84 % are older than a year today
DAYS_A_YEAR = 365
BILLING_MONTHS = (1, 3, 12)
BILLING_SHARES = (0.2, 0.3, 0.5)
DAYS_A_BILLING_MONTH = 31  # invoices run a little late, so no renewal falls inside the first 365 days
LOG_CONTRACT_USD = 9.9  # natural logarithm of the yearly contract at the threshold of best
CONTRACT_SLOPE = 0.42  # of the log contract on potential
CREDIT_SHARE = 0.025  # of order lines that are credited, in part or whole
COST_KNOWN_SHARE = 0.9
COST_SHARES = {"Platform": 0.22, "Connector Pack": 0.15, "Services": 0.7}
FLAG_NOISE = 0.8  # of the account managers' judgement
FLAG_MISSING_SHARE = 0.12
FIRST_LOST_SHARE = 0.15  # of customers that had said no once before
SECOND_LOST_SHARE = 0.25  # of lost accounts that said no twice
OPEN_SHARE = 0.03  # of customers with an undecided deal


@dataclass(frozen=True)
class Book:
    """The customers as the finance department knows them, one a row.

    Attributes
    ----------
    ids : array of str
        Account ids.
    strength : array of float
        Potential above (or below) the threshold of best.
    first_order, until : array of datetime64[D]
        When they came, and when they left or today.
    contract_usd : array of float
        The yearly subscription.
    """

    ids: npt.NDArray[np.object_]
    strength: Floats
    first_order: Days
    until: Days
    contract_usd: Floats

    @property
    def days(self) -> Ints:
        """Days as a customer."""
        return _whole_days(self.until - self.first_order)


def draw_book(rng: np.random.Generator, ids: npt.NDArray[np.object_], strength: Floats) -> Book:
    """Draw when each customer came, how long it stays and how much it pays a year."""
    n_customers = len(ids)
    first_order = _draw_first_orders(rng, n_customers)
    stay_days = 180 + rng.exponential(365 * 4.5 * np.exp(0.25 * np.clip(strength, -3, 3)))
    until = np.minimum(first_order + stay_days.astype(np.int64), TODAY)
    log_contract = LOG_CONTRACT_USD + CONTRACT_SLOPE * strength + rng.normal(0, 0.08, n_customers)
    return Book(ids, strength, first_order, until, np.exp(log_contract))


def draw_orders(rng: np.random.Generator, book: Book) -> pd.DataFrame:
    """Draw subscriptions, expansions, services and credit notes, oldest first.

    Returns
    -------
    pandas.DataFrame
        account_id, ordered_at, revenue and cost (US dollars), product.
    """
    lines = pd.concat(
        [
            _draw_subscriptions(rng, book),
            _draw_extras(rng, book, "Connector Pack", yearly=0.7),
            _draw_extras(rng, book, "Services", yearly=0.5),
        ],
        ignore_index=True,
    )
    shares = lines["product"].map(COST_SHARES).to_numpy() * rng.lognormal(0, 0.12, len(lines))
    lines = lines.assign(cost=(lines["revenue"] * np.minimum(shares, 0.95)).round(2))
    both = pd.concat([lines, _draw_credits(rng, lines)], ignore_index=True)
    known = both["cost"].where(rng.random(len(both)) < COST_KNOWN_SHARE)
    orders = both.assign(cost=known)[both["ordered_at"] < TODAY]
    return orders.sort_values(["ordered_at", "account_id"], kind="stable", ignore_index=True)


def draw_deals(rng: np.random.Generator, book: Book, lost_ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    """Draw the won deal of each customer, lost ones of both, and some that are open, oldest first.

    Returns
    -------
    pandas.DataFrame
        account_id, created_at, closed_at (missing while open), is_won (1, 0 or missing), amount (US dollars).
    """
    closed = book.first_order - rng.integers(1, 15, len(book.ids))
    won = _deals(rng, book.ids, closed, 1.0, book.contract_usd)
    said_no = rng.random(len(book.ids)) < FIRST_LOST_SHARE
    before = closed[said_no] - rng.integers(150, 700, said_no.sum())
    lost_first = _deals(rng, book.ids[said_no], before, 0.0, book.contract_usd[said_no])
    twice = lost_ids[rng.random(len(lost_ids)) < SECOND_LOST_SHARE]
    lost = _draw_lost_deals(rng, np.concatenate([lost_ids, twice]))
    parts = [won, lost_first, lost, _draw_open_deals(rng, book)]
    return pd.concat(parts).sort_values(["created_at", "account_id"], kind="stable", ignore_index=True)


def draw_signals(rng: np.random.Generator, book: Book) -> pd.DataFrame:
    """Draw what else is known of each customer, and whom its account manager calls best after a year.

    Returns
    -------
    pandas.DataFrame
        account_id, usage, referrals, advocacy, satisfaction, is_marquee, support_tickets, churned_at,
        is_best and flagged_at; yes/no as 1, 0 or missing.
    """
    n_customers, strength = len(book.ids), np.clip(book.strength, -4, 4)
    left = book.until < TODAY
    return pd.DataFrame(
        {
            "account_id": book.ids,
            "usage": np.exp(3.2 + 0.35 * strength + rng.normal(0, 0.7, n_customers)).round(1),
            "referrals": rng.poisson(0.5 * np.exp(0.35 * strength)).astype(np.float64),
            "advocacy": rng.binomial(3, 1 / (1 + np.exp(1.2 - 0.4 * strength))).astype(np.float64),
            "satisfaction": np.clip(7.6 + 0.5 * strength + rng.normal(0, 1.6, n_customers), 0, 10).round(),
            "is_marquee": (rng.random(n_customers) < 1 / (1 + np.exp(3 - 0.5 * strength))) * 1.0,
            "support_tickets": rng.poisson(rng.gamma(1.5, 4.0, n_customers)).astype(np.float64),
            "churned_at": np.where(left, book.until, np.datetime64("NaT", "D")),
            **_draw_flags(rng, book),
        }
    )


def _draw_first_orders(rng: np.random.Generator, n_customers: int) -> Days:
    last = np.ceil(np.cumsum(YEAR_SHARES) * n_customers - 0.5).astype(np.int64)
    year = FIRST_YEAR + np.searchsorted(last, rng.permutation(n_customers), side="right")
    start = (np.minimum(year, FIRST_YEAR + len(YEAR_SHARES) - 1) - 1970).astype("datetime64[Y]")
    days_in = rng.integers(0, DAYS_A_YEAR, n_customers).astype("timedelta64[D]")
    first: Days = np.add(start.astype("datetime64[D]"), days_in)
    return first


def _draw_subscriptions(rng: np.random.Generator, book: Book) -> pd.DataFrame:
    months = rng.choice(BILLING_MONTHS, size=len(book.ids), p=BILLING_SHARES)
    n_invoices = book.days // (months * DAYS_A_BILLING_MONTH) + 1
    row = np.repeat(np.arange(len(book.ids)), n_invoices)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(n_invoices) - n_invoices, n_invoices)
    late_days = np.where(nth == 0, 0, rng.integers(0, 6, len(row)))
    months_in = nth * months[row]
    yearly = book.contract_usd[row] * 1.03 ** (months_in / 12) * rng.lognormal(0, 0.04, len(row))
    ordered_at = book.first_order[row] + months_in * DAYS_A_BILLING_MONTH + late_days
    return _lines(book.ids[row], ordered_at, yearly * months[row] / 12, "Platform")


def _draw_extras(rng: np.random.Generator, book: Book, product: str, yearly: float) -> pd.DataFrame:
    rate = yearly * book.days / DAYS_A_YEAR * np.exp(0.25 * np.clip(book.strength, -4, 4))
    row = np.repeat(np.arange(len(book.ids)), rng.poisson(rate))
    ordered_at = book.first_order[row] + (20 + rng.random(len(row)) * book.days[row]).astype(np.int64)
    amount = 0.18 * book.contract_usd[row] * rng.lognormal(0, 0.5, len(row))
    return _lines(book.ids[row], ordered_at, amount, product)


def _draw_credits(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    credited = lines[rng.random(len(lines)) < CREDIT_SHARE]
    share = rng.choice([0.1, 0.25, 0.5, 1.0], size=len(credited))
    return credited.assign(
        ordered_at=credited["ordered_at"] + pd.to_timedelta(rng.integers(5, 40, len(credited)), unit="D"),
        revenue=(-share * credited["revenue"]).round(2),
        cost=(-share * credited["cost"]).round(2),
    )


def _draw_lost_deals(rng: np.random.Generator, ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    n_days = int(_whole_days(TODAY - np.datetime64(f"{FIRST_YEAR}-01-01", "D")))
    closed = TODAY - rng.integers(1, n_days, len(ids))
    return _deals(rng, ids, closed, 0.0, rng.lognormal(LOG_CONTRACT_USD - 0.3, 0.7, len(ids)))


def _draw_open_deals(rng: np.random.Generator, book: Book) -> pd.DataFrame:
    chosen = rng.random(len(book.ids)) < OPEN_SHARE
    nothing = np.full(chosen.sum(), np.datetime64("NaT", "D"))
    opened = _deals(rng, book.ids[chosen], nothing, np.nan, 0.4 * book.contract_usd[chosen])
    return opened.assign(created_at=TODAY - rng.integers(1, 90, chosen.sum()))


def _draw_flags(rng: np.random.Generator, book: Book) -> dict[str, Floats | Days]:
    flagged_at = book.first_order + DAYS_A_YEAR + rng.integers(-15, 45, len(book.ids))
    is_known: Bools = (flagged_at < TODAY) & (rng.random(len(book.ids)) >= FLAG_MISSING_SHARE)
    is_best = (book.strength + rng.normal(0, FLAG_NOISE, len(book.ids)) > 0) * 1.0
    return {
        "is_best": np.where(is_known, is_best, np.nan),
        "flagged_at": np.where(is_known, flagged_at, np.datetime64("NaT", "D")),
    }


def _deals(
    rng: np.random.Generator, ids: npt.NDArray[np.object_], closed: Days, is_won: float, amount: Floats
) -> pd.DataFrame:
    created = closed - rng.gamma(4.0, 15.0, len(ids)).astype(np.int64) - 7
    return pd.DataFrame(
        {
            "account_id": ids,
            "created_at": created,
            "closed_at": closed,
            "is_won": np.full(len(ids), is_won),
            "amount": (amount * rng.lognormal(0, 0.15, len(ids))).round(),
        }
    )


def _lines(ids: npt.NDArray[np.object_], ordered_at: Days, revenue: Floats, product: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"account_id": ids, "ordered_at": ordered_at, "revenue": revenue.round(2), "product": product}
    )


def _whole_days(span: npt.NDArray[np.timedelta64] | np.timedelta64) -> Ints:
    days: Ints = np.asarray(span).astype("timedelta64[D]").astype(np.int64)
    return days
