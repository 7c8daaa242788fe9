"""Check rows one by one, and sum up what was noticed while a table was read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from icp_ml.data.enrichment.counts import Enriched
from icp_ml.errors import MAX_EXAMPLES, count, examples

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

MISSING = "missing"
MALFORMED = "malformed"
MAX_FORMS = 1_000
OTHER_FORMS = "…"


class Problem(NamedTuple):
    """One value that fails a check."""

    column: str
    check: str
    value: Any

    def __str__(self) -> str:
        """Say what is wrong with the value."""
        if self.check == MISSING:
            return f"{self.column}: {MISSING}"
        return f"{self.column}: {_shown(self.value)} is {self.check}"


@dataclass
class Tally:
    """How many rows have one problem, and the first few of their values."""

    n_rows: int = 0
    shown: list[Any] = field(default_factory=list)

    def add(self, value: Any) -> None:
        """Count one more row."""
        self.n_rows += 1
        if len(self.shown) < MAX_EXAMPLES and value not in self.shown:
            self.shown.append(value)

    def merge(self, later: Tally) -> None:
        """Count the rows of another tally too."""
        self.n_rows += later.n_rows
        self.shown += [one for one in later.shown if one not in self.shown]
        del self.shown[MAX_EXAMPLES:]


class Understood(NamedTuple):
    """How much of a column was understood, and up to five texts that were not."""

    column: str
    n_given: int
    n_known: int
    strange: list[str]

    @property
    def share(self) -> float:
        """Give the share of the given values that are understood; 1 where none is given."""
        return self.n_known / self.n_given if self.n_given else 1.0


@dataclass
class Findings:
    """What was noticed while reading a table; it takes no more memory for more rows.

    Attributes
    ----------
    n_rows, n_filtered, n_refused : int
        Rows read, left out by `where`, and set apart; the rest is in the table.
    n_repeated : int
        Rows of an account after its first, where the mapping keeps the first.
    n_unreadable : int
        Values with a character that the encoding of the file does not know.
    problems : dict of str to dict of str to Tally
        Why rows were refused: by column and check.
    n_known : Counter of str
        Values understood, by column.
    not_understood : dict of str to Counter of str
        Values not understood, by column and text.
    enriched : Enriched
        What further tables brought.
    """

    n_rows: int = 0
    n_filtered: int = 0
    n_refused: int = 0
    n_repeated: int = 0
    n_unreadable: int = 0
    problems: dict[str, dict[str, Tally]] = field(default_factory=dict)
    n_known: Counter[str] = field(default_factory=Counter)
    not_understood: dict[str, Counter[str]] = field(default_factory=dict)
    enriched: Enriched = field(default_factory=Enriched)

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Count the problems of a row."""
        for problem in problems:
            checks = self.problems.setdefault(problem.column, {})
            checks.setdefault(problem.check, Tally()).add(problem.value)

    def add_strange(self, column: str, forms: Mapping[str, int]) -> None:
        """Count texts that were not understood; past many different ones, only how many."""
        known = self.not_understood.setdefault(column, Counter())
        for form, n_rows in forms.items():
            known[form if form in known or len(known) < MAX_FORMS else OTHER_FORMS] += n_rows

    def merge(self, later: Findings) -> None:
        """Add what was noticed in rows that follow."""
        for name in ("n_rows", "n_filtered", "n_refused", "n_repeated", "n_unreadable"):
            setattr(self, name, getattr(self, name) + getattr(later, name))
        for column, checks in later.problems.items():
            for check, tally in checks.items():
                self.problems.setdefault(column, {}).setdefault(check, Tally()).merge(tally)
        self.n_known.update(later.n_known)
        for column, forms in later.not_understood.items():
            self.add_strange(column, forms)
        self.enriched.merge(later.enriched)

    def understood(self) -> list[Understood]:
        """Say of every column how many values were given, and how many of them were understood."""
        return [
            Understood(column, n_known + sum(forms.values()), n_known, most_common(forms))
            for column, forms in self.not_understood.items()
            for n_known in [self.n_known[column]]
        ]

    def lines(self) -> list[str]:
        """Say which values were not understood, one line a column, and what further tables brought."""
        said = [
            f"{column}: {count(sum(forms.values()), 'value')} not understood and taken as missing, "
            f"for example {examples(most_common(forms))}"
            for column, forms in self.not_understood.items()
            if forms
        ]
        if self.n_repeated:
            said.append(
                f"account_id: {count(self.n_repeated, 'row')} of accounts that have one already left out"
            )
        if self.n_unreadable:
            said.append(
                f"encoding: {count(self.n_unreadable, 'value has', 'values have')} a character that could "
                "not be read, shown as \ufffd; another encoding may be right"
            )
        return [*said, *self.enriched.lines()]

    def failed_checks(self) -> list[str]:
        """Say what stops a training: impossible values and malformed rows, but no missing ones."""
        return [
            f"{column}: {count(found.n_rows, 'row is', 'rows are')} {check}, for example "
            + ", ".join(_shown(value) for value in found.shown)
            for column, checks in self.problems.items()
            for check, found in checks.items()
            if check != MISSING
        ]


def most_common(forms: Counter[str]) -> list[str]:
    """Give the most frequent texts, in an order that does not depend on which was met first."""
    told = ((form, n_rows) for form, n_rows in forms.items() if form != OTHER_FORMS)
    ranked = sorted(told, key=lambda pair: (-pair[1], pair[0]))
    return [form for form, _ in ranked[:MAX_EXAMPLES]]


def row_problems(rows: pd.DataFrame, schema: DataFrameSchema) -> dict[int, list[Problem]]:
    """Check each row with pandera; give what is wrong by the row's index, in order."""
    import pandera.errors

    try:
        schema.validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as failures:
        cases = failures.failure_cases
        found: dict[int, list[Problem]] = {}
        for row, column, check, value in zip(
            *(cases[name].tolist() for name in ("index", "column", "check", "failure_case")), strict=True
        ):
            said = MISSING if check == "not_nullable" else str(check)
            found.setdefault(int(row), []).append(Problem(str(column), said, value))
        return dict(sorted(found.items()))
    return {}


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
