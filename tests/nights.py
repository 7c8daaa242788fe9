"""Scheduled runs over small lists and small models, in this process: a night takes a tenth of a second."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import small
from splits import model
from support import compose

from icp_ml.data.ledger import open_ledger, record_missing
from icp_ml.data.publish import latest
from icp_ml.data.rules import PreparedRules
from icp_ml.matching import KnownAccounts
from icp_ml.settings import DataSettings, SegmentSettings
from pipelines.comparing import compared_with
from pipelines.listing import Listing, published
from pipelines.scoring import score_list

COLUMNS = {
    **{name: name for name in small.FIELDS if name not in ("technologies", "is_listed")},
    "technologies": {"from": "technologies", "separator": "|"},
    "is_listed": {"from": "is_listed", "kind": "yes_no"},
}
BIG = {"column": "employees", "at_least": 60}
SOFTWARE = {"column": "industry", "one_of": ["Software"]}
ROWS = small.companies(60, seed=3).accounts


@cache
def models(kind="boosted_trees", version=""):
    """Give a model of a kind; another version of it where one is named."""
    made = model(kind)
    tiers = compose().config.scoring.tiers.model_dump(mode="json")
    facts = {**made.facts, "tiers": tiers, "best": "drawn", "trained": version, "label_digest": "1" * 12}
    return replace(made, facts=facts)


@dataclass(frozen=True)
class Nights:
    """A folder of nightly lists.

    Attributes
    ----------
    folder : Path
        Of the lists and the ledger.
    source : Path
        Where the list of each night is written first.
    overrides : tuple of str
    ledger_url : str, optional
    """

    folder: Path
    source: Path
    overrides: tuple[str, ...] = ()
    ledger_url: str | None = None
    where: dict[str, list[Any]] = field(default_factory=lambda: {"default": []})

    @property
    def ledger(self):
        return open_ledger(self.run(date(2024, 1, 1)).config.rescore)

    def run(self, day, *overrides):
        run = composed(*self.overrides, *overrides)
        table = {"path": str(self.source), "columns": COLUMNS}
        given = {"name": "small", "root": ".", "today": day, "missing": [""], "prospects": table}
        segments = {
            name: SegmentSettings(where=rules, outcomes=(), label=run.config.label)
            for name, rules in self.where.items()
        }
        changed = {"folder": str(self.folder), "ledger_url": self.ledger_url}
        config = run.config.model_copy(
            update={
                "data": DataSettings.model_validate(given),
                "segments": segments,
                "today": day,
                "rescore": run.config.rescore.model_copy(update=changed),
            }
        )
        return replace(run, config=config)

    def night(self, rows, day, scored_by=None, *overrides, is_recorded=True):
        """Make, publish and record a list; give the entries, the whole folder and what was noted."""
        rows.to_csv(self.source, index=False)
        run = self.run(day, *overrides)
        by = scored_by or {name: models() for name in self.where}
        made_of = [self.source.read_bytes(), day, [(name, one.version) for name, one in by.items()]]
        key = hashlib.sha256(repr(made_of).encode()).hexdigest()
        listing = Listing(by, {}, KnownAccounts(), PreparedRules(), {}, key)
        with published(run.config, self.folder, listing) as working:
            if working is None:
                return [], latest(self.folder), ()
            with compared_with(run, listing, self.folder) as (before, notes):
                score_list(run, listing, working, before)
        if is_recorded:
            record_missing(self.folder, open_ledger(run.config.rescore))
        made = latest(self.folder)
        return pd.read_parquet(made / "cycle/entries.parquet"), made, notes


@cache
def composed(*overrides):
    return compose("n_jobs=1", *overrides)


def changed(rows, **columns):
    """Give rows with other values: of each column, by the row's place."""
    found = rows.copy()
    for name, values in columns.items():
        for at, value in values.items():
            found.loc[at, name] = value
    return found
