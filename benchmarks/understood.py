"""Say how much of real exports is understood: python -m benchmarks.understood ../shared/data.

For each size, money, date, country and similar column of the public files, a Markdown line: how many values
are given, what share is understood (rounded down), and examples of the rest. The settings are those that a
mapping would freeze.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from icp_ml.data.sources import read_batches
from icp_ml.errors import MAX_EXAMPLES, count
from icp_ml.parsing import Parsed, parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings, TableSettings

MISSING = ("", "-", "n/a", "unknown", "undisclosed")
ROWS = 1_000_000
SHORT = 24  # characters; longer texts, prose and addresses are counted and not shown
MINUS_ONE = {"missing": ["", "-1", "unknown", "unknown / non-applicable"]}
DAY_FIRST, MONTH_FIRST = {"date_order": "dmy"}, {"date_order": "mdy"}
NAICS = {"system": "naics"}
PROSE = {"sec_company_size": 0.75}
"""Columns of prose, in which a size is a part of sentences, and the least share that is understood."""


class Case(NamedTuple):
    """A column of a file, and how it is read."""

    heading: str
    kind: Kind
    settings: Mapping[str, Any] = MappingProxyType({})


class Source(NamedTuple):
    """A file, its format where it is not UTF-8 with commas, and its columns."""

    columns: tuple[Case, ...]
    encoding: str = "utf-8-sig"


SOURCES = {
    "auto_sales_b2b/sales_data_sample.csv": Source(
        (
            Case("SALES", "money"),
            Case("PRICEEACH", "money"),
            Case("MSRP", "money"),
            Case("ORDERDATE", "date", MONTH_FIRST),
            Case("COUNTRY", "country"),
        ),
        "cp437",
    ),
    "crunchbase_2013/crunchbase-companies.csv": Source(
        (
            Case("funding_total_usd", "money"),
            Case("country_code", "country"),
            Case("founded_at", "date"),
            Case("founded_month", "date"),
            Case("founded_quarter", "date"),
            Case("founded_year", "year"),
            Case("first_funding_at", "date"),
            Case("last_funding_at", "date"),
            Case("last_milestone_at", "date"),
        ),
        "mac_roman",
    ),
    "crunchbase_2013/crunchbase-rounds.csv": Source(
        (
            Case("raised_amount_usd", "money"),
            Case("company_country_code", "country"),
            Case("funded_at", "date"),
            Case("funded_month", "date"),
            Case("funded_quarter", "date"),
            Case("funded_year", "year"),
        ),
        "mac_roman",
    ),
    "crunchbase_2013/crunchbase-acquisitions.csv": Source(
        (
            Case("price_amount", "money"),
            Case("company_country_code", "country"),
            Case("acquirer_country_code", "country"),
            Case("acquired_at", "date"),
            Case("acquired_month", "date"),
            Case("acquired_quarter", "date"),
            Case("acquired_year", "year"),
        ),
        "mac_roman",
    ),
    "crunchbase_2015/companies.csv": Source(
        (
            Case("funding_total_usd", "money"),
            Case("country_code", "country"),
            Case("founded_at", "date"),
            Case("first_funding_at", "date"),
            Case("last_funding_at", "date"),
            Case("homepage_url", "domain"),
        )
    ),
    "crunchbase_2015/acquisitions.csv": Source(
        (
            Case("price_amount", "money"),
            Case("company_country_code", "country"),
            Case("acquirer_country_code", "country"),
            Case("acquired_at", "date"),
            Case("acquired_month", "date"),
        )
    ),
    "fortune1000/fortune1000_2023.csv": Source(
        (
            Case("Number_of_employees", "number"),
            Case("MarketCap_March31_M", "money", {"unit": 1e6}),
            Case("MarketCap_Updated_M", "money", {"unit": 1e6}),
            Case("Revenues_M", "money", {"unit": 1e6}),
            Case("Profits_M", "money", {"unit": 1e6}),
            Case("Assets_M", "money", {"unit": 1e6}),
            Case("Country", "country"),
            Case("Updated", "date", MONTH_FIRST),
            Case("Website", "domain"),
        )
    ),
    "glassdoor_ds_jobs/glassdoor_jobs.csv": Source(
        (
            Case("Size", "number", MINUS_ONE),
            Case("Revenue", "money", MINUS_ONE),
            Case("Salary Estimate", "money", MINUS_ONE),
            Case("Founded", "year", MINUS_ONE),
        )
    ),
    "inc5000/inc5000_2019.csv": Source(
        (
            Case("revenue", "money"),
            Case("workers", "number"),
            Case("previous_workers", "number"),
            Case("founded", "year", {"missing": ["", "0"]}),
            Case("url", "domain"),
        )
    ),
    "inc5000/inc5000_2021.csv": Source(
        (
            Case(" REVENUE", "money"),
            Case("EMPLOYEES", "number"),
            Case("GROWTH", "number"),
            Case("FOUNDED", "year"),
        )
    ),
    "maven_crm/accounts.csv": Source(
        (
            Case("revenue", "money", {"unit": 1e6}),
            Case("employees", "number"),
            Case("year_established", "year"),
            Case("office_location", "country"),
        )
    ),
    "maven_crm/sales_pipeline.csv": Source(
        (Case("close_value", "money"), Case("engage_date", "date"), Case("close_date", "date"))
    ),
    "olist_funnel/olist_closed_deals_dataset.csv": Source(
        (
            Case("won_date", "date", DAY_FIRST),
            Case("average_stock", "number"),
            Case("declared_product_catalog_size", "number"),
            Case("declared_monthly_revenue", "money"),
            Case("has_company", "yes_no"),
        )
    ),
    "olist_funnel/olist_marketing_qualified_leads_dataset.csv": Source(
        (Case("first_contact_date", "date", DAY_FIRST),)
    ),
    "olist_funnel/sellers_performance.csv": Source(
        (
            Case("sales", "money"),
            Case("total_revenue", "money"),
            Case("profit", "money"),
            Case("date_first_sale", "date"),
            Case("date_last_sale", "date"),
        )
    ),
    "online_retail_uci/online_retail.csv.gz": Source(
        (
            Case("Quantity", "number"),
            Case("UnitPrice", "money"),
            Case("InvoiceDate", "date"),
            Case("Country", "country"),
        )
    ),
    "ppp_loans/ppp_montana.csv": Source(
        (
            Case("LoanRange", "money"),
            Case(" LoanAmount ", "money"),
            Case("JobsRetained", "number"),
            Case("DateApproved", "date", MONTH_FIRST),
            Case("NAICSCode", "industry_code", NAICS),
            Case("NonProfit", "yes_no"),
        )
    ),
    "ppp_loans/ppp_nyc_150k_plus.csv": Source(
        (
            Case("LoanRange", "money"),
            Case("JobsRetained", "number"),
            Case("NAICSCode", "industry_code", NAICS),
        )
    ),
    "remote_companies/remote_companies.csv": Source(
        (
            Case("sec_company_size", "number"),
            Case("addedAt", "date"),
            Case("updatedAt", "date"),
            Case("website", "domain"),
        )
    ),
    "shimoku_offers/offers.csv": Source(
        (Case("Price", "money"), Case("Created Date", "date"), Case("Close Date", "date"))
    ),
    "shimoku_offers/offers_joined_leads.csv": Source(
        (Case("Price", "money"), Case("Created Date", "date"), Case("Close Date", "date"))
    ),
    "startup_success/startup_data.csv": Source(
        (
            Case("funding_total_usd", "money"),
            Case("founded_at", "date", MONTH_FIRST),
            Case("closed_at", "date", MONTH_FIRST),
            Case("first_funding_at", "date", MONTH_FIRST),
            Case("last_funding_at", "date", MONTH_FIRST),
        )
    ),
    "unicorns/unicorn_companies.csv": Source(
        (
            Case("Valuation", "money"),
            Case("Funding", "money"),
            Case("Date Joined", "date", DAY_FIRST),
            Case("Country", "country"),
            Case("Year Founded", "year"),
        )
    ),
    "wholesale_customers_uci/wholesale_customers.csv": Source(
        tuple(
            Case(heading, "money")
            for heading in ("Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen")
        ),
        "cp1252",
    ),
}


def main() -> None:
    """Print the table; a file that is not there is left out."""
    folder = Path(sys.argv[1])
    print("| file | column | kind | given | understood | not understood |")
    print("|---|---|---|---:|---:|---|")
    for name, source in SOURCES.items():
        if (folder / name).is_file():
            for case, parsed in understood(folder / name, source):
                print(line(name, case, parsed), flush=True)


def understood(path: Path, source: Source) -> Iterator[tuple[Case, Parsed]]:
    """Parse the columns of a file."""
    columns = {"account_id": ColumnSettings(source=source.columns[0].heading)}
    table = TableSettings(path=str(path), encoding=source.encoding, columns=columns)
    headings = [case.heading for case in source.columns]
    rows = pd.concat([batch.rows for batch in read_batches(table, headings, ROWS)])
    for case in source.columns:
        settings = ColumnSettings.model_validate({"from": case.heading, **case.settings})
        yield case, parse_column(rows[case.heading], case.kind, settings, MISSING)


def line(name: str, case: Case, parsed: Parsed) -> str:
    """Write a column as a line of the table."""
    n_given = parsed.n_known + sum(parsed.not_understood.values())
    share = f"{10_000 * parsed.n_known // n_given / 100:.2f} %" if n_given else "none given"
    is_told = case.kind != "domain" and case.heading not in PROSE
    told = [form for form in parsed.not_understood if is_told and len(form) <= SHORT][:MAX_EXAMPLES]
    n_others = len(parsed.not_understood) - len(told)
    others = [count(n_others, "more form" if told else "form")] if n_others else []
    rest = ", ".join([*map(repr, told), *others])
    return f"| {name} | `{case.heading.strip()}` | {case.kind} | {n_given:,} | {share} | {rest} |"


if __name__ == "__main__":
    main()
