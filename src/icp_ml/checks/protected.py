"""Features that speak of a protected attribute of people, by their heading or by their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from icp_ml.checks import protected_words as words
from icp_ml.checks.case import Case, Fields
from icp_ml.checks.findings import Finding
from icp_ml.checks.headings import phrase_in, words_of
from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.schema import Field

MIN_CLEAR_SHARE = 0.01  # of the known rows that hold values which mean nothing else
MIN_PAIRED_SHARE = 0.95  # of the telling rows whose values are among those that mean it together
LEVELLED = ("category", "list", "text")
MAX_VALUE_WORDS = 6  # more is a sentence


def protected(case: Case) -> Iterator[Finding]:
    """Find features in use that speak of a protected attribute."""
    if case.described is None:
        return
    fields = {name: one for name, one in case.described.fields.items() if case.is_learnt(name, one)}
    for name, said in _found(fields, case.headings, case.described.rows).items():
        yield Finding("protected_attribute", name, said)


def protected_columns(fields: Fields, headings: Mapping[str, str], accounts: pd.DataFrame) -> list[str]:
    """Name the features that speak of a protected attribute, to be left out of the matrix.

    Parameters
    ----------
    fields : mapping of str to Field
        Only features are looked at.
    headings : mapping of str to str
        The user's own heading of each column.
    accounts : pandas.DataFrame
        Their values.
    """
    return list(_found(fields, headings, accounts))


def _found(fields: Fields, headings: Mapping[str, str], accounts: pd.DataFrame) -> dict[str, str]:
    found = {}
    for name, field in fields.items():
        if field.is_feature:
            said = _by_words((headings.get(name, name), name, field.words)) or _by_values(
                name, field, accounts
            )
            if said:
                found[name] = said
    return found


def _by_words(texts: tuple[str, ...]) -> str:
    for text in texts:
        parts = words_of(text)
        if phrase_in(parts, words.HARMLESS):
            continue
        for attribute, phrases in words.HEADINGS.items():
            phrase = phrase_in(parts, phrases)
            if phrase:
                return f"{phrase!r} in its heading speaks of {attribute}."
    return ""


def _by_values(name: str, field: Field, accounts: pd.DataFrame) -> str:
    if field.kind not in LEVELLED or name not in accounts:
        return ""
    counts = _value_counts(accounts[name], field.kind)
    n_known = int(accounts[name].notna().sum())
    for attribute, values in words.CLEAR_VALUES.items():
        clear = counts[counts.index.isin(values)]
        if len(clear) and clear.sum() / n_known >= MIN_CLEAR_SHARE:
            return f"values such as {clear.index[0]!r} speak of {attribute}."
    return _by_pairs(counts[~counts.index.isin(words.NEUTRAL_VALUES)])


def _by_pairs(counts: pd.Series[int]) -> str:
    present = set(counts.index)
    for attribute, values in words.PAIRED_VALUES.items():
        share = counts[counts.index.isin(values)].sum() / max(counts.sum(), 1)
        pairs = [pair for pair in words.TELLING_PAIRS if set(pair) <= present & (values | {"frau"})]
        if pairs and share >= MIN_PAIRED_SHARE:
            return f"the values {pairs[0][0]!r} and {pairs[0][1]!r} speak of {attribute}."
    return ""


def _value_counts(values: pd.Series[Any], kind: str) -> pd.Series[int]:
    """Count the values (the items of a list) in plain words; sentences are left out."""
    known = values.dropna().astype("str")
    split = known.str.split(ITEM_SEPARATOR, regex=False).explode() if kind == "list" else known
    counts = split.value_counts()
    plain = pd.Series([_plain(value) for value in counts.index], index=counts.index, dtype="str")
    grouped: pd.Series[int] = counts.groupby(plain.to_numpy()).sum().sort_values(ascending=False)
    return grouped[grouped.index != ""]


def _plain(value: str) -> str:
    parts = words_of(value)
    return " ".join(parts) if len(parts) <= MAX_VALUE_WORDS else ""
