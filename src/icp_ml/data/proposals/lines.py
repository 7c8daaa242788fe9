"""Write down what was found as lines of a mapping, each with its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from icp_ml.data.proposals.features import Feature
from icp_ml.data.proposals.forms import shown
from icp_ml.data.proposals.keys import Key
from icp_ml.data.proposals.matching import Match
from icp_ml.data.proposals.reading import STRICT, Reading
from icp_ml.data.proposals.samples import Column
from icp_ml.schema import FIRMOGRAPHICS

TERSE_REVENUE = ("revenue", "revenues", "umsatz", "sales", "turnover")


@dataclass(frozen=True)
class Line:
    """One line of a mapping: a column of ours, where it comes from, its settings and the comment.

    `source` is None where the column must be given by the user; `is_out` lines are written as comments.
    """

    ours: str
    source: str | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    is_out: bool = False
    column: Column | None = None


def match_line(match: Match, is_account: bool = True) -> Line:
    """Write the line of a column that was recognised."""
    reading = match.reading
    settings = dict(reading.settings)
    if match.ours in FIRMOGRAPHICS and is_account and reading.kind != FIRMOGRAPHICS[match.ours].kind:
        settings = {"kind": reading.kind, **settings}
    comment = _evidence(reading)
    if is_account and match.ours == "revenue" and match.heading.casefold() in TERSE_REVENUE:
        comment += "; must be the company's own revenue, not what it pays you"
    return Line(match.ours, match.heading, settings, comment, column=reading.column)


def feature_line(feature: Feature) -> Line:
    """Write the line of a further column; it is a comment where the column is left out."""
    heading = feature.column.heading
    if feature.reading is None:
        return Line(feature.name, heading, {}, f"left out: {feature.left_out}", True, feature.column)
    reading = feature.reading
    settings = {"kind": reading.kind, "words": feature.words or feature.name, **reading.settings}
    return Line(feature.name, heading, settings, _evidence(reading), column=feature.column)


def key_line(key: Key) -> Line:
    """Write the line of the account's id."""
    heading = key.column.heading if key.column else None
    return Line("account_id", heading, {}, key.why, column=key.column)


def _evidence(reading: Reading) -> str:
    """Say how a column was read: how many values were understood, examples, reasons, what was not."""
    n_strange = sum(reading.strange.values())
    if reading.kind in STRICT:
        said = f"{reading.n_known:,} of {reading.n_known + n_strange:,} values understood"
    else:
        said = f"{len(reading.column.counts):,} different"
    absent = {*reading.tokens, *reading.settings.get("missing", ())}
    examples = _examples(
        [text for text in reading.column.counts if text not in absent and text not in reading.strange]
    )
    parts = [f"{said}, e.g. {examples}" if examples else said, *reading.why]
    parts += [f"not understood: {shown(reading.strange, 3)}"] if reading.strange else []
    return "; ".join(parts)


def _examples(texts: Sequence[str]) -> str:
    """Quote the commonest value and one of another form."""
    forms = {
        "".join("9" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in one): one
        for one in texts[200::-1]
    }
    picked = [*texts[:1], *(one for one in reversed(forms.values()) if one not in texts[:1])]
    return shown(picked, 2)


def out_of_range(match: Match) -> str:
    """Say how many values are impossible; empty for none."""
    ours, values = FIRMOGRAPHICS[match.ours], match.reading.values
    if ours.low is None:
        return ""
    n_low = int((values < ours.low).sum())
    return f"{match.ours}: {n_low:,} values are below {ours.low:g}; such rows are refused" if n_low else ""
