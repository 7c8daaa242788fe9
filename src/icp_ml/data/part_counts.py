"""Count what is met while the parts of a list are read and scored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

import pandas as pd

from icp_ml.data.checks import Findings
from icp_ml.data.segments import Coverage
from icp_ml.rules import Effects


@dataclass
class PartCounts:
    """What was counted while a part was read and scored.

    Attributes
    ----------
    findings : Findings
    coverage : Coverage
    n_rows : int
        Scored rows.
    tiers : dict of str to Counter of str
        Rows of each tier, by segment.
    customers : Counter of str
        Rows of customers, by what these were recognised by.
    effects : dict of str to Counter of str
        What each rule did: rows matched, decided, and of these best_fit and good_fit by the model.
    refused_by_reason : Counter of str
    n_bytes : int
        How much of the source is read with this part.
    """

    findings: Findings
    coverage: Coverage
    n_rows: int = 0
    tiers: dict[str, Counter[str]] = field(default_factory=dict)
    customers: Counter[str] = field(default_factory=Counter)
    effects: dict[str, Counter[str]] = field(default_factory=dict)
    refused_by_reason: Counter[str] = field(default_factory=Counter)
    n_bytes: int = 0

    @classmethod
    def of(cls, segments: tuple[str, ...]) -> Self:
        """Begin to count rows of the segments that can score."""
        return cls(Findings(), Coverage(segments))

    def add(self, scored: pd.DataFrame) -> None:
        """Count a batch of scored rows."""
        self.n_rows += len(scored)
        for name, tiers in scored.groupby("segment", sort=False)["tier"]:
            self.tiers.setdefault(str(name), Counter()).update(_counts(tiers))
        self.customers.update(_counts(scored.loc[scored["is_customer"], "recognised_by"]))

    def add_effects(self, effects: Effects) -> None:
        """Count what the rules did to a batch."""
        for (rule, what), n_rows in effects.items():
            self.effects.setdefault(rule, Counter())[what] += n_rows

    def all_effects(self) -> Effects:
        """Give what the rules did, by rule and what came of it."""
        return Counter({(rule, what): n for rule, found in self.effects.items() for what, n in found.items()})

    def merge(self, later: PartCounts) -> None:
        """Add the counts of a part that follows."""
        self.findings.merge(later.findings)
        self.coverage.merge(later.coverage)
        self.n_rows += later.n_rows
        for name, tiers in later.tiers.items():
            self.tiers.setdefault(name, Counter()).update(tiers)
        self.customers.update(later.customers)
        for rule, found in later.effects.items():
            self.effects.setdefault(rule, Counter()).update(found)
        self.refused_by_reason.update(later.refused_by_reason)


def _counts(texts: pd.Series[Any]) -> dict[str, int]:
    return {str(text): int(n) for text, n in texts.value_counts(sort=False).items()}
