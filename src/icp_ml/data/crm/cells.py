"""How a CRM wants its values: names of columns, numbers, flags, choices, and whose rows are imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.scored_text import decimals, safe_texts
from icp_ml.errors import ConfigError, examples
from icp_ml.scoring import SCORED_COLUMNS, TIERS
from icp_ml.scoring.reasons import reason_lines
from icp_ml.scoring.similar import similar_lines
from icp_ml.settings import OutputSettings
from icp_ml.settings.output import Preset

SHARES = ("fit_probability", "fit_probability_unshifted", "data_completeness", "model_spread")
CHOICES = ("tier", "list_tier", "model_tier")
LEFT_OUT = {"customers": "is_customer", "duplicates": "duplicate_of", "excluded": "is_excluded"}
TEXT = pa.large_string()


@dataclass(frozen=True)
class Form:
    """How a CRM wants its values.

    Salesforce: developer.salesforce.com, Data Loader guide, "Data Types Supported by Data Loader"; a Percent
    field holds 25 for 25 %, a Text field 255 characters. HubSpot: knowledge.hubspot.com, "Set up your import
    files"; a number shown as percentage holds 0.25, a choice is known by its internal value.
    """

    yes: str
    no: str
    of_a_whole: float
    n_decimals: int
    max_characters: int
    choices: dict[str, str]


FORMS: dict[Preset, Form] = {
    "salesforce": Form("TRUE", "FALSE", 100.0, 2, 255, {}),
    "hubspot": Form("true", "false", 1.0, 4, 65_536, {one: one.lower().replace(" ", "_") for one in TIERS}),
}


def check_columns(output: OutputSettings, preset: Preset) -> None:
    """Stop where an import is mapped to columns that no scored list has.

    Raises
    ------
    ConfigError
    """
    unknown = [name for name in output.presets[preset].values() if name not in SCORED_COLUMNS]
    if unknown:
        place = f"scoring.output.presets.{preset}"
        what = f"{place} names columns that no scored list has: {examples(unknown)}."
        raise ConfigError(what, [f"it has: {', '.join(SCORED_COLUMNS)}"], "Correct them in conf/scoring.")


def imported_rows(table: pa.Table, output: OutputSettings) -> pa.Table:
    """Leave out the rows of a list that are not to be imported."""
    kept = pa.chunked_array([pa.repeat(True, len(table))])
    for what in output.preset_leaves_out:
        column = table[LEFT_OUT[what]]
        is_left_out = pc.is_valid(column) if what == "duplicates" else pc.fill_null(column, False)
        kept = pc.and_(kept, pc.invert(is_left_out))
    return table.filter(kept)


def import_cells(table: pa.Table, form: Form, columns: Mapping[str, str]) -> dict[str, pa.Array]:
    """Write rows as a CRM reads them: texts by the CRM's column, "" where nothing is known."""
    return {
        theirs: pc.fill_null(_texts(table[ours].combine_chunks(), form, ours).cast(TEXT), "")
        for theirs, ours in columns.items()
    }


def _texts(values: pa.Array, form: Form, name: str) -> pa.Array:
    if name.startswith("reasons_"):
        return _cut(reason_lines(values), form.max_characters)
    if name.startswith("similar_"):
        return _cut(similar_lines(values), form.max_characters)
    if pa.types.is_boolean(values.type):
        return pc.if_else(values, form.yes, form.no)
    if pa.types.is_floating(values.type):
        is_share = name in SHARES
        numbers = pc.multiply(values, form.of_a_whole) if is_share else values
        return decimals(numbers, form.n_decimals if is_share else 1)
    if name in CHOICES:
        return _chosen(values, form.choices)
    return _cut(values, form.max_characters) if pa.types.is_string(values.type) else values.cast(TEXT)


def _chosen(values: pa.Array, choices: Mapping[str, str]) -> pa.Array:
    """Name a choice as the CRM does; each distinct one is looked up once."""
    coded = values.dictionary_encode()
    named = [choices.get(one, one) for one in coded.dictionary.to_pylist()]
    return pa.array(named, pa.string()).take(coded.indices)


def _cut(texts: pa.Array, max_characters: int) -> pa.Array:
    """Keep what fits and what no spreadsheet runs; only texts that are too long are looked at."""
    is_long = pc.fill_null(pc.greater(pc.utf8_length(texts), max_characters - 1), False)
    if pc.any(is_long).as_py():
        short = [_shortened(one, max_characters) for one in texts.filter(is_long).to_pylist()]
        texts = pc.replace_with_mask(texts, is_long, pa.array(short, texts.type))
    return safe_texts(texts)


def _shortened(text: str, max_characters: int) -> Any:
    """Keep whole reasons where there are several, else the beginning; a mark before it may come to it."""
    whole, _, _ = text[:max_characters].rpartition("; ")
    return whole or f"{text[: max_characters - 2]}…"
