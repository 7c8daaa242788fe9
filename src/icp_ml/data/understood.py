"""Say how much of each column was understood, in lines and as a table."""

from __future__ import annotations

from collections.abc import Mapping

from icp_ml.data.checks import Findings, Understood
from icp_ml.errors import count, examples


def understood_lines(tables: Mapping[str, Findings]) -> list[str]:
    """Say which columns were not wholly understood, one aligned line each, and how many others were."""
    columns = _columns(tables)
    partly = {name: one for name, one in columns.items() if one.n_known < one.n_given}
    n_wholly = sum(one.n_given > 0 for one in columns.values()) - len(partly)
    width = max(map(len, partly), default=0)
    lines = [
        f"  {name:<{width}}  {said_share(one)} of {one.n_given:>9,}  not {examples(one.strange)}"
        for name, one in partly.items()
    ]
    wholly = count(n_wholly, "more column" if partly else "column")
    return [*lines, f"  {wholly} understood to the last value"]


def understood_markdown(tables: Mapping[str, Findings]) -> str:
    """Write the share understood of every column as a Markdown table."""
    rows = [
        f"| {name} | {one.n_given:,} | {said_share(one).strip()} | {_in_cell(examples(one.strange))} |"
        for name, one in _columns(tables).items()
    ]
    head = ["| column | values given | understood | not understood |", "|---|---:|---:|---|"]
    return "\n".join([*head, *rows]) + "\n"


def said_share(one: Understood) -> str:
    """Write a share in per cent, rounded down, so that 100.0 % means all."""
    return f"{int(one.share * 1000) / 10:>5.1f} %"


def _columns(tables: Mapping[str, Findings]) -> dict[str, Understood]:
    return {f"{table}.{one.column}": one for table, found in tables.items() for one in found.understood()}


def _in_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
