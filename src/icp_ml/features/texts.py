"""Reduce a text to a few dimensions, offline: weighed terms, and the directions in which texts differ most.

Latent semantic analysis (Deerwester et al. 1990): terms weighed by inverse document frequency, texts of
length 1, truncated singular value decomposition. It looks at no label.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from icp_ml.features.attributes import Reduction
from icp_ml.features.items import Tokens
from icp_ml.features.statistics import Codes, Floats
from icp_ml.settings import FeaturesSettings

NO_STRENGTH = 1e-6
"""Times the strongest dimension."""
N_ROUNDS = 10
N_DIGITS = 4
"""Significant digits kept of what a term adds: more would say nothing and fill the model's file."""


@dataclass(frozen=True)
class _Held:
    """Which text holds which term, each pair once."""

    texts: Codes
    terms: Codes

    def n_rows(self, n_rows: Codes, n_terms: int) -> Floats:
        """Count the rows that hold each term, where each text stands for some rows."""
        held = n_rows[self.texts].astype(np.float64)
        return np.bincount(self.terms, weights=held, minlength=n_terms).astype(np.float64)

    def only(self, kept: Codes, n_terms: int) -> _Held:
        """Keep some of the terms, numbered anew."""
        number = np.full(n_terms, -1, dtype=np.intp)
        number[kept] = np.arange(len(kept))
        is_kept = number[self.terms] >= 0
        return _Held(self.texts[is_kept], number[self.terms[is_kept]])


def fit_reduction(tokens: Tokens, texts: list[str], settings: FeaturesSettings) -> Reduction | None:
    """Learn the terms and the dimensions from training texts; None where there is too little to reduce.

    Equal texts are looked at once, in alphabetical order, so that nothing depends on the order of rows.
    """
    n_rows = np.bincount(tokens.rows[tokens.rows >= 0], minlength=len(texts))
    held, terms = _frequent_terms(tokens, n_rows, settings)
    n_dimensions = min(settings.n_text_dimensions, len(terms) - 1, len(texts) - 1)
    if n_dimensions < 1:
        return None
    n_holding = held.n_rows(n_rows, len(terms))
    weights = _rounded(np.log((1 + n_rows.sum()) / (1 + n_holding)) + 1)
    order = np.array(sorted(range(len(texts)), key=texts.__getitem__), dtype=np.intp)
    matrix = _weighed(held, weights, len(texts))[order]
    loadings = _directions(sparse.diags_array(np.sqrt(n_rows[order])) @ matrix, n_dimensions)
    return Reduction(tuple(terms), tuple(weights.tolist()), tuple(tuple(one) for one in loadings.tolist()))


def reduced(reduction: Reduction, tokens: Tokens) -> Floats:
    """Put each row's text on the dimensions; 0 where it holds no term, NaN where there is no text.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_dimensions)
    """
    held = _held_terms(reduction, tokens)
    matrix = _weighed(held, np.array(reduction.weights), len(tokens.starts) - 1)
    by_text = np.asarray(matrix @ np.array(reduction.loadings).T)
    return np.vstack([by_text, np.full((1, by_text.shape[1]), np.nan)])[tokens.rows]


def _frequent_terms(tokens: Tokens, n_rows: Codes, settings: FeaturesSettings) -> tuple[_Held, list[str]]:
    """Find the terms in most rows; of equals, those first in the alphabet."""
    words = _words(tokens)
    n_words = words.n_rows(n_rows, len(tokens.names))
    names = tokens.names.tolist()
    pairs, keys = _word_pairs(tokens, n_words >= settings.min_count)
    n_holding = np.concatenate([n_words, pairs.n_rows(n_rows, len(keys))])
    enough = np.flatnonzero(n_holding >= settings.min_count)
    if len(enough) > settings.n_text_terms:
        least = np.partition(n_holding[enough], -settings.n_text_terms)[-settings.n_text_terms]
        enough = enough[n_holding[enough] >= least]
    first, second = np.divmod(keys, max(len(names), 1))

    def term(at: int) -> str:
        at_pair = at - len(names)
        return names[at] if at_pair < 0 else f"{names[first[at_pair]]} {names[second[at_pair]]}"

    found = sorted((-n_holding[at], term(at), at) for at in enough.tolist())[: settings.n_text_terms]
    chosen = sorted((name, at) for _, name, at in found)
    both = _Held(
        np.concatenate([words.texts, pairs.texts]), np.concatenate([words.terms, pairs.terms + len(names)])
    )
    kept = np.array([at for _, at in chosen], dtype=np.intp)
    return both.only(kept, len(n_holding)), [name for name, _ in chosen]


