"""What one scheduled run leaves: the last list beside which it stands, and what the ledger takes of it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.settings import Config

if TYPE_CHECKING:
    import pyarrow as pa

    from icp_ml.data.parts import PartFiles
    from icp_ml.engine import Before, Work
    from icp_ml.model.candidate import Model
    from pipelines.listing import Listing

CYCLE = "cycle"
ENTRIES, INPUTS, FACTS = "entries.parquet", "inputs.parquet", "cycle.json"


def before_of(run: Run, listing: Listing, folder: Path) -> Before:
    """Open what the last list left in a folder, with the models that scored it."""
    from icp_ml.data.publish import latest
    from icp_ml.data.state import open_state
    from icp_ml.engine import Before
    from pipelines.manifests import read_manifest

    config, last = run.config, latest(folder)
    state = open_state(last)
    models: dict[str, Model] = {}
    if last is not None and state is not None:
        for name, facts in read_manifest(last)["segments"].items():
            model = listing.models.get(name)
            if model is not None and facts["model_version"] != model.version:
                models[name] = last_model(folder, config, facts["model_version"])
    return Before(
        state,
        config.rescore.is_incremental,
        listing.name(config),
        None if last is None else last.name,
        rules_digest(config, listing),
        models,
    )


def last_model(folder: Path, config: Config, version: str) -> Model:
    """Load the model that scored the last list, which the ledger keeps."""
    from icp_ml.tracking.exports import read_model

    return read_model(Path(config.tracking.export_folder, config.tracking.registered_model, version), version)


def rules_digest(config: Config, listing: Listing) -> str:
    """Digest the rules and the lists that they name."""
    rules = [(name, one.model_dump(mode="json")) for name, one in config.rules.items()]
    return hashlib.sha256(json.dumps([rules, dict(listing.rules.digests)]).encode()).hexdigest()[:12]


def write_cycle(work: Work, listing: Listing, folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Gather what the ledger takes of a list into `folder/cycle`; give the facts of it.

    Call it while the parts are there.
    """
    from icp_ml.data.parts import PartFiles
    from icp_ml.data.publish import write_json

    place, files = folder / CYCLE, PartFiles(work.folder)
    place.mkdir(exist_ok=True)
    events = _write_entries(work, files, place / ENTRIES)
    _write_inputs(files, place / INPUTS)
    before = work.before
    assert before is not None
    facts = {
        "cycle": before.cycle,
        "number": _number(before, folder.parent),
        "previous": before.last_cycle,
        "today": manifest["today"],
        "key": listing.key,
        "n_accounts": _n_accounts(files),
        "events": {name: events[name] for name in ("new", "changed", "gone")},
        "segments": {
            name: {**facts, "label_digest": listing.models[name].facts.get("label_digest")}
            for name, facts in manifest["segments"].items()
        },
        "rules_digest": before.rules_digest,
        "digests": manifest["digests"],
        "n_reasons": work.scoring.n_reasons,
        "files": {name: _digest(place / name) for name in (ENTRIES, INPUTS)},
    }
    write_json(place / FACTS, facts)
    return facts


def read_cycle(published: Path) -> dict[str, Any]:
    """Read the facts of the cycle that a published list is of."""
    content: dict[str, Any] = json.loads((published / CYCLE / FACTS).read_text(encoding="utf-8"))
    return content


def _number(before: Before, folder: Path) -> int:
    last = None if before.last_cycle is None else folder / before.last_cycle
    is_first = last is None or not (last / CYCLE / FACTS).is_file()
    return 1 if is_first or last is None else int(read_cycle(last)["number"]) + 1


def _write_entries(work: Work, files: PartFiles, path: Path) -> Counter[str]:
    """Join the entries of all parts, then those of the accounts that are gone; count their events."""
    from pyarrow import parquet

    from icp_ml.rescore.entries import ENTRY

    events = Counter[str]()
    with parquet.ParquetWriter(path, ENTRY, compression="zstd") as writer:
        for table in _entries(work, files):
            writer.write_table(table)
            events.update(table["event"].to_pylist())
    return events


def _entries(work: Work, files: PartFiles) -> Iterator[pa.Table]:
    from icp_ml.data.state import mapped
    from icp_ml.engine.gone import gone_entries

    for number in files.done():
        yield mapped(files.entries(number))
    yield from gone_entries(work)


def _write_inputs(files: PartFiles, path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    from icp_ml.data.state import mapped

    tables = [table for number in files.done() if (table := mapped(files.entered(number))).num_columns > 1]
    schema = tables[0].schema if tables else pa.schema([("input_digest", pa.string())])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table.cast(schema))


def _n_accounts(files: PartFiles) -> int:
    """Count the accounts of a list, each once for each of its segments."""
    import numpy as np

    from icp_ml.data.first_pass import part_column

    ids = [part_column(files.scored(number), "key_id") for number in files.done()]
    return len(np.unique(np.concatenate(ids)))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
