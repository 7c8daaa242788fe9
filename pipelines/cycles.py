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
    from icp_ml.data.placing import Placed
    from icp_ml.engine import Before, Work
    from icp_ml.model.candidate import Model
    from pipelines.listing import Listing

CYCLE = "cycle"
ENTRIES, INPUTS, DRIFT, FACTS = "entries.parquet", "inputs.parquet", "drift.json", "cycle.json"


def before_of(run: Run, listing: Listing, folder: Path) -> Before:
    """Open what the last list left in a folder, with the models that scored it.

    Raises
    ------
    DataError
        A model that scored the last list is not kept, or not as it was.
    """
    from icp_ml.data.publish import free_name, latest
    from icp_ml.data.state import open_state
    from icp_ml.engine import Before

    config, last = run.config, latest(folder)
    state = open_state(last)
    return Before(
        state,
        config.rescore.is_incremental,
        last,
        free_name(folder, listing.name(config)),
        rules_digest(config, listing),
        _number(folder),
        {} if last is None or state is None else _last_models(last, folder, listing),
    )


def _last_models(last: Path, folder: Path, listing: Listing) -> dict[str, Model]:
    """Load the models that scored the last list, where others score this one; the ledger keeps them."""
    from icp_ml.data.ledger import kept_model
    from pipelines.manifests import read_manifest

    then = {name: facts["model_version"] for name, facts in read_manifest(last)["segments"].items()}
    return {
        name: kept_model(folder / "ledger", then[name])
        for name, model in listing.models.items()
        if name in then and then[name] != model.version
    }


def _number(folder: Path) -> int:
    """Give the next cycle its number: one more than any that is published or recorded here."""
    from icp_ml.data.publish import results

    places = [*(one / CYCLE for one in results(folder)), *folder.glob("ledger/cycle=*")]
    numbers = [json.loads((one / FACTS).read_bytes())["number"] for one in places if (one / FACTS).is_file()]
    return 1 + max(numbers, default=0)


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
    from icp_ml.data.parts import PartFiles
    from icp_ml.data.publish import write_json
    from pipelines.drifting import write_drift

    (manifest, placed), before, files = made, work.before, PartFiles(work.folder)
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
        "n_accounts": _n_accounts(files),
        "events": {name: events[name] for name in ("new", "changed", "gone")},
        "segments": {
            name: {
                **facts,
                "label_digest": listing.models[name].facts.get("label_digest"),
                "list_cuts": placed.list_cuts[name],
            }
            for name, facts in manifest["segments"].items()
        },
        "rules_digest": before.rules_digest,
        "digests": manifest["digests"],
        "n_reasons": work.scoring.n_reasons,
        "drift": drifted.lines,
        "alarms": drifted.alarm_lines,
        "drift_alarms": {
            name: [one.name for one in drifted.found if one.segment == name] for name in placed.counts
        },
        "files": {name: _digest(place / name) for name in (ENTRIES, INPUTS, DRIFT)},
    }
    write_json(place / FACTS, facts)
    return facts


def read_cycle(published: Path) -> dict[str, Any]:
    """Read the facts of the cycle that a published list is of."""
    content: dict[str, Any] = json.loads((published / CYCLE / FACTS).read_text(encoding="utf-8"))
    return content


def _write_entries(config: Config, work: Work, path: Path) -> Counter[str]:
    """Join the entries of all parts, then those of the accounts that are gone; count their events."""
    from pyarrow import parquet

    from icp_ml.rescore.entries import ENTRY

    events = Counter[str]()
    with parquet.ParquetWriter(path, ENTRY, compression="zstd") as writer:
        for table in _entries(config, work):
            writer.write_table(table)
            events.update(table["event"].to_pylist())
    return events


def _entries(config: Config, work: Work) -> Iterator[pa.Table]:
    from icp_ml.data.parts import PartFiles
    from icp_ml.data.state import mapped
    from icp_ml.engine.gone import gone_entries

    files = PartFiles(work.folder)
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
        gone.filter(pc.invert(pc.is_in(gone["account_id"], pa.array(names, pa.string())))) if names else gone
    )


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
