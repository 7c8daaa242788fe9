"""Score a list of prospects with the champion of each segment."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline, stage
from pipelines.listing import prepare, published
from pipelines.manifests import changed_models, summary
from pipelines.scoring import score_list


def predict(run: Run) -> None:
    """Write the scored list, the rows that could not be scored, and a manifest, in one step."""
    from pathlib import Path

    config, folder = run.config, Path(run.config.scoring.folder)
    with stage("predict") as say:
        listing = prepare(run)
        with published(config, folder, listing) as working:
            if working is None:
                say(f"nothing has changed since this list was scored; in {folder / 'latest'}")
                return
            manifest = score_list(run, listing, working)
            changed = changed_models(folder, manifest)
        say(summary(manifest, folder), [*changed, *manifest["notes"]])


if __name__ == "__main__":
    run_pipeline(predict)
