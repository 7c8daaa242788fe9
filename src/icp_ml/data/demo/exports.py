"""The demo's tables as the seller's systems export them: headings of their own, messy text, flawed rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from icp_ml.data.demo import mess
from icp_ml.data.demo.firms import TODAY, Bools, Firms, Ints, Source
from icp_ml.data.demo.mess import Texts
from icp_ml.data.demo.words import COUNTRIES, INDUSTRIES, OWNERSHIPS, STAGES

HEADINGS: dict[Source, dict[str, str]] = {
    "crm": {
        "name": "Account Name", "domain": "Website", "industry": "Industry", "industry_code": "NAICS",
        "employees": "Headcount", "revenue": "Annual Revenue", "country": "Country",
        "region": "State/Province", "city": "City", "technologies": "Tech Stack",
        "founded_year": "Year Founded", "funding_total": "Total Funding", "funding_stage": "Funding Stage",
        "last_funding_at": "Last Funding Date", "ownership": "Ownership", "description": "Description",
        "web_visits": "Monthly Web Visits",
    },
    "prospect": {
        "name": "company", "domain": "url", "industry": "sector", "industry_code": "naics_code",
        "employees": "employee_count", "revenue": "est_revenue", "country": "country", "region": "state",
        "city": "city", "technologies": "technologies", "founded_year": "founded",
        "funding_total": "funding_usd", "funding_stage": "last_round", "last_funding_at": "last_round_date",
        "ownership": "ownership", "description": "about", "web_visits": "web_visits",
    },
}  # fmt: skip
MISSING_SHARES = {
    "name": 0.0, "domain": 0.03, "industry": 0.04, "industry_code": 0.35, "employees": 0.08, "revenue": 0.30,
    "country": 0.02, "region": 0.15, "city": 0.10, "technologies": 0.25, "founded_year": 0.15,
    "funding_total": 0.40, "funding_stage": 0.20, "last_funding_at": 0.40, "ownership": 0.20,
    "description": 0.10, "web_visits": 0.20,
}  # fmt: skip
DATE_ORDER: dict[Source, str] = {"crm": "dmy", "prospect": "ymd"}
SEPARATOR: dict[Source, str] = {"crm": "; ", "prospect": ", "}
OWNERS = ("M. Keller", "A. Osei", "J. Lindqvist", "P. Moreau", "S. Iyer", "T. Nakamura")
ROLES = ("", "Data Lead", "Data Lead; Finance", "IT", "IT; Data Lead; Procurement", "Procurement")

KNOWN_SHARE = 0.02  # of prospects that are customers already, under another id
DUPLICATE_SHARE = 0.01  # of prospects that are another prospect once more
N_WITHOUT_ID = 20
N_IMPOSSIBLE = 15
IMPOSSIBLE_EMPLOYEES = "-5"

VENDOR_SHARE = 0.45  # of all companies that the firmographics vendor knows, whatever becomes of them
VENDOR_NO_SITE_SHARE = 0.05  # of its rows, which are found by name and country alone
VENDOR_NOISE = 0.1  # of its log employees
VENDOR_SEES_SHARE = 0.9  # of the technologies that a company uses
N_VENDOR_REPEATS = 30  # companies that it lists twice
N_VENDOR_MAILBOXES = 15  # rows with a mailbox for a web site
N_VENDOR_IMPOSSIBLE = 10


def customer_table(rng: np.random.Generator, firms: Firms, ids: Texts, is_customer: Bools) -> pd.DataFrame:
    """Write the CRM's account list: customers, and accounts that only ever said no."""
    n_accounts = len(firms)
    seen_days_ago = rng.integers(1, 400, n_accounts)
    subscribed = (rng.random(n_accounts) < 0.4).astype(np.float64)
    status = np.where(is_customer, "Customer", "Closed Lost")
    return pd.DataFrame(
        {
            "Account ID": ids,
            **_firmographics(rng, firms, "crm"),
            "Account Owner": mess.pick(OWNERS, rng.integers(0, len(OWNERS), n_accounts)),
            "Account Status": status,
            "Newsletter": mess.answers(rng, subscribed),
            "Contact Roles": mess.pick(ROLES, rng.integers(0, len(ROLES), n_accounts)),
            "Last Activity": mess.dates(TODAY - seen_days_ago, "dmy"),
        }
    )


