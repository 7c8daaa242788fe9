"""Rows of a long list that repeat an earlier one, by their keys."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st
from matched import account, table

from icp_ml.matching import match_keys, repeats
from icp_ml.matching.repeats import repeated_names, repeated_registrations, repeats_of_earlier

HERE = {"country": "US", "city": "Fresno"}


@given(st.lists(st.integers(0, 6), max_size=40))
def test_repeats_are_those_that_a_plain_loop_finds(keys) -> None:
    first: dict[int, int] = {}
    found = {at: first.setdefault(key, at) for at, key in enumerate(keys) if key != 0}
    expected = {at: earlier for at, earlier in found.items() if at != earlier}
    assert repeats_of_earlier(np.array(keys, dtype=np.uint64)) == expected


def test_the_largest_key_is_a_key_like_others() -> None:
    keys = np.array([2**64 - 1, 1, 2**64 - 1], dtype=np.uint64)
    assert repeats_of_earlier(keys) == {2: 0}


def found(rows: list[dict[str, Any]], most: int = 100) -> dict[int, int]:
    return repeated_names(match_keys(table(rows)), most)


@pytest.mark.parametrize(
    ("later", "is_repeat"),
    [
        ({"name": "ACME Ltd.", **HERE}, True),
        ({"name": "Acme", "domain": "acme.com", **HERE}, True),
        ({"name": "Acme", "city": "Fresno"}, True),
        ({"name": "Acme", "domain": "acme.de", **HERE}, False),
        ({"name": "Acme", "registration_id": "87654", **HERE}, False),
        ({"name": "Acme", "country": "US", "city": "Boston"}, False),
        ({"name": "Acme", "country": "DE", "city": "Fresno"}, False),
        ({"name": "Acmes", **HERE}, False),
        ({"name": None, **HERE}, False),
        ({"name": "#NAME?", **HERE}, False),
    ],
)
def test_a_repeat_has_the_name_and_place_and_nothing_else_against_it(
    later: dict[str, Any], is_repeat: bool
) -> None:
    first = account("A", "Acme", domain="acme.com", registration_id="24680", **HERE)
    assert found([first, account("B", **later)]) == ({1: 0} if is_repeat else {})


def test_an_original_stands_for_what_its_repeats_say() -> None:
    rows = [
        account("A", "Acme", **HERE),
        account("B", "Acme", domain="acme.com", **HERE),
        account("C", "Acme", domain="acme.de", **HERE),
        account("D", "Acme", domain="acme.de", **HERE),
        account("E", "Acme", **HERE),
    ]
    assert found(rows) == {1: 0, 3: 2, 4: 0}


def test_a_registration_number_counts_in_its_country() -> None:
    countries = ["DE", "FR", "DE", None]
    rows = [account(str(at), country=one, registration_id="Köln HRB 123") for at, one in enumerate(countries)]
    assert repeated_registrations(match_keys(table(rows)), 100) == {2: 0, 3: 0}


PARTS = st.tuples(
    st.sampled_from(["Acme", "Bravo"]),
    st.sampled_from([None, "a.com", "b.com"]),
    st.sampled_from(["Fresno", "Boston", None]),
)


@checked(max_examples=40, deadline=None)
@given(st.lists(PARTS, max_size=12), st.integers(1, 12))
def test_repeats_do_not_depend_on_the_chunks(parts: list[Any], n_rows: int) -> None:
    names = ("name", "domain", "city")
    rows = [account(str(at), **dict(zip(names, one, strict=True))) for at, one in enumerate(parts)]
    with pytest.MonkeyPatch.context() as patch:
        whole = found(rows)
        patch.setattr(repeats, "CHUNK_ROWS", n_rows)
        assert found(rows) == whole
    assert not set(whole.values()) & set(whole) and all(at > first for at, first in whole.items())
