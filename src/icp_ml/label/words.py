"""The tables of the label report, each with the sentence that says how to read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from icp_ml.label.labels import Labels

FEW = 20  # rows: a rate of fewer is marked


def table_lines(heads: Iterable[str], rows: Iterable[Iterable[str]], n_words: int = 1) -> list[str]:
    """Write a Markdown table whose first columns are words and the others numbers."""
    heads = list(heads)
    rules = ["---"] * n_words + ["---:"] * (len(heads) - n_words)
    lines = [heads, rules, *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def share(value: float) -> str:
    """Write a share in percent, or a dash where there is none."""
    return "–" if pd.isna(value) else f"{value:.1%}"


def cohort_lines(labels: Labels) -> list[str]:
    """Say how much value best hold, overall and by cohort."""
    table = labels.by_cohort
    if table.empty:
        return []
    total = table.drop(columns="cohort").sum()
    whole = pd.DataFrame([{"cohort": "all", **total.to_dict()}])
    lines = whole if len(table) == 1 else pd.concat([table, whole])
    held = [_part(row.best_value, row.value) for row in _lines(lines)]
    n, n_best = int(total["n"]), int(total["n_best"])
    said = (
        f"Best are {share(n_best / n)} of the customers and hold {held[-1]} of their {labels.measure} "
        f"({total['best_value']:,.0f} of {total['value']:,.0f})."
    )
    rows = (
        [
            str(row.cohort),
            f"{row.n:,.0f}",
            f"{row.n_best:,.0f}",
            share(row.n_best / row.n),
            f"{row.value:,.0f}",
            part,
        ]
        for row, part in zip(_lines(lines), held, strict=True)
    )
    heads = ["cohort", "customers", "best", "share of best", labels.measure, f"{labels.measure} held by best"]
    return ["## Value", "", said, "", *table_lines(heads, rows)]


def matrix_lines(labels: Labels) -> list[str]:
    """Write the ABC-XYZ matrix: customers, their volume, and the share of each."""
    if labels.matrix.empty:
        return []
    cells = {(row.abc, row.xyz): row for row in _lines(labels.matrix)}
    rows = [[abc, *(_cell(cells[abc, xyz], labels.measure) for xyz in "XYZ")] for abc in "ABC"]
    heads = ["", "X: regular", "Y: varies", "Z: irregular"]
    said = "Best cells are in bold, before anyone is taken out as won but regretted. Drawn in abc_xyz.png."
    return ["## Cells", "", said, "", *table_lines(heads, rows)]


def regret_lines(labels: Labels) -> list[str]:
    """Say how many would be best and are rest because they are regretted."""
    table = labels.regrets
    if table.empty:
        return []
    n_regretted = int(table["n_best"].iloc[-1])
    n_would_be = n_regretted + int(labels.rows["is_best"].sum())
    part = share(n_regretted / n_would_be)
    said = f"Won but regretted: {n_regretted:,} of {n_would_be:,} would-be best are rest ({part})."
    rows = ([row.criterion, f"{row.n:,}", f"{row.n_best:,}"] for row in _lines(table))
    heads = ["criterion", "rows that meet it", "of them would-be best"]
    return ["## Won but regretted", "", said, "", *table_lines(heads, rows)]


def cross_lines(crosses: pd.DataFrame, rate: float, confidence: float) -> list[str]:
    """Write the cross-tables, one for each characteristic."""
    if crosses.empty:
        return ["## Who they are", "", "No customers are mapped, so nothing is known of who they are."]
    lines = [
        "## Who they are",
        "",
        f"Lift is the rate of best in a level over that of all rows, {share(rate)}; in brackets is its "
        f"{confidence:.0%} interval, in which companies of one family do not count as independent. Where it "
        "holds 1 the difference may be chance; where not, the lift is bold (by chance alone "
        f"{1 - confidence:.0%} of the lines would be). A star marks levels of fewer than {FEW} rows.",
    ]
    for characteristic, table in crosses.groupby("characteristic", sort=False):
        heads = [str(characteristic), "rows", "best", "rate", "lift", ""]
        lines += ["", *table_lines(heads, (_level(row) for row in _lines(table)))]
    return lines


def _level(row: Any) -> list[str]:
    lift = f"{row.lift:.2f}" if row.low <= 1 <= row.high else f"**{row.lift:.2f}**"
    level = f"{row.level}{' *' if row.n < FEW else ''}".replace("|", "/")
    bounds = f"({row.low:.2f} to {row.high:.2f})"
    return [level, f"{row.n:,}", f"{row.n_best:,}", share(row.rate), lift, bounds]


def sensitivity_lines(moves: pd.DataFrame, labels: Labels) -> list[str]:
    """Write the sensitivity table."""
    if moves.empty:
        return ["## Sensitivity", "", "This definition has no weight or cut-off that could move."]
    said = (
        "Each weight and cut-off of the definition is moved by a fifth, down and up (less where it would "
        f"pass another). Flips are of the {len(labels.rows):,} rows above. A finding turns round when the "
        f"lift of a level of at least {FEW} rows crosses 1; one that lies close to 1 does so easily."
    )
    heads = ["setting", "moved", "best → rest", "rest → best", "judged now", "no longer judged"]
    rows = (
        [f"`{row.setting}`", f"{row.before:.4g} → {row.after:.4g}", *_moved(row)] for row in _lines(moves)
    )
    return ["## Sensitivity", "", said, "", *table_lines([*heads, "findings that turn round"], rows)]


def _moved(row: Any) -> list[str]:
    if row.problem:
        return ["–", "–", "–", "–", str(row.problem)]
    counts = (row.best_to_rest, row.rest_to_best, row.judged_now, row.no_longer_judged)
    turned = f"{row.n_turned:.0f}: {row.turned}" if row.n_turned else "none"
    shown = "–" if pd.isna(row.n_turned) else turned.replace("|", "/")
    return [*(f"{one:,.0f}" for one in counts), shown]


def _cell(cell: Any, measure: str) -> str:
    volume = f"{measure} {cell.volume:,.0f} ({share(cell.share_of_volume)})"
    said = f"{cell.n:,} ({share(cell.share_of_customers)}); {volume}"
    return f"**{said}**" if cell.is_best else said


def _lines(table: pd.DataFrame) -> Iterable[Any]:
    """Give the lines of a table, each with its columns as attributes."""
    return table.itertuples()


def _part(part: float, whole: float) -> str:
    return share(part / whole) if whole > 0 else "–"
