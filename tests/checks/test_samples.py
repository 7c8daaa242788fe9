"""What is read to compare customers with."""

from __future__ import annotations

import pandas as pd
import pytest
from checks.planted import FIELDS

from icp_ml.data.samples import free_mail_share, headings, prospect_sample
from icp_ml.settings import DataSettings


@pytest.fixture
def mapping(tmp_path):
    """Write 25,000 prospects and 100 customers, 30 of them with a mailbox for a domain."""
    ids = [f"P{at}" for at in range(25_000)]
    pd.DataFrame({"Id": ids, "Staff": range(25_000)}).to_csv(tmp_path / "prospects.csv", index=False)
    domains = ["gmail.com" if at < 30 else f"firm{at}.com" if at < 80 else "" for at in range(100)]
    kept = ["yes" if at < 90 else "no" for at in range(100)]
    customers = pd.DataFrame({"Nr": range(100), "Web": domains, "Kept": kept, "A": 2, "B": 3})
    customers.to_csv(tmp_path / "customers.csv", index=False)
    return DataSettings.model_validate(
        {
            "name": "small",
            "root": str(tmp_path),
            "today": "2024-01-01",
            "missing": [""],
            "customers": {
                "path": str(tmp_path / "customers.csv"),
                "columns": {
                    "account_id": "Nr",
                    "domain": "Web",
                    "kept": {"from": "Kept", "kind": "category", "is_feature": False},
                    "employees": {"product_of": ["A", "B"]},
                    "country": {"value": "DE"},
                },
                "where": [{"column": "kept", "one_of": ["yes"]}],
            },
            "prospects": {
                "path": str(tmp_path / "prospects.csv"),
                "columns": {"account_id": "Id", "employees": "Staff"},
            },
        }
    )


@pytest.mark.parametrize(
    ("n_rows", "n_read", "is_whole"), [(500, 500, False), (25_000, 25_000, True), (50_000, 25_000, True)]
)
def test_the_first_rows_of_a_list_are_read_and_whether_it_is_longer(mapping, n_rows, n_read, is_whole):
    sample = prospect_sample(mapping, n_rows)
    assert (len(sample.rows), sample.is_whole) == (n_read, is_whole)
    assert sample.rows["employees"].iloc[-1] == n_read - 1
    assert sample.fields["employees"] == FIELDS["employees"]


def test_no_list_no_sample(mapping):
    assert prospect_sample(mapping.model_copy(update={"prospects": None}), 10) is None


def test_the_share_of_mailboxes_is_of_the_domains_that_are_known(mapping):
    assert free_mail_share(mapping, 1_000) == pytest.approx(30 / 80)
    assert free_mail_share(mapping.model_copy(update={"customers": None}), 1_000) == 0.0


def test_each_column_knows_the_user_s_own_heading(mapping):
    assert headings(mapping) == {
        "account_id": "Nr",
        "domain": "Web",
        "kept": "Kept",
        "employees": "A B",
    }
