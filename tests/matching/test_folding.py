"""Texts folded to words: many at once mean what each means alone."""

from __future__ import annotations

from unicodedata import combining

from hypothesis import example, given
from hypothesis import strategies as st

from icp_ml.matching.folding import folded_words, words_of_each

PARTS = st.sampled_from(
    [*"aéßøİﬁ（([)]&+@./-_'’ \n\t\x1c\u2028\u0301#株０Ⅳ", ".com", ".co.uk", "(formerly ", " co "]
)
TEXTS = st.lists(st.one_of(st.lists(PARTS, max_size=9).map("".join), st.text(max_size=12)), max_size=8)


@given(TEXTS)
@example(["Acme.com", "Éclat (now Acme)", "a & b+c@d", "", "S.p.A.", "x_y/z-w"])
def test_many_texts_fold_as_each_does_alone(texts: list[str]) -> None:
    assert words_of_each(texts) == [folded_words(one) for one in texts]


@given(st.text(max_size=12))
def test_words_hold_no_space_accent_or_joining_sign(text: str) -> None:
    words = folded_words(text)
    assert words == "".join(f" {one}" for one in words).split()
    assert not any(sign in ".'’" or combining(sign) for one in words for sign in one)


def test_a_plain_text_and_one_with_accents_and_brackets_part_alike() -> None:
    folded = words_of_each(
        ["Muller & Sohne, Bau-Gruppe", "Müller & Söhne (Bau) Gruppe", "Muller+Sohne: Bau/Gruppe"]
    )
    assert folded == [["muller", "and", "sohne", "bau", "gruppe"]] * 3
