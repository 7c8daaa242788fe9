"""An account's own values as a person reads them on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.schema import DEPARTMENT, Field, Kind
from icp_ml.scoring.place_names import place_name
from icp_ml.scoring.shown import short_number

N_LETTERS = 400
"""Of a text: a description's beginning."""
UNSHOWN = ("account_id", "name", "known_on", "before_on")


def shown_columns(rows: pd.DataFrame, fields: dict[str, Field]) -> dict[str, list[str | None]]:
    """Write the values of each mapped column in words, None where nothing is known.

    Columns that no row has a value of are left out.
    """
    shown = {
        name: _shown(rows[name], name, field)
        for name, field in fields.items()
        if name not in UNSHOWN and name in rows
    }
    return {name: values for name, values in shown.items() if any(one is not None for one in values)}


def _shown(values: pd.Series[Any], name: str, field: Field) -> list[str | None]:
    codes, distinct = pd.factorize(values)
    say = _words(name, field)
    texts = [*map(say, distinct.tolist()), None]
    return [texts[at] for at in codes.tolist()]


def _words(name: str, field: Field) -> Callable[[Any], str]:
    if field.kind in ("number", "money"):
        is_count = name.startswith(("employees", DEPARTMENT))
        return lambda one: short_number(round(one) if is_count else one)
    if field.kind in ("country", "region"):
        return lambda one: place_name(name, str(one))
    return WORDS.get(field.kind, _cut)


def _cut(text: Any) -> str:
    said = " ".join(str(text).split())
    return said if len(said) <= N_LETTERS else f"{said[:N_LETTERS].rstrip()} …"


WORDS: Mapping[Kind, Callable[[Any], str]] = {
    "year": "{:.0f}".format,
    "yes_no": lambda one: "yes" if one else "no",
    "date": lambda one: f"{pd.Timestamp(one):%Y-%m-%d}",
    "list": lambda one: ", ".join(str(one).split(ITEM_SEPARATOR)),
}
