"""Say of a further column what feature it could be, or why it must be none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from icp_ml.data.proposals import unwanted, vocabulary
from icp_ml.data.proposals.forms import Hints, separator_of, shown
from icp_ml.data.proposals.headings import EXACT, has_word, slug, sureness, unit_of, words_of
from icp_ml.data.proposals.reading import Reading, read_as
from icp_ml.data.proposals.samples import Column
from icp_ml.parsing.currencies import names_currency
from icp_ml.schema import Kind

FEW_VALUES = 12
NEAR_UNIQUE_SHARE = 0.5
NEAR_UNIQUE_MIN = 20
SURE_SHARE = 0.95
LONG_TEXT_WORDS = 6
TRIAL_ROWS = 2_000
LIKE_OURS: dict[Kind, str] = {
    "industry_code": "industry_code",
    "country": "country",
    "region": "region",
    "language": "language",
}
"""Kinds that a further column has by its heading, and the column of ours that is called so."""


@dataclass(frozen=True)
class Feature:
    """A further column: its name and reading, or why it is left out."""

    name: str
    column: Column
    words: str
    reading: Reading | None
    left_out: str = ""


def feature_of(column: Column, hints: Hints) -> Feature:
    """Propose a further column as a feature, or say why not."""
    name, words = slug(column.heading, column.position), words_of(column.heading)
    reason = reason_against(column)
    reading = None if reason else _reading(column, hints)
    if reading is None:
        return Feature(name, column, words, None, reason or _near_unique(column))
    return Feature(name, column, words, reading)


def leak_reason(heading: str) -> str | None:
    """Say why a column of accounts must not be learnt from, by its heading."""
    for reason, words in unwanted.LEAKS.items():
        if has_word(heading, words):
            return reason
    return None


def reason_against(column: Column) -> str:
    """Say why a column cannot be a feature, whatever its values mean; empty where it may."""
    if not column.counts:
        return "empty"
    if len(column.counts) == 1 and column.n_given == len(column.raw):
        return f"always {shown(column.counts)}"
    if reason := leak_reason(column.heading):
        return reason
    is_row_number = has_word(column.heading, unwanted.ROW_NUMBERS) or not column.heading
    if is_row_number and _is_unique(column, 0.9):
        return "a row number or rank"
    return _reason_against_text(column)


def _reason_against_text(column: Column) -> str:
    if has_word(column.heading, unwanted.PERSONAL):
        return "personal data, says nothing of the company"
    if has_word(column.heading, unwanted.IDS) and _is_unique(column, NEAR_UNIQUE_SHARE):
        return "an id or an address"
    return ""


def _reading(column: Column, hints: Hints) -> Reading | None:
    kind = _kind(column, hints)
    return None if kind is None else read_as(column, kind, hints)


def _kind(column: Column, hints: Hints) -> Kind | None:
    """Infer the kind of a further column from its values; None for short text that hardly repeats."""
    trial = _trial(column)
    n_distinct = len(column.counts)
    if kind := _kind_like_ours(column, trial, hints):
        return kind
    if n_distinct <= FEW_VALUES and _fits(trial, "yes_no", hints) and _says_two_things(trial, hints):
        return "yes_no"
    if _fits(trial, "number", hints):
        is_code = (
            n_distinct <= FEW_VALUES
            and has_word(column.heading, unwanted.CODES)
            and not unit_of(column.heading)
        )
        return "category" if is_code else "money" if _names_currencies(column) else "number"
    if _fits(trial, "date", hints):
        return "date"
    if _is_long(column) or _is_list(column):
        return "text" if _is_long(column) else "list"
    return None if _is_unique(column, NEAR_UNIQUE_SHARE) and column.n_given >= NEAR_UNIQUE_MIN else "category"


def _kind_like_ours(column: Column, trial: Column, hints: Hints) -> Kind | None:
    """Give the kind of our column that it is called like, where another column serves as that."""
    for kind, ours in LIKE_OURS.items():
        is_called_so = sureness(column.heading, vocabulary.FIRMOGRAPHICS[ours]) == EXACT
        if is_called_so and _fits(trial, kind, hints) and not _is_unique(column, NEAR_UNIQUE_SHARE):
            return kind
    return None


def _names_currencies(column: Column) -> bool:
    n_named = sum(n for text, n in column.counts.items() if names_currency(text.casefold()))
    return n_named > 0.5 * column.n_given


def _trial(column: Column) -> Column:
    """Take the first rows that have a value: enough to tell the kind."""
    return Column(column.heading, column.position, column.raw.loc[column.raw.notna()].head(TRIAL_ROWS))


def _fits(trial: Column, kind: Kind, hints: Hints) -> bool:
    first = next(iter(trial.counts), "")
    if kind in ("number", "date") and not re.search(r"\d", "".join(list(trial.counts)[:50]) + first):
        return False
    return read_as(trial, kind, hints).share >= SURE_SHARE


def _says_two_things(trial: Column, hints: Hints) -> bool:
    return len(set(read_as(trial, "yes_no", hints).values.dropna())) == 2


def _is_unique(column: Column, share: float) -> bool:
    return len(column.counts) > share * column.n_given


def _is_long(column: Column) -> bool:
    lengths = [len(text.split()) for text in list(column.counts)[:500]]
    return sum(n >= LONG_TEXT_WORDS for n in lengths) > 0.5 * len(lengths) and _is_unique(
        column, NEAR_UNIQUE_SHARE
    )


def _is_list(column: Column) -> bool:
    """Say whether the cells are lists: their items repeat more than the cells do."""
    sign = separator_of(column)
    if sign is None:
        return False
    items = {item.strip() for text in column.counts for item in text.split(sign)}
    n_items = sum(len(text.split(sign)) for text in column.counts)
    n_words = sum(len(item.split()) for item in items)
    return len(items) < 0.5 * n_items and n_words < LONG_TEXT_WORDS / 2 * len(items)


def _near_unique(column: Column) -> str:
    return f"near-unique: {len(column.counts):,} different values in {column.n_given:,} rows"
