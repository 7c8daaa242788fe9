"""Score the list again, keep the ledger, say which accounts moved."""

from __future__ import annotations

from pathlib import Path

from icp_ml.config import Run, run_pipeline, stage
from pipelines.listing import prepare, published
from pipelines.manifests import changed_models, summary
from pipelines.scoring import score_list


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
            manifest = score_list(run, listing, working, keeps_entry=True)
            compared, changed = _compare(run, folder, working), changed_models(folder, manifest)
        say(f"{summary(manifest, folder)}; {compared}", [*changed, *manifest["notes"]])


def _compare(run: Run, folder: Path, working: Path) -> str:
    """Write the movers against the last run."""
    from icp_ml.data.ledger import read_entry, write_movers
    from icp_ml.data.publish import latest
    from icp_ml.rescore import changes
    from icp_ml.scoring import TIERS

    before = latest(folder)
    if before is None:
        return "first run, nothing to compare with"
    moved = changes(read_entry(before), read_entry(working), TIERS, run.config.rescore.min_change)
    write_movers(moved, working)
    return f"{moved.summary()} since {before.name.partition('_')[0]}"


if __name__ == "__main__":
    run_pipeline(rescore)
