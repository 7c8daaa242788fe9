"""What was sent to a CRM and what was not, so that the rows of the list add up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from icp_ml.data.crm.plan import CrmPlan
from icp_ml.errors import count

SENT = ("new", "changed", "again", "refreshed")
WORDS = {
    "new": "new to the CRM",
    "changed": "with a cell that changed",
    "again": "that the CRM refused the last time",
    "refreshed": "last sent long ago",
}
GONE = "gone"
MISSING = "missing in the CRM"
EXTRA = "only in the CRM"
REPEATED = "the key repeats that of an earlier row"
N_REASONS = 5
"""Of the CRM's that are an alarm each: its words may name the row, and so be another text for each."""


@dataclass(frozen=True)
class CrmReport:
    """The reconciliation of one import.

    Attributes
    ----------
    plan : CrmPlan
    rows : int
        Of the list: those sent, unchanged, left out and refused.
    sent : mapping of str to int
        By reason: new, changed, again, refreshed.
    unchanged, left_out : int
    refused : mapping of str to int
        Rows that cannot be imported, by reason.
    gone : int
        Given to the CRM before, no more in the list or left out now; said once.
    refused_there : mapping of str to int
        Rows of earlier imports, by the CRM's own words.
    missing, extra : int, optional
        Keys that the CRM lacks, and that it alone has; None where its export was not read.
    named : mapping of str to list of (str, str)
        The first rows of each kind: key, and what there is to say.
    notes : tuple of str
    """

    plan: CrmPlan
    rows: int
    sent: Mapping[str, int]
    unchanged: int
    left_out: int
    refused: Mapping[str, int]
    gone: int
    refused_there: Mapping[str, int]
    missing: int | None
    extra: int | None
    named: Mapping[str, list[tuple[str, str]]]
    notes: tuple[str, ...]

    @property
    def n_sent(self) -> int:
        """Count the rows of the file."""
        return sum(self.sent.values())

    @property
    def n_refused(self) -> int:
        """Count the rows that cannot be imported."""
        return sum(self.refused.values())

    def to_json(self) -> dict[str, Any]:
        """Give the counts and the first rows of each kind."""
        return {
            "crm": self.plan.preset,
            "key": self.plan.key,
            "day": self.plan.today.isoformat(),
            "rows": self.rows,
            "sent": dict(self.sent),
            "unchanged": self.unchanged,
            "left_out": self.left_out,
            "refused": dict(self.refused),
            "gone": self.gone,
            "refused_by_the_crm": dict(self.refused_there),
            "missing_in_the_crm": self.missing,
            "only_in_the_crm": self.extra,
            "named": {what: [list(one) for one in rows] for what, rows in self.named.items()},
            "notes": list(self.notes),
        }

    def summary(self) -> str:
        """Say the counts in one line."""
        parts = [f"{count(self.n_sent, 'row')} for {self.plan.preset}", f"{self.unchanged:,} unchanged"]
        parts += [f"{self.left_out:,} left out"] if self.left_out else []
        parts += [f"{self.n_refused:,} refused"] if self.n_refused else []
        parts += [f"{self.gone:,} gone"] if self.gone else []
        return ", ".join(parts)

    def alarms(self) -> list[str]:
        """Say what somebody has to look at; a repeated row is none of it, as the first one was sent."""
        refused = {why: n for why, n in self.refused.items() if why != REPEATED}
        found = [f"{self.plan.preset}: {count(n, 'row')} not sent: {why}" for why, n in refused.items()]
        reasons = [
            f"{self.plan.preset} refused {count(n, 'row')}: {why}" for why, n in self.refused_there.items()
        ]
        found += reasons[:N_REASONS]
        if len(reasons) > N_REASONS:
            found.append(f"{self.plan.preset} refused rows for {len(reasons) - N_REASONS:,} other reasons")
        if self.missing:
            found.append(f"{self.plan.preset} lacks {count(self.missing, 'row')} of the list")
        return [*found, *self.notes]

    def to_markdown(self) -> str:
        """Write the report for a person."""
        lines = [
            f"# Import into {self.plan.preset}, {self.plan.today}",
            "",
            "| rows of the list | |",
            "|---|--:|",
        ]
        lines += [f"| sent, {WORDS[why]} | {n:,} |" for why, n in self.sent.items()]
        lines += [f"| unchanged | {self.unchanged:,} |", f"| left out | {self.left_out:,} |"]
        lines += [f"| refused: {why} | {n:,} |" for why, n in self.refused.items()]
        lines += [f"| **together** | **{self.rows:,}** |", "", "| beside the list | |", "|---|--:|"]
        lines += [f"| gone from the import | {self.gone:,} |"]
        lines += [f"| refused by the CRM: {_cell(why)} | {n:,} |" for why, n in self.refused_there.items()]
        for what, n in ((MISSING, self.missing), (EXTRA, self.extra)):
            lines.append(f"| {what} | {'not looked at' if n is None else f'{n:,}'} |")
        lines += [f"\n{note}" for note in self.notes]
        for what, rows in self.named.items():
            lines += ["", f"## {what[0].upper()}{what[1:]}", ""]
            lines += [f"- `{_code(key)}` {_cell(said)}".rstrip() for key, said in rows]
        return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Keep a foreign text within its cell, as text."""
    flat = " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
    return flat.replace("<", "&lt;").replace("[", "\\[").replace("`", "\\`")


def _code(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")
