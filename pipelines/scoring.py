"""Score a list part by part into a folder, in as many processes as the engine has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from icp_ml.config import Run
from icp_ml.errors import UnavailableError
from icp_ml.settings import Config
from pipelines.listing import Listing
from pipelines.manifests import check_not_empty, manifest_of

if TYPE_CHECKING:
    from icp_ml.data.first_pass import FirstPass
    from icp_ml.data.part_counts import PartCounts
    from icp_ml.data.placing import Placed
    from icp_ml.data.repeats import Repeats
    from icp_ml.engine import Before, PartDone, PieceTask, Work
    from icp_ml.engine.workers import Map

FEW_PIECES = 2
"""A list of no more is scored in this process: others would take longer to start."""
MARK = "parts_of"
ATTEMPTS = 3
"""How often workers may die before the run gives up; what they finished is kept."""


def score_list(run: Run, listing: Listing, folder: Path, before: Before | None = None) -> dict[str, Any]:
    """Write the scored list, the refused rows and the manifest into a folder; give the manifest.

    With `before`, what the ledger takes of it and what the next list is compared with, too. Parts that a
    killed run finished are taken over.

    Memory holds a few batches for each process, and of each row 11 bytes and 8 more while repeats are found.
    """
    from icp_ml.data.publish import write_json
    from icp_ml.data.scored import SCHEMA_VERSION
    from pipelines.cycles import write_cycle

    work = _work(run.config, listing, folder, before)
    _drop_other_parts(work)
    done = _scored_parts(run.config, listing, work)
    path, said = _join(run.config, work, folder)
    manifest = manifest_of(run, listing, done.counts, done.placed) | {
        "output": path.name,
        "schema_version": SCHEMA_VERSION,
        "rows_repeated_by": dict(done.repeats.by_kind),
        **said,
    }
    if before is None:
        shutil.rmtree(work.folder)
    else:
        manifest["cycle"] = write_cycle(run, work, listing, (manifest, done.placed))
        _keep_state(work, done)
    write_json(folder / "manifest.json", manifest)
    return manifest


def _drop_other_parts(work: Work) -> None:
    """Remove the parts of a killed run that cut the list into others, or named rows of another last list."""
    path, mark = work.folder / MARK, f"{work.rows_at_once} {_last_state(work)}"
    if path.is_file() and path.read_text(encoding="utf-8") == mark:
        return
    shutil.rmtree(work.folder)
    work.folder.mkdir()
    path.write_text(mark, encoding="utf-8")


def _last_state(work: Work) -> str:
    state = None if work.before is None else work.before.state
    return "" if state is None else state.facts.digest()


def _join(config: Config, work: Work, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Make the list, and what a CRM is given of it, of the placed parts; say what became of the latter."""
    from icp_ml.data.crm import crm_plan, write_changed
    from icp_ml.data.outputs import join_list, part_tables
    from icp_ml.data.scored import REFUSED_COLUMNS, join_lines, join_scored

    files = work.files
    placed, refused = ([one(at) for at in files.done()] for one in (files.placed, files.refused))
    join_lines(refused, REFUSED_COLUMNS, folder / "refused.csv")
    plan = crm_plan(config.rescore.crm, config.scoring.output, config.today)
    said: dict[str, Any] = {}
    if plan is not None and work.before is not None:
        report = write_changed(part_tables(placed), folder, work.before.published, plan)
        said["crm"] = {"summary": report.summary(), "alarms": report.alarms()}
    if work.part_form == "csv":
        return join_scored(placed, folder, "csv"), said
    return join_list(placed, folder, config.scoring, work.key), said


def _work(config: Config, listing: Listing, folder: Path, before: Before | None = None) -> Work:
    from icp_ml.data.state_facts import STATE
    from icp_ml.data.tables import read_beside
    from icp_ml.engine import Work
    from pipelines.states import state_facts

    parts = folder.resolve() / "parts"
    shutil.rmtree(parts.with_name(STATE), ignore_errors=True)  # of a run that ended before it was published
    parts.mkdir(exist_ok=True)
    has_import = before is not None and config.rescore.crm.preset
    form = "parquet" if has_import else config.scoring.part_form
    return Work(
        key=listing.key,
        folder=parts,
        mapping=config.data,
        beside=read_beside("prospects", config.data),
        segments=config.segments,
        models=listing.models,
        customers=listing.customers,
        rules=listing.rules,
        scoring=config.scoring,
        today=config.today,
        seed=config.seed,
        facts=state_facts(config, listing, form),
        holdout=config.holdout,
        part_form=form,
        before=before,
    )


