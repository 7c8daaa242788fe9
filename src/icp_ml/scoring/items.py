"""Which items of a list, or words of a text, speak most for or against best, as each row spells them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.items import ITEM_SEPARATOR, tokens_of
from icp_ml.features.statistics import Codes
from icp_ml.scoring.shown import opening

N_ITEMS_SHOWN = 3
LEAST_OF_STRONGEST = 1 / 3
"""Times the strongest item's statistic: what says far less is not named beside it."""
LEAST_OF_WORD = 0.1
"""In log-odds: a word that says less, such as "the", does not stand for its text."""


@dataclass(frozen=True)
class Speaking:
    """The items that speak in some rows.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
        Which choice of items is a row's.
    texts : list of str
        Each choice in words.
    items : list of tuple of str
        Each choice's items, strongest first; none where the text's opening stands for it.
    """

    codes: Codes
    texts: list[str]
    items: list[tuple[str, ...]]


@dataclass(frozen=True)
class _Held:
    """The items of some texts one after the other, as places in `names`; `counts` of each text."""

    items: Codes
    counts: Codes
    names: list[str]


def speaking_items(attribute: Attribute, columns: Columns, rows: Codes, is_for: bool) -> Speaking:
    """Name the items of each of the rows that speak most for (or against) best, by their statistics.

    Where none of them does, as when their number speaks, a list's first ones stand for it, and of a text its
    first words.
    """
    codes, texts = columns.texts(attribute.name)
    of_row, used = pd.factorize(codes[rows])
    is_list = attribute.form == "items"
    held = _entries([texts[at] for at in used.tolist()]) if is_list else _words(attribute, columns, used)
    chosen = _strongest(attribute, held, is_for, is_list)
    if not is_list:
        chosen[:, 0] = np.where(chosen[:, 0] < 0, -2 - np.arange(len(used)), chosen[:, 0])
    of_text, choices = _combined(chosen)
    items = [tuple(held.names[at] for at in one if at >= 0) for one in choices]
    said = [
        ", ".join(each if is_list else f'"{each}"' for each in named) or opening(texts[used[-2 - one[0]]])
        for one, named in zip(choices, items, strict=True)
    ]
    return Speaking(of_text[of_row], said, items)


def _entries(texts: list[str]) -> _Held:
    """Split lists into their entries as they are spelled; one that is spelled in several ways counts once."""
    parts = [_once(text.split(ITEM_SEPARATOR)) for text in texts]
    items, names = pd.factorize(np.array([one for part in parts for one in part], dtype=object))
    return _Held(items, np.array([len(part) for part in parts], dtype=np.intp), names.tolist())


def _once(entries: list[str]) -> list[str]:
    return list({one.casefold(): one for one in reversed(entries)}.values())[::-1]


def _words(attribute: Attribute, columns: Columns, used: Codes) -> _Held:
    """Look up the words of texts, each once, as the encoder split them."""
    tokens = tokens_of(attribute, columns)
    by_text = tokens.by_text[used]
    return _Held(by_text.indices.astype(np.intp), np.diff(by_text.indptr), tokens.names.tolist())


def _strongest(attribute: Attribute, held: _Held, is_for: bool, is_list: bool) -> Codes:
    """Give the places of each text's strongest items, shape (n_texts, N_ITEMS_SHOWN), -1 for none."""
    sign = 1.0 if is_for else -1.0
    strength = [sign * attribute.statistics.get(name.casefold(), 0.0) for name in held.names]
    order = sorted(range(len(held.names)), key=lambda at: (-strength[at], held.names[at]))
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    text_of = np.repeat(np.arange(len(held.counts)), held.counts)
    placed = np.sort(text_of * max(len(order), 1) + rank[held.items]) % max(len(order), 1)
    starts = np.cumsum(held.counts) - held.counts
    place = starts[:, None] + np.arange(N_ITEMS_SHOWN)
    is_there = np.arange(N_ITEMS_SHOWN) < held.counts[:, None]
    ranks = np.append(placed, 0)[np.where(is_there, place, -1)]
    strengths = np.append(np.array(strength)[order], 0.0)[ranks]
    least = np.maximum(LEAST_OF_STRONGEST * strengths[:, :1], 0.0 if is_list else LEAST_OF_WORD)
    speaks = is_there & (strengths > 0) & (strengths >= least)
    stands_for = is_there & ~speaks[:, :1] if is_list else np.zeros_like(speaks)
    return np.where(speaks | stands_for, np.array([*order, 0], dtype=np.intp)[ranks], -1)


def _combined(chosen: Codes) -> tuple[Codes, list[list[int]]]:
    """Give each line of a table of places its number among the distinct ones, and these."""
    codes = np.zeros(len(chosen), dtype=np.intp)
    for column in chosen.T:
        part, distinct = pd.factorize(column)
        codes, _ = pd.factorize(codes * max(len(distinct), 1) + part)
    _, first = np.unique(codes, return_index=True)
    return codes, chosen[first].tolist()
