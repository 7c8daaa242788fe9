"""Count what enrichment did: accounts found, values filled, replaced and contradicted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from icp_ml.errors import count

Mark = tuple[str, str, str]
"""A table, one of its columns and what its cell did; of the key that found the account, "" as the column."""

FAR = 2.0
"""Two numbers of one account disagree by much where the one is more than so many times the other."""

KEY_WORDS = {
    "account_id": "id",
    "domain": "domain",
    "registration_id": "registration number",
    "name": "name",
}

TABLE_HEAD = (
    *("Table", "Column", "Accounts found", "Known there", "Filled", "Replaced"),
    *("Known in both", f"More than {FAR:g} × apart"),
)


@dataclass
class TableCounts:
    """What one further table did for the rows that passed by.

    Attributes
    ----------
    n_rows : int
        Its own rows.
    remarks : tuple of str
        What was noticed while it was read.
    found : Counter of str
        Accounts found in it, by the key that found them.
    cells : dict of str to Counter of str
        For each column it brings: known (there, of the accounts found), filled (it was missing), replaced
        (another value of the table itself), both (known in the table itself too), far (of these, numbers
        that are far apart; absent where the column holds none).
    """

    n_rows: int
    remarks: tuple[str, ...]
    found: Counter[str] = field(default_factory=Counter)
    cells: dict[str, Counter[str]] = field(default_factory=dict)


@dataclass
class Enriched:
    """What enrichment did for a table of ours; it takes no more memory for more rows.

    Attributes
    ----------
    n_accounts : int
        Rows that passed by.
    tables : dict of str to TableCounts
    """

    n_accounts: int = 0
    tables: dict[str, TableCounts] = field(default_factory=dict)

    def add(self, n_accounts: int, totals: Mapping[Mark, int]) -> None:
        """Add rows, of which so many bear each mark; a table that has none must be known already."""
        self.n_accounts += n_accounts
        for (name, column, what), n_rows in totals.items():
            counts = self.tables[name]
            (counts.cells.setdefault(column, Counter()) if column else counts.found)[what] += n_rows

    def merge(self, later: Enriched) -> None:
        """Add what was done for rows that follow."""
        self.n_accounts += later.n_accounts
        for name, table in later.tables.items():
            known = self.tables.setdefault(name, TableCounts(table.n_rows, table.remarks))
            known.found.update(table.found)
            for column, cells in table.cells.items():
                known.cells.setdefault(column, Counter()).update(cells)

    def lines(self) -> list[str]:
        """Say what each table did in one line, and what was noticed in it in one more."""
        said = []
        for name, table in self.tables.items():
            said.append(f"{name}: {'; '.join(self._parts(table))}")
            said += [f"{name}: of its own rows, {'; '.join(table.remarks)}"] if table.remarks else []
        return said

    def rows(self) -> list[dict[str, Any]]:
        """Give one row for each table and column, in plain JSON types."""
        return [
            {
                "table": name,
                "column": column,
                "accounts": self.n_accounts,
                "found": table.found.total(),
                "found_by": dict(table.found),
                **{what: cells[what] for what in ("known", "filled", "replaced", "both")},
                "far": cells.get("far"),
            }
            for name, table in self.tables.items()
            for column, cells in table.cells.items()
        ]

    def _parts(self, table: TableCounts) -> Iterator[str]:
        by = ", ".join(f"{n:,} by {KEY_WORDS[key]}" for key, n in table.found.items() if n)
        found = f"{table.found.total():,} of {count(self.n_accounts, 'account')} found"
        yield f"{found} among {count(table.n_rows, 'row')}{f' ({by})' if by else ''}"
        for what in ("filled", "replaced"):
            named = [f"{column} {cells[what]:,}" for column, cells in table.cells.items() if cells[what]]
            yield from [f"{what} {', '.join(named)}"] if named else []
        far = [
            f"{column} {cells['far']:,} of {cells['both']:,}"
            for column, cells in table.cells.items()
            if cells["far"]
        ]
        yield from [f"more than {FAR:g} × apart {', '.join(far)}"] if far else []


def enrichment_markdown(by_table: Mapping[str, Enriched]) -> str:
    """Write all counts as Markdown, a section for each table of ours; "" where nothing enriches."""
    parts = [f"## Enrichment of {name}\n\n{_table(one)}" for name, one in by_table.items() if one.tables]
    return "\n\n".join(parts)


def _table(enriched: Enriched) -> str:
    lines = [TABLE_HEAD, ("---", "---", *["---:"] * (len(TABLE_HEAD) - 2))]
    for row in enriched.rows():
        counts = (row[what] for what in ("found", "known", "filled", "replaced", "both", "far"))
        lines.append((row["table"], row["column"], *("" if n is None else f"{n:,}" for n in counts)))
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return "\n".join([table, "", *(f"- {line}" for line in enriched.lines()), ""])
