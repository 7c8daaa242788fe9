"""Make the challenger of each segment its champion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import UnavailableError
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.tracking.store import Registered


def promote(run: Run) -> None:
    """Promote in every segment where it may be; then say where it may not."""
    for_each_segment(run, _promote)


def _promote(run: Run) -> None:
    """Move the champion's alias to the challenger, unless it failed a gate when it was trained."""
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
    from icp_ml.tracking.store import promote as make_champion

    settings = run.config.tracking
    with stage(run.named("promote")) as say, store(settings) as client:
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
        name = f"{settings.registered_model} {challenger.number} ({challenger.model_version})"
        if champion is not None and champion.number == challenger.number:
            say(f"{name} is the champion already")
            return
        make_champion(client, settings, challenger.number)
        say(f"{name} is the champion, {_instead_of(client, champion, challenger)}")


def _instead_of(client: MlflowClient, champion: Registered | None, challenger: Registered) -> str:
    """Say what it replaces, and whether the two mean different things by best."""
    if champion is None:
        return "the first"
    before, now = (client.get_run(one.run_id).data.tags for one in (champion, challenger))
    said = f"instead of {champion.number} ({champion.model_version})"
    if before.get("label_digest") == now.get("label_digest"):
        return said
    return f"{said}; best now means {now.get('best')}, where it meant {before.get('best')}"


if __name__ == "__main__":
    run_pipeline(promote)
