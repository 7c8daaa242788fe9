"""Take the scheduled run out of cron and systemd: exactly what make schedule put there."""

from __future__ import annotations

import shutil

from icp_ml.config import Run, run_pipeline
from icp_ml.schedule import remove_block, remove_units, unit_names


def unschedule(run: Run) -> None:
    """Remove the units and the block of the crontab of schedule.name, whichever of both there is.

    Raises
    ------
    ConfigError
        A file of that name was written by somebody else; it stays.
    UnavailableError
        systemd does not answer; nothing was removed.
    """
    settings = run.config.schedule
    removed = remove_units(unit_names(settings))
    if shutil.which("crontab") and remove_block(settings.name):
        removed.append(f"the block {settings.name} of the crontab")
    print(f"unschedule: {'removed ' + ', '.join(removed) if removed else 'nothing was installed'}")


if __name__ == "__main__":
    run_pipeline(unschedule)
