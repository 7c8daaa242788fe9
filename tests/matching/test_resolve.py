"""Customers that are one company: joined by what says so, unless anything speaks against it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as checked
from hypothesis import strategies as st
from matched import account, settings, table

from icp_ml.matching import same_companies

HERE = {"country": "US", "city": "Fresno"}


def companies(accounts: list[dict[str, Any]], **changed: Any) -> dict[str, str]:
    found = same_companies(table(accounts), settings(**changed))
    return dict(found["company"])


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        (account("A", "Acme Inc", domain="acme.com"), account("B", "ACME", domain="acme.com"), "domain"),
        (account("A", "Acme", domain="acme.com"), account("B", None, domain="acme.com"), "domain"),
        (account("A", "Acme", domain="acme.com"), account("B", "Acme Software", domain="acme.com"), "domain"),
        (
            account("A", "Acme", registration_id="Köln HRB 12345", domain="acme.com"),
            account("B", "Renamed", registration_id="Köln HRB12345", domain="renamed.com"),
            "registration_id",
        ),
        (account("A", "Acme Inc", **HERE), account("B", "Acme LLC", domain="acme.com", **HERE), "name"),
        (account("A", "Donnerwood", **HERE), account("B", "Donnorwood", **HERE), "name"),
    ],
)
def test_duplicates_are_one_company(one: dict[str, Any], other: dict[str, Any], by: str) -> None:
    for accounts in ([one, other], [other, one]):
        found = same_companies(table(accounts), settings())
        assert dict(found["company"]) == {"A": "A", "B": "A"}
        assert found["found_by"].dropna().to_dict() == {"B": by}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (account("A", "Acme", domain="acme.com"), account("B", "Acme Deutschland GmbH", domain="acme.com")),
        (account("A", "Acme", domain="acme.com"), account("B", "Acme Holding", domain="acme.com")),
        (account("A", "Acme", domain="acme.com"), account("B", "Wile Rockets", domain="acme.com")),
        (
            account("A", "Acme", domain="acme.com", country="US"),
            account("B", "Acme", domain="acme.com", country="DE"),
        ),
        (
            account("A", "Acme", domain="acme.com", registration_id="11223344"),
            account("B", "Acme", domain="acme.com", registration_id="55667788"),
        ),
        (account("A", "Acme", domain="acme.com", **HERE), account("B", "Acme", domain="acme.de", **HERE)),
        (account("A", "Acme", domain="gmail.com"), account("B", "Acme", domain="gmail.com")),
        (account("A", "Acme"), account("B", "Acme")),
    ],
)
def test_others_stay_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert companies([one, other]) == {"A": "A", "B": "B"}


@pytest.mark.parametrize("shared", ["gmail.com", "linkedin.com"])
def test_a_shared_site_merges_no_two_big_companies(shared: str) -> None:
    names = ("Giant Steel", "Giant Rail", "Giant Oil")
    big = [account(f"A{at}", name, domain=shared) for at, name in enumerate(names)]
    assert companies(big) == {"A0": "A0", "A1": "A1", "A2": "A2"}


def test_no_chain_of_near_names_joins_strangers() -> None:
    names = {"A": "Donnerwood", "B": "Donnorwood", "C": "Donnorwoad"}
    chain = [account(key, name, **HERE) for key, name in names.items()]
    assert companies(chain) == {"A": "A", "B": "A", "C": "C"}


def test_no_record_in_the_middle_joins_two_domains() -> None:
    middle = [
        account("A", "Acme", domain="acme.com", **HERE),
        account("B", "Acme", **HERE),
        account("C", "Acme", domain="acme.de", **HERE),
    ]
    assert companies(middle) == {"A": "A", "B": "A", "C": "C"}


def test_many_records_of_one_company_are_one_in_bounded_time() -> None:
    rows = [account(f"A{at:05}", "Acme", domain="acme.com") for at in range(1_500)]
    assert set(companies(rows, max_block_rows=50).values()) == {"A00000"}


KNOWN = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["Donnerwood", "Donnorwood Inc", "Donnorwoad", "Acme", "Acme Labs", None]),
        "domain": st.sampled_from(["acme.com", "donner.com", "gmail.com", None]),
        "registration_id": st.sampled_from(["Köln HRB 12345", "Köln HRB 54321", None, None]),
        "country": st.sampled_from(["US", "DE", None]),
        "city": st.sampled_from(["Fresno", "Köln", None]),
    }
)


@checked(max_examples=40, deadline=None)
@given(st.lists(KNOWN, max_size=8), st.randoms(use_true_random=False))
def test_companies_do_not_depend_on_the_order_of_the_rows(rows: list[dict[str, Any]], random: Any) -> None:
    accounts = [{"account_id": f"A{at}", **row} for at, row in enumerate(rows)]
    found = companies(accounts)
    random.shuffle(accounts)
    assert companies(accounts) == found
    assert all(found[company] == company <= one for one, company in found.items())


@checked(max_examples=40, deadline=None)
@given(st.lists(KNOWN, max_size=8))
def test_no_company_holds_two_registration_numbers(rows: list[dict[str, Any]]) -> None:
    found = companies([{"account_id": f"A{at}", **row} for at, row in enumerate(rows)])
    numbers: dict[str, set[str]] = {}
    for (_, company), row in zip(found.items(), rows, strict=True):
        numbers.setdefault(company, set()).update({row["registration_id"]} - {None})
    assert all(len(held) <= 1 for held in numbers.values())
