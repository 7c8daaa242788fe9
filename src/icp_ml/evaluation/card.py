"""The model card: what the model is for, whom it is not for, what it was made of, how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from icp_ml.evaluation.cells import Badge, Table

Pairs = Sequence[tuple[str, str]]

USES = (
    "To decide in which order to work a list of companies that are no customers yet, and how much time each "
    "is worth.",
    "To say in a sentence why a company stands where it stands, as a start of a conversation.",
)
NOT_FOR = (
    "To decide anything about a person, or about credit, employment, housing or insurance.",
    "To decide alone: who has talked to a company knows more of it than these columns.",
    "For a market, a product or a kind of company that the customers learnt from do not hold.",
)
LEARNT_LIMITS = (
    "The probability is on a condition: {condition}. How likely that is for a prospect, it does not say.",
    "It repeats what past selling favoured: who was never sold to has no row to learn from.",
    "What ties an attribute to best customers need not be its cause.",
    "It grows old with the market: train again when new customers have had the time to become best.",
)
DECLARED_LIMITS = (
    "Nothing is learnt and nothing tested: points say what somebody looks for, not what customers showed.",
    "Points are no probability; two companies of equal points need not be equally good.",
)


@dataclass(frozen=True)
class SegmentLine:
    """A segment's newest model in a few words; empty ones where it has none yet."""

    segment: str
    verdict: str
    gates: str
    roc_auc: str
    lift: str
    tested_on: str
    best: str
    model_version: str


@dataclass(frozen=True)
class ModelCard:
    """What a reader must know of a model beside its figures.

    Attributes
    ----------
    title : str
        Of which data, and segment.
    run : str
        What differs from other runs, as the run is named.
    today, version : str
        The day that the data speak of, and the model's digest.
    best : str
        What best means, as the end of a sentence.
    estimate : str
    condition : str
        What the probability is conditional on; of a declared rubric empty.
    is_declared : bool
    facts : pairs of str
        Dates, kind, size, digests, versions.
    datasets : sequence of (name, number of rows, digest)
    segments : sequence of SegmentLine
        Where there are several.
    command : str
        Makes it again.
    points : pairs of str
        Of a declared rubric: each point and what earns it.
    checks : sequence of mapping
        Of a declared rubric, which has no report: as `findings_json` gives them.
    notes : sequence of str
        Likewise.
    """

    title: str
    run: str
    today: str
    version: str
    best: str
    estimate: str
    condition: str
    is_declared: bool
    facts: Pairs
    datasets: Sequence[tuple[str, int, str]]
    segments: Sequence[SegmentLine]
    command: str
    points: Pairs = ()
    checks: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()

    @property
    def limits(self) -> tuple[str, ...]:
        """Say what it cannot do."""
        if self.is_declared:
            return DECLARED_LIMITS
        return tuple(one.format(condition=self.condition) for one in LEARNT_LIMITS)


def card_json(card: ModelCard) -> dict[str, Any]:
    """Give the card in plain JSON types."""
    return {
        "title": card.title,
        "run": card.run,
        "today": card.today,
        "model_version": card.version,
        "best": card.best,
        "estimate": card.estimate,
        "intended_use": list(USES),
        "not_for": list(NOT_FOR),
        "limits": list(card.limits),
        "facts": dict(card.facts),
        "datasets": [{"name": name, "n_rows": n, "digest": digest} for name, n, digest in card.datasets],
        "segments": [asdict(one) for one in card.segments],
        "command": card.command,
        "points": dict(card.points),
    }


def dataset_cells(card: ModelCard) -> Table:
    """Say what it was made from."""
    return Table(
        ["Table", "Rows", "Digest"],
        [[name, f"{n:,}", digest] for name, n, digest in card.datasets],
        words=(2,),
    )


def segment_cells(card: ModelCard) -> Table:
    """Set the segments one below the other."""
    head = ["Segment", "Verdict", "Gates", "ROC AUC", "Lift at the top", "Tested on", "Best", "Model"]
    return Table(head, [_segment_cells(one) for one in card.segments], words=(1, 2, 6))


def _segment_cells(one: SegmentLine) -> list[str | Badge]:
    verdict = Badge(one.verdict, "good" if one.verdict == "signal" else "open")
    gates = Badge(one.gates, "good" if one.gates == "passed" else "bad" if one.gates == "failed" else "open")
    return [one.segment, verdict, gates, one.roc_auc, one.lift, one.tested_on, one.best, one.model_version]
