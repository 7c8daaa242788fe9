"""Find our columns among the user's: by heading, and plausible by content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from icp_ml.data.proposals import vocabulary
from icp_ml.data.proposals.features import leak_reason
from icp_ml.data.proposals.forms import Hints, separator_of
from icp_ml.data.proposals.headings import AROUND, EXACT, rank, sureness
from icp_ml.data.proposals.reading import STRICT, Reading, is_like, read_as
from icp_ml.data.proposals.samples import Column, Sample
from icp_ml.schema import FIRMOGRAPHICS, OUTCOMES, Field, Kind

PLAUSIBLE_SHARE = 0.8
LETTERS = r"[^\W\d_]"
CONTENT: dict[str, tuple[str, float]] = {
    "name": (LETTERS, 0.8),
    "sector": (LETTERS, 0.5),
    "industry": (LETTERS, 0.5),
    "region": (LETTERS, 0.5),
    "city": (LETTERS, 0.5),
    "ownership": (LETTERS, 0.5),
    "language": (LETTERS, 0.5),
    "technologies": (LETTERS, 0.5),
    "description": (r"\s\S+\s", 0.3),
    "industry_code": (r"\d", 0.5),
    "postal_code": (r"\d", 0.5),
    "product": (r"\w", 0.5),
}
"""What a share of the values of a column of text must hold."""

MAX_STAGES = 30


@dataclass(frozen=True)
class Match:
    """A column of the user's taken for one of ours."""

    ours: str
    reading: Reading
    sureness: int

    @property
    def heading(self) -> str:
        """Give the user's heading."""
        return self.reading.column.heading


@lru_cache(maxsize=64)
def match_columns(sample: Sample, table: str, hints: Hints) -> Mapping[str, Match]:
    """Find the columns of a table in a file, each of the user's at most once; not the account's key.

    Parameters
    ----------
    sample : Sample
    table : str
        customers, prospects, orders, deals or signals.
    hints : Hints
        Of the file.
    """
    fields, synonyms = fields_of(table)
    pairs = [
        match
        for ours, field in fields.items()
        if ours != "account_id"
        for column in sample.columns
        if (match := _match(column, ours, field, synonyms.get(ours, ""), hints)) is not None
    ]
    order = list(fields)
    pairs.sort(
        key=lambda one: (
            -one.sureness,
            -round(one.reading.share, 1),
            order.index(one.ours),
            rank(one.heading, synonyms.get(one.ours, "")),
            one.reading.column.position,
        )
    )
    found: dict[str, Match] = {}
    used: set[str] = set()
    for match in pairs:
        if match.ours not in found and match.heading not in used:
            found[match.ours] = match
            used.add(match.heading)
    if "sector" in found and "industry" not in found:  # where there is one of the two, it is the industry
        found["industry"] = replace(found.pop("sector"), ours="industry")
    return {ours: found[ours] for ours in fields if ours in found}


def fields_of(table: str) -> tuple[Mapping[str, Field], Mapping[str, str]]:
    """Give the columns of a table and what they are called."""
    if table in OUTCOMES:
        return OUTCOMES[table], vocabulary.OUTCOMES[table]
    return FIRMOGRAPHICS, vocabulary.FIRMOGRAPHICS


def find_kind(sample: Sample, synonyms: str, kind: Kind, hints: Hints) -> Reading | None:
    """Find the first column of a kind that is called so."""
    for column in sample.columns:
        if sureness(column.heading, synonyms) == EXACT:
            reading = read_as(column, kind, hints)
            if reading.share >= PLAUSIBLE_SHARE:
                return reading
    return None


def _match(column: Column, ours: str, field: Field, synonyms: str, hints: Hints) -> Match | None:
    sure = sureness(column.heading, synonyms)
    if not sure or not column.n_given:
        return None
    if ours in FIRMOGRAPHICS and sure == AROUND and leak_reason(column.heading):
        return None
    kind = field.kind
    if ours in ("industry", "sector") and separator_of(column) in ("|", ";"):
        kind = "list"
    reading = read_as(column, kind, hints, ours)
    return Match(ours, reading, sure) if _is_plausible(ours, reading) else None


def _is_plausible(ours: str, reading: Reading) -> bool:
    if ours == "is_won":
        is_stage = len(reading.column.counts) <= MAX_STAGES and set(reading.values.dropna()) >= {1.0}
        return is_stage and (reading.share >= PLAUSIBLE_SHARE or "yes_values" in reading.settings)
    if ours == "is_best":
        return reading.share >= PLAUSIBLE_SHARE and len(set(reading.values.dropna())) == 2
    if reading.kind in STRICT and reading.kind != "language":
        return reading.share >= PLAUSIBLE_SHARE
    if reading.share < PLAUSIBLE_SHARE and (reading.kind == "language" or "system" in reading.settings):
        return False
    pattern, share = CONTENT.get(ours, (r"\S", 0.0))
    return is_like(reading, pattern, share)
