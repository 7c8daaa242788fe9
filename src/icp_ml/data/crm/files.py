"""The files of one import: what is sent, what is emptied, what the CRM then has, and what to look at."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.crm.cells import TEXT
from icp_ml.data.crm.given import SCHEMA, Digests, Mask, given_writer
from icp_ml.data.crm.plan import CrmPlan
from icp_ml.data.crm.report import CrmReport
from icp_ml.data.publish import write_json
from icp_ml.data.scored_text import header_line, joined_lines, safe_cell

FOLDER = "crm"
ROWS = "crm_rows.csv"
ROW_COLUMNS = ("key", "what", "detail")


def given_path(folder: Path, plan: CrmPlan) -> Path:
    """Say where a published folder keeps what its CRM has been given."""
    return folder / FOLDER / f"{plan.preset}_given.parquet"


class CrmFiles:
    """Writes the files of one import as its rows come; the file of emptied rows only where there are some.

    Attributes
    ----------
    named : dict of str to list of (str, str)
        The first rows of each kind to look at: key, and what there is to say.
    """

    def __init__(self, folder: Path, plan: CrmPlan, taken: Iterable[str]) -> None:
        self._folder, self._plan = folder / FOLDER, plan
        self._folder.mkdir(parents=True, exist_ok=True)
        self.named: dict[str, list[tuple[str, str]]] = {}
        self._stack = ExitStack()
        self._sent = self._stack.enter_context((self._folder / f"{plan.preset}.csv").open("wb"))
        self._sent.write(header_line(plan.columns))
        rows = (self._folder / ROWS).open("w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._stack.enter_context(rows))
        self._rows.writerow(ROW_COLUMNS)
        self._emptied: Any = None
        self._kept = self._stack.enter_context(given_writer(given_path(folder, plan), plan.key, taken))

    def __enter__(self) -> Self:
        """Give the open files."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close them."""
        self._stack.close()

    def send(self, cells: Mapping[str, pa.Array]) -> None:
        """Write rows for the CRM to take over."""
        if len(cells[self._plan.key]):
            empty = pa.scalar(self._plan.settings.empty_cell, TEXT)
            self._sent.write(
                joined_lines([pc.if_else(pc.equal(one, ""), empty, one) for one in cells.values()])
            )

    def empty(self, keys: Sequence[str]) -> None:
        """Write rows whose fields the CRM is to empty; a flag has no gap, it becomes no."""
        if not keys:
            return
        emptied = self._plan.emptied
        if self._emptied is None:
            path = self._folder / f"{self._plan.preset}_gone.csv"
            self._emptied = self._stack.enter_context(path.open("wb"))
            self._emptied.write(header_line([self._plan.key, *emptied]))
        no, gap = self._plan.form.no, self._plan.settings.empty_cell
        values = [no if ours.startswith("is_") else gap for ours in emptied.values()]
        self._emptied.write(
            joined_lines([pa.array(keys, TEXT), *(pa.array([one] * len(keys), TEXT) for one in values)])
        )

    def keep(self, keys: pa.Array, found: Digests, days: Any, is_gone: Mask) -> None:
        """Write what the CRM then has of records."""
        columns = [keys, pa.array(found), pa.array(days, pa.date32()), pa.array(is_gone)]
        self._kept.write_table(pa.table(columns, names=SCHEMA.names).cast(self._kept.schema))

    def note(self, keys: Iterable[str], what: str, details: Sequence[str] | None = None) -> None:
        """Name rows that somebody may want to look at."""
        for at, key in enumerate(keys):
            said = details[at] if details is not None else ""
            self._rows.writerow([safe_cell(key), what, safe_cell(said)])
            named = self.named.setdefault(what, [])
            if len(named) < self._plan.settings.n_named:
                named.append((key, said))

    def write_report(self, report: CrmReport) -> None:
        """Write the counts for a machine and for a person."""
        write_json(self._folder / "crm_report.json", report.to_json())
        (self._folder / "crm_report.md").write_text(report.to_markdown(), encoding="utf-8")
