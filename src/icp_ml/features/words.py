"""The words of texts: three letters or digits, or more, without case."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Codes

WORD = re.compile(r"[^\W_]{3,}")
MIN_LETTERS = 3
LINE, END = "\n", "|"
PARTING_IN_ASCII = bytes(
    at if chr(at).isalnum() or chr(at) == LINE else ord(" ") for at in range(128)
) + bytes(range(128, 256))
"""Turns all but letters, digits and ends of lines to spaces."""


def words_of(text: str) -> list[str]:
    """Give the words of a text, in their order."""
    return WORD.findall(text.casefold())


def split_words(texts: list[str]) -> tuple[Codes, np.ndarray[Any, Any], Codes]:
    """Give the words of many texts as `words_of` does, those in ASCII at once, as the lines of one text.

    Returns
    -------
    tokens : ndarray of int
        The words of each text one after the other, as places in `names`.
    names : ndarray of str
        Sorted.
    starts : ndarray of int, shape (n_texts + 1,)
        Where each text begins in `tokens`.
    """
    plain = LINE.join(one.replace(LINE, " ") for one in texts if one.isascii())
    lines = iter(plain.lower().encode().translate(PARTING_IN_ASCII).decode().split(LINE))
    spaced = (next(lines) if one.isascii() else " ".join(words_of(one)) for one in texts)
    parts = np.array([END, *f" {END} ".join([*spaced, ""]).split()], dtype=object)
    found, names = pd.factorize(parts, sort=True)
    is_word = np.array([len(name) >= MIN_LETTERS for name in names.tolist()])
    is_kept = is_word[found]
    tokens = (np.cumsum(is_word) - 1)[found[is_kept]]
    return tokens, names[is_word], np.cumsum(is_kept)[parts == END]
