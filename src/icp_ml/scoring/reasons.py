"""Say in a salesperson's words what speaks for and against an account, from the model's own contributions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.features.attributes import ITEM_FORMS, Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.encoder import Encoder
from icp_ml.features.groups import Groups, groups_of
from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.observed import Observed
from icp_ml.scoring.items import speaking_items
from icp_ml.scoring.like import Rate, rate_of
from icp_ml.scoring.shown import Shown, shown, shown_pair

REASONS = pa.list_(
    pa.struct(
        [
            ("attribute", pa.string()),
            ("words", pa.string()),
            ("contribution", pa.float64()),
            ("rate", pa.float64()),
            ("n_customers", pa.int64()),
        ]
    )
)
"""Of each row: the attribute, what is said, the contribution in log-odds (in points where those rank); the
rate of best among customers like that (0 to 1) with their number, both null where they are left out."""


@dataclass(frozen=True)
class Told:
    """What is told from: what the model learnt, what it saw, and the accounts.

    Attributes
    ----------
    encoder : Encoder
    observed : Observed
    columns : Columns
        Of the accounts, parsed.
    """

    encoder: Encoder
    observed: Observed
    columns: Columns


@dataclass
class _Pool:
    """Phrases, each once."""

    words: list[str] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    n: list[int] = field(default_factory=list)

    def add(self, texts: list[str], rates: list[Rate]) -> None:
        """Add phrases: a text and the rate behind it."""
        self.words += [text + words for text, (words, _, _) in zip(texts, rates, strict=True)]
        self.rates += [rate for _, rate, _ in rates]
        self.n += [n for _, _, n in rates]


def reasons(told: Told, heard: Floats, n_reasons: int) -> tuple[pa.Array, pa.Array]:
    """Give each row its strongest reasons for and against.

    Parameters
    ----------
    told : Told
    heard : ndarray of float64, shape (n_rows, n_attributes)
        Contributions; 0 where an attribute has no known value: a gap is no fact about the company.
    n_reasons : int
        Most reasons for, and as many against.

    Returns
    -------
    reasons_for, reasons_against : pyarrow.ListArray of REASONS
        Strongest first.
    """
    return _side(told, heard, n_reasons, True), _side(told, heard, n_reasons, False)


def reason_lines(found: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Join each row's reasons into the one line that a CSV cell holds."""
    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    return joined(whole, whole.flatten().field("words"))


def joined(lists: pa.Array, texts: pa.Array) -> pa.Array:
    """Join the texts of each list, which are those of all lists one after the other."""
    n = np.asarray(pc.fill_null(pc.list_value_length(lists), 0))
    return pc.binary_join(pa.ListArray.from_arrays(_offsets(n), texts), "; ")


def _offsets(n: Codes) -> pa.Array:
    return pa.array(np.concatenate([[0], np.cumsum(n)]), pa.int32())


def _side(told: Told, heard: Floats, n_reasons: int, is_for: bool) -> pa.Array:
    """Gather the reasons of one side, row after row, and put each attribute's in words at once."""
    from icp_ml.forest.strongest import strongest

    chosen = strongest(np.ascontiguousarray(heard), n_reasons, is_for)
    is_there = chosen >= 0
    attributes = chosen[is_there]
    n_found = is_there.sum(axis=1)
    rows = np.repeat(np.arange(len(heard)), n_found)
    pool, phrases = _phrases(told, attributes, rows, is_for)
    n_customers = np.array(pool.n, dtype=np.int64)[phrases]
    parts = [
        pa.array([one.name for one in told.encoder.attributes], pa.string()).take(pa.array(attributes)),
        pa.array(pool.words, pa.string()).take(pa.array(phrases)),
        pa.array(heard[rows, attributes]),
        pa.array(np.array(pool.rates, dtype=np.float64)[phrases], mask=n_customers < 0),
        pa.array(n_customers, mask=n_customers < 0),
    ]
    found = pa.StructArray.from_arrays(parts, fields=list(REASONS.value_type))
    return pa.ListArray.from_arrays(_offsets(n_found), found, type=REASONS)


def _phrases(told: Told, attributes: Codes, rows: Codes, is_for: bool) -> tuple[_Pool, Codes]:
    """Give the phrase of each (attribute, row) as its place in a pool."""
    pool = _Pool()
    phrases = np.empty(len(rows), dtype=np.intp)
    order = np.argsort(attributes, kind="stable")
    n_of_each = np.bincount(attributes, minlength=len(told.encoder.attributes))
    for at, places in enumerate(np.split(order, np.cumsum(n_of_each)[:-1])):
        if len(places):
            phrases[places] = _add(pool, told, told.encoder.attributes[at], (rows[places], is_for))
    return pool, phrases


def _add(pool: _Pool, told: Told, attribute: Attribute, asked: tuple[Codes, bool]) -> Codes:
    """Add the phrases of an attribute in some rows to the pool, and give each row's place there."""
    (rows, is_for), start = asked, len(pool.words)
    head = f"{attribute.words[:1].upper()}{attribute.words[1:]}: "
    if attribute.form in ITEM_FORMS:
        said = speaking_items(attribute, told.columns, rows, is_for)
        rates = [
            rate_of(attribute, told.observed, [one.casefold() for one in items], is_for, items)
            for items in said.items
        ]
        pool.add([head + text for text in said.texts], rates)
        return said.codes + start
    values = _shown(told, attribute, rows)
    group, rates = _rates(told, attribute, rows, is_for)
    codes, distinct = pd.factorize(values.codes * len(rates) + group)
    texts, of_group = np.divmod(distinct, len(rates))
    pool.add([head + values.texts[at] for at in texts.tolist()], [rates[at] for at in of_group.tolist()])
    return codes + start


def _shown(told: Told, attribute: Attribute, rows: Codes) -> Shown:
    parts = told.encoder.parts_of(attribute)
    return shown_pair(parts, told.columns, rows) if parts else shown(attribute, told.columns, rows)


def _rates(told: Told, attribute: Attribute, rows: Codes, is_for: bool) -> tuple[Codes, list[Rate]]:
    """Give each row's place among the rates of the groups that the rows are in."""
    observed = told.observed
    seen = observed.of(attribute)
    if not seen.counts:
        return np.zeros(len(rows), dtype=np.intp), [rate_of(attribute, observed, (), is_for)]
    parts = told.encoder.parts_of(attribute)
    groups: Groups = told.columns.once(
        ("groups", attribute.name), lambda: groups_of(attribute, told.columns, seen.edges, parts)
    )
    codes, distinct = pd.factorize(groups.codes[rows])
    names = [groups.names(at) if at >= 0 else () for at in distinct.tolist()]
    return codes, [rate_of(attribute, observed, one, is_for) for one in names]


def value_words(told: Told, attribute: Attribute, rows: Codes) -> list[str]:
    """Say the values of some rows, which all have one, as reasons do, within a sentence: "country: Kenya"."""
    is_list = attribute.form in ITEM_FORMS
    said = speaking_items(attribute, told.columns, rows, True) if is_list else _shown(told, attribute, rows)
    return [f"{attribute.words}: {said.texts[at]}" for at in said.codes.tolist()]
