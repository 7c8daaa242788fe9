"""Read a column as one kind of value: the form its values have, what is missing, and why we think so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from icp_ml.data.proposals import vocabulary
from icp_ml.data.proposals.forms import MAX_TOKENS, Hints, settings_of
from icp_ml.data.proposals.headings import fold
from icp_ml.data.proposals.samples import Column
from icp_ml.parsing import parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

if TYPE_CHECKING:
    import pandas as pd

STRICT = ("number", "money", "year", "date", "country", "language", "domain", "yes_no")
"""Kinds that a value can fail to be."""

FREQUENT_SHARE, FREQUENT_ROWS = 0.01, 3


@dataclass(frozen=True)
class Reading:
    """A column read as one kind.

    Attributes
    ----------
    settings : dict of str to object
        What the mapping must say beside the heading: decimal, date_order, separator, missing and so on.
    tokens : tuple of str
        Cells of this column that mean "not known" in any column.
    strange : dict of str to int
        Cells that are not understood, with their rows.
    why : tuple of str
        The reasons, in words.
    """

    column: Column
    kind: Kind
    settings: Mapping[str, Any]
    tokens: tuple[str, ...]
    n_known: int
    strange: Mapping[str, int]
    values: pd.Series[Any]
    why: tuple[str, ...] = field(default=())

    @property
    def share(self) -> float:
        """Give the share of the values that are understood, 0 where there is none."""
        return self.n_known / (self.n_known + sum(self.strange.values())) if self.n_known else 0.0


def read_as(column: Column, kind: Kind, hints: Hints, ours: str = "") -> Reading:
    """Read a column as a kind, with the settings that its values ask for.

    Parameters
    ----------
    column : Column
    kind : Kind
    hints : Hints
        Of its file.
    ours : str
        The column of ours it may be; is_won and is_best have words of their own for yes and no.
    """
    settings, why = settings_of(column, kind, hints, ours)
    tokens = tuple(text for text in column.counts if text.casefold() in vocabulary.NOT_KNOWN)
    is_strict = kind in STRICT or "system" in settings
    absent = [] if "yes_values" in settings else _own_missing(column, kind, settings, tokens)
    if absent:
        settings = settings | {"missing": ["", *tokens, *absent]}
        why = [
            *why,
            f"{_quoted(absent)} taken as not known ({sum(column.counts[one] for one in absent):,} rows)",
        ]
    if not is_strict and kind != "list":
        n_known = column.n_given - sum(column.counts[one] for one in {*tokens, *absent})
        return Reading(column, kind, settings, tokens, n_known, {}, column.raw, tuple(why))
    parsed = _parse(column, kind, settings, tokens)
    return Reading(
        column, kind, settings, tokens, parsed.n_known, parsed.not_understood, parsed.values, tuple(why)
    )


def _own_missing(
    column: Column, kind: Kind, settings: Mapping[str, Any], tokens: tuple[str, ...]
) -> list[str]:
    """List the cells that mean "not known" in this column alone."""
    if kind not in STRICT and "system" not in settings:
        numerals = [text for text in column.counts if re.fullmatch(r"-?\d+(?:\.0)?", text)]
        return numerals if numerals and set(numerals) <= {"-1", "-1.0"} else []
    parsed = _parse(column, kind, settings, tokens)
    enough = max(FREQUENT_ROWS, FREQUENT_SHARE * column.n_given)
    absent = [
        text
        for text, n in parsed.not_understood.items()
        if text in column.counts
        and (_may_be_known(text) or (parsed.n_known and n >= enough and _is_word(text)))
    ]
    if kind in ("number", "money"):
        absent += _lone_minus_one(column, parsed.values)
    return absent[:MAX_TOKENS]


def _may_be_known(text: str) -> bool:
    return text.casefold() in vocabulary.MAY_BE_KNOWN


def _is_word(text: str) -> bool:
    """Tell "pending" from "120 x 3": a value we fail to read is not a missing one."""
    return len(text) <= 24 and not any(sign.isdigit() for sign in text)


def _lone_minus_one(column: Column, values: pd.Series[Any]) -> list[str]:
    negatives = set(values[values < 0])
    return [text for text in ("-1", "-1.0") if text in column.counts] if negatives == {-1.0} else []


def _parse(column: Column, kind: Kind, settings: Mapping[str, Any], tokens: tuple[str, ...]) -> Any:
    form = ColumnSettings.model_validate({"from": column.heading} | dict(settings))
    return parse_column(column.raw, kind, form, ["", *tokens])


def _quoted(texts: Iterable[str]) -> str:
    return " and ".join(f"'{text}'" for text in texts)


def is_like(reading: Reading, pattern: str, at_least: float) -> bool:
    """Say whether a share of the rows with a value holds the pattern."""
    expression = re.compile(pattern)
    n_rows = sum(n for text, n in reading.column.counts.items() if expression.search(text))
    return n_rows >= at_least * max(reading.column.n_given, 1)


def same_heading(one: str, other: str) -> bool:
    """Say whether all words of one heading stand in the other."""
    first, second = set(fold(one).split()), set(fold(other).split())
    return bool(first and second) and (first <= second or second <= first)
