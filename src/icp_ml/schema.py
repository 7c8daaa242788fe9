"""The tables and their columns: the vocabulary that every stage shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

Kind = Literal[
    "id",
    "text",
    "category",
    "list",
    "number",
    "money",
    "year",
    "date",
    "country",
    "region",
    "language",
    "industry_code",
    "yes_no",
    "domain",
]
TableName = Literal["customers", "orders", "deals", "signals", "prospects"]


@dataclass(frozen=True)
class Field:
    """One column of ours.

    Attributes
    ----------
    kind : Kind
        How its values are parsed; decides the dtype (numbers, money, years and yes/no are float64,
        dates datetime64[s], everything else str; a list is its sorted items joined with "|").
    words : str
        What a salesperson calls it.
    is_feature : bool
        Whether it may enter the matrix. Ids and names never do; contact roles do not by default,
        because selling itself fills them.
    low, high : float, optional
        The plausible range; a value outside it is an error of the row.
    is_required : bool
        Whether a row without it is refused.
    """

    kind: Kind
    words: str
    is_feature: bool = True
    low: float | None = None
    high: float | None = None
    is_required: bool = False


def _not_a_feature(kind: Kind, words: str) -> Field:
    return Field(kind, words, is_feature=False)


ACCOUNT_ID = Field("id", "account", is_feature=False, is_required=True)

FIRMOGRAPHICS: dict[str, Field] = {
    "account_id": ACCOUNT_ID,
    "name": _not_a_feature("text", "name"),
    "domain": _not_a_feature("domain", "web domain"),
    "registration_id": _not_a_feature("id", "registration number"),
    "parent_id": _not_a_feature("id", "parent company"),
    "sector": Field("category", "sector"),
    "industry": Field("category", "industry"),
    "industry_code": Field("industry_code", "industry code"),
    "employees": Field("number", "employees", low=0, high=1e7),
    "employees_before": Field("number", "employees before", low=0, high=1e7),
    "revenue": Field("money", "revenue", low=0),
    "revenue_before": Field("money", "revenue before", low=0),
    "budget": Field("money", "budget", low=0),
    "country": Field("country", "country"),
    "region": Field("region", "region"),
    "city": Field("category", "city"),
    "postal_code": _not_a_feature("text", "postal code"),
    "language": Field("language", "language"),
    "technologies": Field("list", "technologies"),
    "customer_size": Field("category", "size of their customers"),
    "founded_year": Field("year", "founded", low=1000, high=2200),
    "funding_total": Field("money", "funding", low=0),
    "funding_stage": Field("category", "funding stage"),
    "last_funding_at": Field("date", "last funding"),
    "ownership": Field("category", "ownership"),
    "description": Field("text", "description"),
    "contact_roles": _not_a_feature("list", "contacts known"),
    "known_on": _not_a_feature("date", "known on"),
    "before_on": _not_a_feature("date", "earlier figures known on"),
}

OUTCOMES: dict[str, dict[str, Field]] = {
    "orders": {
        "account_id": ACCOUNT_ID,
        "order_id": _not_a_feature("id", "order"),
        "ordered_at": Field("date", "order date", is_feature=False, is_required=True),
        "revenue": Field("money", "order revenue", is_feature=False, is_required=True),
        "cost": _not_a_feature("money", "order cost"),
        "currency": _not_a_feature("category", "currency"),
        "product": _not_a_feature("category", "product"),
    },
    "deals": {
        "account_id": ACCOUNT_ID,
        "created_at": Field("date", "deal created", is_feature=False, is_required=True),
        "closed_at": _not_a_feature("date", "deal closed"),
        "is_won": _not_a_feature("yes_no", "deal won"),
        "amount": _not_a_feature("money", "deal amount"),
        "product": _not_a_feature("category", "product"),
    },
    "signals": {
        "account_id": ACCOUNT_ID,
        "is_best": _not_a_feature("yes_no", "flagged best"),
        "as_of": _not_a_feature("date", "described on"),
        "flagged_at": _not_a_feature("date", "flagged on"),
        "churned_at": _not_a_feature("date", "churned on"),
        "usage": _not_a_feature("number", "usage"),
        "referrals": _not_a_feature("number", "referrals"),
        "advocacy": _not_a_feature("number", "advocacy"),
        "satisfaction": _not_a_feature("number", "satisfaction"),
        "is_marquee": _not_a_feature("yes_no", "marquee name"),
        "support_tickets": _not_a_feature("number", "support tickets"),
    },
}

DEPARTMENT = "department_"
"""Head-counts of single departments arrive as department_sales, department_engineering and so on."""

NUMERIC_KINDS = ("number", "money", "year", "yes_no")
LEVEL_KINDS = ("category", "country", "region", "language", "industry_code")


def table_fields(table: str, declared: dict[str, Field] | None = None) -> dict[str, Field]:
    """Give the columns a table may have, with the further ones that the user declared.

    Parameters
    ----------
    table : str
        One of customers, prospects, orders, deals, signals.
    declared : dict of str to Field, optional
        Further firmographic columns; outcomes take none.
    """
    if table in OUTCOMES:
        return OUTCOMES[table]
    return {**FIRMOGRAPHICS, **(declared or {})}


def table_checks(fields: dict[str, Field]) -> DataFrameSchema:
    """Build the pandera schema of a table: required values are there, numbers stand in their range."""
    import pandera.pandas as pa

    def checks(field: Field) -> list[pa.Check]:
        found = []
        if field.low is not None:
            found.append(pa.Check.ge(field.low, error=f"below {field.low:,.12g}"))
        if field.high is not None:
            found.append(pa.Check.le(field.high, error=f"above {field.high:,.12g}"))
        return found

    return pa.DataFrameSchema(
        {name: pa.Column(None, checks(one), nullable=not one.is_required) for name, one in fields.items()}
    )
