"""Score the list again, keep the ledger, say which accounts moved: what a schedule runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import ExitCode, IcpError
from pipelines.comparing import compared_with
from pipelines.cycles import read_cycle
from pipelines.heartbeats import heartbeat
from pipelines.listing import prepare, published
from pipelines.manifests import changed_models, read_manifest, summary
from pipelines.recording import record
from pipelines.scoring import score_list
from pipelines.source_checks import check_list, check_sources
from pipelines.telling import told

if TYPE_CHECKING:
    from icp_ml.engine import Before
    from icp_ml.rescore import Changes


@dataclass(frozen=True)
class Cycle:
    """What a cycle made.

    Attributes
    ----------
    lines : list of str
        In words.
    moved : Changes, optional
        None in the first cycle, and where nothing has changed.
    facts : dict
        As `cycle.json`.
    is_new : bool
        Whether this run made it: of one that was there before everybody has been told.
    """

    lines: list[str]
    moved: Changes | None
    facts: dict[str, Any]
    is_new: bool


def rescore(run: Run) -> int:
    """Score, compare with the last scoring, publish all of it in one step, and keep it in the ledger.

    Run twice on one day with unchanged inputs, it changes nothing. The status is 10 where there are alarms.
    """
    with heartbeat(run) as beat, told(run) as telling:
        with stage("rescore") as say:
            cycle = _cycle(run)
            say("; ".join(cycle.lines[:1]), [*beat.notes, *cycle.lines[1:]])
        alarms = [*cycle.facts.get("alarms", ()), *record(run), *_learnt(run, cycle)]
        if cycle.is_new:
            alarms += telling.done(cycle.lines[:1], cycle.moved, alarms)
        for one in alarms:
            print(f"  alarm: {one}", flush=True)
        beat.outcome, beat.alarms = cycle.lines[0], alarms
        beat.status = ExitCode.ALARMS if alarms else ExitCode.OK
    return beat.status


def _cycle(run: Run) -> Cycle:
    """Make and publish a list, where anything has changed since the last one."""
    config, folder = run.config, Path(run.config.rescore.folder)
    check_sources(run)
    listing = prepare(run, config.rescore.min_change, _crm_state(run))
    with published(config, folder, listing) as working:
        if working is None:
            line = f"nothing has changed since the last run; in {folder / 'latest'}"
            return Cycle([line], None, _facts_of((folder / "latest").resolve()), False)
        with compared_with(run, listing, folder) as (before, notes):
            manifest = score_list(run, listing, working, before)
        last = before.published
        check_list(manifest, None if last is None else read_manifest(last), config.rescore)
        changed = changed_models(folder, manifest)
        cycle = read_cycle(working)
        moved = _movers(run, before, working, changed)
    lines = [f"{summary(manifest, folder)}; {_said(moved, before)}", *notes, *changed, *_lost(before)]
    lines += [*manifest["notes"], *cycle["drift"]]
    return Cycle([*lines, *([manifest["crm"]["summary"]] if "crm" in manifest else ())], moved, cycle, True)


def _facts_of(newest: Path) -> dict[str, Any]:
    """Read the facts of a list that stands; of one without them none are known."""
    try:
        return read_cycle(newest)
    except (OSError, ValueError):  # damaged ones are named when cycles are recorded
        return {}


def _crm_state(run: Run) -> dict[str, str]:
    """Check the import of changed rows, and digest what the CRM has answered."""
    from icp_ml.data.crm import check_crm, crm_digests, crm_plan

    config = run.config
    plan = crm_plan(config.rescore.crm, config.scoring.output, config.today)
    if plan is not None:
        check_crm(plan)
    return crm_digests(config.rescore.crm)


def _learnt(run: Run, cycle: Cycle) -> list[str]:
    """Look at what became of the accounts, and train where the figures ask for it; give what went wrong.

    Points of a declared rubric promise nothing that could be compared.
    """
    from icp_ml.data.ledger import open_ledger
    from icp_ml.model.candidate import POINTS
    from pipelines.outcomes import outcomes_of
    from pipelines.retraining import retrain_if_due

    if all(one.get("estimates") == POINTS for one in cycle.facts.get("segments", {}).values()):
        return []
    try:
        found = outcomes_of(run, open_ledger(run.config.rescore))
    except IcpError as failure:
        return [f"outcomes: {failure.what}"]
    return retrain_if_due(run, found, cycle.facts.get("drift_alarms", {}))


def _lost(before: Before) -> list[str]:
    """Name the segments whose changes cannot be explained."""
    names = [name for name, model in before.models.items() if model is None]
    return [
        f"{name}: the model that scored the last list is lost; its changes are not split" for name in names
    ]


def _said(moved: Changes | None, before: Before) -> str:
    if moved is None or before.last_cycle is None:
        return "first run, nothing to compare with"
    return f"{moved.summary()} since {before.last_cycle.partition('_')[0]}"


def _movers(run: Run, before: Before, working: Path, notes: list[str]) -> Changes | None:
    """Write who moved since the last list, as a file and as a page."""
    from pyarrow import parquet

    from icp_ml.data.movers import write_movers
    from icp_ml.data.publish import write_text
    from icp_ml.rescore import movers
    from icp_ml.rescore.page import PageFacts, movers_page
    from icp_ml.scoring import TIERS

    if before.last_cycle is None:
        return None
    config, cycle = run.config, read_cycle(working)
    entries = parquet.read_table(working / "cycle" / "entries.parquet")
    n_compared = cycle["n_accounts"] - cycle["events"]["new"]
    moved = movers(entries, TIERS, config.rescore.min_change, n_compared, len(cycle["segments"]))
    write_movers(moved, working)
    since = date.fromisoformat(before.last_cycle.partition("_")[0])
    facts = PageFacts(config.data.name, config.today, since, notes, config.rescore.n_shown_movers)
    write_text(working / "movers.html", movers_page(moved, facts))
    return moved


if __name__ == "__main__":
    run_pipeline(rescore)
