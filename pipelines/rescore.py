"""Score the list again, keep the ledger, say which accounts moved."""

from __future__ import annotations

from pathlib import Path

from icp_ml.config import Run, run_pipeline, stage
from pipelines.cycles import before_of
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
            manifest = score_list(run, listing, working, before_of(run, listing, folder))
            changed = changed_models(folder, manifest)
        say(summary(manifest, folder), [*changed, *manifest["notes"]])


if __name__ == "__main__":
    run_pipeline(rescore)
