"""Score a list of prospects into a folder: what predict and rescore share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Config, Run
from icp_ml.errors import DataError, UnavailableError

if TYPE_CHECKING:
    from icp_ml.data.matching import KnownAccounts
    from icp_ml.data.scored import FirstPass, RefusedRows
    from icp_ml.data.tables import Findings
    from icp_ml.model.candidate import Model


@dataclass(frozen=True)
class Listing:
    """What is to be scored, by which model: one key for one result.

    Attributes
    ----------
    model : Model
    customers : KnownAccounts
        Who is a customer already.
    digests : mapping of str to str
        Of every source.
    key : str
        Digest of inputs, model, settings and day: the same key gives the same bytes.
    """

    model: Model
    customers: KnownAccounts
    digests: dict[str, str]
    key: str

    def name(self, config: Config) -> str:
        """Name the result's folder: the day, then what made it."""
        return f"{config.today}_{self.key[:8]}"


def prepare(config: Config, *extras: float) -> Listing:
    """Load the model and learn who is a customer already; `extras` are what else the result depends on.

    Raises
    ------
    UnavailableError
        No model, no source, or the model was trained on another mapping.
    """
    from icp_ml.data.matching import KnownAccounts, known_accounts
    from icp_ml.data.sources import table_digest
    from icp_ml.data.tables import read_table
    from icp_ml.tracking.store import load

    model = load(config.tracking)
    if model.facts["data"] != config.data.name:
        what = f"the model was trained on data={model.facts['data']}, not on data={config.data.name}."
        raise UnavailableError(what, fix="Name a model of these data with tracking.model=...")
    names = [one for one in ("prospects", "customers") if getattr(config.data, one) is not None]
    digests = {name: table_digest(getattr(config.data, name)) for name in names}
    customers = (
        known_accounts(read_table("customers", config.data).rows) if "customers" in names else KnownAccounts()
    )
    content = [
        version("icp_ml"),
        digests,
        model.version,
        str(config.today),
        config.scoring.model_dump(mode="json", include={"tiers", "n_reasons", "format"}),
        config.data.model_dump(mode="json"),
        extras,
    ]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return Listing(model, customers, digests, key)


def score_list(run: Run, listing: Listing, folder: Path, keeps_entry: bool = False) -> dict[str, Any]:
    """Write the scored list, the refused rows and the manifest into a folder; give the manifest.

    With `keeps_entry`, a ledger entry too.

    Memory holds one batch, and 24 bytes of each row.
    """
    from icp_ml.data.ledger import keep_entry
    from icp_ml.data.publish import write_json
    from icp_ml.data.scored import RefusedRows, place_rows, write_first_pass, write_scored
    from icp_ml.data.tables import Findings

    findings = Findings()
    with RefusedRows(folder / "refused.csv") as refused:
        batches = _scored_batches(run.config, listing, findings, refused)
        first = write_first_pass(batches, folder / "first_pass.arrow")
    _check_not_empty(run.config, findings, refused)
    placed = keep_entry(place_rows(first), folder) if keeps_entry else place_rows(first)
    path = write_scored(placed, folder, run.config.scoring.format)
    first.path.unlink()
    manifest = _manifest(run, listing, first, findings) | {
        "output": path.name,
        "rows_refused_by_reason": dict(refused.by_reason.most_common(50)),
    }
    write_json(folder / "manifest.json", manifest)
    return manifest


def _check_not_empty(config: Config, findings: Findings, refused: RefusedRows) -> None:
    """Stop before an empty list takes the place of a good one."""
    n_kept = findings.n_rows - findings.n_filtered - findings.n_refused
    if n_kept > 0:
        return
    from icp_ml.data.sources import place_name

    what = "the list of prospects" if config.data.prospects is None else place_name(config.data.prospects)
    details = [f"rows: {findings.n_rows:,} read, {findings.n_filtered:,} filtered out"]
    details += [f"{reason}: {n:,} rows refused" for reason, n in refused.by_reason.most_common(5)]
    raise DataError(
        f"{what} holds no row that can be scored.", details, "Export it again; the last list stays."
    )


def _scored_batches(
    config: Config, listing: Listing, findings: Findings, refused: RefusedRows
) -> Iterator[tuple[Any, Any, Any]]:
    import pandas as pd

    from icp_ml.data.matching import row_keys
    from icp_ml.data.sources import source_size
    from icp_ml.data.tables import table_batches
    from icp_ml.scoring import score
    from pipelines.progress import meter

    prospects, today = config.data.prospects, pd.Timestamp(config.today)
    n_threads, n_reasons = max(config.n_jobs, 0), config.scoring.n_reasons
    n_rows = 0
    with meter(source_size(prospects) if prospects else 0, "scoring") as show:
        for batch in table_batches("prospects", config.data, config.scoring.batch_rows, findings):
            refused.write(batch.refused)
            scored = score(listing.model, batch.rows, today, n_reasons, n_threads)
            scored = scored.assign(
                is_customer=listing.customers.recognise(batch.rows),
                model_version=listing.model.version,
                scored_at=config.today,
            )
            yield (scored, *row_keys(batch.rows))
            n_rows += len(scored)
            show(batch.n_bytes, n_rows)


def _manifest(run: Run, listing: Listing, first: FirstPass, findings: Findings) -> dict[str, Any]:
    from icp_ml.data.sources import masked
    from icp_ml.scoring import TIERS

    n_scored = sum(len(part) for part in first.scores)
    return {
        "key": listing.key,
        "today": str(run.config.today),
        "model_version": listing.model.version,
        "model": listing.model.facts["best"],
        "estimates": "P(best | becomes a customer, firmographics)",
        "rows_in": findings.n_rows,
        "rows_scored": n_scored,
        "rows_refused": findings.n_rows - findings.n_filtered - n_scored,
        "rows_filtered": findings.n_filtered,
        "rows_of_customers": first.n_customers,
        "tiers": {tier: first.tiers[tier] for tier in TIERS},
        "cut_offs": {"Best fit": listing.model.tiers.best_fit, "Good fit": listing.model.tiers.good_fit},
        "notes": [*_notes(run.config, listing), *findings.lines()],
        "digests": listing.digests,
        "config": masked(run.composed).splitlines(),
    }


def _notes(config: Config, listing: Listing) -> Iterator[str]:
    """Say where the list or the settings do not match what the model was trained with."""
    from icp_ml.data.tables import mapped_fields

    here = mapped_fields("prospects", config.data)
    lacking = [
        one.words for one in listing.model.encoder.attributes if one.form != "ratio" and one.name not in here
    ]
    if lacking:
        yield f"the model knows of {', '.join(lacking)}, which this list is not mapped to have"
    frozen = listing.model.facts["tiers"]
    if frozen != config.scoring.tiers.model_dump(mode="json"):
        yield f"the tiers are those that were frozen with the model, {frozen}; train again to change them"


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


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a published folder."""
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return content


def summary(manifest: dict[str, Any], folder: Path) -> str:
    """Say what became of a list and where it is, in one line; then its notes."""
    tiers = ", ".join(f"{n:,} {tier}" for tier, n in manifest["tiers"].items())
    refused = f", {manifest['rows_refused']:,} refused (see refused.csv)" if manifest["rows_refused"] else ""
    filtered = f", {manifest['rows_filtered']:,} filtered out" if manifest["rows_filtered"] else ""
    scored = f"{manifest['rows_scored']:,} of {manifest['rows_in']:,} rows scored"
    return f"{scored}{refused}{filtered}: {tiers}; in {folder / 'latest'}"
