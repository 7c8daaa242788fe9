"""How a company's files become our tables: the settings of the data group."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from icp_ml.schema import Kind
from icp_ml.settings.base import Name, Settings, Text

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
MatchedBy = Literal["account_id", "domain", "registration_id", "name"]


class ColumnSettings(Settings):
    """Where one column of ours comes from, and the form its values have in the file.

    Written short as `employees: Headcount`, or long as
    `revenue: {from: Umsatz, decimal: ",", unit: 1000}`.
    """

    source: str | None = Field(None, alias="from")
    product_of: tuple[str, ...] = ()  # instead of `from`: multiply these columns
    text_of: tuple[str, ...] = ()  # instead of `from`: join these texts, as an id of name and postcode
    value: str | int | float | bool | None = None  # instead of `from`: the same in every row
    kind: Kind | None = None  # needed for a declared feature; ours know theirs
    words: str | None = None  # what a salesperson calls it
    is_feature: bool | None = None  # false keeps a column out of the matrix, for a filter's sake
    decimal: Literal[".", ","] = "."
    unit: float = 1.0  # multiplies a number without a suffix of its own: 1000 where the file counts thousands
    date_order: Literal["ymd", "dmy", "mdy"] = "ymd"
    separator: str = ","  # between the items of a list
    yes_values: tuple[str, ...] = ()  # values that mean yes; empty: the usual spellings
    no_values: tuple[str, ...] = ()  # values that mean no; empty: the usual spellings
    missing: tuple[str, ...] | None = None  # tokens that mean "not known" here; absent: those of the mapping
    currency: Currency | None = None  # of amounts that name none; absent: that of the mapping
    system: Literal["naics", "sic", "nace"] | None = None  # of industry codes; absent: read as they are

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, given: Any) -> Any:
        return {"from": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one_origin(self) -> ColumnSettings:
        origins = (self.source is not None, bool(self.product_of), bool(self.text_of), self.value is not None)
        if sum(origins) != 1:
            raise ValueError("give exactly one of from, product_of, text_of and value")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Name the user's columns that this one is made of."""
        return self.product_of or self.text_of or ((self.source,) if self.source is not None else ())


class FileSettings(Settings):
    """A file, folder or glob, or an SQL query, and the format it was found to have.

    `path` names CSV, Parquet or Excel by its ending, here or in an object store (`s3://…`, `gs://…`,
    `https://…`); `url` and `query` name a database, with secrets taken from the environment:
    `url: ${oc.env:CRM_URL}`.
    """

    path: str | None = None
    url: str | None = None  # SQLAlchemy address
    query: str | None = None
    sheet: str | None = None  # of an Excel file; absent: the first
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    copied_to: str | None = Field(default=None, exclude=True)  # a folder here for the copy; set by a run

    @model_validator(mode="after")
    def _has_one_place(self) -> FileSettings:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path, or url with query")
        if (self.url is None) != (self.query is None):
            raise ValueError("url and query go together")
        return self

    @property
    def is_elsewhere(self) -> bool:
        """Say whether it has to be brought here to be read: out of a database or an object store."""
        return self.url is not None or "://" in (self.path or "")


class JoinSettings(FileSettings):
    """A further file whose columns are added to each row by a key (left join; the first match counts).

    Its columns are spoken of as `name.column`.
    """

    name: Name
    left_on: str
    right_on: str


class KeySettings(FileSettings):
    """One column of another file."""

    column: str


class FilterSettings(Settings):
    """Which rows belong to the table, by a column of ours after parsing."""

    column: str
    at_least: date | float | None = None
    at_most: date | float | None = None
    one_of: tuple[Text, ...] = ()
    not_in: KeySettings | None = None  # drop rows whose value stands in another file


class TableSettings(FileSettings):
    """One table of ours: its file, its columns, what is joined to it, and which rows count."""

    columns: dict[str, ColumnSettings]
    joins: tuple[JoinSettings, ...] = ()
    keeps_first: bool = False  # customers alone: of rows that repeat an account, the first counts
    where: tuple[FilterSettings, ...] = ()


class EnrichmentSettings(FileSettings):
    """A further table of firmographics, as a vendor's export or a crawl, and how it finds its accounts."""

    match_on: Annotated[tuple[MatchedBy, ...], Field(min_length=1)]  # in this order, the first hit counts
    columns: dict[str, ColumnSettings]  # the keys that match_on needs among them


def without_columns(given: dict[str, Any], dropped: Any) -> dict[str, Any]:
    """Leave columns of ours out of a raw mapping, of every table: then nothing reads them.

    Raises
    ------
    ValueError
        No table has one of them, so that something else than what was meant may be kept.
    """
    if not isinstance(dropped, list | tuple) or not all(isinstance(one, str) for one in dropped):
        return given  # as it is, for what is wrong with it to be said
    found = set[str]()

    def kept(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        columns = value.get("columns")
        if isinstance(columns, dict):
            found.update(columns)
            return value | {"columns": {one: form for one, form in columns.items() if one not in dropped}}
        return {name: kept(one) for name, one in value.items()}

    left = {name: kept(one) for name, one in given.items()}
    lacking = [one for one in dropped if one not in found]
    if lacking:
        raise ValueError(f"drops: no table maps {', '.join(map(str, lacking))}")
    order = left.get("precedence")
    if isinstance(order, dict):
        left["precedence"] = {name: one for name, one in order.items() if name not in dropped}
    return left


class DataSettings(Settings):
    """A mapping of a company's files to our tables."""

    name: Name  # names the experiment, the registered model and the output folder
    root: str  # folder that the paths below start from
    today: date  # ages and maturity count to this day
    notes: tuple[str, ...] = ()  # what a reader of the report must know about these data
    missing: tuple[str, ...]  # tokens that mean "not known"
    currency: Currency | None = None  # that all amounts are turned into; absent: taken as they are
    rates_on: date | None = None  # the day whose exchange rates count; needed with a currency
    enrichment: dict[Name, EnrichmentSettings] = Field(default_factory=dict)  # of customers and prospects
    precedence: dict[str, tuple[str, ...]] = Field(
        default_factory=dict
    )  # by column of ours: whose value counts first; own is the table itself; absent: own, then in order
    drops: tuple[str, ...] = ()  # columns of ours that no table brings, whatever it maps: personal data
    customers: TableSettings | None = None
    orders: TableSettings | None = None
    deals: TableSettings | None = None
    signals: TableSettings | None = None
    prospects: TableSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_dropped(cls, given: Any) -> Any:
        return (
            without_columns(given, given["drops"])
            if isinstance(given, dict) and given.get("drops")
            else given
        )

    @model_validator(mode="after")
    def _has_rates_for_its_currency(self) -> DataSettings:
        if (self.currency is None) != (self.rates_on is None):
            raise ValueError("currency and rates_on go together: rates_on is the day of its exchange rates")
        return self