def _held_terms(reduction: Reduction, tokens: Tokens) -> _Held:
    """Look up which of the known terms each text holds."""
    place = {name: at for at, name in enumerate(tokens.names.tolist())}
    known = np.zeros(len(place), dtype=bool)
    wanted: dict[int, int] = {}
    for number, term in enumerate(reduction.terms):
        parts = (
            [place.get(word, -1) for word in term.split(" ")]
            if tokens.form == "words"
            else [place.get(term, -1)]
        )
        if min(parts) >= 0:
            known[parts] = True
            wanted[parts[0] if len(parts) == 1 else len(place) + parts[0] * len(place) + parts[1]] = number
    words, (pairs, keys) = _words(tokens), _word_pairs(tokens, known)
    number_of = np.array([wanted.get(key, -1) for key in range(len(place))], dtype=np.intp)
    number_of_pair = np.array([wanted.get(len(place) + key, -1) for key in keys.tolist()], dtype=np.intp)
    found = np.concatenate([number_of[words.terms], number_of_pair[pairs.terms]])
    texts = np.concatenate([words.texts, pairs.texts])
    return _Held(texts[found >= 0], found[found >= 0])


def _words(tokens: Tokens) -> _Held:
    """Give the words, or items, of each text."""
    held = tokens.by_text
    return _Held(np.repeat(np.arange(held.shape[0]), np.diff(held.indptr)), held.indices.astype(np.intp))


def _word_pairs(tokens: Tokens, is_usable: Any) -> tuple[_Held, Codes]:
    """Give the two words in a row of each text, and what each pair is.

    A pair's key is its first word's place times the number of words, plus its second's. The items of a list
    stand in no order, and have none.
    """
    nothing = np.empty(0, dtype=np.intp)
    if tokens.form != "words" or len(tokens.tokens) < 2:
        return _Held(nothing, nothing), nothing
    text = np.repeat(np.arange(len(tokens.starts) - 1), np.diff(tokens.starts))
    first, second = tokens.tokens[:-1], tokens.tokens[1:]
    is_pair = (text[:-1] == text[1:]) & is_usable[first] & is_usable[second]
    pairs, keys = pd.factorize(first[is_pair] * len(tokens.names) + second[is_pair])
    once = pd.unique(text[:-1][is_pair] * max(len(keys), 1) + pairs)
    texts, pairs = np.divmod(once, max(len(keys), 1))
    return _Held(texts, pairs), keys


def _weighed(held: _Held, weights: Floats, n_texts: int) -> Any:
    """Weigh the terms of each text and give each text the length 1."""
    squared = np.bincount(held.texts, weights=weights[held.terms] ** 2, minlength=n_texts)
    values = weights[held.terms] / np.sqrt(squared[held.texts])
    matrix = sparse.csr_matrix((values, (held.texts, held.terms)), shape=(n_texts, len(weights)))
    matrix.sort_indices()
    return matrix


def _directions(matrix: Any, n_dimensions: int) -> Floats:
    """Give the directions in which texts differ most, strongest first; those without strength are left out.

    Orthogonal iteration (Golub and Van Loan 2013, 8.2.4) from a fixed start, and no more: where two
    directions are equally strong, a solver's choice between them would hang on the last digit of a sum.
    """
    found = np.random.default_rng(0).standard_normal((matrix.shape[1], n_dimensions))
    for _ in range(N_ROUNDS):
        turned, strength = np.linalg.qr(matrix.T @ (matrix @ found))
        own = np.diag(strength)
        is_strong = np.abs(own) > NO_STRENGTH * np.abs(own).max(initial=0.0)
        found = (turned * np.where(own < 0, -1.0, 1.0))[:, is_strong]
    largest = found[np.argmax(np.abs(found).round(N_DIGITS), axis=0), np.arange(found.shape[1])]
    return _rounded((found * np.where(largest < 0, -1.0, 1.0)).T)


def _rounded(numbers: Floats) -> Floats:
    flat = [float(f"{one:.{N_DIGITS}g}") for one in numbers.ravel().tolist()]
    return np.array(flat, dtype=np.float64).reshape(numbers.shape)
