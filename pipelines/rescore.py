"""Score the list again, keep the ledger, say which accounts moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from icp_ml.config import Run, run_pipeline, stage
from pipelines.listing import prepare, published, read_manifest, score_list, summary


def rescore(run: Run) -> None:
    """Score, compare with the last scoring, and publish all of it in one step.

    Run twice on one day with unchanged inputs, it changes nothing.
    """
    config, folder = run.config, Path(run.config.rescore.folder)
    with stage("rescore") as say:
        listing = prepare(config, config.rescore.min_change)
        with published(config, folder, listing) as working:
            if working is None:
                say(f"nothing has changed since the last run; in {folder / 'latest'}")
                return
            manifest = score_list(run, listing, working, keeps_entry=True)
            compared = _compare(run, folder, working, manifest)
        say(f"{summary(manifest, folder)}; {compared}", manifest["notes"])


def _compare(run: Run, folder: Path, working: Path, manifest: dict[str, Any]) -> str:
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
    said = f"{moved.summary()} since {before.name.partition('_')[0]}"
    return said + _model_change(read_manifest(before), manifest)


def _model_change(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Say that another model scored this time, and whether it means another thing by best."""
    if before["model_version"] == now["model_version"]:
        return ""
    means = "" if before["model"] == now["model"] else f", and best is now {now['model']}"
    return f"; the model changed from {before['model_version']} to {now['model_version']}{means}"


if __name__ == "__main__":
    run_pipeline(rescore)
