"""Send the trainings that the tracking server could not take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import ConfigError

if TYPE_CHECKING:
    from icp_ml.tracking.outbox import Waiting


def send(run: Run) -> None:
    """Send every training of the outbox, whatever its data, and take it out once all of it has arrived.

    Raises
    ------
    ConfigError
        There is no server to send to.
    """
    from icp_ml.data.publish import locked
    from icp_ml.errors import count
    from icp_ml.tracking.outbox import waiting
    from icp_ml.tracking.reaching import is_server

    settings = run.config.tracking
    if not is_server(settings.uri):
        raise ConfigError(f"{settings.uri} is no tracking server.", fix="Name one: tracking=server.")
    with stage("send") as say:
        if not Path(settings.outbox).is_dir():
            say(f"nothing waits in {settings.outbox}")
            return
        with locked(Path(settings.outbox)):
            found = waiting(settings)
            for one in found:
                print(f"send: {one.name}: {_sent(run, one)}", flush=True)
        say(f"{count(len(found), 'training')} sent" if found else f"nothing waits in {settings.outbox}")


def _sent(run: Run, which: Waiting) -> str:
    """Send one, decide what it becomes as a training does, and remove it here; say what it became."""
    from icp_ml.tracking.outbox import kept, outbox_of
    from icp_ml.tracking.removing import remove_training
    from icp_ml.tracking.sending import deliver
    from icp_ml.tracking.store import store
    from pipelines.registering import sent_words, settled

    settings = run.config.tracking
    there, here, whole = which.there(settings), which.there(outbox_of(settings)), kept(settings, which)
    is_passed = whole.record.tags.get("gates") == "passed"
    with store(there) as client:
        found = deliver(client, there, whole)
        failures = () if is_passed else ("it failed a gate when it was trained.",)
        said = settled(client, there, (whole.model, found), failures, run.config.today)
    with store(here) as client:
        remove_training(client, here, whole.record.run)
    return sent_words(there, found, said)


if __name__ == "__main__":
    run_pipeline(send)
