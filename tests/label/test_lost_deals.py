from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from made import TODAY, best, customers, deals, definition, orders, signals

from icp_ml.errors import ConfigError
from icp_ml.label import label_rows

SOLD = orders(("A", "2021-03-01", 9.0), ("B", "2021-03-01", 1.0))
DEALS = deals(
    ("A", "2020-01-01", "2020-02-01", 0),  # lost once, a customer since
    ("L", "2021-05-01", "2021-06-01", 0),
    ("L", "2021-01-01", "2021-02-01", 0),
    ("W", "2021-01-01", "2021-02-01", 0),  # won later
    ("W", "2023-05-01", "2023-06-01", 1),
    ("O", "2023-01-01", None, None),
)
SETTINGS = definition("value", top_share=0.5, lost_deals_weight=0.25)


def test_accounts_that_only_lost_deals_are_rest_from_their_first_one() -> None:
    labels = label_rows({"orders": SOLD, "deals": DEALS}, SETTINGS, TODAY)
    assert best(labels) == {"A": True, "B": False, "L": False}
    lost = labels.rows.set_index("account_id").loc["L"]
    assert (lost["as_of"], lost["weight"], lost["group"]) == (pd.Timestamp("2021-01-01"), 0.25, "L")
    assert labels.n_lost == 1
    assert labels.condition == "becomes a customer or a deal is lost"


def test_without_a_weight_they_are_left_out() -> None:
    labels = label_rows({"orders": SOLD, "deals": DEALS}, definition("value", top_share=0.5), TODAY)
    assert "L" not in best(labels)
    assert (labels.n_lost, labels.condition) == (0, "becomes a customer")


@pytest.mark.parametrize("column", ["closed_at", "is_won"])
def test_a_column_of_the_deals_that_is_not_mapped_is_named(column: str) -> None:
    with pytest.raises(ConfigError, match=rf"label.lost_deals_weight: needs deals.{column}, which is not"):
        label_rows({"orders": SOLD, "deals": DEALS.drop(columns=column)}, SETTINGS, TODAY)


@pytest.mark.parametrize(("today", "is_judged"), [(date(2022, 1, 1), True), (date(2021, 12, 31), False)])
def test_a_lost_account_waits_as_long_as_a_customer(today: date, is_judged: bool) -> None:
    """Otherwise the newest rows would all be lost deals."""
    sold = SOLD.assign(ordered_at=SOLD["ordered_at"] - pd.Timedelta(days=365))
    labels = label_rows({"orders": sold, "deals": DEALS}, SETTINGS, today)
    assert ("L" in best(labels)) is is_judged


def test_it_is_complete_when_it_closed_if_that_is_later() -> None:
    late = deals(("L", "2021-01-01", "2022-07-01", 0))
    rows = label_rows({"orders": SOLD, "deals": late}, SETTINGS, TODAY).rows.set_index("account_id")
    assert rows.loc["L", "complete_at"] == pd.Timestamp("2022-07-01")


def test_a_young_customer_is_no_lost_account_and_days_in_the_wrong_order_are_no_deal() -> None:
    young = orders(("A", "2021-03-01", 9.0), ("B", "2021-03-01", 1.0), ("L", "2023-12-01", 1.0))
    assert "L" not in best(label_rows({"orders": young, "deals": DEALS}, SETTINGS, TODAY))
    backward = deals(("L", "2021-05-01", "2021-01-01", 0))
    assert "L" not in best(label_rows({"orders": SOLD, "deals": backward}, SETTINGS, TODAY))


def test_a_flagged_account_is_not_lost_as_well() -> None:
    table = signals(("L", 1, "2022-01-01"), ("B", 0, "2022-02-01"))
    labels = label_rows({"signals": table, "deals": DEALS}, definition("flag", lost_deals_weight=1.0), TODAY)
    assert best(labels) == {"L": True, "A": False, "B": False}
    assert labels.n_lost == 1  # A, of whom no order is known here


def test_lost_accounts_of_one_family_share_a_group() -> None:
    accounts = customers("A", "B", "L", parent_id=[None, None, "B"]).astype("str")
    rows = label_rows({"orders": SOLD, "deals": DEALS, "customers": accounts}, SETTINGS, TODAY).rows
    assert rows.set_index("account_id").loc["L", "group"] == "B"
