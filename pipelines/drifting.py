"""Compare a list with the first one that its model scored, and write what changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run

if TYPE_CHECKING:
    from icp_ml.drift import Counts, CycleDrift
    from pipelines.listing import Listing

DRIFT = Path("cycle", "drift.json")
PAGE = "drift.html"


def write_drift(
    run: Run, listing: Listing, last: Path | None, made: tuple[Path, Mapping[str, Counts]]
) -> CycleDrift:
    """Write drift.json and its page into the folder of a list.

    Parameters
    ----------
    run : Run
    listing : Listing
    last : Path, optional
        The last list's folder.
    made : (Path, mapping of str to Counts)
        The folder, and what was counted of each segment's list.
    """
    from icp_ml.data.publish import write_json, write_text
    from icp_ml.drift import Listed, cycle_drift, drift_page, vocabulary_of

    folder, counts = made
    listed = {
        name: Listed(model.version, counts[name], vocabulary_of(model))
        for name, model in listing.models.items()
        if name in counts
    }
    versions = {name: one.model_version for name, one in listed.items()}
    found = cycle_drift(_counted_before(last, folder.parent, versions), listed, run.config.drift)
    write_json(folder / DRIFT, found.to_json())
    title = run.config.data.name
    note = f"The list of {run.config.today} beside the first one that this model scored"
    write_text(folder / PAGE, drift_page(found, title, note))
    return found


def _counted_before(last: Path | None, folder: Path, versions: Mapping[str, str]) -> dict[str, Any]:
    """Give what was counted of each segment's model: in the last list, else in the newest cycle that it made.

    A champion that comes back is compared with the first list of its own, not with itself.
    """
    from icp_ml.data.ledger.partitions import partition_paths

    places = [] if last is None else [last / DRIFT.parent, folder / "ledger" / f"cycle={last.name}"]
    found: dict[str, Any] = {}
    for place in (*places, *reversed(partition_paths(folder / "ledger").values())):
        wanted = {
            name for name, version in versions.items() if name not in found and _made(place, name, version)
        }
        segments = (_whole(place) or {}).get("segments", {}) if wanted else {}
        found |= {name: segments[name] for name in wanted & segments.keys()}
        if len(found) == len(versions):
            break
    return {"segments": found}


def _made(place: Path, segment: str, version: str) -> bool:
    """Say whether a model made a segment's list of a cycle."""
    from icp_ml.data.ledger.cycles import read_cycle
    from icp_ml.errors import DataError

    try:
        facts = read_cycle(place).facts["segments"]
        return bool(facts.get(segment, {}).get("model_version") == version)
    except (DataError, KeyError, AttributeError):
        return False


def _whole(place: Path) -> Any:
    from icp_ml.data.ledger.cycles import digests_of, file_fault, read_cycle
    from icp_ml.errors import DataError

    path = place / DRIFT.name
    try:
        if file_fault(path, digests_of(read_cycle(place)).get(DRIFT.name)):
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (DataError, ValueError):
        return None
