"""Go back to the champion before this one, in each segment."""

from __future__ import annotations

from pathlib import Path

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import UnavailableError
from pipelines.segmented import for_each_segment


def rollback(run: Run) -> None:
    """Go back in every segment where there is a champion to go back to."""
    for_each_segment(run, _rollback)


def _rollback(run: Run) -> None:
    """Move the champion's alias back, once the model it names has proved to be whole.

    Raises
    ------
    UnavailableError
        There is no champion, or none before it.
    """
    from icp_ml.data.publish import locked
    from icp_ml.tracking.decisions import Decision, champion_before, roll_back
    from icp_ml.tracking.store import CHAMPION, find, store
    from pipelines.moving import promotion_folder

    settings = run.config.tracking
    with stage(run.named("rollback")) as say, locked(promotion_folder(run)), store(settings) as client:
        now = find(client, settings, CHAMPION)
        if now is None:
            what = f"{settings.registered_model} has no champion."
            raise UnavailableError(what, fix="Run make train first.")
        before = champion_before(client, settings, now)
        words = f"{before.number} ({before.model_version}) is the champion again"
        roll_back(client, settings, Decision("rolled back", now, before, words, run.config.today))
        say(f"{settings.registered_model} {words}, instead of {now.number} ({now.model_version})")
        say(f"logged in {Path(settings.decisions)}")


if __name__ == "__main__":
    run_pipeline(rollback)
