"""What each level of an attribute adds to a score, beside how customers of that level did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.intervals import wilson_bounds
from icp_ml.evaluation.levels import OTHERS, UNKNOWN
from icp_ml.evaluation.ranking import Numbers
from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, STEP, Attribute
from icp_ml.features.bands import SIZES
from icp_ml.features.columns import Columns
from icp_ml.features.groups import MEASURED_FORMS, Groups, groups_of
from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.features.paths import path_of
from icp_ml.industries import industry_title
from icp_ml.model.candidate import Model
from icp_ml.model.observed import Seen
from icp_ml.model.training import TrainingSet
from icp_ml.scoring.like import band_words, level_name
from icp_ml.scoring.shown import said_number
from icp_ml.settings import EvaluationSettings

MAX_EFFECTS = 8  # attributes; the rest move little
MAX_SHOWN = 8  # levels of each; the rest are summed up
MIN_LEVELS = 3  # that a depth of a path shows, where a finer one has more
MIN_LETTERS = 4  # of a word of a text: shorter ones are "the" and "for"
YES_NO = {"1": "yes", "0": "no"}
COLUMNS = ("attribute", "words", "level", "n", "n_best", "rate", "rate_low", "rate_high", "effect")


@dataclass(frozen=True)
class _Rows:
    """What the levels of an attribute are counted over: one array of a row's facts each."""

    columns: Columns
    is_best: Numbers
    contribution: Numbers
    min_rows: int

    def line(self, name: str, at: Any) -> dict[str, Any]:
        """Sum up the rows of a level."""
        return {
            "level": name,
            "n": len(at),
            "n_best": int(self.is_best[at].sum()),
            "effect": float(self.contribution[at].mean()),
        }


def effects(model: Model, training: TrainingSet, settings: EvaluationSettings) -> pd.DataFrame:
    """Give the mean contribution, and the observed rate of best, by level of the attributes that move most.

    Contributions are exact, of the rows that the model learnt from: what it holds of them, not a test. Levels
    of fewer rows than `min_group_rows` are summed up; a row of a list or a text counts in each of its items.

    Returns
    -------
    pd.DataFrame
        attribute (the column) and its words, those that move the scores most first; level, in words; n,
        n_best; rate (of best) with rate_low and rate_high (Wilson's); effect (mean contribution to the
        log-odds, 0 where a level says nothing).
    """
    as_of = training.rows["as_of"]
    encoder, columns = model.encoder, Columns(training.accounts, as_of)
    contributions = model.explain(encoder.transform(training.accounts, as_of), 1).contributions
    sizes = np.abs(contributions).mean(axis=0)
    found: list[pd.DataFrame] = []
    for at in np.argsort(-sizes, kind="stable").tolist():
        if len(found) == MAX_EFFECTS or sizes[at] == 0:
            break
        attribute = encoder.attributes[at]
        rows = _Rows(columns, training.is_best, contributions[:, at], settings.min_group_rows)
        lines = _lines(attribute, model.observed.of(attribute), encoder.parts_of(attribute), rows)
        if len(lines) > 1:
            named = {"attribute": attribute.name, "words": attribute.words}
            found.append(pd.DataFrame(lines).assign(**named))
    return _with_rates(found, settings.confidence)


def _with_rates(found: Sequence[pd.DataFrame], confidence: float) -> pd.DataFrame:
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(found, ignore_index=True)
    n, n_best = (table[name].to_numpy(dtype=np.float64) for name in ("n", "n_best"))
    low, high = wilson_bounds(n_best, n, confidence)
    return table.assign(rate=n_best / n, rate_low=low, rate_high=high)[list(COLUMNS)]


