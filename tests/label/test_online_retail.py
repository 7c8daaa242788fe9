"""Half a million real order lines: labels agree with figures worked out plainly, line by line."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import date, timedelta
from math import fsum, sqrt

import pytest
from made import definition
from support import compose, shared_data

from icp_ml.data.outcomes import label_tables
from icp_ml.label import label_rows

TODAY = date(2011, 12, 10)


@pytest.fixture(scope="module")
def folder():
    return shared_data("online_retail_uci")


@pytest.fixture(scope="module")
def by_account(folder):
    """Give (day, amount) of each line, returns and cancellations included, by account."""
    lines = defaultdict(list)
    with gzip.open(folder / "online_retail.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            if line["CustomerID"]:
                amount = int(line["Quantity"]) * float(line["UnitPrice"])
                account = line["CustomerID"].removesuffix(".0")
                lines[account].append((date.fromisoformat(line["InvoiceDate"][:10]), amount))
    return lines


@pytest.fixture(scope="module")
def tables(folder):
    config = compose("data=online_retail", f"data.root={folder}").config
    return label_tables(config.data, config.label).rows


def sums(by_account, horizon_days, n_periods):
    """Add up what each mature customer brought in each period after its first sale."""
    found = {}
    for account, lines in by_account.items():
        sales = [day for day, amount in lines if amount > 0]
        if not sales or min(sales) + timedelta(days=horizon_days) > TODAY:
            continue
        periods = [[] for _ in range(n_periods)]
        for day, amount in lines:
            since = (day - min(sales)).days
            if 0 <= since < horizon_days:
                periods[since * n_periods // horizon_days].append(amount)
        found[account] = min(sales), [fsum(one) for one in periods]
    return found


def test_value_agrees_with_a_plain_count(by_account, tables) -> None:
    found = sums(by_account, 60, 1)
    cohorts = defaultdict(dict)
    for account, (first, (amount,)) in found.items():
        cohorts[first.year, (first.month - 1) // 3][account] = amount
    best = set()
    for amounts in cohorts.values():
        n_best = int(0.2 * len(amounts) + 1e-9)
        best |= set(sorted(amounts, key=amounts.get, reverse=True)[:n_best])
    labels = label_rows(tables, definition("value", horizon_days=60, cohort="quarter"), TODAY)
    assert set(labels.rows["account_id"]) == set(found)
    assert set(labels.rows.loc[labels.rows["is_best"], "account_id"]) == best
    held = fsum(found[account][1][0] for account in best)
    total = labels.by_cohort[["n", "n_best", "value", "best_value"]].sum()
    assert total[["n", "n_best"]].to_list() == [len(found), len(best)] == [3754, 749]
    assert total["value"] == pytest.approx(fsum(amounts[0] for _, amounts in found.values()), abs=0.01)
    assert total["best_value"] == pytest.approx(held, abs=0.01)
    returned = {account for account, (_, (amount,)) in found.items() if amount <= 0}
    assert len(returned) == 20  # who sent all of it back
    assert not returned & best


def class_of(amount, larger, total, shares=(0.8, 0.95)):
    """Class by the share that strictly larger ones hold."""
    if amount <= 0 or round(larger / total, 9) >= shares[1]:
        return "C"
    return "A" if round(larger / total, 9) < shares[0] else "B"


def variation_class(periods):
    mean = fsum(periods) / len(periods)
    if round(mean, 6) <= 0:
        return "Z"
    variation = round(sqrt(fsum((one - mean) ** 2 for one in periods) / len(periods)) / mean, 9)
    return "X" if variation <= 0.5 else "Y" if variation <= 1 else "Z"


def test_the_cells_agree_with_a_plain_count(by_account, tables) -> None:
    found = sums(by_account, 180, 6)
    amounts = sorted((round(fsum(periods), 6) for _, periods in found.values()), reverse=True)
    total, before, larger = fsum(max(one, 0) for one in amounts), 0.0, {}
    for amount in amounts:
        larger.setdefault(amount, before)
        before += max(amount, 0)
    cell = {
        account: class_of(amount := round(fsum(periods), 6), larger[amount], total) + variation_class(periods)
        for account, (_, periods) in found.items()
    }
    labels = label_rows(tables, definition("abc_xyz", horizon_days=180), TODAY)
    matrix = labels.matrix.set_index(labels.matrix["abc"] + labels.matrix["xyz"])
    counts = Counter(cell.values())
    assert matrix.loc[matrix["n"] > 0, "n"].to_dict() == counts
    best = {account for account, one in cell.items() if one in ("AX", "AY", "BX")}
    assert set(labels.rows.loc[labels.rows["is_best"], "account_id"]) == best
    for one, volume in matrix["volume"].items():
        held = fsum(fsum(found[account][1]) for account in cell if cell[account] == one)
        assert volume == pytest.approx(held, abs=0.01)
    assert len(best) == 438
    assert counts == {"AX": 95, "AY": 339, "AZ": 544, "BX": 4, "BY": 64, "BZ": 849, "CY": 3, "CZ": 937}
