"""Prepare the scoring of a list and publish what comes of it: what predict and rescore share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.errors import UnavailableError
from icp_ml.settings import Config
from pipelines.manifests import read_manifest

if TYPE_CHECKING:
    from icp_ml.data.rules import PreparedRules
    from icp_ml.matching import KnownAccounts
    from icp_ml.model.candidate import Model

NOT_IN_KEY: Any = {"folder": True, "batch_rows": True, "output": {"table": {"url"}}}
"""Settings that change nothing of a scored list; of a table's address the password alone does not count."""


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
    rules : PreparedRules
        Who is not to be worked, and whom somebody wants.
    digests : mapping of str to str
        Of every source.
    key : str
        Digest of inputs, models, settings and day: the same key gives the same bytes.
    state : tuple, optional
        Of the prospects' files when they were digested.
    beside_digest : str
        Of what the prospects' rows meet while they are read.
    """

    models: dict[str, Model]
    lacking: dict[str, str]
    customers: KnownAccounts
    rules: PreparedRules
    digests: dict[str, str]
    key: str
    state: tuple[Any, ...] | None = None
    beside_digest: str = ""

    def name(self, config: Config) -> str:
        """Name the result's folder: the day, then what made it."""
        return f"{config.today}_{self.key[:8]}"

    def mark(self, config: Config) -> str:
        """Name all that the parts of this list depend on: its key, its cut, and its files as they lie.

        A list that is written to while it is read, and in the end holds what it held, has its old key; what
        was read in between is no part of it. Nobody writes to the copy of what lies elsewhere.
        """
        prospects = config.data.prospects
        state = None if prospects is None or prospects.is_elsewhere else self.state
        cut = json.dumps([config.scoring.batch_rows, state])
        return f"{self.key[:12]}-{hashlib.sha256(cut.encode()).hexdigest()[:8]}"


def prepare(run: Run, *extras: Any) -> Listing:
    """Load the models and learn who is a customer already; `extras` are what else the result depends on.

    Raises
    ------
    UnavailableError
        No model, no source, or a model was trained on another mapping or segment.
    ConfigError
        The segments cannot be cut out of these data.
    """
    from icp_ml.data.databases import database_name
    from icp_ml.data.outputs import check_outputs
    from icp_ml.data.rules import prepare_rules
    from icp_ml.data.segments import check_segments
    from icp_ml.data.sources import source_state
    from icp_ml.data.table_digests import beside_digest, table_digest
    from icp_ml.data.tables import read_table
    from icp_ml.matching import KnownAccounts, known_accounts

    config = run.config
    models, lacking = _models(run)
    check_segments(config.data, config.segments)
    check_outputs(config.scoring.output)
    names = [one for one in ("prospects", "customers") if getattr(config.data, one) is not None]
    state = None if config.data.prospects is None else source_state(config.data.prospects)
    rules = prepare_rules(config.rules, config.data, config.matching, config.today)
    digests = {name: table_digest(name, config.data) for name in names} | dict(rules.digests)
    rows = read_table("customers", config.data).rows if "customers" in names else None
    customers = KnownAccounts() if rows is None else known_accounts(rows, config.matching)
    where = {name: one.model_dump(mode="json", include={"where"}) for name, one in config.segments.items()}
    content = [
        version("icp_ml"),
        digests,
        {name: model.version for name, model in models.items()},
        list(where.items()),
        str(config.today),
        config.scoring.model_dump(mode="json", exclude=NOT_IN_KEY),
        config.holdout.model_dump(mode="json", include={"name", "share", "tiers", "starts"}),
        [config.seed, *((name, one.model_dump(mode="json")) for name, one in config.rules.items())],
        config.data.model_dump(mode="json"),
        config.matching.model_dump(mode="json"),
        extras,
        None if config.scoring.output.table is None else database_name(config.scoring.output.table.url),
    ]
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    beside = beside_digest("prospects", config.data) if "prospects" in names else ""
    return Listing(models, lacking, customers, rules, digests, key, state, beside)


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
            check_model(one, model)
            models[one.segment] = model
    if not models and len(failures) == 1:
        raise next(iter(failures.values()))
    if not models:
        details = [f"{name}: {failure.what}" for name, failure in failures.items()]
        raise UnavailableError("no segment has a model.", details, next(iter(failures.values())).fix)
    return models, {name: failure.what for name, failure in failures.items()}


def check_model(run: Run, model: Model) -> None:
    """Refuse a model of other data or of another segment."""
    from icp_ml.segments import DEFAULT

    data, segment = model.facts["data"], model.facts.get("segment", DEFAULT)
    if data != run.config.data.name:
        what = f"the model was trained on data={data}, not on data={run.config.data.name}."
        raise UnavailableError(what, fix="Name a model of these data with tracking.model=...")
    if segment != run.segment:
        what = f"the model was trained for segment {segment}, not for {run.segment}."
        raise UnavailableError(what, fix="Choose the segments it was trained with: segments=...")


@contextmanager
def published(config: Config, folder: Path, listing: Listing) -> Iterator[Path | None]:
    """Give a working folder to fill, or None where the newest result is this very one.

    Raises
    ------
    LockedError
        Another run writes there.
    """
    from icp_ml.data.outputs import send_list
    from icp_ml.data.publish import latest, locked, publication
    from pipelines.cycles import finish_publication

    with locked(folder):
        finish_publication(folder)
        newest = latest(folder)
        if newest is not None and read_manifest(newest)["key"] == listing.key:
            yield None
            return
        with publication(folder, listing.name(config), listing.mark(config)) as working:
            yield working
            send_list(working, config.scoring.output, listing.key, listing.name(config))