def _keep_state(work: Work, done: Done) -> None:
    """Leave the parts for the next list."""
    from icp_ml.data.state_facts import STATE
    from icp_ml.data.state_files import keep_state

    facts = replace(work.facts, list_cuts=done.placed.list_cuts)
    keep_state(work.files, facts, work.files.done(), work.before.state if work.before else None)
    work.folder.rename(work.folder.with_name(STATE))


class Done(NamedTuple):
    """A list whose parts are all scored and placed."""

    counts: PartCounts
    first: FirstPass
    repeats: Repeats
    placed: Placed


def _scored_parts(config: Config, listing: Listing, work: Work) -> Done:
    """Score and place all parts; start anew where workers died, with what they had finished."""
    from icp_ml.engine import WorkersLost

    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _attempt(config, listing, work)
        except WorkersLost:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


def _attempt(config: Config, listing: Listing, work: Work) -> Done:
    from icp_ml.data.first_pass import read_first_pass
    from icp_ml.data.repeats import repeats_in
    from icp_ml.engine import score_piece, workers

    tasks = _tasks(config, work)
    ahead = list(islice(tasks, FEW_PIECES + 1))
    n_processes = 1 if len(ahead) <= FEW_PIECES else n_workers(config)
    with workers(config.engine, n_processes, work) as mapped:
        counts = _score(config, work, mapped(score_piece, chain(ahead, tasks)))
        _check_unchanged(config, listing)
        check_not_empty(config, counts)
        numbers = work.files.done()
        first = read_first_pass([work.files.scored(at) for at in numbers], tuple(work.models))
        repeats = repeats_in(first, config.matching)
        placed = _place(work, mapped, first, repeats)
    return Done(counts, first, repeats, placed)


def n_workers(config: Config) -> int:
    """Say how many processes of this machine work at once."""
    from joblib import effective_n_jobs

    return config.engine.n_workers or int(effective_n_jobs(config.n_jobs))


def _tasks(config: Config, work: Work) -> Iterator[PieceTask]:
    """Give the pieces of the list that are not scored yet, with their numbers."""
    from icp_ml.data.mapping import own_columns, table_settings
    from icp_ml.data.sources import read_pieces
    from icp_ml.engine import PieceTask

    table, done = table_settings("prospects", config.data), set(work.files.done())
    pieces = read_pieces(table, own_columns(table), work.rows_at_once)
    return (PieceTask(at, piece) for at, piece in enumerate(pieces) if at not in done)


def _score(config: Config, work: Work, parts: Iterator[PartDone]) -> PartCounts:
    """Take the parts as they come; give the counts of all, added up in the order of the list."""
    from icp_ml.data.part_counts import PartCounts
    from icp_ml.data.sources import source_size
    from pipelines.progress import meter

    prospects, files = config.data.prospects, work.files
    before = [files.read_counts(number) for number in files.done()]
    n_rows, n_bytes = sum(one.n_rows for one in before), max((one.n_bytes for one in before), default=0)
    with meter(source_size(prospects) if prospects else 0, "scoring") as show:
        for _, counts in parts:
            n_rows, n_bytes = n_rows + counts.n_rows, max(n_bytes, counts.n_bytes)
            show(n_bytes, n_rows)
    together = PartCounts.of(tuple(work.models))
    for number in files.done():
        together.merge(files.read_counts(number))
    return together


def _place(work: Work, mapped: Map, first: FirstPass, repeats: Repeats) -> Placed:
    from icp_ml.data.placing import Placed, cut_values, parts_of, write_lists
    from icp_ml.engine import PlaceTask, place
    from pipelines.progress import counter

    lists = write_lists(first, repeats.originals, work.scoring, work.folder)
    parts = enumerate(parts_of(first, repeats.originals))
    together = Placed(list_cuts=dict(zip(work.models, cut_values(lists), strict=True)))
    with counter(first.n_rows, "placing", "row") as tick:
        for placed in mapped(place, (PlaceTask(number, part, lists) for number, part in parts)):
            together.merge(placed)
            tick(placed.n_rows)
    return together


def _check_unchanged(config: Config, listing: Listing) -> None:
    """Refuse a list that was written to while it was read: half of it may be of another export."""
    from icp_ml.data.sources import place_name, source_state

    prospects = config.data.prospects
    if prospects is None or listing.state is None or source_state(prospects) == listing.state:
        return
    what = f"{place_name(prospects)} was changed while it was read."
    raise UnavailableError(what, fix="Run again when its export is complete; the last list stays.")
