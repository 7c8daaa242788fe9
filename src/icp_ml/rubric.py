"""The declared rubric: points for what one looks for, before there are customers to learn from."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from icp_ml.errors import ConfigError, examples
from icp_ml.features.attributes import Attribute
from icp_ml.features.conditions import Condition
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Floats
from icp_ml.parsing import parse_column
from icp_ml.schema import DEPARTMENT, FIRMOGRAPHICS, NUMERIC_KINDS, Field
from icp_ml.settings import ColumnSettings, ConditionSettings, RubricSettings


def rubric_encoder(settings: RubricSettings, fields: Mapping[str, Field]) -> Encoder:
    """Make the encoder that gives each account its points: one attribute a point.

    Parameters
    ----------
    settings : RubricSettings
    fields : mapping of str to Field
        The columns that accounts have. A column of ours that is not among them is never known.

    Raises
    ------
    ConfigError
        Naming each condition on a column that nobody knows, or that does not fit its column's kind.
    """
    problems = [
        f"{name}: {problem}"
        for name, point in settings.points.items()
        for one in point.conditions
        if (problem := _problem(one, fields)) is not None
    ]
    if problems:
        what = f"the rubric does not fit the mapped columns ({len(problems)} wrong)."
        fix = "Correct the conditions in conf/rubric, or declare the column in conf/data."
        raise ConfigError(what, problems, fix)
    return points_encoder(settings, fields)


def points_encoder(settings: RubricSettings, fields: Mapping[str, Field]) -> Encoder:
    """Make the rubric's encoder over these columns alone: a condition on another one is never known."""
    return Encoder(
        tuple(
            _point(name, point.words, _conditions(point.conditions, fields))
            for name, point in settings.points.items()
        )
    )


def _point(name: str, words: str, conditions: tuple[Condition, ...]) -> Attribute:
    sources = tuple(dict.fromkeys(one.column for one in conditions))
    return Attribute(name, words, "rubric", sources, conditions=conditions)


def rubric_weights(settings: RubricSettings) -> Floats:
    """Give what each point weighs, in the order of the encoder's columns."""
    return np.array([point.weight for point in settings.points.values()], dtype=np.float64)


def never_known(settings: RubricSettings, encoder: Encoder) -> list[str]:
    """Say which points no account can earn, because none of their columns is mapped."""
    lacking = [one for one in encoder.attributes if not one.conditions]
    columns = {one.name: settings.points[one.name].conditions for one in lacking}
    return [
        f"rubric, {one.words}: never known; none of its columns is mapped "
        f"({', '.join(dict.fromkeys(each.column for each in columns[one.name]))})"
        for one in lacking
    ]


def _conditions(given: Collection[ConditionSettings], fields: Mapping[str, Field]) -> tuple[Condition, ...]:
    return tuple(
        _condition(one, fields[one.column])
        for one in given
        if one.column in fields and _problem(one, fields) is None
    )


def _condition(given: ConditionSettings, field: Field) -> Condition:
    return Condition(
        given.column,
        field.kind,
        field.words,
        given.points,
        given.at_least,
        given.at_most,
        tuple(code for one in given.one_of if (code := _understood(one, field)) is not None),
        given.within_days,
    )


def _understood(wanted: str, field: Field) -> str | None:
    """Read what is looked for as the column's own values are read."""
    if field.kind != "country":
        return wanted
    column = ColumnSettings.model_validate("country")
    parsed = parse_column(pd.Series([wanted], dtype=object), "country", column, ()).values.iloc[0]
    return parsed if isinstance(parsed, str) else None


def _problem(given: ConditionSettings, fields: Mapping[str, Field]) -> str | None:
    """Say why a condition cannot be looked up, None where it can or where its column is merely not mapped."""
    field = fields.get(given.column)
    if field is None:
        is_ours = given.column in FIRMOGRAPHICS or given.column.startswith(DEPARTMENT)
        return None if is_ours else f"{given.column} is neither one of our columns nor declared"
    form = "within_days" if given.within_days is not None else "one_of" if given.one_of else "a bound"
    is_number, is_date = field.kind in NUMERIC_KINDS, field.kind == "date"
    fits = {"within_days": is_date, "a bound": is_number, "one_of": not (is_number or is_date)}
    if not fits[form]:
        return f"{given.column} is of kind {field.kind}, which {form} does not fit"
    strange = [one for one in given.one_of if _understood(one, field) is None]
    return f"{given.column}: {examples(strange)} is no country" if strange else None
