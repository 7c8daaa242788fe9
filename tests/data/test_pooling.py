"""Duplicate customers: their outcomes count as one account's, and nobody's are lost or mixed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from matched import account, settings, table

from icp_ml.data.checks import Findings
from icp_ml.data.outcomes import TrainingTables
from icp_ml.data.pooling import pooled
from icp_ml.data.tables import Table
from icp_ml.label import FOUND, account_groups

CUSTOMERS = [
    account("B", "Acme Inc", domain="acme.com", city="Fresno"),
    account("C", "Bravo", domain="bravo.com", country="US"),
    account("A", "ACME", domain="acme.com", country="US", founded_year=1999),
    account("D", "Acme Europe", domain="acme.com") | {"parent_id": "B"},
]


def tables(customers: list[dict[str, Any]], **outcomes: list[str]) -> TrainingTables:
    parts = {
        name: pd.DataFrame({"account_id": pd.Series(ids, dtype="str")}) for name, ids in outcomes.items()
    }
    rows = {"customers": table(customers), **parts}
    return TrainingTables({name: Table(one, {}, Findings()) for name, one in rows.items()}, {})


def test_outcomes_of_duplicates_are_pooled_under_the_first_id() -> None:
    found = pooled(tables(CUSTOMERS, orders=["A", "B", "B", "C", "X"], signals=["B"]), settings())
    assert found.rows["orders"]["account_id"].tolist() == ["A", "A", "A", "C", "X"]
    assert found.rows["signals"]["account_id"].tolist() == ["A"]
    said = "matching: 2 customers are 1 company (joined 1 by domain); outcomes are pooled"
    assert found.matched[0] == f"{said}, for example 'B' is 'A'"


def test_a_pooled_account_holds_the_first_known_values_and_one_row() -> None:
    rows = pooled(tables(CUSTOMERS), settings()).rows["customers"]
    assert rows["account_id"].tolist() == ["C", "A", "D"]
    pooled_row = rows.set_index("account_id").loc["A"]
    known = [pooled_row[name] for name in ("name", "city", "country", "founded_year")]
    assert known == ["ACME", "Fresno", "US", 1999]
    assert rows["parent_id"].tolist()[2] == "A"
    assert rows.dtypes.drop(list(FOUND)).to_dict() == table(CUSTOMERS).dtypes.to_dict()


def test_a_parent_keeps_its_outcomes_and_shares_its_childs_side() -> None:
    found = pooled(tables(CUSTOMERS, orders=["D", "B"]), settings())
    assert found.rows["orders"]["account_id"].tolist() == ["D", "A"]
    assert account_groups(found.rows["customers"]).to_dict() == {"C": "C", "A": "A", "D": "A"}


def test_without_pooling_duplicates_keep_their_outcomes_and_share_a_side() -> None:
    before = tables([account("A", "Acme", city="Fresno"), account("B", "Acme", city="Fresno")], orders=["B"])
    found = pooled(before, settings(pool_customers=False))
    assert found.rows["orders"]["account_id"].tolist() == ["B"]
    assert account_groups(found.rows["customers"]).to_dict() == {"A": "A", "B": "A"}
    assert "each keeps its own outcomes" in found.matched[0]


@pytest.mark.parametrize("customers", [[], [account("A", "Acme"), account("B", "Bravo")]])
def test_where_there_are_no_duplicates_nothing_changes(customers: list[dict[str, Any]]) -> None:
    before = tables(customers, orders=["B", "A"])
    found = pooled(before, settings())
    rows = found.rows["customers"].drop(columns=list(FOUND), errors="ignore")
    pd.testing.assert_frame_equal(rows, before.rows["customers"])
    assert found.rows["orders"]["account_id"].tolist() == ["B", "A"] and found.matched == ()


def test_without_customers_there_is_nothing_to_match() -> None:
    only = TrainingTables({"orders": Table(pd.DataFrame({"account_id": ["A"]}), {}, Findings())}, {})
    assert pooled(only, settings()) is only
