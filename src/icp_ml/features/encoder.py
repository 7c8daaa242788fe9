"""Turn firmographics into one numeric matrix; everything learnt sits in one fitted encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.features.statistics import (
    ITEM_SEPARATOR,
    Codes,
    Floats,
    fold_case,
    folds_of,
    item_summary,
    level_counts,
    lookup,
    overall_share,
    split_items,
    target_statistic,
)
from icp_ml.schema import LEVEL_KINDS, NUMERIC_KINDS, Field
from icp_ml.settings import FeaturesSettings

ENCODER_VERSION = 1
NO_DAY = pd.Timestamp(0)  # for forms that no day matters to
DAYS_PER_YEAR = 365.25

RATIOS = {
    "revenue_per_employee": ("revenue", "employees", "revenue per employee"),
    "funding_per_employee": ("funding_total", "employees", "funding per employee"),
}

MISSING_DTYPES: dict[str, Any] = {
    "number": "float64",
    "age": "float64",
    "ratio": "float64",
    "recency": "datetime64[s]",
}

Form = Literal["number", "age", "recency", "ratio", "levels", "items", "words"]


@dataclass(frozen=True)
class Attribute:
    """What one attribute contributes to the matrix, and what was learnt about it.

    Attributes
    ----------
    name : str
        Our column, or a ratio's own name.
    words : str
        What a salesperson calls it.
    form : str
        number, age (in years), recency (years since a date), ratio, levels, items or words.
    statistics : dict of str to float
        Log-odds difference of each level or item, in sorted order.
    counts : dict of str to int
        Training rows of each level or item.
    frequent : tuple of str
        Levels or items with a column of their own.
    """

    name: str
    words: str
    form: Form
    statistics: dict[str, float]
    counts: dict[str, int]
    frequent: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Name the matrix columns."""
        own = [f"{self.name}={level}" for level in self.frequent]
        if self.form == "levels":
            return [f"{self.name}:share", f"{self.name}:rows", *own]
        if self.form in ("items", "words"):
            return [f"{self.name}:mean", f"{self.name}:max", f"{self.name}:n", *own]
        return [self.name]


