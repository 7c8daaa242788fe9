"""The file by which a CRM imports the rows of a list that changed since they were last sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.crm.answers import exported_ids, exported_keys, read_refusals
from icp_ml.data.crm.cells import TEXT, import_cells, imported_rows
from icp_ml.data.crm.files import CrmFiles, given_path
from icp_ml.data.crm.given import Digests, Given, Mask, Seen, digests, is_among, read_given
from icp_ml.data.crm.keys import FINE, Keys, checked_keys
from icp_ml.data.crm.plan import CrmPlan
from icp_ml.data.crm.report import EXTRA, GONE, MISSING, REPEATED, SENT, CrmReport
from icp_ml.errors import UnavailableError

UNCHANGED = "unchanged"
BETWEEN = pa.scalar("\x1f", TEXT)
EMPTIED = 0
"""The digest of a record whose fields were emptied."""


def write_changed(tables: Iterable[pa.Table], folder: Path, before: Path | None, plan: CrmPlan) -> CrmReport:
    """Write the rows that changed into `folder/crm`, beside what the CRM has been given and the report.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        The placed rows of the whole list in its order; read once.
    folder : Path
        That the list is published with: what it says was given becomes true in the same step.
    before : Path, optional
        The list published last.
    plan : CrmPlan

    Raises
    ------
    DataError
        What the CRM was given, or what it answered, cannot be read.
    """
    with ChangedRows(folder, before, plan) as rows:
        for table in tables:
            rows.add(table)
        return rows.finish()


class ChangedRows:
    """Takes the tables of a list one by one; `finish` looks at what is left and writes the report.

    Memory holds a batch, 21 bytes for each record given so far, 8 for each row, and 8 for each key of the
    CRM's export.
    """

    def __init__(self, folder: Path, before: Path | None, plan: CrmPlan) -> None:
        old = given_path(before, plan) if before is not None else None
        self._plan, self._seen, self._counts = plan, Seen(), Counter[str]()
        self._given: Given = read_given(old or Path(), plan.key)
        self._refusals = read_refusals(plan.settings.refused, self._given.taken, plan.key, plan.preset)
        self._refused_ids = self._refusals.ids
        self._notes: list[str] = []
        self._exported = self._read_export()
        self._stack = ExitStack()
        self._files = self._stack.enter_context(CrmFiles(folder, plan, self._refusals.taken))

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._stack.close()

    def add(self, table: pa.Table) -> None:
        """Look at the next rows of the list."""
        kept = imported_rows(table, self._plan.output)
        self._counts["rows"] += len(table)
        self._counts["left_out"] += len(table) - len(kept)
        if not len(kept):
            return
        key = self._plan.key
        keys = checked_keys(kept[self._plan.columns[key]].combine_chunks(), key, self._plan.preset)
        cells = import_cells(kept, self._plan.form, self._plan.columns) | {key: keys.texts}
        ids = digests(keys.texts.to_pylist())
        taken = self._without_refused(keys, ids)
        self._write({name: one.filter(pa.array(taken)) for name, one in cells.items()}, ids[taken])

    def _without_refused(self, keys: Keys, ids: Digests) -> Mask:
        """Say which rows can be imported, and name the others."""
        problems = keys.problems.copy()
        fine = np.flatnonzero(problems == FINE)
        problems[fine[self._seen.repeated(ids[fine])]] = REPEATED
        is_refused = problems != FINE
        self._files.note(
            keys.texts.filter(pa.array(is_refused)).to_pylist(), "refused", problems[is_refused].tolist()
        )
        self._counts.update(f"refused {one}" for one in problems[is_refused])
        return np.asarray(~is_refused)

    def _write(self, cells: dict[str, pa.Array], ids: Digests) -> None:
        """Write the rows that are to be sent, and of all of them what the CRM then has."""
        if not len(ids):
            return
        compared = [cells[name] for name in self._plan.compared]
        lines = pc.binary_join_element_wise(*compared, BETWEEN) if compared else pa.repeat("", len(ids))
        found = digests(lines.to_pylist(), "\x1f".join(self._plan.compared))
        outcomes = self._outcomes(ids, found)
        self._counts.update(outcomes.tolist())
        is_sent = outcomes != UNCHANGED
        _, at = self._given.find(ids)
        days = np.where(is_sent, np.datetime64(self._plan.today, "D"), self._days(at))
        keys = cells[self._plan.key]
        self._files.send({name: one.filter(pa.array(is_sent)) for name, one in cells.items()})
        self._files.keep(keys, found, days, np.zeros(len(ids), dtype=bool))
        self._compare_with_export(keys, ids)

    def _outcomes(self, ids: Digests, found: Digests) -> np.ndarray[Any, np.dtype[np.str_]]:
        """Say of each row whether and why it is sent."""
        is_there, at = self._given.find(ids)
        if not len(self._given.ids):
            return np.full(len(ids), "new")
        is_changed = self._given.digests[at] != found
        age = (np.datetime64(self._plan.today, "D") - self._given.days[at]).astype(int)
        refresh_days = self._plan.settings.refresh_days
        is_old = np.zeros(len(ids), dtype=bool) if refresh_days is None else age >= refresh_days
        is_refused = is_among(ids, self._refused_ids)
        return np.select(
            [~is_there, is_refused, is_changed, is_old], ["new", "again", "changed", "refreshed"], UNCHANGED
        )

    def _days(self, at: Any) -> Any:
        """Give the days that records were last sent; of those never given any day does."""
        return self._given.days[at] if len(self._given.ids) else np.datetime64(self._plan.today, "D")

    def _read_export(self) -> Digests | None:
        settings = self._plan.settings.export
        if settings is None:
            return None
        try:
            return exported_ids(settings, self._plan.key, self._plan.preset)
        except UnavailableError as failure:
            self._notes.append(f"{self._plan.preset}'s own keys were not compared: {failure.what}")
            return None

    def _compare_with_export(self, keys: pa.Array, ids: Digests) -> None:
        if self._exported is not None:
            missing = keys.filter(pa.array(~is_among(ids, self._exported))).to_pylist()
            self._counts[MISSING] += len(missing)
            self._files.note(missing, MISSING)

    def finish(self) -> CrmReport:
        """Empty or name what is gone, look at what the CRM alone has, and write the report.

        Call it after the last table.
        """
        for batch in self._given.batches():
            self._keep_gone(pa.table(batch))
        self._name_extra()
        reasons = self._refusals.reasons
        self._files.note(reasons, "refused by the CRM", list(reasons.values()))
        report = self._report()
        self._files.write_report(report)
        return report

    def _keep_gone(self, table: pa.Table) -> None:
        """Go on with records that the list no longer has: each is emptied, or named, once."""
        ids = digests(table["key"].to_pylist())
        is_left = ~self._seen.has(ids)
        left, ids = table.filter(pa.array(is_left)), ids[is_left]
        was_gone = left["is_gone"].to_numpy()
        found, days = left["digest"].to_numpy(), left["day"].to_numpy().astype("datetime64[D]")
        is_new = ~was_gone
        if self._plan.settings.when_gone == "blank":
            is_new = ~was_gone | (found != EMPTIED) | is_among(ids, self._refused_ids)
            found = np.where(is_new, np.uint64(EMPTIED), found)
            days = np.where(is_new, np.datetime64(self._plan.today, "D"), days)
            self._files.empty(left["key"].filter(pa.array(is_new)).to_pylist())
        gone = left["key"].filter(pa.array(is_new)).to_pylist()
        self._counts[GONE] += len(gone)
        self._files.note(gone, GONE)
        self._files.keep(left["key"], found, days, np.ones(len(left), dtype=bool))

    def _name_extra(self) -> None:
        settings = self._plan.settings.export
        if self._exported is None or settings is None:
            return
        for keys in exported_keys(settings, self._plan.key, self._plan.preset):
            extra = keys.filter(pa.array(~self._seen.has(digests(keys.to_pylist())))).to_pylist()
            self._counts[EXTRA] += len(extra)
            self._files.note(extra, EXTRA)

    def _report(self) -> CrmReport:
        counts, is_compared = self._counts, self._exported is not None
        refused = {
            name.removeprefix("refused "): n for name, n in counts.items() if name.startswith("refused ")
        }
        return CrmReport(
            plan=self._plan,
            rows=counts["rows"],
            sent={why: counts[why] for why in SENT},
            unchanged=counts[UNCHANGED],
            left_out=counts["left_out"],
            refused=dict(sorted(refused.items())),
            gone=counts[GONE],
            refused_there=dict(Counter(self._refusals.reasons.values()).most_common()),
            missing=counts[MISSING] if is_compared else None,
            extra=counts[EXTRA] if is_compared else None,
            named=self._files.named,
            notes=tuple(self._notes),
        )
