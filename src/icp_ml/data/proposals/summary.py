"""Say in a few lines what was proposed."""

from __future__ import annotations

from collections.abc import Sequence

from icp_ml.data.proposals.forms import shown
from icp_ml.data.proposals.roles import Role
from icp_ml.data.proposals.samples import SAMPLE_ROWS
from icp_ml.data.proposals.tables import TableProposal

MAX_NAMED = 6


def summary_lines(roles: Sequence[Role], tables: Sequence[TableProposal]) -> list[str]:
    """Give a line for each file, and one for each thing that must be seen to."""
    by_role = {id(one.role): one for one in reversed(tables) if one.table == one.role.table}
    lines = [_file_line(role, by_role.get(id(role))) for role in roles]
    for table in tables:
        if table.table != table.role.table and table.lines:
            heading = table.lines[1].source or ""
            how = "commented out, if it tells" if table.is_out else "for it seems to tell"
            lines.append(
                f"{table.role.sample.path.name}: {shown([heading])} as signals too, {how} who is best"
            )
        lines += [f"  check {table.table}: {warning}" for warning in table.warnings]
    for role in roles:
        for heading in role.sample.skipped:
            lines.append(
                f"  check {role.sample.path.name}: a mapping cannot hold the heading {heading!r}; rename it"
            )
    names = {one.table for one in tables if not one.is_out}
    if "customers" in names and not names & {"orders", "deals", "signals"}:
        lines.append(
            "  check: no file says how customers turned out; add orders, deals or a flag of the best"
        )
    if "customers" not in names:
        lines.append("  check: no file describes the customers; there is nothing to learn from yet")
    return lines


def next_command(name: str, tables: Sequence[TableProposal]) -> str:
    """Give the command that comes next."""
    names = {one.table for one in tables if not one.is_out}
    verb = "train" if "customers" in names else "label"
    label = next(
        (
            f" label={one}"
            for one, needs in (("", "orders"), ("won", "deals"), ("flag", "signals"))
            if needs in names and one
        ),
        "",
    )
    return f'make {verb} ARGS="data={name}{label if "orders" not in names else ""}"'


def _file_line(role: Role, table: TableProposal | None) -> str:
    sample = role.sample
    rows = f"{sample.n_rows:,} rows" if sample.is_whole else f"the first {SAMPLE_ROWS:,} rows"
    if table is None:
        return f"{sample.path.name} ({rows}): not used, {role.why}"
    used = {one.source for one in table.lines if not one.is_out} | {
        part for one in table.lines for part in one.settings.get("product_of", ())
    }
    others = [one.heading for one in sample.columns if one.heading not in used]
    features = sum("kind" in one.settings and "words" in one.settings for one in table.lines)
    counted = f"{len(sample.columns) - len(others) - features} of {len(sample.columns)} columns recognised"
    counted += f", {features} more as features" if features else ""
    left = f"; left out: {shown(others, MAX_NAMED)}" if others else ""
    left += f" and {len(others) - MAX_NAMED} more" if len(others) > MAX_NAMED else ""
    refused = f"; {sample.n_refused:,} malformed rows" if sample.n_refused else ""
    return f"{sample.path.name} ({rows}): {table.table}, as {role.why}; {counted}{left}{refused}"
