"""Prospects that are customers already: by id, domain, registration number, or name and place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matched import account, settings, table

from icp_ml.matching import KnownAccounts, company_domains, known_accounts, match_keys
from icp_ml.matching.keys import FREE_MAIL, SHARED_SITES

ACME = account(
    "C1", "Acme Ltd", domain="acme.com", registration_id="Köln HRB 0012345", country="DE", city="Köln"
)
BRAVO = account("C2", "Bravo Machines", country="US", region="California", city="Fresno")
TINY = account("C3", "Donnerwood Works", country="US", city="Fresno", postal_code="93650", founded_year=1999)


def recognised(customers: list[dict[str, Any]], prospects: list[dict[str, Any]], **changed: Any) -> list[str]:
    known = known_accounts(table(customers), settings(**changed))
    found: list[str] = known.recognise(match_keys(table(prospects))).tolist()
    return found


@pytest.mark.parametrize(
    ("prospect", "by"),
    [
        (account("C1", "Other"), "account_id"),
        (account("P", "Something else", domain="acme.com"), "domain"),
        (account("P", "Acme (Köln)", registration_id="köln-hrb-0012345", country="DE"), "registration_id"),
        (account("P", "Acme", registration_id="Köln HRB0012345"), "registration_id"),
        (account("P", "ACME GmbH", country="DE", city="KÖLN"), "name"),
        (account("P", "bravo machines, inc.", country="US", region="california", city="Clovis"), "name"),
        (account("P", "Machines Bravo", country="US", city="Fresno"), "name"),
        (account("P", "BravoMachines", city="Fresno"), "name"),
        (account("P", "Bravo Machines", country="US"), "name"),
        (account("P", "Donnorwood Works", country="US", city="Fresno"), "name"),
        (account("P", "Donnorwood Works", postal_code="93650"), "name"),
        (account("P", "Donnorwood Works", city="Fresno", founded_year=1999), "name"),
        (account("P", "Donnerwood Works", city="Fresno", founded_year=2011), "name"),
    ],
)
def test_a_customer_is_recognised(prospect: dict[str, Any], by: str) -> None:
    assert recognised([ACME, BRAVO, TINY], [prospect]) == [by]


@pytest.mark.parametrize(
    "prospect",
    [
        account("P", "Acme", country="DE", city="Köln", domain="acme.de"),
        account("P", "Acme", country="DE", city="Köln", registration_id="Köln HRB 99999"),
        account("P", "Other", country="FR", registration_id="Köln HRB 0012345"),
        account("P", "Acme", country="US", city="Köln"),
        account("P", "Acme"),
        account("P", "Acme Software", country="DE", city="Köln"),
        account("P", "Bravo Machines", country="US", region="Texas", city="Austin"),
        account("P", "Bravo Machines 2", country="US", city="Fresno"),
        account("P", "Donnorwood Works", country="US", region="California"),
        account("P", "Donnorwood Works", country="US", city="Fresno", founded_year=2011),
        account("P", "Donnerwood Walks", country="US", city="Fresno"),
        account("P", "#NAME?", country="US", city="Fresno"),
        account("P", None, country="US", city="Fresno"),
    ],
)
def test_a_stranger_is_not(prospect: dict[str, Any]) -> None:
    assert recognised([ACME, BRAVO, TINY], [prospect]) == [""]


@pytest.mark.parametrize(
    "shared",
    ["gmail.com", "gmx.de", "yahoo.co.uk", "yahoo.com.au", "hotmail.es", "outlook.de", "facebook.com"],
)
def test_a_domain_that_many_share_joins_nobody(shared: str) -> None:
    customers = [account("C1", "Acme", domain=shared)]
    assert recognised(customers, [account("P1", "Bravo", domain=shared)]) == [""]
    assert match_keys(table(customers))["domain"].tolist() == [0]


@pytest.mark.parametrize(
    "number", ["0", "000000000", "123456789", "n/a", "99999999", "pending", "Applied for"]
)
def test_a_registration_number_that_is_none_joins_nobody(number: str) -> None:
    customers = [account("C1", "Acme", registration_id=number)]
    assert recognised(customers, [account("P1", "Bravo", registration_id=number)]) == [""]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Fund II", "Fund III"), ("7 Eleven", "11 Eleven"), ("Donnerwood Works 1", "Donnorwood Works 2"),
     ("Donnerwood Plan B", "Donnorwood Plan C"), ("Northstar 12", "Northstar 21")],
)  # fmt: skip
def test_numbers_in_names_must_agree(one: str, other: str) -> None:
    here = {"country": "US", "city": "Fresno"}
    assert recognised([account("C", one, **here)], [account("P", other, **here)]) == [""]


def test_what_settings_leave_out_does_not_count() -> None:
    prospects = [
        account("P", "Acme", country="DE", city="Köln"),
        account("Q", domain="acme.com"),
        account("C1"),
    ]
    assert recognised([ACME], prospects, match_on=("domain",)) == ["", "domain", "account_id"]
    slip = [account("P", "Donnorwood Works", country="US", city="Fresno")]
    assert recognised([TINY], slip, min_name_similarity=1.0) == [""]


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    prospects = [
        account("P", "Donnorwood Works", city="Fresno"),
        account("Q", "Acme", city="koln"),
        BRAVO,
    ] * 3
    together = recognised([ACME, BRAVO, TINY], prospects)
    assert together == [one for row in prospects for one in recognised([ACME, BRAVO, TINY], [row])]
    assert together[:3] == ["name", "name", "account_id"]


def test_no_customers_recognise_nobody_and_nothing_is_nobody() -> None:
    assert KnownAccounts().recognise(match_keys(table([ACME]))).tolist() == [""]
    assert recognised([ACME], []) == []
    only_ids = table([ACME])[["account_id"]]
    assert known_accounts(only_ids, settings()).recognise(match_keys(only_ids)).tolist() == ["account_id"]
    assert company_domains(only_ids).isna().all()


def test_keys_agree_across_batches_and_differ_between_companies() -> None:
    rows = table(account(f"P{at}", f"Firm {at}", domain=f"firm{at}.com") for at in range(5_000))
    keys, later = match_keys(rows), match_keys(rows.iloc[4_000:])
    for name in ("id", "domain", "name"):
        assert np.array_equal(keys[name].iloc[4_000:], later[name])
        assert keys[name].nunique() == 5_000 and keys[name].dtype == np.uint64


def test_shared_domains_are_written_as_they_are_parsed() -> None:
    assert all(one == one.strip().casefold() and "." in one for one in FREE_MAIL | SHARED_SITES)
