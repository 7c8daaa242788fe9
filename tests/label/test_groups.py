from __future__ import annotations

import pandas as pd

from icp_ml.label import FOUND, account_groups


def test_parents_and_domains_tie_accounts_together_however_far() -> None:
    customers = pd.DataFrame(
        {
            "account_id": ["A", "B", "C", "D", "E", "F"],
            "domain": ["a.com", None, "c.com", "c.com", "e.com", None],
            "parent_id": [None, "A", "B", None, None, "not-a-customer"],
        },
        dtype="str",
    )
    assert account_groups(customers).to_dict() == {
        "A": "A", "B": "A", "C": "A", "D": "A", "E": "E", "F": "F",
    }  # fmt: skip


def test_what_matching_found_ties_accounts_together() -> None:
    found = {FOUND[0]: ["A", "A", "C", "D"], FOUND[1]: [None, None, None, "C"]}
    customers = pd.DataFrame({"account_id": list("ABCD"), **found}, dtype="str")
    assert account_groups(customers).to_dict() == {"A": "A", "B": "A", "C": "C", "D": "C"}
