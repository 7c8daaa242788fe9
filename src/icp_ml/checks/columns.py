"""Columns that nothing can be learnt from, or only by heart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.checks.case import Accounts, Case, values_of
from icp_ml.checks.findings import Finding
from icp_ml.checks.headings import phrase_in, phrases, words_of
from icp_ml.errors import count, examples
from icp_ml.schema import LEVEL_KINDS, Field
from icp_ml.settings import ChecksSettings

MIN_ROWS = 30  # below it, nearly unique values mean nothing
RUNNING_DENSITY = 0.3  # of the numbers between least and greatest that occur: a running number
MIN_CODE_DIGITS = 5  # numbers that all have so many digits, all different, are codes
ID_WORDS = phrases(
    "id; ids; uuid; guid; key; number; no; nr; code; reference; ref; index; unnamed; row; record; link; "
    "url; nummer; kennung; schlussel; zeile; numero; identifiant; cle; codigo; clave; identificador; "
    "email; phone"
)


def columns(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Check each feature by itself, and whether any is left."""
    described = case.described
    if described is None:
        return
    yield from _repeated_ids(case)
    if case.labels is not None and not _varying(case, described):
        said = (
            f"none of {count(len(described.fields), 'mapped column')} is a feature with two values or more."
        )
        yield Finding("no_usable_feature", "", said)
    for name, field in described.fields.items():
        if case.is_learnt(name, field) and name in described.rows and len(described.rows):
            yield from _of_column(case, described, name, settings)


def _repeated_ids(case: Case) -> Iterator[Finding]:
    if case.customers is None:
        return
    ids = case.customers.rows["account_id"]
    repeated = ids[ids.duplicated()]
    if len(repeated):
        said = f"{count(len(repeated), 'row repeats', 'rows repeat')} an id, for example "
        yield Finding("repeated_ids", "account_id", f"{said}{examples(repeated.unique())}.")


def _varying(case: Case, described: Accounts) -> list[str]:
    """List the features with two values, or one and gaps."""
    return [name for name in case.features_in_use if described.rows[name].nunique(dropna=False) > 1]


def _of_column(case: Case, described: Accounts, name: str, settings: ChecksSettings) -> Iterator[Finding]:
    n_rows, known, field = len(described.rows), values_of(described, name), described.fields[name]
    missing = 1 - len(known) / n_rows
    if missing > settings.max_missing_share:
        yield Finding("mostly_missing", name, f"{missing:.1%} of {n_rows:,} values are missing.")
    if not len(known):
        return
    counts = _folded(known, field).value_counts()
    if counts.iloc[0] / n_rows > settings.max_one_value_share:
        said = f"{counts.iloc[0] / n_rows:.1%} of {count(n_rows, 'row')} hold {str(counts.index[0])!r}."
        yield Finding("one_value", name, said)
    unique = float((counts == 1).sum() / len(known))
    is_unique = unique >= settings.min_unique_share and len(known) >= MIN_ROWS
    if is_unique and _names_accounts(case, name, known, field):
        said = f"{unique:.1%} of {count(len(known), 'value')} occur once, for example {_examples(known)}."
        yield Finding("id_like", name, said)
    elif field.kind in LEVEL_KINDS and len(counts) > settings.max_levels:
        yield Finding("many_levels", name, f"{len(counts):,} levels in {count(len(known), 'value')}.")


def _folded(known: pd.Series[Any], field: Field) -> pd.Series[Any]:
    """Give values as they are compared: case makes no other level."""
    return known.str.casefold() if field.kind in (*LEVEL_KINDS, "list", "text") else known


def _names_accounts(case: Case, name: str, known: pd.Series[Any], field: Field) -> bool:
    """Say whether values that are all different are names: a text or an amount may differ from row to row."""
    if field.kind in LEVEL_KINDS:
        return True
    if field.kind in ("text", "list"):
        has_digit = known.str.contains(r"\d") & ~known.str.contains(r"[\s|]")
        return bool(has_digit.mean() > 0.5)
    if field.kind not in ("number", "money"):
        return False
    return _is_running(known.to_numpy(dtype=np.float64), case.heading(name))


def _is_running(numbers: np.ndarray[Any, np.dtype[np.float64]], heading: str) -> bool:
    """Say whether whole numbers, all different, are running ones, codes, or called an id."""
    if not (np.isfinite(numbers) & (numbers == np.round(numbers)) & (numbers >= 0)).all():
        return False
    spread = numbers.max() - numbers.min() + 1
    n_digits = np.unique(np.floor(np.log10(np.maximum(numbers, 1))) + 1)
    is_code = len(n_digits) == 1 and n_digits[0] >= MIN_CODE_DIGITS
    return bool(len(numbers) / spread > RUNNING_DENSITY or is_code or phrase_in(words_of(heading), ID_WORDS))


def _examples(known: pd.Series[Any]) -> str:
    shown = known.iloc[:3].tolist()
    return examples([f"{value:.12g}" if isinstance(value, float) else value for value in shown])
