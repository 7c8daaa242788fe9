"""What a cycle keeps of its lists in drift.json, so that the next one is compared with the first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from icp_ml.drift.codes import CODES_VERSION
from icp_ml.drift.comparing import Drift, Found, alarms, drift
from icp_ml.drift.counts import Counts
from icp_ml.drift.vocabulary import Vocabulary
from icp_ml.drift.words import alarm_lines, summary_lines
from icp_ml.settings import DriftSettings


@dataclass(frozen=True)
class Listed:
    """A segment's list as it was counted.

    Attributes
    ----------
    model_version : str
    counts : Counts
        Of the whole list.
    words : Vocabulary
        Of the model.
    """

    model_version: str
    counts: Counts
    words: Vocabulary


@dataclass(frozen=True)
class CycleDrift:
    """The drift of a cycle.

    Attributes
    ----------
    listed : mapping of str to Listed
        By segment.
    references : mapping of str to Counts
        The first list of each segment's model that had any rows: this one, where there was none before.
    drifts : mapping of str to Drift
        Of the segments that were compared: neither list is empty, nor the first.
    found : tuple of Found
        The alarms.
    """

    listed: Mapping[str, Listed]
    references: Mapping[str, Counts]
    drifts: Mapping[str, Drift]
    found: tuple[Found, ...]

    @property
    def lines(self) -> list[str]:
        """Say it for a terminal: one line where nothing drifted."""
        return summary_lines(self.drifts, self.found, [one for one in self.listed if one not in self.drifts])

    @property
    def alarm_lines(self) -> list[str]:
        """Say each alarm, with what to do."""
        return alarm_lines(self.found, self.drifts)

    @property
    def alarmed(self) -> dict[str, list[str]]:
        """Name what drifted in each segment."""
        return {name: [one.name for one in self.found if one.segment == name] for name in self.listed}

    def to_json(self) -> dict[str, Any]:
        """Give what drift.json holds, in plain JSON types."""
        return {"segments": {name: self._segment(name) for name in self.listed}, "alarms": self.alarm_lines}

    def _segment(self, name: str) -> dict[str, Any]:
        one = self.listed[name]
        return {
            "model_version": one.model_version,
            "reference": self.references[name].to_json(),
            "current": one.counts.to_json(),
            "findings": findings(self.drifts[name]) if name in self.drifts else None,
            "alarms": [
                {"name": found.name, "kind": found.kind, "limit": found.limit}
                for found in self.found
                if found.segment == name
            ],
        }


def cycle_drift(
    previous: Mapping[str, Any] | None, listed: Mapping[str, Listed], settings: DriftSettings
) -> CycleDrift:
    """Compare each segment's list with the first one that its model scored.

    Parameters
    ----------
    previous : mapping, optional
        The previous cycle's drift.json, read.
    listed : mapping of str to Listed
        By segment.
    settings : DriftSettings

    Raises
    ------
    DataError
        The previous counts are damaged.
    """
    known = {name: _reference(previous, name, one) for name, one in listed.items()}
    references = {name: known[name] or one.counts for name, one in listed.items()}
    drifts = {
        name: drift(references[name], one.counts, settings, one.words)
        for name, one in listed.items()
        if known[name] and one.counts.n
    }
    return CycleDrift(listed, references, drifts, tuple(alarms(drifts, settings)))


def _reference(previous: Mapping[str, Any] | None, name: str, one: Listed) -> Counts | None:
    """Take the first list of the same model over; a list without rows, or of other codes, is none."""
    kept = ((previous or {}).get("segments") or {}).get(name) or {}
    if kept.get("model_version") != one.model_version:
        return None
    stored = kept.get("reference") or {}
    if stored.get("codes_version", CODES_VERSION) != CODES_VERSION:
        return None
    found = Counts.from_json(stored)
    return found if found.n else None


def findings(one: Drift) -> dict[str, Any]:
    """Give the figures of a drift in plain JSON types; shares of rows 0 to 1, pairs are then and now."""
    return {
        "n": [one.n_then, one.n_now],
        "shifts": {
            shift.name: {
                "psi": shift.psi._asdict(),
                "js": shift.js._asdict(),
                "psi_by_chance": shift.by_chance,
                "chance": shift.chance,
                "rates": {kind: [rate.then, rate.now] for kind, rate in shift.rates.items()},
                "bins": [asdict(held) for held in shift.bins],
            }
            for shift in one.shifts
        },
        "tiers": {name: [rate.then, rate.now] for name, rate in one.tiers.items()},
    }