def prospect_table(rng: np.random.Generator, firms: Firms, ids: Texts) -> pd.DataFrame:
    """Write the list vendor's prospects, a few of them without an id or with an impossible head-count."""
    columns = _firmographics(rng, firms, "prospect")
    flawed = rng.permutation(len(firms))
    n_without_id, n_impossible = min(N_WITHOUT_ID, len(firms) // 20), min(N_IMPOSSIBLE, len(firms) // 20)
    written_ids, headcounts = ids.copy(), columns["employee_count"].copy()
    written_ids[flawed[:n_without_id]] = ""
    headcounts[flawed[n_without_id : n_without_id + n_impossible]] = IMPOSSIBLE_EMPLOYEES
    return pd.DataFrame({"prospect_id": written_ids, **columns, "employee_count": headcounts})


def prospect_rows(rng: np.random.Generator, n_prospects: int, customers: Ints, n_accounts: int) -> Ints:
    """Choose which company each prospect row is about.

    Returns
    -------
    array of int, shape (n_prospects,)
        Positions in the accounts followed by the new companies: new ones once each, some of them twice,
        and some customers.
    """
    n_known = min(round(KNOWN_SHARE * n_prospects), len(customers))
    n_twice = round(DUPLICATE_SHARE * n_prospects)
    fresh = n_accounts + np.arange(n_prospects - n_known - n_twice)
    known = rng.choice(customers, size=n_known, replace=False)
    twice = rng.choice(fresh, size=n_twice, replace=False)
    return rng.permutation(np.concatenate([fresh, known, twice]))


def vendor_table(rng: np.random.Generator, firms: Firms) -> pd.DataFrame:
    """Write a firmographics vendor's export: a part of all companies, its own estimates, its own flaws."""
    known = rng.permutation(np.flatnonzero(rng.random(len(firms)) < VENDOR_SHARE))
    rows = np.concatenate([known, known[:N_VENDOR_REPEATS]])
    listed = firms.take(rows)
    noise = rng.normal(0, VENDOR_NOISE, len(rows))
    size = np.maximum(listed.numbers("employees") * np.exp(noise), 1).round()
    seen = listed.technologies & (rng.random(listed.technologies.shape) < VENDOR_SEES_SHARE)
    flawed = rng.permutation(len(rows))
    sites = np.where(rng.random(len(rows)) < VENDOR_NO_SITE_SHARE, "", mess.bare_domains(listed))
    sites[flawed[:N_VENDOR_MAILBOXES]] = "gmail.com"
    staff = size.astype(np.int64)
    staff[flawed[N_VENDOR_MAILBOXES:][:N_VENDOR_IMPOSSIBLE]] = -1
    return pd.DataFrame(
        {
            "company_name": mess.names(rng, listed),
            "website": sites,
            "hq_country": mess.pick([country.name for country in COUNTRIES], listed.codes("country")),
            "staff": staff,
            "tech_stack": mess.technologies(Firms(listed.table, seen), "|"),
        }
    )


def order_table(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    """Write the billing system's order lines."""
    numbers = np.arange(100_000, 100_000 + len(orders)).astype(str).astype(object)
    return pd.DataFrame(
        {
            "order_no": "SO-" + numbers,
            "customer": orders["account_id"],
            "order_date": mess.dates(_days(orders["ordered_at"]), "ymd"),
            "product": orders["product"],
            "net_amount": mess.amounts(rng, orders["revenue"].to_numpy()),
            "cost_of_sale": mess.amounts(rng, orders["cost"].to_numpy()),
            "currency": "USD",
        }
    )


def deal_table(rng: np.random.Generator, deals: pd.DataFrame) -> pd.DataFrame:
    """Write the CRM's opportunities."""
    numbers = np.arange(10_000, 10_000 + len(deals)).astype(str).astype(object)
    return pd.DataFrame(
        {
            "Opportunity": "OPP-" + numbers,
            "Account": deals["account_id"],
            "Created": mess.dates(_days(deals["created_at"]), "ymd"),
            "Closed": mess.dates(_days(deals["closed_at"]), "ymd"),
            "Won": mess.answers(rng, deals["is_won"].to_numpy()),
            "Amount": mess.amounts(rng, deals["amount"].to_numpy()),
            "Product": "Platform",
        }
    )


def signal_table(rng: np.random.Generator, signals: pd.DataFrame) -> pd.DataFrame:
    """Write the customer success team's table, typed as Parquet keeps it."""
    survey = signals["satisfaction"].where(rng.random(len(signals)) < 0.7)
    return pd.DataFrame(
        {
            "account": signals["account_id"],
            "weekly_users": signals["usage"],
            "referrals": signals["referrals"],
            "case_studies": signals["advocacy"],
            "satisfaction_0_10": survey,
            "reference_logo": mess.answers(rng, signals["is_marquee"].to_numpy()),
            "tickets_12m": signals["support_tickets"],
            "churn_date": signals["churned_at"].astype("datetime64[s]"),
            "best_customer": mess.answers(rng, signals["is_best"].to_numpy()),
            "reviewed_on": signals["flagged_at"].astype("datetime64[s]"),
        }
    )


def _firmographics(rng: np.random.Generator, firms: Firms, source: Source) -> dict[str, Texts]:
    written = _identity(rng, firms) | _structure(rng, firms, source)
    headings = HEADINGS[source]
    return {headings[ours]: mess.hide(rng, written[ours], MISSING_SHARES[ours]) for ours in headings}


def _identity(rng: np.random.Generator, firms: Firms) -> dict[str, Texts]:
    region, city = mess.regions_and_cities(firms)
    return {
        "name": mess.names(rng, firms),
        "domain": mess.domains(rng, firms),
        "industry": mess.industries(rng, firms),
        "industry_code": mess.pick([industry.code for industry in INDUSTRIES], firms.codes("industry")),
        "country": mess.countries(rng, firms),
        "region": region,
        "city": city,
        "description": mess.descriptions(rng, firms),
    }


def _structure(rng: np.random.Generator, firms: Firms, source: Source) -> dict[str, Texts]:
    is_euro = np.array([country.alpha_2 in mess.EURO for country in COUNTRIES])[firms.codes("country")]
    funded_at = TODAY - firms.codes("funded_days_ago")
    unfunded = firms.codes("stage") == 0
    return {
        "employees": mess.headcounts(rng, firms.numbers("employees")),
        "revenue": mess.revenues(rng, firms.numbers("revenue"), is_euro),
        "technologies": mess.technologies(firms, SEPARATOR[source]),
        "founded_year": mess.years(rng, firms.numbers("founded_year")),
        "funding_total": mess.fundings(rng, firms.numbers("funding_total")),
        "funding_stage": mess.pick(STAGES, firms.codes("stage")),
        "last_funding_at": np.where(unfunded, "", mess.dates(funded_at, DATE_ORDER[source])).astype(object),
        "ownership": mess.pick(OWNERSHIPS, firms.codes("ownership")),
        "web_visits": firms.codes("web_visits").astype(str).astype(object),
    }


def _days(days: pd.Series[pd.Timestamp]) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    return days.to_numpy().astype("datetime64[D]")
