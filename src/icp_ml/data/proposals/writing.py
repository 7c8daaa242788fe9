"""Write a mapping as YAML with its reasons as comments, so that it loads whatever the files hold."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import yaml

from icp_ml.data.proposals.currencies import Money
from icp_ml.data.proposals.lines import Line
from icp_ml.data.proposals.samples import SAMPLE_ROWS
from icp_ml.data.proposals.tables import TableProposal

PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_/. -]*[A-Za-z0-9_])?")
INTERPOLATION = re.compile(r"(\\*)\$\{")
MAX_COMMENT = 240
HEADER = (
    "Proposed by make init; nothing is guessed again after it. Check every line: is it the column you mean,",
    f"in the form it has? Formats were read from at most the first {SAMPLE_ROWS:,} rows of each file.",
    "Lines that begin with # are columns left out; remove the # to use one, if you are sure.",
)


class Heading(NamedTuple):
    """What a mapping says of all its tables: its name, the files' folder, what is missing, the currency."""

    name: str
    root: str
    missing: Sequence[str]
    money: Money | None


def mapping_text(heading: Heading, tables: Sequence[TableProposal]) -> str:
    """Give the text of conf/data/NAME.yaml."""
    root, missing, money = heading.root, flow(list(heading.missing)), heading.money
    lines = [f"# {one}" for one in HEADER]
    lines += [
        f"name: {scalar(heading.name)}",
        f"root: {scalar(root)}  # the folder of the files below",
        "today: ${now:%Y-%m-%d}  # ages and maturity count to this day; keep it, so that schedules move on",
        "notes: []  # what a reader of the report must know about these data",
        f'missing: {missing}  # cells that mean "not known", as they occur in these files',
    ]
    if money is not None:
        lines += [
            f"currency: {money.currency}  # that all amounts are turned into: {money.why}",
            f"rates_on: {money.rates_on}  # the day of the exchange rates, of the European Central Bank",
        ]
    for table in tables:
        lines += ["", *_table_lines(table, root)]
    return "\n".join(lines) + "\n"


def scalar(text: str) -> str:
    """Write a text so that YAML and OmegaConf give it back: "no", "1,5", "a: b" and "${x}" stay texts."""
    escaped = INTERPOLATION.sub(lambda found: found[1] * 2 + r"\${", text)
    if PLAIN.fullmatch(escaped) and yaml.safe_load(escaped) == escaped:
        return escaped
    return yaml.safe_dump(escaped, default_style='"', allow_unicode=True, width=10**9).rstrip("\n")


def flow(value: Any) -> str:
    """Write a value inside a line."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(one)}' for key, one in value.items())}}}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def comment(text: str) -> str:
    """Give a comment that ends with its line, whatever the text holds; empty for no text."""
    safe = "".join(
        sign if sign.isprintable() and sign < "\U0000d800" else "?" for sign in " ".join(text.split())
    )
    cut = safe if len(safe) <= MAX_COMMENT else safe[: MAX_COMMENT - 3] + "..."
    return f"  # {cut}" if cut else ""


def _table_lines(table: TableProposal, root: str) -> list[str]:
    sample = table.role.sample
    if not table.lines:
        return _same_columns_lines(table, root)
    if table.is_out:
        return [f"# {line}" for line in _table_lines(replace(table, is_out=False), root)]
    why = "" if table.table != table.role.table else f": {table.role.why}"
    lines = [
        f"{table.table}:{comment(sample.path.name + why)}",
        f"  path: {_path_below(table, root)}",
        *_format_lines(table),
    ]
    if sample.n_refused:
        lines.append(f"  # {sample.n_refused:,} rows have another number of cells than the headings")
    anchor = " &columns" if table.shares_columns else ""
    return [*lines, f"  columns:{anchor}", *(_column_line(line) for line in table.lines)]


def _same_columns_lines(table: TableProposal, root: str) -> list[str]:
    return [
        f"{table.table}:  # set the path to the list to score (same columns), or data.prospects.path=...",
        f"  path: {_path_below(table, root)}  # the customers themselves, until then",
        *_format_lines(table),
        "  columns: *columns",
    ]


def _path_below(table: TableProposal, root: str) -> str:
    """Give a file's path as data.root and the rest."""
    relative = os.path.relpath(table.role.sample.path, root)
    written = scalar(relative)
    if written.startswith('"'):
        return f'"${{data.root}}/{written[1:]}'
    return f"${{data.root}}/{written}"


def _format_lines(table: TableProposal) -> list[str]:
    found = table.role.sample.format
    return [
        f"  {setting}: {scalar(getattr(found.settings, setting))}{comment(why)}"
        for setting, why in found.why.items()
    ]


def _column_line(line: Line) -> str:
    key = f"{scalar(line.ours)}: " if line.ours else ""
    said = comment(line.comment)
    if line.is_out:
        return f"    # {key}{comment(line.source or '...').removeprefix('  # ')}{said}"
    if line.source is None and not line.settings:
        return f"    {key}???{said}"
    if not line.settings:
        return f"    {key}{scalar(line.source or '')}{said}"
    origin = {"from": line.source} if line.source is not None else {}
    return f"    {key}{flow(origin | dict(line.settings))}{said}"
