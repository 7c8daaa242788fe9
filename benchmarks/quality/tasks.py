"""The tasks: which public file, which columns may be known before the sale, who counts as best.

Half of the tasks were looked at while the recipe was made; the other half is for the report alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.model.recipe import TrainingSet
from icp_ml.parsing import notation, parse_table
from icp_ml.schema import FIRMOGRAPHICS, Field
from icp_ml.settings import ColumnSettings

MISSING = ("", "-", "n/a", "unknown", "undisclosed")
Label = Callable[[pd.DataFrame], "pd.Series[Any]"]


@dataclass(frozen=True)
class Task:
    """One question asked of one file.

    Attributes
    ----------
    name : str
    file : str
        Within the folder of public data.
    columns : mapping of str to str or mapping
        Our column to the file's, written as in conf/data.
    is_best : callable
        Gives the label of each raw row, NaN for rows that do not take part.
    is_tuning : bool
        Whether the recipe was made with it in view.
    group : str
        The file's column whose rows belong together; empty: each row alone.
    """

    name: str
    file: str
    columns: Mapping[str, Any]
    is_best: Label
    is_tuning: bool
    group: str = ""
    encoding: str = "utf-8-sig"
    more: Callable[[Path, pd.DataFrame], pd.DataFrame] = field(default=lambda _, raw: raw)


def read_task(task: Task, folder: Path) -> TrainingSet:
    """Read and parse a task's file as a training would.

    Returns
    -------
    TrainingSet
        Typed firmographics with the label; `as_of` is one day for all rows.
    """
    raw = pd.read_csv(folder / task.file, dtype=str, keep_default_na=False, encoding=task.encoding)
    raw = task.more(folder, raw)
    label = task.is_best(raw)
    raw, label = raw[label.notna()].reset_index(drop=True), label[label.notna()].reset_index(drop=True)
    columns = {name: ColumnSettings.model_validate(written) for name, written in task.columns.items()}
    fields = {name: _field(name, settings) for name, settings in columns.items()}
    kinds = {name: one.kind for name, one in fields.items()}
    parsed = parse_table(raw.__getitem__, raw.index, columns, kinds, notation(MISSING, None, None))
    accounts = pd.DataFrame({name: one.values for name, one in parsed.items()})
    group = raw[task.group].to_numpy(dtype=object) if task.group else np.arange(len(raw)).astype(str)
    rows = pd.DataFrame(
        {
            "account_id": np.arange(len(raw)).astype(str),
            "as_of": pd.Series(pd.Timestamp("2024-01-01"), index=raw.index).dt.as_unit("s"),
            "group": group,
            "is_best": label.astype(bool),
            "weight": 1.0,
        }
    )
    return TrainingSet(accounts, rows, fields)


def _field(name: str, settings: ColumnSettings) -> Field:
    ours = FIRMOGRAPHICS.get(name)
    if ours is None:
        return Field(settings.kind or "text", settings.words or name.replace("_", " "))
    return Field(settings.kind or ours.kind, ours.words)


def _number(raw: pd.DataFrame, column: str) -> pd.Series[Any]:
    return pd.to_numeric(raw[column].str.replace(",", ""), errors="coerce")


def _top_fifth(column: str, raw: pd.DataFrame) -> pd.Series[Any]:
    return _top(_number(raw, column))


def _top(value: pd.Series[Any]) -> pd.Series[Any]:
    return (value > value.quantile(0.8)).astype(float).where(value.notna())


def _is_one_of(
    column: str, best: tuple[str, ...], rest: tuple[str, ...], raw: pd.DataFrame
) -> pd.Series[Any]:
    known = raw[column].isin((*best, *rest))
    return raw[column].isin(best).astype(float).where(known)


def _crunchbase(raw: pd.DataFrame) -> pd.Series[Any]:
    is_old = raw["founded_at"].between("1990-01-01", "2010-12-31")
    return raw["status"].isin(["acquired", "ipo"]).astype(float).where(is_old)


def _margin(raw: pd.DataFrame) -> pd.Series[Any]:
    return _top(_number(raw, "Profits_M") / _number(raw, "Revenues_M"))


def _billions(raw: pd.DataFrame) -> pd.Series[Any]:
    return _top(pd.to_numeric(raw["Valuation"].str.strip("$B"), errors="coerce"))


def _salary(raw: pd.DataFrame) -> pd.Series[Any]:
    bounds = raw["Salary Estimate"].str.extract(r"\$(\d+)K-\$(\d+)K").astype(float)
    return _top(bounds.mean(axis=1).where(~raw["Salary Estimate"].str.contains("Per Hour")))


def _with_sellers(folder: Path, raw: pd.DataFrame) -> pd.DataFrame:
    place = folder / "olist_funnel"
    leads = pd.read_csv(
        place / "olist_marketing_qualified_leads_dataset.csv", dtype=str, keep_default_na=False
    )
    sellers = pd.read_csv(place / "sellers_performance.csv", dtype=str, keep_default_na=False)
    both = raw.merge(leads, on="mql_id", how="left").merge(sellers, on="seller_id", how="left")
    return both.fillna({"sales": "0"}).fillna("")


def _with_investors(_: Path, raw: pd.DataFrame) -> pd.DataFrame:
    names = [f"Investor {number}" for number in range(1, 5)]
    return raw.assign(investors=raw[names].agg("|".join, axis=1))


def _with_customers(_: Path, raw: pd.DataFrame) -> pd.DataFrame:
    """Tie the opportunities of one customer together: 55 % of the rows are copies but for the label."""
    ours = ["product_A_sold_in_the_past", "product_B_sold_in_the_past", "cust_in_iberia"]
    ours += ["cust_hitrate", "cust_interactions", "cust_contracts"]
    return raw.assign(customer=raw[ours].agg("|".join, axis=1))


def _declared(kind: str, *columns: str) -> dict[str, dict[str, str]]:
    return {column.lower().replace(" ", "_"): {"from": column, "kind": kind} for column in columns}


SCHNEIDER = (
    "product_A_sold_in_the_past", "product_B_sold_in_the_past", "product_A_recommended", "product_A",
    "product_C", "product_D", "cust_hitrate", "cust_interactions", "cust_contracts", "opp_month", "opp_old",
    "competitor_Z", "competitor_X", "competitor_Y", "cust_in_iberia",
)  # fmt: skip
STARTUP_FLAGS = ("has_VC", "has_angel", "has_roundA", "has_roundB", "has_roundC", "has_roundD", "is_top500")
STARTUP_NUMBERS = (
    "latitude", "longitude", "age_first_funding_year", "age_last_funding_year", "age_first_milestone_year",
    "age_last_milestone_year", "relationships", "funding_rounds", "milestones", "avg_participants",
)  # fmt: skip

TASKS = (
    Task(
        "inc5000_growth",
        "inc5000/inc5000_2019.csv",
        {
            "industry": "industry",
            "region": {"from": "state", "kind": "category"},
            "metro": {"from": "metro", "kind": "category"},
            "city": "city",
            "employees": "workers",
            "employees_before": "previous_workers",
            "revenue": "revenue",
            "founded_year": "founded",
            "years_on_list": {"from": "yrs_on_list", "kind": "number"},
        },
        partial(_top_fifth, "growth_%"),
        is_tuning=True,
    ),
    Task(
        "crunchbase_exit",
        "crunchbase_2015/companies.csv",
        {
            "industry": {"from": "category_list", "kind": "list", "separator": "|"},
            "country": "country_code",
            "state": {"from": "state_code", "kind": "category"},
            "region": {"from": "region", "kind": "category"},
            "city": "city",
            "funding_total": "funding_total_usd",
            "funding_rounds": {"from": "funding_rounds", "kind": "number"},
            "founded_year": "founded_at",
        },
        _crunchbase,
        is_tuning=True,
    ),
    Task(
        "startup_exit",
        "startup_success/startup_data.csv",
        {
            "industry": "category_code",
            "region": {"from": "state_code", "kind": "category"},
            "city": "city",
            "zip": {"from": "zip_code", "kind": "category"},
            "founded_year": {"from": "founded_at", "date_order": "mdy"},
            "funding_total": "funding_total_usd",
            **_declared("yes_no", *STARTUP_FLAGS),
            **_declared("number", *STARTUP_NUMBERS),
        },
        partial(_is_one_of, "status", ("acquired",), ("closed",)),
        is_tuning=True,
    ),
    Task(
        "ppp_nyc_size",
        "ppp_loans/ppp_nyc_150k_plus.csv",
        {
            "industry_code": {"from": "NAICSCode", "system": "naics"},
            "industry": "Industry",
            "zip": {"from": "Zip", "kind": "category"},
            "city": "City",
            "business_type": {"from": "BusinessType", "kind": "category"},
            "district": {"from": "CD", "kind": "category"},
        },
        lambda raw: 1.0 - raw["LoanRange"].str.startswith("e ").astype(float),
        is_tuning=True,
    ),
    Task(
        "fortune1000_margin",
        "fortune1000/fortune1000_2023.csv",
        {
            "sector": "Sector",
            "industry": "Industry",
            "region": {"from": "HeadquartersState", "kind": "category"},
            "city": "HeadquartersCity",
            "ownership": "CompanyType",
            "employees": "Number_of_employees",
            "revenue": "Revenues_M",
            **_declared("number", "RevenuePercentChange", "Assets_M"),
            **_declared(
                "yes_no", "Founder_is_CEO", "FemaleCEO", "Growth_in_Jobs", "Global500", "Best_Companies"
            ),
        },
        _margin,
        is_tuning=True,
    ),
    Task(
        "inc5000_revenue",
        "inc5000/inc5000_2021.csv",
        {
            "industry": "INDUSTRY",
            "region": {"from": "STATE", "kind": "category"},
            "employees": "EMPLOYEES",
            "founded_year": "FOUNDED",
            "growth": {"from": "GROWTH", "kind": "number"},
        },
        lambda raw: _top(_revenue_in_words(raw[" REVENUE "])),
        is_tuning=False,
    ),
    Task(
        "olist_revenue",
        "olist_funnel/olist_closed_deals_dataset.csv",
        {
            "segment": {"from": "business_segment", "kind": "category"},
            "business_type": {"from": "business_type", "kind": "category"},
            "lead_type": {"from": "lead_type", "kind": "category"},
            "profile": {"from": "lead_behaviour_profile", "kind": "category"},
            "origin": {"from": "origin", "kind": "category"},
            "landing_page": {"from": "landing_page_id", "kind": "category"},
            "catalog_size": {"from": "declared_product_catalog_size", "kind": "number"},
            "stock": {"from": "average_stock", "kind": "number"},
        },
        partial(_top_fifth, "sales"),
        is_tuning=False,
        more=_with_sellers,
    ),
    Task(
        "unicorn_valuation",
        "unicorns/unicorn_companies.csv",
        {
            "industry": "Industry",
            "country": "Country",
            "city": "City",
            "founded_year": "Year Founded",
            "funding_total": "Funding",
            "joined_at": {"from": "Date Joined", "kind": "date", "date_order": "dmy"},
            "investors": {"from": "investors", "kind": "list", "separator": "|"},
            "n_investors": {"from": "No of Investors", "kind": "number"},
        },
        _billions,
        is_tuning=False,
        more=_with_investors,
    ),
    Task(
        "schneider_won",
        "schneider_won_lost/dataset.csv",
        _declared("number", *SCHNEIDER),
        partial(_is_one_of, "target_variable", ("1",), ("0",)),
        is_tuning=False,
        group="customer",
        more=_with_customers,
    ),
    Task(
        "glassdoor_salary",
        "glassdoor_ds_jobs/glassdoor_jobs.csv",
        {
            "title": {"from": "Job Title", "kind": "text"},
            "description": "Job Description",
            "location": {"from": "Location", "kind": "category"},
            "headquarters": {"from": "Headquarters", "kind": "category"},
            "employees": {"from": "Size", "missing": ["", "-1", "Unknown"]},
            "founded_year": {"from": "Founded", "missing": ["", "-1"]},
            "ownership": {"from": "Type of ownership", "missing": ["", "-1", "Unknown"]},
            "industry": {"from": "Industry", "missing": ["", "-1"]},
            "sector": {"from": "Sector", "missing": ["", "-1"]},
            "revenue": {"from": "Revenue", "missing": ["", "-1", "Unknown / Non-Applicable"]},
        },
        _salary,
        is_tuning=False,
        group="Company Name",
    ),
)


def _revenue_in_words(written: pd.Series[Any]) -> pd.Series[Any]:
    parts = written.str.strip().str.extract(r"([\d.,]+)\s*(MM|B|K)?")
    unit = parts[1].map({"B": 1e9, "MM": 1e6, "K": 1e3}).fillna(1.0)
    return pd.to_numeric(parts[0].str.replace(",", ""), errors="coerce") * unit
