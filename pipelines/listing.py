"""Score a list of prospects into a folder: what predict and rescore share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Config, Run
from icp_ml.errors import DataError, UnavailableError
from pipelines.manifests import Counts, manifest_of, read_manifest

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.data.first_pass import FirstPass
    from icp_ml.data.scored import RefusedRows
    from icp_ml.data.segments import Mask
    from icp_ml.matching import KnownAccounts
    from icp_ml.model.candidate import Model


@dataclass(frozen=True)
class Listing:
    """What is to be scored, by which models: one key for one result.

    Attributes
    ----------
    models : dict of str to Model
        By segment.
    lacking : dict of str to str
        The segments without a model, and why.
    customers : KnownAccounts
        Who is a customer already.
    digests : mapping of str to str
        Of every source.
    key : str
        Digest of inputs, models, settings and day: the same key gives the same bytes.
    """

    models: dict[str, Model]
    lacking: dict[str, str]
    customers: KnownAccounts
    digests: dict[str, str]
    key: str

    def name(self, config: Config) -> str:
        """Name the result's folder: the day, then what made it."""
        return f"{config.today}_{self.key[:8]}"


def prepare(run: Run, *extras: float) -> Listing:
    """Load the models and learn who is a customer already; `extras` are what else the result depends on.

    Raises
    ------
    UnavailableError
        No model, no source, or a model was trained on another mapping or segment.
    ConfigError
        The segments cannot be cut out of these data.
    """
    from icp_ml.data.segments import check_segments
    from icp_ml.data.tables import read_table, table_digest
    from icp_ml.matching import KnownAccounts, known_accounts

    config = run.config
    models, lacking = _models(run)
    check_segments(config.data, config.segments)
    names = [one for one in ("prospects", "customers") if getattr(config.data, one) is not None]
    digests = {name: table_digest(name, config.data) for name in names}
    rows = read_table("customers", config.data).rows if "customers" in names else None
    customers = KnownAccounts() if rows is None else known_accounts(rows, config.matching)
    where = {name: one.model_dump(mode="json", include={"where"}) for name, one in config.segments.items()}
    content = [
        version("icp_ml"),
        digests,
        {name: model.version for name, model in models.items()},
        list(where.items()),
        str(config.today),
        config.scoring.model_dump(mode="json", include={"tiers", "n_reasons", "format"}),
        config.data.model_dump(mode="json"),
        config.matching.model_dump(mode="json"),
        extras,
    ]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Listing(models, lacking, customers, digests, key)


def _models(run: Run) -> tuple[dict[str, Model], dict[str, str]]:
    """Load the model of each segment; where one has none the others still score."""
    from icp_ml.tracking.store import load

    models: dict[str, Model] = {}
    failures: dict[str, UnavailableError] = {}
    for one in run.segments():
        try:
            model = load(one.config.tracking)
        except UnavailableError as failure:
            failures[one.segment] = failure
        else:
            _check_model(one, model)
            models[one.segment] = model
    if not models and len(failures) == 1:
        raise next(iter(failures.values()))
    if not models:
        details = [f"{name}: {failure.what}" for name, failure in failures.items()]
        raise UnavailableError("no segment has a model.", details, next(iter(failures.values())).fix)
    return models, {name: failure.what for name, failure in failures.items()}


def _check_model(run: Run, model: Model) -> None:
    """Refuse a model of other data or of another segment."""
    from icp_ml.segments import DEFAULT

    data, segment = model.facts["data"], model.facts.get("segment", DEFAULT)
    if data != run.config.data.name:
        what = f"the model was trained on data={data}, not on data={run.config.data.name}."
        raise UnavailableError(what, fix="Name a model of these data with tracking.model=...")
    if segment != run.segment:
        what = f"the model was trained for segment {segment}, not for {run.segment}."
        raise UnavailableError(what, fix="Choose the segments it was trained with: segments=...")


