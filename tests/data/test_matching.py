"""Matching: the same company by id or by its own web domain, and never by a shared one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from icp_ml.data.matching import FREE_MAIL, KnownAccounts, company_domains, known_accounts, row_keys


def _accounts(ids: list[Any], domains: list[Any] | None = None) -> pd.DataFrame:
    columns = {"account_id": pd.Series(ids, dtype="str")}
    if domains is not None:
        columns["domain"] = pd.Series(domains, dtype="str")
    return pd.DataFrame(columns)


def test_a_customer_is_recognised_by_id_or_by_domain() -> None:
    known = known_accounts(_accounts(["C1", "C2"], ["acme.com", None]))
    prospects = _accounts(["C1", "P2", "P3", "C2"], [None, "acme.com", None, "other.com"])
    assert known.recognise(prospects).tolist() == [True, True, False, True]


@pytest.mark.parametrize("shared", ["gmail.com", "gmx.de", "yahoo.co.uk", "facebook.com", "linkedin.com"])
def test_a_domain_that_many_share_joins_nobody(shared: str) -> None:
    known = known_accounts(_accounts(["C1"], [shared]))
    prospects = _accounts(["P1", "P2"], [shared, shared])
    assert known == KnownAccounts(frozenset({"C1"}), frozenset())
    assert not known.recognise(prospects).any()
    assert row_keys(prospects)[1].tolist() == [0, 0]


def test_a_table_without_domains_matches_by_id_alone() -> None:
    known = known_accounts(_accounts(["C1"]))
    assert known.recognise(_accounts(["C1", "P1"], [None, "acme.com"])).tolist() == [True, False]
    assert known.recognise(_accounts(["C1", "P1"])).tolist() == [True, False]
    assert company_domains(_accounts(["P1"])).isna().all()


def test_no_customers_recognise_nobody() -> None:
    assert KnownAccounts().recognise(_accounts(["P1"], [None])).tolist() == [False]


def test_keys_agree_across_batches_and_differ_between_companies() -> None:
    ids, domains = [f"P{number}" for number in range(5_000)], [f"firm{number}.com" for number in range(5_000)]
    by_id, by_domain = row_keys(_accounts(ids, domains))
    later = row_keys(_accounts(ids[4_000:], domains[4_000:]))
    assert np.array_equal(by_id[4_000:], later[0]) and np.array_equal(by_domain[4_000:], later[1])
    assert len({*by_id.tolist(), *by_domain.tolist()}) == 10_000
    assert by_id.dtype == by_domain.dtype == np.uint64


def test_an_empty_batch_has_no_keys() -> None:
    assert [keys.shape for keys in row_keys(_accounts([], []))] == [(0,), (0,)]


def test_mailbox_domains_are_written_as_they_are_parsed() -> None:
    assert all(one == one.strip().casefold() and "." in one for one in FREE_MAIL)
