"""Make the challenger the champion."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline, stage


def promote(run: Run) -> None:
    """Move the champion's alias to the challenger, unless it failed a gate when it was trained."""
    from icp_ml.errors import UnavailableError
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
    from icp_ml.tracking.store import promote as make_champion

    settings = run.config.tracking
    with stage("promote") as say, store(settings) as client:
        challenger, champion = find(client, settings, CHALLENGER), find(client, settings, CHAMPION)
        if challenger is None:
            raise UnavailableError(
                f"{settings.registered_model} has no challenger.", fix="Run make train first."
            )
        gates = client.get_run(challenger.run_id).data.tags.get("gates")
        if gates != "passed":
            what = f"{settings.registered_model} {challenger.number} failed its gates when it was trained."
            raise UnavailableError(
                what, fix="See report/report.md of its run in make ui; train a better one."
            )
        make_champion(client, settings, challenger.number)
        before = f"instead of {champion.number}" if champion else "the first"
        say(
            f"{settings.registered_model} {challenger.number} ({challenger.model_version}) "
            f"is the champion, {before}"
        )


if __name__ == "__main__":
    run_pipeline(promote)
