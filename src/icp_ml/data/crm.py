"""The file that a CRM imports: its column names, its way to write numbers, flags and choices."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.forms import plain_values
from icp_ml.data.scored_text import safe_cell
from icp_ml.errors import ConfigError, examples
from icp_ml.scoring import SCORED_COLUMNS, TIERS
from icp_ml.settings import OutputSettings

SHARES = ("fit_probability", "fit_probability_unshifted", "data_completeness", "model_spread")
CHOICES = ("tier", "list_tier", "model_tier")
LEFT_OUT = {"customers": "is_customer", "duplicates": "duplicate_of", "excluded": "is_excluded"}


@dataclass(frozen=True)
class _Form:
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


FORMS = {
    "salesforce": _Form("TRUE", "FALSE", 100.0, 2, 255, {}),
    "hubspot": _Form("true", "false", 1.0, 4, 65_536, {one: one.lower().replace(" ", "_") for one in TIERS}),
}


def check_preset(output: OutputSettings) -> None:
    """Stop where the chosen import is mapped to columns that no scored list has.

    Raises
    ------
    ConfigError
    """
    wanted = {} if output.preset is None else output.presets[output.preset]
    unknown = [name for name in wanted.values() if name not in SCORED_COLUMNS]
    if unknown:
        place = f"scoring.output.presets.{output.preset}"
        what = f"{place} names columns that no scored list has: {examples(unknown)}."
        raise ConfigError(what, [f"it has: {', '.join(SCORED_COLUMNS)}"], "Correct them in conf/scoring.")


def with_import_file(tables: Iterable[pa.Table], folder: Path, output: OutputSettings) -> Iterator[pa.Table]:
    """Pass scored tables on, and write them for the import of a CRM where one is chosen.

    The file is UTF-8 without a byte order mark, which Salesforce would take for a part of the first name.
    """
    if output.preset is None:
        yield from tables
        return
    form, columns = FORMS[output.preset], output.presets[output.preset]
    with (folder / f"{output.preset}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for table in tables:
            kept = table.filter(_is_kept(table, output))
            cells = [
                [_cell(form, name, one) for one in plain_values(kept, name)] for name in columns.values()
            ]
            writer.writerows(zip(*cells, strict=True))
            yield table


def _is_kept(table: pa.Table, output: OutputSettings) -> Any:
    kept = pa.chunked_array([pa.repeat(True, len(table))])
    for what in output.preset_leaves_out:
        column = table[LEFT_OUT[what]]
        is_left_out = pc.is_valid(column) if what == "duplicates" else pc.fill_null(column, False)
        kept = pc.and_(kept, pc.invert(is_left_out))
    return kept


def _cell(form: _Form, name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return form.yes if value else form.no
    if isinstance(value, float):
        return f"{value * form.of_a_whole:.{form.n_decimals}f}" if name in SHARES else f"{value:.1f}"
    if name in CHOICES:
        return form.choices.get(value, value)
    return safe_cell(_cut(value, form.max_characters)) if isinstance(value, str) else value


def _cut(text: str, max_characters: int) -> str:
    """Keep what fits: whole reasons where there are several, else the beginning."""
    if len(text) <= max_characters - 1:  # a mark before a formula may come to it
        return text
    whole, _, _ = text[:max_characters].rpartition("; ")
    return whole or f"{text[: max_characters - 2]}…"
