"""Record in the ledger what was published, and free what only the last list needs."""

from __future__ import annotations

from pathlib import Path

from icp_ml.config import Run
from icp_ml.errors import IcpError


def record(run: Run) -> list[str]:
    """Record every published cycle that the ledger lacks; give what could not be recorded, as alarms.

    A ledger that cannot be reached waits: the next run records what this one could not. What is damaged in it
    is restored while its published list is still there, else named, each night.
    """
    from icp_ml.data.ledger import open_ledger, record_missing
    from icp_ml.data.publish import latest, locked
    from icp_ml.data.state import forget_states

    settings = run.config.rescore
    folder = Path(settings.folder)
    with locked(folder):
        try:
            ledger = open_ledger(settings)
            damaged = [*record_missing(folder, ledger)[1], *ledger.check()]
        except IcpError as failure:
            return [f"the ledger waits for the next run: {failure.what}"]
        newest = latest(folder)
        if newest is not None:
            forget_states(folder, newest)
    return list(dict.fromkeys(map(str, damaged)))