@dataclass(frozen=True)
class Encoder:
    """The fitted encoder: attributes in matrix order.

    A row's encoding depends on that row and `as_of` alone.
    """

    attributes: tuple[Attribute, ...]

    @property
    def columns(self) -> list[str]:
        """Name the matrix columns, in order."""
        return [column for attribute in self.attributes for column in attribute.columns]

    @property
    def attribute_of_column(self) -> Codes:
        """Give each matrix column the position of its attribute."""
        return np.repeat(np.arange(len(self.attributes)), [len(one.columns) for one in self.attributes])

    def transform(self, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
        """Encode accounts.

        Parameters
        ----------
        accounts : pandas.DataFrame
            Our columns; one that is lacking counts as missing.
        as_of : Series or Timestamp
            The day each row's ages and recency are counted to.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_columns)
            NaN where a value is missing; never infinite.
        """
        parts = [_encode(one, accounts, as_of) for one in self.attributes]
        return np.column_stack(parts) if parts else np.empty((len(accounts), 0))

    def known(self, accounts: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Say which attributes each row has a value for, shape (n_rows, n_attributes)."""
        parts = [_is_known(one, accounts) for one in self.attributes]
        return np.column_stack(parts) if parts else np.empty((len(accounts), 0), dtype=bool)

    def to_json(self) -> str:
        """Write all that was learnt."""
        content = {"version": ENCODER_VERSION, "attributes": [asdict(one) for one in self.attributes]}
        return json.dumps(content, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            Another version of this package wrote it.
        """
        content = json.loads(text)
        if content["version"] != ENCODER_VERSION:
            what = f"the model's encoder has version {content['version']}; this code knows {ENCODER_VERSION}."
            raise DataError(
                what, fix="Train again with this version, or score with the version that trained it."
            )
        stored = [{**one, "frequent": tuple(one["frequent"])} for one in content["attributes"]]
        return cls(tuple(Attribute(**one) for one in stored))


def fit_encoder(
    accounts: pd.DataFrame,
    rows: pd.DataFrame,
    fields: Mapping[str, Field],
    settings: FeaturesSettings,
    seed: int,
) -> tuple[Encoder, Floats]:
    """Fit the encoder on training rows and give their cross-fitted matrix.

    The encoder learns its statistics from all rows given; in the matrix that comes with it, each row's
    statistics come from the other folds, so that no row sees its own label.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Firmographics, one row per label row.
    rows : pandas.DataFrame
        Label rows: as_of, group and is_best are used.
    fields : mapping of str to Field
        Meaning of the columns of `accounts`.
    settings : FeaturesSettings
        Smoothing, frequent levels, exclusions.
    seed : int
        Draws the folds.

    Returns
    -------
    encoder : Encoder
    matrix : ndarray of float64, shape (n_rows, n_columns)

    Raises
    ------
    DataError
        No column can be a feature.
    """
    is_best = rows["is_best"].to_numpy(dtype=np.float64)
    folds = folds_of(rows["group"].to_numpy(dtype=object), is_best, settings.n_crossfit_folds, seed)
    attributes, parts = [], []
    for name, words, form in usable_attributes(accounts, fields, settings.exclude):
        if form in ("levels", "items", "words"):
            attribute, part = _fit_statistics((name, words, form), accounts[name], is_best, folds, settings)
        else:
            attribute = Attribute(name, words, form, {}, {}, ())
            part = _encode(attribute, accounts, rows["as_of"])
        attributes.append(attribute)
        parts.append(part)
    if not attributes:
        raise DataError(
            "no column can be a feature.", fix="Map firmographic columns in conf/data, or exclude fewer."
        )
    return Encoder(tuple(attributes)), np.column_stack(parts)


def usable_attributes(
    accounts: pd.DataFrame, fields: Mapping[str, Field], exclude: tuple[str, ...]
) -> list[tuple[str, str, Form]]:
    """List the attributes that can be encoded, as (name, words, form): any value known, not excluded."""
    found: list[tuple[str, str, Form]] = []
    for name, field in fields.items():
        is_usable = field.is_feature and name not in exclude and accounts[name].notna().any()
        if is_usable:
            found.append((name, field.words, _form(name, field)))
    names = {name for name, _, _ in found}
    found += [
        (name, words, "ratio")
        for name, (above, below, words) in RATIOS.items()
        if {above, below} <= names and name not in exclude
    ]
    return found


def _form(name: str, field: Field) -> Form:
    if name == "founded_year":
        return "age"
    if field.kind in NUMERIC_KINDS:
        return "number"
    if field.kind in LEVEL_KINDS:
        return "levels"
    return {"date": "recency", "list": "items"}.get(field.kind, "words")  # type: ignore[return-value]


def _column(attribute: Attribute, accounts: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in accounts:
        column: pd.Series[Any] = accounts[name]
        return column
    missing: Any = pd.array([None] * len(accounts), dtype=MISSING_DTYPES.get(attribute.form, "str"))
    return pd.Series(missing, index=accounts.index)


def _is_known(attribute: Attribute, accounts: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if attribute.form == "ratio":
        above, below, _ = RATIOS[attribute.name]
        is_known = _column(attribute, accounts, above).notna() & (_column(attribute, accounts, below) > 0)
    else:
        is_known = _column(attribute, accounts, attribute.name).notna()
    return is_known.to_numpy(dtype=bool)


def _encode(attribute: Attribute, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
    if attribute.form == "ratio":
        return _ratio(attribute, accounts)
    values = _column(attribute, accounts, attribute.name)
    if attribute.form == "levels":
        return _encode_levels(attribute, values)
    if attribute.form in ("items", "words"):
        return _encode_items(attribute, values)
    if attribute.form == "recency":
        return _years_between(values, as_of)
    if attribute.form == "age":
        year = as_of.dt.year.to_numpy(dtype=np.float64) if isinstance(as_of, pd.Series) else float(as_of.year)
        return np.asarray(year - values.to_numpy(dtype=np.float64))
    return values.to_numpy(dtype=np.float64)


def _years_between(dates: pd.Series[Any], as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
    elapsed: pd.Series[Any] = as_of - dates
    seconds: Floats = elapsed.dt.total_seconds().to_numpy(dtype=np.float64)
    return seconds / (DAYS_PER_YEAR * 86_400)


def _ratio(attribute: Attribute, accounts: pd.DataFrame) -> Floats:
    above, below, _ = RATIOS[attribute.name]
    divisor = _column(attribute, accounts, below).to_numpy(dtype=np.float64)
    positive = np.where(divisor > 0, divisor, np.nan)
    return np.asarray(_column(attribute, accounts, above).to_numpy(dtype=np.float64) / positive)


def _fit_statistics(
    spec: tuple[str, str, Form],
    values: pd.Series[Any],
    is_best: Floats,
    folds: Codes,
    settings: FeaturesSettings,
) -> tuple[Attribute, Floats]:
    """Learn an attribute's statistics from all rows, and encode each row by those of the other folds."""
    learnt = _learn(spec, values, is_best, settings)
    part = _encode(learnt, pd.DataFrame({learnt.name: values}), NO_DAY)
    n_statistics = 1 if learnt.form == "levels" else 2
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        others = (
            _learn(spec, values[~held_out], is_best[~held_out], settings) if (~held_out).any() else learnt
        )
        crossed = Attribute(
            learnt.name, learnt.words, learnt.form, others.statistics, learnt.counts, learnt.frequent
        )
        encoded = _encode(crossed, pd.DataFrame({learnt.name: values[held_out]}), NO_DAY)
        part[held_out, :n_statistics] = encoded[:, :n_statistics]
    return learnt, part


def _learn(
    spec: tuple[str, str, Form], values: pd.Series[Any], is_best: Floats, settings: FeaturesSettings
) -> Attribute:
    name, words, form = spec
    if form == "levels":
        codes, distinct = pd.factorize(fold_case(values), sort=True)
        levels = np.asarray(distinct, dtype=object)
        n, n_best = level_counts(codes, len(levels), is_best)
    else:
        items = split_items(values, form == "words")
        levels = items.names
        n = np.asarray(items.matrix.sum(axis=0)).ravel()[: len(levels)]
        n_best = np.asarray(items.matrix.T @ is_best).ravel()[: len(levels)]
    statistic = target_statistic(n, n_best, overall_share(is_best), settings.smoothing)
    kept = np.flatnonzero(n >= 2)  # a level seen once was never seen by any other fold
    by_count = sorted(
        (level for level in np.flatnonzero(n >= settings.min_count)), key=lambda at: (-n[at], levels[at])
    )
    return Attribute(
        name,
        words,
        form,
        {str(levels[at]): float(statistic[at]) for at in kept},
        {str(levels[at]): int(n[at]) for at in kept},
        tuple(str(levels[at]) for at in by_count[: settings.n_frequent]),
    )


def _encode_levels(attribute: Attribute, values: pd.Series[Any]) -> Floats:
    codes, levels = pd.factorize(fold_case(values))
    names = [str(level) for level in levels]
    share = np.array([attribute.statistics.get(name, 0.0) for name in names])
    rows = np.array([np.log1p(attribute.counts.get(name, 0)) for name in names])
    own = [np.array([name == level for name in names], dtype=np.float64) for level in attribute.frequent]
    return np.column_stack([lookup(codes, by_level) for by_level in (share, rows, *own)])


def _encode_items(attribute: Attribute, values: pd.Series[Any]) -> Floats:
    items = split_items(values, attribute.form == "words")
    statistic = np.zeros(items.matrix.shape[1])
    statistic[: len(items.names)] = [attribute.statistics.get(name, 0.0) for name in items.names]
    summary = item_summary(items.matrix, statistic)
    summary[values.isna().to_numpy(), 2] = np.nan
    position = {str(name): at for at, name in enumerate(items.names)}
    own = [
        items.matrix[:, position[item]].toarray().ravel() if item in position else np.zeros(len(values))
        for item in attribute.frequent
    ]
    missing = values.isna().to_numpy()
    return np.column_stack([summary, *(np.where(missing, np.nan, column) for column in own)])


def shown_items(attribute: Attribute, value: str, is_for: bool, n: int) -> list[str]:
    """Name the items of a list that speak most for (or against) best, by their statistics."""
    items = value.split(ITEM_SEPARATOR)
    sign = -1 if is_for else 1
    return sorted(items, key=lambda item: (sign * attribute.statistics.get(item.casefold(), 0.0), item))[:n]
