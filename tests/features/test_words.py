"""Texts split into words and items: many at once mean what each means alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from icp_ml.features.items import items_of, items_of_texts, split_texts
from icp_ml.features.words import split_words, words_of

PARTS = st.sampled_from([*"aBéßİﬁ|_-.,' \n\t\x1c\u2028\u0301#7Ⅳ株", "cloud", "DATA", "über"])
TEXTS = st.lists(st.one_of(st.lists(PARTS, max_size=9).map("".join), st.text(max_size=12)), max_size=8)


@given(TEXTS)
@example(["", "no", "Cloud\nData", "Über cloud_data|x", "|||"])
def test_many_texts_hold_the_words_that_each_holds_alone(texts: list[str]) -> None:
    tokens, names, starts = split_words(texts)
    found = [names[tokens[start:end]].tolist() for start, end in pairwise(starts.tolist())]
    assert found == [words_of(one) for one in texts]
    assert names.tolist() == sorted({word for one in found for word in one})


@pytest.mark.parametrize("form", ["items", "levels", "words"])
@given(texts=TEXTS)
def test_a_text_holds_the_same_alone_and_among_others(form: str, texts: list[str]) -> None:
    together = split_texts(np.arange(len(texts)), texts, form)
    for at, text in enumerate(texts):
        alone = split_texts(np.zeros(1, dtype=np.intp), [text], form)
        held = together.tokens[together.starts[at] : together.starts[at + 1]]
        assert together.names[held].tolist() == alone.names[alone.tokens].tolist()


def test_a_row_holds_the_items_of_its_text_and_a_missing_one_none() -> None:
    tokens = split_texts(np.array([1, -1, 0, 1]), ["aws|AWS|stripe", "Azure"], "items")
    by_text, by_row = items_of_texts(tokens), items_of(tokens)
    assert by_text.is_missing.tolist() == [False, False, True]
    assert by_row.is_missing.tolist() == [False, True, False, False]
    assert by_row.matrix.toarray().tolist() == [[0, 1, 0], [0, 0, 0], [1, 0, 1], [0, 1, 0]]
