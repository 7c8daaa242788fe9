"""Score the list again, keep the ledger, say which accounts moved."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from pipelines.cycles import before_of, read_cycle
from pipelines.listing import prepare, published
from pipelines.manifests import changed_models, summary
from pipelines.scoring import score_list

if TYPE_CHECKING:
    from icp_ml.engine import Before


def rescore(run: Run) -> None:
    """Score, compare with the last scoring, and publish all of it in one step.

    Run twice on one day with unchanged inputs, it changes nothing.
    """
    config, folder = run.config, Path(run.config.rescore.folder)
    with stage("rescore") as say:
        listing = prepare(run, config.rescore.min_change)
        with published(config, folder, listing) as working:
            if working is None:
                say(f"nothing has changed since the last run; in {folder / 'latest'}")
                return
            before = before_of(run, listing, folder)
            manifest = score_list(run, listing, working, before)
            changed = changed_models(folder, manifest)
            moved = _movers(run, before, working, changed)
        say(f"{summary(manifest, folder)}; {moved}", [*changed, *manifest["notes"]])


def _movers(run: Run, before: Before, working: Path, notes: list[str]) -> str:
    """Write who moved since the last list, as a file and as a page."""
    from pyarrow import parquet

    from icp_ml.data.movers import write_movers
    from icp_ml.data.publish import write_text
    from icp_ml.rescore import movers
    from icp_ml.rescore.page import PageFacts, movers_page
    from icp_ml.scoring import TIERS

    if before.last_cycle is None:
        return "first run, nothing to compare with"
    config, cycle = run.config, read_cycle(working)
    entries = parquet.read_table(working / "cycle" / "entries.parquet")
    n_compared = cycle["n_accounts"] - cycle["events"]["new"]
    moved = movers(entries, TIERS, config.rescore.min_change, n_compared)
    write_movers(moved, working)
    since = date.fromisoformat(before.last_cycle.partition("_")[0])
    facts = PageFacts(config.data.name, config.today, since, notes, config.rescore.n_shown_movers)
    write_text(working / "movers.html", movers_page(moved, facts))
    return f"{moved.summary()} since {since}"


if __name__ == "__main__":
    run_pipeline(rescore)
