"""What changes from day to day: the list of prospects, and what the seller's systems export."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from icp_ml.data.demo import DemoTables, generate, write

FIRST = date(2025, 1, 1)
"""The demo's history ends a year later: each export is cut off at its day, so that the months bring news."""
KINDS = {"usual": 0.76, "quiet": 0.08, "shuffled": 0.07, "twice": 0.04, "again": 0.04, "gap": 0.01}
"""What a night may be, and how often: usual changes, none, another order too, run twice, a second list on
the same day, nobody ran for a week."""
GAP_DAYS = 7
CHANGED_SHARE, NEW_SHARE, GONE_SHARE = 0.01, 0.001, 0.001
RETURNING_SHARE = 0.3  # of those that are new: they were in the list before
DEALS_SHARE = 0.06  # of the first prospects, that have a deal within the year
LIST, POOL, GONE, AT = "list.csv", "pool.csv", "gone.csv", "at.json"


@dataclass(frozen=True)
class Day:
    """A night of the year."""

    number: int
    kind: str

    @property
    def today(self) -> date:
        """Give its date."""
        return FIRST + timedelta(days=self.number)

    @property
    def mark(self) -> str:
        """Name it."""
        return f"{self.number}{'b' if self.kind == 'again' else ''}"


def plan(seed: int, n_days: int) -> list[Day]:
    """Draw the nights of a year; an `again` follows the first list of its day."""
    rng, at, days = np.random.default_rng([seed, 1]), 1, [Day(0, "usual")]
    while at < n_days:
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
        at += GAP_DAYS if kind == "gap" else 0
        days += [Day(at, "usual"), Day(at, kind)] if kind == "again" else [Day(at, kind)]
        at += 1
    return [one for one in days if one.number < n_days]


