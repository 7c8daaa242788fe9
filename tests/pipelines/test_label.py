"""`make label` says who is best, without training."""

from __future__ import annotations

import pandas as pd
from support import command, shared_data


def test_a_label_report_says_counts_and_value(workplace):
    done = command("label", cwd=workplace)
    assert done.returncode == 0, done.stderr
    report = (workplace / "var/label/demo/value/label.md").read_text(encoding="utf-8")
    rows = pd.read_csv(workplace / "var/label/demo/value/label_rows.csv")
    assert f"- label rows: {len(rows):,}, {rows['is_best'].sum():,} of them best" in report
    assert "| 2022 |" in report


def test_half_a_million_order_lines_with_returns(tmp_path):
    folder = shared_data("online_retail_uci")
    done = command("label", "data=online_retail", f"data.root={folder}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "orders: 135,080 rows lacking a required value left out" in done.stdout
    rows = pd.read_csv(tmp_path / "var/label/online_retail/value/label_rows.csv", dtype={"account_id": str})
    lines = pd.read_csv(folder / "online_retail.csv.gz", dtype={"CustomerID": str})
    expected = _best_by_hand(lines.dropna(subset="CustomerID"))
    assert set(rows.loc[rows["is_best"], "account_id"]) == expected


def _best_by_hand(lines):
    """Work the quarter label out again, plainly."""
    lines = lines.assign(
        account=lines["CustomerID"].str.removesuffix(".0"),
        day=pd.to_datetime(lines["InvoiceDate"]).dt.normalize(),
        when=pd.to_datetime(lines["InvoiceDate"]),
        worth=lines["Quantity"] * lines["UnitPrice"],
    )
    first = lines.loc[lines["worth"] > 0].groupby("account")["day"].min()
    best = set()
    mature = first[first + pd.Timedelta(days=60) <= pd.Timestamp("2011-12-10")]
    for _, cohort in mature.groupby(mature.dt.to_period("Q")):
        ends = lines["account"].map(cohort + pd.Timedelta(days=60))
        starts = lines["account"].map(cohort)
        inside = lines.loc[(lines["when"] >= starts) & (lines["when"] < ends)]
        value = inside.groupby("account")["worth"].sum().reindex(cohort.index).fillna(0).sort_values()
        n_best = int(len(value) * 0.2 + 1e-9)
        best |= set(value.index[-n_best:])
    return best
