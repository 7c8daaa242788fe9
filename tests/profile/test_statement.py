from __future__ import annotations

import pytest

from icp_ml.profile.card import Condition, Group
from icp_ml.profile.levels import one_each
from icp_ml.profile.statement import NOBODY, conditions_said, statement
from icp_ml.schema import FIRMOGRAPHICS, Field

FIELDS = {
    **FIRMOGRAPHICS,
    "department_sales": Field("number", "employees in sales"),
    "is_listed": Field("yes_no", "listed"),
    "categories": Field("list", "categories"),
    "trade": Field("category", "trade"),
    "web_visits": Field("number", "web visits a month"),
    "renewal": Field("date", "renewal"),
}


def asked(column, *one_of, low=None, high=None, onward=""):
    return Condition(column, FIELDS[column].words, one_of, low, high, onward)


def group_of(kind, words):
    return Group("", kind, (), words, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0)


STAGES = ("Series B", "Series C", "Series D")


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ([], "companies"),
        ([asked("industry", "Software", "SOFTWARE", "Financial Services", "Logistics")],
         "software, financial services and logistics companies"),
        ([asked("industry", "IT", "SaaS", "E-Commerce")], "IT, SaaS and e-commerce companies"),
        ([asked("sector", "Tech"), asked("industry", "Software")], "software companies whose sector is tech"),
        ([asked("industry_code", "513210", "511210", "522110")],
         "companies whose industry code is information and media or finance and insurance"),
        ([asked("country", "US", "CA", "GB")],
         "companies in the United States, Canada or the United Kingdom"),
        ([asked("region", "US-CA", "US-TX"), asked("country", "US")],
         "companies in California or Texas, the United States"),
        ([asked("employees", low=200.0, high=1000.0)], "companies with 200 to 1,000 employees"),
        ([asked("employees", high=50.0)], "companies with up to 50 employees"),
        ([asked("employees", low=1000.0)], "companies with at least 1,000 employees"),
        ([asked("revenue", low=1e7), asked("budget", low=1e4, high=5e4)],
         "companies with revenue of at least 10 M and budget of 10,000 to 50,000"),
        ([asked("department_sales", low=10.0)], "companies with at least 10 people in sales"),
        ([asked("web_visits", low=5000.0)], "companies with at least 5,000 web visits a month"),
        ([asked("technologies", "Snowflake", "BigQuery")], "companies that use Snowflake or BigQuery"),
        ([asked("funding_stage", *STAGES, onward="up")], "companies that have raised a Series B or later"),
        ([asked("funding_stage", "Series A", "Seed", onward="down")],
         "companies that have raised a Series A at most"),
        ([asked("funding_stage", "IPO", onward="up")], "companies that are at IPO stage or later"),
        ([asked("funding_stage", "Series A", "Series B")],
         "companies that last raised a Series A or Series B"),
        ([asked("customer_size", "Mid-Market", "Enterprise", onward="up")],
         "companies that serve mid-market or larger customers"),
        ([asked("ownership", "Private", "Family owned")],
         "companies whose ownership is private or family owned"),
        ([asked("language", "de", "fr")], "companies that speak German or French"),
        ([asked("contact_roles", "CTO")], "companies with CTO among their contacts"),
        ([asked("categories", "Mobile", "Games")], "companies with Mobile or Games among their categories"),
        ([asked("trade", "Bakers")], "companies whose trade is Bakers"),
        ([asked("founded_year", high=10.0)], "companies that are at most 10 years old"),
        ([asked("founded_year", low=5.0, high=20.0)], "companies that are 5 to 20 years old"),
        ([asked("last_funding_at", high=1.0)], "companies whose last funding was at most 1 year ago"),
        ([asked("renewal", low=2.0)], "companies whose renewal was at least 2 years ago"),
        ([asked("is_listed", low=1.0)], 'companies whose answer to "listed" is yes'),
        ([asked("is_listed", high=0.0)], 'companies whose answer to "listed" is no'),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_person_says_it(conditions, said: str) -> None:
    assert conditions_said(conditions, FIELDS) == said


def test_conditions_stand_in_the_order_of_a_sentence() -> None:
    given = [
        asked("ownership", "Private"),
        asked("funding_stage", *STAGES, onward="up"),
        asked("technologies", "Snowflake", "BigQuery"),
        asked("employees", low=200.0, high=1000.0),
        asked("country", "US", "CA"),
        asked("industry", "Software"),
    ]
    assert conditions_said(given, FIELDS) == (
        "software companies in the United States or Canada with 200 to 1,000 employees that use Snowflake or "
        "BigQuery and have raised a Series B or later, and whose ownership is private"
    )


def test_many_names_are_cut_short() -> None:
    assert one_each(["a", "b", "c", "d", "e", "f", "g", "h", "i"], "or") == "a, b, c, d, e, f or 3 others"
    assert one_each(["a", "b", "c", "d", "e", "f", "g"], "or") == "a, b, c, d, e, f or g"


def test_the_statement_is_of_the_first_core_group_else_of_what_is_clearest() -> None:
    core, niche, anti = (
        group_of("core", "software companies"),
        group_of("niche", "banks"),
        group_of("anti", "bars"),
    )
    assert statement([core, niche, anti]) == "Software companies."
    assert statement([niche, anti]) == "No broad group of companies stands out; the clearest niche is banks."
    assert statement([anti]) == "No group of companies stands out as best; the clearest is who is not: bars."
    assert statement([group_of("other", "")]) == NOBODY