def score_list(run: Run, listing: Listing, folder: Path, keeps_entry: bool = False) -> dict[str, Any]:
    """Write the scored list, the refused rows and the manifest into a folder; give the manifest.

    With `keeps_entry`, a ledger entry too.

    Memory holds one batch, 11 bytes of each row, and 8 more with their sorted copy while repeats are found.
    """
    from icp_ml.data.first_pass import place_rows, write_first_pass
    from icp_ml.data.ledger import keep_entry
    from icp_ml.data.publish import write_json
    from icp_ml.data.repeats import repeats_in
    from icp_ml.data.scored import RefusedRows, write_scored
    from icp_ml.data.segments import Coverage
    from icp_ml.data.tables import Findings

    counts = Counts(Findings(), Coverage(tuple(listing.models)))
    with RefusedRows(folder / "refused.csv") as refused:
        batches = _scored_batches(run.config, listing, counts, refused)
        first = write_first_pass(batches, folder / "first_pass.arrow")
    _check_not_empty(run.config, first, counts, refused)
    repeats = repeats_in(first, run.config.matching)
    placed = place_rows(first, repeats.originals)
    placed = keep_entry(placed, folder) if keeps_entry else placed
    path = write_scored(placed, folder, run.config.scoring.format)
    first.path.unlink()
    manifest = manifest_of(run, listing, first, counts) | {
        "output": path.name,
        "rows_of_customers_by": dict(first.customers),
        "rows_repeated_by": dict(repeats.by_kind),
        "rows_refused_by_reason": dict(refused.by_reason.most_common(50)),
    }
    write_json(folder / "manifest.json", manifest)
    return manifest


def _check_not_empty(config: Config, first: FirstPass, counts: Counts, refused: RefusedRows) -> None:
    """Stop before an empty list takes the place of a good one."""
    if first.n_rows:
        return
    from icp_ml.data.sources import place_name

    what = "the list of prospects" if config.data.prospects is None else place_name(config.data.prospects)
    findings = counts.findings
    details = [f"rows: {findings.n_rows:,} read, {findings.n_filtered:,} filtered out"]
    details += [f"{reason}: {n:,} rows refused" for reason, n in refused.by_reason.most_common(5)]
    raise DataError(
        f"{what} holds no row that can be scored.", details, "Export it again; the last list stays."
    )


def _scored_batches(
    config: Config, listing: Listing, counts: Counts, refused: RefusedRows
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    from icp_ml.data.segments import covers
    from icp_ml.data.sources import source_size
    from icp_ml.data.tables import table_batches
    from icp_ml.matching import match_keys
    from pipelines.progress import meter

    prospects, n_rows = config.data.prospects, 0
    with meter(source_size(prospects) if prospects else 0, "scoring") as show:
        for batch in table_batches("prospects", config.data, config.scoring.batch_rows, counts.findings):
            covered = covers(batch.rows, "prospects", config.segments, config.data)
            reasons = counts.coverage.add(batch.rows["account_id"], covered)
            refused.write(sorted([*batch.refused, *batch.refusals(reasons)], key=lambda one: one.row))
            if len(reasons) < len(batch.rows):
                keys = match_keys(batch.rows)
                scored = _scored_rows(config, listing, batch.rows, covered)
                places = scored["place"].to_numpy()
                by = listing.customers.recognise(keys)[places]
                yield scored.assign(is_customer=by != "", recognised_by=by), keys.iloc[places]
            n_rows += len(batch.rows)
            show(batch.n_bytes, n_rows)


def _scored_rows(
    config: Config, listing: Listing, rows: pd.DataFrame, covered: Mapping[str, Mask]
) -> pd.DataFrame:
    """Score each row by the model of every segment that covers it, in the order of the rows."""
    import numpy as np
    import pandas as pd

    from icp_ml.scoring import score

    today, n_threads = pd.Timestamp(config.today), max(config.n_jobs, 0)
    parts = []
    for name, model in listing.models.items():
        places = np.flatnonzero(covered[name])
        if len(places) == 0:
            continue
        accounts = rows.iloc[places].reset_index(drop=True)
        scored = score(model, accounts, today, config.scoring.n_reasons, n_threads)
        scored = scored.assign(segment=name, place=places)
        parts.append(scored.assign(model_version=model.version, scored_at=config.today))
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values("place", kind="stable", ignore_index=True)


@contextmanager
def published(config: Config, folder: Path, listing: Listing) -> Iterator[Path | None]:
    """Give a working folder to fill, or None where the newest result is this very one.

    Raises
    ------
    LockedError
        Another run writes there.
    """
    from icp_ml.data.publish import latest, locked, publication

    with locked(folder):
        newest = latest(folder)
        if newest is not None and read_manifest(newest)["key"] == listing.key:
            yield None
            return
        with publication(folder, listing.name(config)) as working:
            yield working
