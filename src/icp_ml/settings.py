"""The settings of every stage: one frozen model for each group in `conf/`, which holds the values.

No setting has a default to fall back on silently, but for the optional parts of a column's mapping.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from icp_ml.schema import Kind

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Text = Annotated[str, Field(coerce_numbers_to_str=True)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]


class Settings(BaseModel):
    """A frozen group of settings in which an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ColumnSettings(Settings):
    """Where one column of ours comes from, and the form its values have in the file.

    Written short as `employees: Headcount`, or long as
    `revenue: {from: Umsatz, decimal: ",", unit: 1000}`.
    """

    source: str | None = Field(None, alias="from")
    product_of: tuple[str, ...] = ()  # instead of `from`: multiply these columns
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

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, given: Any) -> Any:
        return {"from": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one_origin(self) -> ColumnSettings:
        if sum((self.source is not None, bool(self.product_of), self.value is not None)) != 1:
            raise ValueError("give exactly one of from, product_of and value")
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """Name the user's columns that this one is made of."""
        return self.product_of or ((self.source,) if self.source is not None else ())


class FileSettings(Settings):
    """A file, folder or glob, or an SQL query, and the format it was found to have.

    `path` names CSV, Parquet or Excel by its ending; `url` and `query` name a database, with secrets
    taken from the environment: `url: ${oc.env:CRM_URL}`.
    """

    path: str | None = None
    url: str | None = None  # SQLAlchemy address
    query: str | None = None
    sheet: str | None = None  # of an Excel file; absent: the first
    delimiter: str = ","
    encoding: str = "utf-8-sig"

    @model_validator(mode="after")
    def _has_one_place(self) -> FileSettings:
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path, or url with query")
        if (self.url is None) != (self.query is None):
            raise ValueError("url and query go together")
        return self


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
    one_of: tuple[str, ...] = ()
    not_in: KeySettings | None = None  # drop rows whose value stands in another file


class TableSettings(FileSettings):
    """One table of ours: its file, its columns, what is joined to it, and which rows count."""

    columns: dict[str, ColumnSettings]
    joins: tuple[JoinSettings, ...] = ()
    where: tuple[FilterSettings, ...] = ()


class DataSettings(Settings):
    """A mapping of a company's files to our tables."""

    name: Name  # names the experiment, the registered model and the output folder
    root: str  # folder that the paths below start from
    today: date  # ages and maturity count to this day
    notes: tuple[str, ...] = ()  # what a reader of the report must know about these data
    missing: tuple[str, ...]  # tokens that mean "not known"
    customers: TableSettings | None = None
    orders: TableSettings | None = None
    deals: TableSettings | None = None
    signals: TableSettings | None = None
    prospects: TableSettings | None = None


class ValueSettings(Settings):
    """Best = the top share by value within a fixed horizon, ranked in the cohort of first order."""

    definition: Literal["value"]
    horizon_days: Count
    top_share: Share
    cohort: Literal["year", "quarter"]


class WonSettings(Settings):
    """Best = deals won, against deals lost."""

    definition: Literal["won"]


class FlagSettings(Settings):
    """Best = a column of the user's own, mapped to `is_best` in the signals table."""

    definition: Literal["flag"]


LabelSettings = Annotated[ValueSettings | WonSettings | FlagSettings, Field(discriminator="definition")]


class SplitSettings(Settings):
    """Which label rows are held out: the newest."""

    test_share: Share
    test_from: date | None  # instead of the share: rows from this day on


class FeaturesSettings(Settings):
    """How firmographics become numbers."""

    exclude: tuple[str, ...]  # attributes kept out of the matrix
    n_crossfit_folds: Annotated[int, Field(ge=2)]
    smoothing: Positive  # rows of prior behind each target statistic
    n_frequent: Annotated[int, Field(ge=0)]  # levels or items that get a column of their own
    min_count: Count  # rows a level needs for a column of its own


class ModelSettings(Settings):
    """The bagged boosters and their folds."""

    n_folds: Annotated[int, Field(ge=2)]
    n_seeds: Count
    max_trees: Count  # over all seeds
    n_round_steps: Count  # how many numbers of rounds are compared out of fold
    learning_rate: Positive
    n_leaves: Annotated[int, Field(ge=2)]
    min_rows_per_leaf: Count
    l2: Annotated[float, Field(ge=0)]
    row_share: Annotated[float, Field(gt=0, le=1)]
    column_share: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _has_a_tree_for_each_seed(self) -> ModelSettings:
        if self.max_trees < self.n_seeds:
            raise ValueError(f"max_trees must be at least n_seeds, which is {self.n_seeds}")
        return self


class EvaluationSettings(Settings):
    """Figures on the test set, and what a candidate must reach."""

    n_bootstrap: Count
    confidence: Share
    shares: tuple[Share, ...]  # of the list, for lift and capture
    min_roc_auc_low: Share  # gate: lower bound of the test ROC AUC


class TrackingSettings(Settings):
    """Where runs, models and exports live."""

    uri: str
    artifact_folder: str | None  # for a local store; a server keeps its own
    experiment: str
    registered_model: str
    model: Text  # what predict uses: an alias, a version number or an exported folder
    export_folder: str
    port: Annotated[int, Field(ge=1, le=65535)]  # of the UI and of serving, on localhost


class TierSettings(Settings):
    """Frozen cut-offs, as multiples of the base rate."""

    best_fit: Positive
    good_fit: Positive

    @model_validator(mode="after")
    def _is_in_order(self) -> TierSettings:
        if self.best_fit < self.good_fit:
            raise ValueError(f"best_fit must be at least good_fit, which is {self.good_fit:g}")
        return self


class ScoringSettings(Settings):
    """What a scored list looks like and where it goes."""

    tiers: TierSettings
    completeness_floor: Annotated[float, Field(ge=0, le=1)]  # below it: Insufficient data
    n_reasons: Annotated[int, Field(ge=0)]  # for, and as many against
    format: Literal["csv", "parquet"]
    folder: str
    batch_rows: Count


class RescoreSettings(Settings):
    """The scheduled run."""

    folder: str
    min_change: Annotated[float, Field(ge=0)]  # in probability; smaller moves within a tier are not listed
