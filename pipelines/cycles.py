"""What one scheduled run leaves: what the ledger takes of its list."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.errors import DataError
from icp_ml.settings import Config

if TYPE_CHECKING:
    import pyarrow as pa

    from icp_ml.data.parts import PartFiles
    from icp_ml.data.placing import Placed
    from icp_ml.engine import Work
    from pipelines.listing import Listing

CYCLE = "cycle"
ENTRIES, INPUTS, DRIFT, FACTS = "entries.parquet", "inputs.parquet", "drift.json", "cycle.json"


def finish_publication(folder: Path) -> None:
    """Point `latest` at the newest cycle, where a run was killed before it could, or the pointer is lost.

    Else the next list would be compared with an older one than the ledger's newest cycle. Call it under the
    lock.
    """
    from icp_ml.data.publish import latest, point_latest, results

    numbers = {one: _facts(one / CYCLE).get("number", 0) for one in results(folder)}
    newest, last = max(numbers, key=lambda one: numbers[one], default=None), latest(folder)
    shown = 0 if last is None else numbers.get(folder / last.name, 0)
    if newest is not None and numbers[newest] > shown and not (last and not shown):
        point_latest(folder, newest.name)


def rules_digest(config: Config, listing: Listing) -> str:
    """Digest the rules and the lists that they name."""
    rules = [(name, one.model_dump(mode="json")) for name, one in config.rules.items()]
    return hashlib.sha256(json.dumps([rules, dict(listing.rules.digests)]).encode()).hexdigest()[:12]


def write_cycle(
    run: Run, work: Work, listing: Listing, made: tuple[dict[str, Any], Placed]
) -> dict[str, Any]:
    """Gather what the ledger takes of a list into its folder's `cycle`; give the facts of it.

    Call it while the parts are there.
    """
    from icp_ml.data.ledger import keep_models
    from icp_ml.data.publish import write_json
    from pipelines.drifting import write_drift

    (manifest, placed), before, files = made, work.before, work.files
    assert before is not None
    folder = work.folder.parent
    place = folder / CYCLE
    place.mkdir(exist_ok=True)
    events = _write_entries(run.config, work, place / ENTRIES)
    _write_inputs(files, place / INPUTS)
    drifted = write_drift(run, listing, before.published, (folder, placed.counts))
    keep_models(listing.models.values(), folder.parent / "ledger")
    facts = {
        "cycle": before.cycle,
        "number": before.number,
        "previous": before.last_cycle,
        "today": manifest["today"],
        "key": listing.key,
        "n_accounts": placed.n_rows - manifest["rows_repeated_by"].get("account_id", 0),
        "events": {name: events[name] for name in ("new", "changed", "gone")},
        "segments": _segments(listing, made),
        "rules_digest": before.rules_digest,
        "digests": manifest["digests"],
        "n_reasons": work.scoring.n_reasons,
        "drift": drifted.lines,
        "alarms": [*drifted.alarm_lines, *manifest.get("crm", {}).get("alarms", ())],
        "drift_alarms": drifted.alarmed,
        "files": {name: _digest(place / name) for name in (ENTRIES, INPUTS, DRIFT)},
    }
    write_json(place / FACTS, facts)
    return facts


def _segments(listing: Listing, made: tuple[dict[str, Any], Placed]) -> dict[str, Any]:
    """Give the facts of each segment's list that its scores are read by later."""
    manifest, placed = made
    return {
        name: {
            **facts,
            "label_digest": listing.models[name].facts.get("label_digest"),
            "list_cuts": placed.list_cuts[name],
        }
        for name, facts in manifest["segments"].items()
    }


def read_cycle(published: Path) -> dict[str, Any]:
    """Read the facts of the cycle that a published list is of.

    Where they are damaged the ledger's are read; where these are too, nothing is known but that it follows
    another: `record` says so.
    """
    recorded = published.parent / "ledger" / f"cycle={published.name}"
    return _facts(published / CYCLE) or _facts(recorded) or {"previous": "unknown"}


def _facts(place: Path) -> dict[str, Any]:
    """Read a cycle's facts; none where they are lacking or damaged."""
    from icp_ml.data.ledger.cycles import read_cycle as whole

    try:
        return dict(whole(place).facts)
    except DataError:
        return {}


def _write_entries(config: Config, work: Work, path: Path) -> Counter[str]:
    """Join the entries of all parts, then those of the accounts that are gone; count their events."""
    from icp_ml.data.row_groups import write_rows
    from icp_ml.rescore.entries import ENTRY

    events = Counter[str]()

    def counted() -> Iterator[pa.Table]:
        for table in _entries(config, work):
            counts = table["event"].value_counts().to_pylist()
            events.update({one["values"]: one["counts"] for one in counts})
            yield table

    write_rows(counted(), ENTRY, path)
    return events


def _entries(config: Config, work: Work) -> Iterator[pa.Table]:
    from icp_ml.data.layers import mapped
    from icp_ml.engine.gone import gone_entries

    files = work.files
    for number in files.done():
        yield mapped(files.entries(number))
    for table in gone_entries(work):
        yield _not_erased(config, table)


def _not_erased(config: Config, gone: pa.Table) -> pa.Table:
    """Leave out who was erased from the ledger: that it is gone would name it again."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from icp_ml.data.ledger import open_ledger
    from icp_ml.data.ledger.finding import forgotten

    names = forgotten(open_ledger(config.rescore), gone["account_id"].to_pylist())
    return (
        gone.filter(pc.invert(pc.is_in(gone["account_id"], pa.array(sorted(names), pa.string()))))
        if names
        else gone
    )


def _write_inputs(files: PartFiles, path: Path) -> None:
    import pyarrow as pa

    from icp_ml.data.layers import mapped
    from icp_ml.data.row_groups import write_rows

    tables = [table for number in files.done() if len(table := mapped(files.entered(number)))]
    schema = tables[0].schema if tables else pa.schema([("input_digest", pa.string())])
    write_rows(tables, schema, path)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
