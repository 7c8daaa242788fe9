"""Put the journal of a year into the table and the lines that stand in the docs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

DAYS_A_ROW = 61
"""Two months."""
HEAD = (
    "| days | cycles | CPU s, median (p95) | MB, median (p95) | entries, median | accounts | ledger MB |",
    "|---|---|---|---|---|---|---|",
)
SLOPES = {
    "cpu": "CPU s a cycle",
    "peak_mb": "MB of the process that made most cycles",
    "state_bytes": "bytes of state",
    "list_bytes": "bytes of list",
}
MODES = {
    "fresh": "as a schedule starts it, with its imports",
    "forked": "in a process of its own, its imports not counted",
}
OTHERS = {
    "full_cpu": "a night scored in full beside it",
    "again_cpu": "a second run on the same day",
}


def figures(lines: list[dict[str, Any]], end: dict[str, Any]) -> list[str]:
    """Give the table of two months a row, the slopes, and what the end of the year showed."""
    rows = pd.DataFrame(lines)
    is_trained = rows["training"].notna() if "training" in rows else pd.Series(False, rows.index)
    mode = rows.loc[rows["mode"] != "fresh", "mode"].mode().item()
    usual = rows.loc[(rows["mode"] == mode) & ~is_trained]
    longest = usual.loc[usual["process"] == usual["process"].mode().iloc[0]]
    slopes = [*_slopes(usual, ["cpu", "state_bytes", "list_bytes"]), *_slopes(longest, ["peak_mb"])]
    return [*HEAD, *_months(rows, usual), "", *slopes, *_totals(rows), *_sizes(rows), *_end(end)]


def slope(days: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    """Give the change in 100 days, the median of all pairs (Theil and Sen), with its interval of 95 %."""
    from scipy.stats import theilslopes

    middle, _, low, high = theilslopes(values, days, 0.95)
    return 100 * middle, 100 * low, 100 * high


def _months(rows: pd.DataFrame, usual: pd.DataFrame) -> Iterator[str]:
    for start in range(0, int(rows["day"].max()) + 1, DAYS_A_ROW):
        is_here = rows["day"].between(start, start + DAYS_A_ROW - 1)
        here, some = rows.loc[is_here], usual.loc[is_here.reindex(usual.index)]
        if some.empty:
            continue
        cpu, peak = (np.percentile(some[name], (50, 95)) for name in ("cpu", "peak_mb"))
        last = here.iloc[-1]
        yield (
            f"| {here['day'].min()} to {here['day'].max()} | {len(here)} | {cpu[0]:.2f} ({cpu[1]:.2f}) "
            f"| {peak[0]:.0f} ({peak[1]:.0f}) | {_entries(some).median():.0f} | {last['n_accounts']:,} "
            f"| {last['ledger_bytes'] / 1e6:.1f} |"
        )


def _slopes(usual: pd.DataFrame, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        middle, low, high = slope(usual["day"].to_numpy(float), usual[name].to_numpy(float))
        said = f"{middle:+,.4g} ({low:+,.4g} to {high:+,.4g}) in 100 days"
        yield f"- {SLOPES[name]}: median {usual[name].median():,.4g} of {len(usual)}; {said}"


def _totals(rows: pd.DataFrame) -> Iterator[str]:
    kinds = ", ".join(f"{n} {kind}" for kind, n in rows["kind"].value_counts().items())
    events = ", ".join(f"{rows[name].sum():,} {name}" for name in ("new", "changed", "gone"))
    yield f"- {len(rows):,} cycles ({kinds}); {int((rows['faults'].map(len) > 0).sum())} with a fault"
    yield f"- {_entries(rows).sum():,} entries: {events}; {int(_is_other_model(rows).sum())} changes of model"
    yield f"- {int((rows['alarms'].map(len) > 0).sum())} cycles with alarms"
    for name, words in OTHERS.items():
        if name in rows and rows[name].notna().any():
            yield f"- {words}: CPU {rows[name].median():.2f} s (median of {rows[name].notna().sum()})"
    for mode, words in MODES.items():
        some = rows.loc[rows["mode"] == mode]
        if len(some):
            peak = f"{some['peak_mb'].median():.0f} MB at most" if some["peak_mb"].notna().any() else ""
            yield f"- {words}: CPU {some['cpu'].median():.2f} s, {peak} (median of {len(some)})"


def _sizes(rows: pd.DataFrame) -> Iterator[str]:
    last, grown = rows.iloc[-1], rows["ledger_bytes"].diff()
    parts = {
        "ledger": "ledger_bytes",
        "its models": "ledger_model_bytes",
        "its entries": "ledger_entry_bytes",
    }
    yield "- " + ", ".join(f"{words} {last[name] / 1e6:.1f} MB" for words, name in parts.items())
    for is_other, words in ((False, "without"), (True, "with")):
        some = grown[_is_other_model(rows) == is_other].dropna()
        if len(some):
            yield f"- a night {words} a new model adds {some.median() / 1e3:.0f} kB to the ledger (median)"


def _is_other_model(rows: pd.DataFrame) -> pd.Series[bool]:
    versions = rows["models"].map(tuple)
    return (versions != versions.shift()) & (rows.index > 0)


def _entries(rows: pd.DataFrame) -> pd.Series[int]:
    return rows["new"] + rows["changed"] + rows["gone"]


def _end(end: dict[str, Any]) -> Iterator[str]:
    replays, account = end["replays"], end["account"]
    seconds = np.median([one["seconds"] for one in replays])
    exact = sum(one["is_exact"] for one in replays)
    yield f"- {exact} of {len(replays)} random scores replay exactly; CPU {seconds:.2f} s each"
    yield f"- check() and standing() at the end: CPU {end['check_and_standing_s']:.2f} s"
    yield f"- make history of {account}: CPU {end['history_s']:.2f} s ({end['history']})"
    yield from (f"- fault: {one}" for one in end["faults"])