def _lines(attribute: Attribute, seen: Seen, parts: Sequence[Attribute], rows: _Rows) -> list[dict[str, Any]]:
    """Give a line for each level, in the order to read them, then those for what has none of its own."""
    groups = groups_of(attribute, rows.columns, seen.edges, parts)
    held = _rows_by_name(attribute, groups, rows)
    weight = {name: len(at) for name, at in held.items()}
    if attribute.form in ITEM_FORMS:  # the most common words say least
        weight = {name: len(at) * abs(rows.contribution[at].mean()) for name, at in held.items()}
    kept = _distinct(sorted(held, key=lambda name: (-weight[name], name)), held)[:MAX_SHOWN]
    spelt = _spelt(attribute, rows.columns)
    lines = {name: rows.line(_words(attribute, seen, name, spelt), held[name]) for name in kept}
    is_left = np.ones(len(rows.is_best), dtype=bool)
    for name in kept:
        is_left[held[name]] = False
    is_known = groups.codes >= 0
    left = {OTHERS: np.flatnonzero(is_left & is_known), UNKNOWN: np.flatnonzero(~is_known)}
    sums = [rows.line(name, at) for name, at in left.items() if len(at) >= rows.min_rows]
    return [*(lines[name] for name in _ordered(attribute, lines)), *sums]


def _rows_by_name(attribute: Attribute, groups: Groups, rows: _Rows) -> dict[str, Any]:
    """Give the rows of each level that has enough of them; of a path, at a coarse depth."""
    names = [groups.names(at) for at in range(groups.n_distinct)]
    if attribute.form == "words":
        names = [[one for one in of_value if len(one) >= MIN_LETTERS] for of_value in names]
    if attribute.form not in LEVEL_FORMS:
        return _rows_of(groups, names, rows.min_rows)
    first = path_of(attribute, rows.columns).first_own
    depths = sorted({one.count(STEP) for of_value in names for one in of_value if one.count(STEP) >= first})
    found: dict[str, Any] = {}
    for depth in depths:
        at_depth = [[one for one in of_value if one.count(STEP) == depth] for of_value in names]
        finer = _rows_of(groups, at_depth, rows.min_rows)
        found = finer if len(finer) > len(found) else found
        if len(found) >= MIN_LEVELS:
            break
    return found


def _rows_of(groups: Groups, names: Sequence[Sequence[str]], min_rows: int) -> dict[str, Any]:
    """Give the rows of each name that has enough of them, from the names of each distinct value."""
    values: dict[str, list[int]] = {}
    for at, of_value in enumerate(names):
        for name in of_value:
            values.setdefault(name, []).append(at)
    n = np.bincount(groups.codes[groups.codes >= 0], minlength=len(names))
    enough = {name: held for name, held in values.items() if n[held].sum() >= min_rows}
    return {name: np.flatnonzero(np.isin(groups.codes, held)) for name, held in enough.items()}


def _distinct(names: Sequence[str], held: Mapping[str, Any]) -> list[str]:
    """Leave out a level of the very rows of an earlier one: words of one phrase."""
    firsts = {held[name].tobytes(): name for name in reversed(names)}
    return [name for name in names if firsts[held[name].tobytes()] == name]


def _ordered(attribute: Attribute, lines: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Order bands by what they begin with, other levels by their effect, the best first."""
    if attribute.form in MEASURED_FORMS:
        return sorted(lines, key=int)
    if attribute.form == "band":
        return sorted(lines, key=lambda name: SIZES.get(name, 0))
    return sorted(lines, key=lambda name: (-lines[name]["effect"], name))


def _spelt(attribute: Attribute, columns: Columns) -> Mapping[str, str]:
    """Give the levels of a plain column, or the items of a list, as the file spells them first."""
    if attribute.form not in ("levels", "items", "ordered"):
        return {}
    _, texts = columns.texts(attribute.name)
    every = (one.strip() for text in reversed(texts) for one in text.split(ITEM_SEPARATOR))
    return {one.casefold(): one for one in every}


def _words(attribute: Attribute, seen: Seen, name: str, spelt: Mapping[str, str]) -> str:
    """Say a level as a reader knows it."""
    if attribute.form in MEASURED_FORMS:
        said = band_words(attribute, seen, int(name)).removeprefix("with ")
        return said.removesuffix(" old").removesuffix(" since")
    if attribute.form in ("yes_no", "decision_maker"):
        return YES_NO.get(name, name)
    if attribute.form == "time_zone":
        return said_number(attribute, float(name))
    if attribute.form == "industry_code":
        level = name.rpartition(STEP)[2]
        return industry_title(level) or level.rpartition(":")[2]
    if attribute.form in LEVEL_FORMS:
        said = level_name(attribute, name)
        return spelt.get(said, said)
    return spelt.get(name, name)
