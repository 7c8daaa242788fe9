"""Yes and no, as 1.0 and 0.0."""

from __future__ import annotations

import re

from icp_ml.settings import ColumnSettings

USUAL_YES = frozenset(
    {"yes", "y", "true", "t", "1", "1.0", "on", "x", "✓", "✔", "won", "closed won"}
    | {"ja", "j", "wahr", "oui", "vrai", "si", "sí", "sim"}
)
USUAL_NO = frozenset(
    {"no", "n", "false", "f", "0", "0.0", "off", "lost", "closed lost"}
    | {"nein", "falsch", "non", "faux", "não", "nao"}
)


def parse_one(text: str, column: ColumnSettings) -> float | None:
    """Understand a yes or no, without case.

    Parameters
    ----------
    text : str
        For example "Yes", "f", "Closed Won", "nein".
    column : ColumnSettings
        `yes` and `no` list the only values that count; with one of the lists alone, every other value
        is its opposite; with neither, the usual spellings count.
    """
    value = _fold(text)
    yes, no = {_fold(each) for each in column.yes_values}, {_fold(each) for each in column.no_values}
    if not yes and not no:
        yes, no = set(USUAL_YES), set(USUAL_NO)
    if value in yes:
        return 1.0
    if value in no:
        return 0.0
    if yes and no:
        return None
    return 1.0 if no else 0.0


def _fold(text: str) -> str:
    """Fold case and the marks between words: "Closed-Won" is "closed won"."""
    return " ".join(re.split(r"[\s_-]+", text.strip().casefold()))