def create(folder: Path, seed: int, tables: DemoTables) -> None:
    """Write a demo's files, and beside them what is not known yet and who may come later."""
    write(tables, folder / "demo")
    pool = generate(seed + 1, 10, max(20, len(tables.prospects) // 2)).prospects
    pool = pool.loc[pool["prospect_id"].str.strip() != ""]
    pool = pool.assign(prospect_id="N" + pool["prospect_id"].str.strip().str[1:])
    for name, rows in ((LIST, tables.prospects), (POOL, pool), (GONE, pool.iloc[:0])):
        is_ahead = rows["last_round_date"].str.strip() > str(FIRST)
        rows.assign(last_round_date=rows["last_round_date"].mask(is_ahead, "")).to_csv(
            folder / name, index=False
        )
    deals = prospect_deals(np.random.default_rng([seed, 2]), tables.prospects, tables.truth)
    pd.concat([tables.deals, deals]).to_csv(folder / "deals.csv", index=False)
    tables.customers.to_csv(folder / "customers.csv", index=False)
    shutil.copy(folder / "demo" / "orders.csv.gz", folder / "orders.csv.gz")
    shutil.copy(folder / "demo" / "signals.parquet", folder / "signals.parquet")
    (folder / AT).write_text(json.dumps("start"))


def prospect_deals(rng: np.random.Generator, prospects: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Draw deals with prospects of the list in the year, won more often where they would be best."""
    ids = prospects["prospect_id"].str.strip()
    chosen = rng.permutation(ids[ids != ""].unique())[: round(DEALS_SHARE * len(ids))]
    propensity = truth.set_index("account_id")["propensity"].reindex(chosen).fillna(0).to_numpy()
    created = np.datetime64(FIRST) + rng.integers(1, 330, len(chosen))
    closed = created + rng.integers(10, 60, len(chosen))
    return pd.DataFrame(
        {
            "Opportunity": [f"OPP-P{number:05}" for number in range(len(chosen))],
            "Account": chosen,
            "Created": created.astype(str),
            "Closed": closed.astype(str),
            "Won": np.where(rng.random(len(chosen)) < 0.1 + 0.8 * propensity, "Yes", "No"),
            "Amount": "10000.00",
            "Product": "Platform",
        }
    )


def turn(folder: Path, seed: int, day: Day) -> None:
    """Bring the list to a day, once however often it is asked for."""
    if json.loads((folder / AT).read_text()) == day.mark:
        return
    rng = np.random.default_rng([seed, 3, day.number, day.kind == "again"])
    rows, pool, gone = (_read(folder / name) for name in (LIST, POOL, GONE))
    if day.kind not in ("quiet", "shuffled") and day.number:
        rows = changed(rng, rows, day.today)
        rows, pool, gone = replaced(rng, rows, pool, gone)
    if day.kind == "shuffled":
        rows = rows.iloc[rng.permutation(len(rows))]
    for name, kept in ((LIST, rows), (POOL, pool), (GONE, gone)):
        kept.to_csv(folder / f"{name}.next", index=False)
    for name in (LIST, POOL, GONE):
        (folder / f"{name}.next").replace(folder / name)
    (folder / AT).write_text(json.dumps(day.mark))
    _publish(rows, folder / "demo" / "prospects.csv")


def changed(rng: np.random.Generator, rows: pd.DataFrame, today: date) -> pd.DataFrame:
    """Change about one row in a hundred in one thing each."""
    made = rows.copy()
    for at in np.flatnonzero(rng.random(len(rows)) < CHANGED_SHARE):
        row = made.iloc[at].copy()
        name = str(rng.choice(list(CHANGES)))
        CHANGES[name](rng, row, made, today)
        made.iloc[at] = row
    return made


def replaced(
    rng: np.random.Generator, rows: pd.DataFrame, pool: pd.DataFrame, gone: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Take a few rows out, and put a few in: others, or such as were there before."""
    n_new, n_gone = rng.poisson([NEW_SHARE * len(rows), GONE_SHARE * len(rows)])
    is_gone = np.zeros(len(rows), dtype=bool)
    is_gone[rng.permutation(len(rows))[:n_gone]] = True
    n_back = min(len(gone), rng.binomial(n_new, RETURNING_SHARE))
    back = rng.permutation(len(gone)) < n_back
    n_new = min(len(pool), n_new - n_back)
    kept = pd.concat([rows.loc[~is_gone], gone.loc[back], pool.iloc[:n_new]], ignore_index=True)
    left = pd.concat([gone.loc[~back], rows.loc[is_gone]], ignore_index=True)
    return kept, pool.iloc[n_new:], left


def cut_exports(folder: Path, today: date) -> None:
    """Write the seller's own tables as they were on a day."""
    until, demo = str(today), folder / "demo"
    customers = _read(folder / "customers.csv")
    funded = pd.to_datetime(customers["Last Funding Date"], format="%d/%m/%Y", errors="coerce")
    customers.loc[funded > pd.Timestamp(today), "Last Funding Date"] = ""
    _replace(customers, demo / "customers.csv", sep=";", encoding="cp1252")
    orders = _read(folder / "orders.csv.gz")
    _replace(orders.loc[orders["order_date"] <= until], demo / "orders.csv.gz")
    deals = _read(folder / "deals.csv")
    deals = deals.loc[deals["Created"] <= until].copy()
    deals.loc[deals["Closed"] > until, ["Closed", "Won"]] = ""
    _replace(deals, demo / "deals.csv")
    signals = pd.read_parquet(folder / "signals.parquet")
    for at, known in (("reviewed_on", ["best_customer"]), ("churn_date", [])):
        signals.loc[signals[at] > pd.Timestamp(today), [at, *known]] = None
    signals.to_parquet(demo / "signals.parquet", index=False)


Change = Callable[[np.random.Generator, "pd.Series[str]", pd.DataFrame, date], None]


def _size(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["employee_count"] = str(max(1, round(float(np.exp(rng.normal(5, 1.5))))))


def _technologies(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["technologies"] = _another(rng, rows)["technologies"]


def _funding(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["last_round_date"] = str(
        today - timedelta(days=int(rng.integers(-3, 60)))
    )  # some are ahead of the day
    row["last_round"], row["funding_usd"] = "Series B", f"${int(rng.integers(1, 90)) * 100_000:,}"


def _place(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    names = ["country", "state", "city"]
    row[names] = _another(rng, rows)[names]


def _industry(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    names = ["sector", "naics_code", "about"]
    row[names] = _another(rng, rows)[names]


def _revenue(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["est_revenue"] = f"${rng.lognormal(2.5, 1.2):.1f}M"


def _lost(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row[str(rng.choice(["employee_count", "founded", "web_visits", "technologies"]))] = ""


def _renamed(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["company"] = f"{row['company']} Group"


def _visits(rng: np.random.Generator, row: pd.Series[str], rows: pd.DataFrame, today: date) -> None:
    row["web_visits"] = str(int(rng.lognormal(8, 1)))


def _another(rng: np.random.Generator, rows: pd.DataFrame) -> pd.Series[str]:
    return rows.iloc[int(rng.integers(len(rows)))]


CHANGES: dict[str, Change] = {
    "size": _size,
    "technologies": _technologies,
    "funding": _funding,
    "place": _place,
    "industry": _industry,
    "revenue": _revenue,
    "lost": _lost,
    "renamed": _renamed,
    "visits": _visits,
}


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _publish(rows: pd.DataFrame, path: Path) -> None:
    half = path.with_name(f".{path.name}.part")
    rows.to_csv(half, index=False, encoding="utf-8-sig", lineterminator="\n")
    half.replace(path)


def _replace(rows: pd.DataFrame, path: Path, sep: str = ",", encoding: str = "utf-8") -> None:
    half = path.with_name(f".part.{path.name}")
    rows.to_csv(half, index=False, lineterminator="\n", sep=sep, encoding=encoding)
    half.replace(path)
