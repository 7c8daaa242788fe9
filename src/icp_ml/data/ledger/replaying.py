"""Score an account again as it was scored: the same row, the same model, the same bits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from icp_ml.data.ledger.cycles import Cycle
from icp_ml.data.ledger.finding import entries_of, unknown_account
from icp_ml.data.ledger.models import kept_model
from icp_ml.data.ledger.rows import DIGEST
from icp_ml.data.ledger.stores import Ledger
from icp_ml.errors import DataError
from icp_ml.scoring import score

COMPARED = {"fit_probability": "fit_probability", "rubric_points": "rubric_points", "tier": "model_tier"}
"""What a score is compared in, and how its entry calls it."""


@dataclass(frozen=True)
class Replay:
    """A score of the past, given again.

    Attributes
    ----------
    entry : mapping
        That stood on the day, by the names of ENTRY.
    day : date
        Of the last cycle at or before the day that was asked for: the score was given again then.
    differences : tuple of str
        What is not the same to the last bit, on the day of the entry and on that one.
    """

    entry: dict[str, Any]
    day: date
    differences: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def replayed(ledger: Ledger, account: str, segment: str, day: date) -> Replay:
    """Score an account again as it stood on a day, from what the ledger keeps alone.

    It is scored as of the day of the entry that stood, and as of the last cycle's since: an entry is written
    only where something changed, so both must give its score.

    Raises
    ------
    DataError
        Nothing stood on that day, or the ledger lacks the input row or the model.
    """
    entry, last = _standing(ledger, account, segment, day)
    inputs = ledger.inputs([entry[DIGEST]])
    if inputs.empty:
        what = f"the ledger lacks the input row {entry[DIGEST]} of {account}."
        raise DataError(what, [str(one) for one in ledger.check()], "Restore the ledger from a copy.")
    row, model = inputs.drop(columns=DIGEST), kept_model(ledger.folder, entry["model_version"])
    said = []
    for one in sorted({entry["scored_at"], last.today}):
        found = score(model, row, pd.Timestamp(one), n_reasons=1).iloc[0]  # reasons are not compared
        said += [f"as of {one}, {line}" for line in _differences(entry, found)]
    return Replay(entry, last.today, tuple(said))


def segments_of(ledger: Ledger, account: str) -> list[str]:
    """List the segments that an account was ever scored in, in order.

    Raises
    ------
    DataError
        The ledger has no such account.
    """
    found = list(dict.fromkeys(one["segment"] for one in entries_of(ledger, account)))
    if not found:
        raise unknown_account(ledger, account)
    return found


def absences(ledger: Ledger, account: str, day: date) -> dict[str, str]:
    """Say of each segment that an account was ever scored in why it had no score there on a day.

    Returns
    -------
    dict of str to str
        Empty words where it had one.

    Raises
    ------
    DataError
        The ledger has no such account, or it had no score in any segment.
    """
    cycles, found = _until(ledger, day), dict[str, str]()
    for segment in segments_of(ledger, account):
        entries = _entries_until(ledger, account, segment, cycles)
        is_gone = bool(entries) and entries[-1]["event"] == "gone"
        left = f"not in the list since {entries[-1]['scored_at']}" if is_gone else ""
        found[segment] = left if entries else "not yet in the list"
    if all(found.values()):
        details = [f"{named_segment(one, found)}{why}" for one, why in found.items()]
        details += [] if cycles else [f"the first cycle is of {one.today}" for one in ledger.cycles()[:1]]
        details += [f"lacking: {one}" for one in ledger.check()]
        fix = "Take a day from make history: ARGS=today=..."
        raise DataError(f"{account} had no score on {day}.", details, fix)
    return found


def named_segment(segment: str, among: Collection[str]) -> str:
    """Put the segment's name before what is said of it, where there are several."""
    return f"in segment {segment}: " if len(among) > 1 else ""


def _until(ledger: Ledger, day: date) -> list[Cycle]:
    return [one for one in ledger.cycles() if one.today <= day]


def _entries_until(
    ledger: Ledger, account: str, segment: str, cycles: Sequence[Cycle]
) -> list[dict[str, Any]]:
    names = {one.name for one in cycles}
    return [one for one in entries_of(ledger, account) if one["segment"] == segment and one["cycle"] in names]


def _standing(ledger: Ledger, account: str, segment: str, day: date) -> tuple[dict[str, Any], Cycle]:
    """Give the entry that stood on a day, and the last cycle until then."""
    cycles = _until(ledger, day)
    entries = _entries_until(ledger, account, segment, cycles)
    if not entries or entries[-1]["event"] == "gone":
        raise DataError(f"{account} had no score in segment {segment} on {day}.")
    return entries[-1], max(cycles, key=lambda one: one.number)


def _differences(entry: dict[str, Any], found: pd.Series[Any]) -> Sequence[str]:
    said = []
    for name, kept in COMPARED.items():
        given, again = entry[kept], None if pd.isna(found[name]) else found[name]
        if given != again:
            said.append(f"{name}: {given!r} in the ledger, {again!r} now")
    return said
