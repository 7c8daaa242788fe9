"""What the workers get: the whole of the work once, then one task after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from icp_ml.data.part_counts import PartCounts
from icp_ml.data.parts import PartFiles
from icp_ml.data.placing import Part, SegmentList
from icp_ml.data.rules import PreparedRules
from icp_ml.data.sources import Piece
from icp_ml.data.state import State
from icp_ml.data.state_facts import StateFacts
from icp_ml.data.tables import Beside
from icp_ml.matching import KnownAccounts
from icp_ml.model.candidate import Model
from icp_ml.settings import DataSettings, HoldoutSettings, ScoringSettings, SegmentSettings

TAKEN_OVER = 4
"""Times as many rows at once where most of them are taken over: these need no matrix."""


@dataclass(frozen=True)
class Before:
    """The last list, as this one is compared with it.

    Attributes
    ----------
    state : State, optional
        What it left; None for the first list.
    is_taken_over : bool
        Whether rows that did not change are taken from it as they were scored.
    published : Path, optional
        Its folder, where that is still there.
    last_cycle : str, optional
        Its name; None for the first cycle.
    cycle : str
        The name of the list that is being made.
    rules_digest : str
    number : int
        Of the cycle, from 1.
    models : mapping of str to (Model or None)
        By segment: those that scored the last list, where others score this one; None for one that is lost.
    """

    state: State | None
    is_taken_over: bool
    published: Path | None
    last_cycle: str | None
    cycle: str
    rules_digest: str
    number: int
    models: Mapping[str, Model | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Work:
    """All that the parts of a list need; each worker gets it once.

    Attributes
    ----------
    key : str
        Of the inputs, models, settings and day.
    folder : Path
        Where the parts are kept, absolute: workers on other machines see it by the same name.
    mapping : DataSettings
    beside : Beside
        What the prospects' rows meet while they are read.
    segments : mapping of str to SegmentSettings
    models : mapping of str to Model
        By segment.
    customers : KnownAccounts
    rules : PreparedRules
    scoring : ScoringSettings
    today : date
    seed : int
        Of the exploration.
    """

    key: str
    folder: Path
    mapping: DataSettings
    beside: Beside
    segments: Mapping[str, SegmentSettings]
    models: Mapping[str, Model]
    customers: KnownAccounts
    rules: PreparedRules
    scoring: ScoringSettings
    today: date
    seed: int
    facts: StateFacts
    holdout: HoldoutSettings
    part_form: Literal["csv", "parquet"]
    before: Before | None = None

    @property
    def files(self) -> PartFiles:
        """Give where the files of the parts are."""
        last = None if self.before is None else self.before.state
        return PartFiles(self.folder, 0 if last is None else last.facts.layer + 1)

    @property
    def is_all_taken_over(self) -> bool:
        """Say whether rows that did not change are read and scored as in the last list."""
        if self.before is None or self.before.state is None or not self.before.is_taken_over:
            return False
        then = self.before.state.facts
        return (then.reading, dict(then.scoring)) == (self.facts.reading, dict(self.facts.scoring))

    @property
    def rows_at_once(self) -> int:
        """Give how many rows are read at once: more where few of them are new, as each batch has its cost."""
        return self.scoring.batch_rows * (TAKEN_OVER if self.is_all_taken_over else 1)

    def warm_up(self) -> None:
        """Compile what is compiled when it is first used, so that processes started later share it."""
        for model in self.models.values():
            model.explain(np.zeros((1, len(model.encoder.columns))), 1)


class PieceTask(NamedTuple):
    """A piece of the list to score: its number, and its rows or where they are."""

    number: int
    piece: Piece


class PlaceTask(NamedTuple):
    """A scored part to place in the lists of its segments."""

    number: int
    part: Part
    lists: tuple[SegmentList, ...]


class PartDone(NamedTuple):
    """A part that was scored, and what was counted in it."""

    number: int
    counts: PartCounts
