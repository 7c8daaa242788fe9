"""Show the files of the scheduled run, and install them where that is confirmed."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import ConfigError
from icp_ml.notify import HIDDEN
from icp_ml.schedule import Job, cron_block, install_block, install_units, timer_text, unit_folder, unit_names
from icp_ml.schedule import unit_text as service_text
from icp_ml.settings import ScheduleSettings

NOT_OF_THE_RUN = ("schedule.", "schedule=", "today=")
VARIABLE = re.compile(r"\$\{oc\.env:(\w+)\}")


def schedule(run: Run) -> None:
    """Show what begins the run every day; install it with schedule.is_confirmed=true, as often as you like.

    Raises
    ------
    ConfigError
        The command line holds what must not stand in a file: a secret, or a fixed day.
    UnavailableError
        What schedules is not installed, or does not answer; the files were shown.
    """
    job, settings = job_of(run), run.config.schedule
    texts = _texts(job, settings)
    for place, text in texts.items():
        print(f"{place}:\n\n{text}", flush=True)
    for note in notes_of(run, job):
        print(f"  note: {note}", flush=True)
    if not settings.is_confirmed:
        print("schedule: nothing installed; install it with schedule.is_confirmed=true")
        return
    print(f"schedule: {_installed(settings, texts)}")


def job_of(run: Run) -> Job:
    """Give the command as it is to run, with the overrides of this one."""
    from icp_ml.data.secrets import masked

    if any(one.startswith("today=") for one in run.overrides):
        what = "today=... would be the day of every run."
        raise ConfigError(what, fix="Leave it out; today: ${now:%Y-%m-%d} in conf/data moves on.")
    kept = tuple(one for one in run.overrides if not one.startswith(NOT_OF_THE_RUN))
    if any(HIDDEN in one or masked(one) != one or "\n" in one for one in kept):
        what = "an override holds a secret, or a line break, and would stand in a file."
        fix = f"Put the secret into {run.config.schedule.environment}, and name it: ${{oc.env:NAME}}."
        raise ConfigError(what, fix=fix)
    return Job(Path.cwd(), sys.executable, kept)


def _texts(job: Job, settings: ScheduleSettings) -> dict[str, str]:
    """Give the files by where they belong."""
    if settings.kind == "cron":
        return {"crontab -e": cron_block(job, settings)}
    service, timer = unit_names(settings)
    texts = {service: service_text(job, settings), timer: timer_text(settings)}
    return {str(unit_folder() / name): text for name, text in texts.items()}


def _installed(settings: ScheduleSettings, texts: dict[str, str]) -> str:
    if settings.kind == "cron":
        changed = install_block(settings.name, texts["crontab -e"])
        return "the crontab has it" if changed else "the crontab had it already"
    files = install_units({Path(place).name: text for place, text in texts.items()})
    return f"installed {', '.join(files)}" if files else "was installed already; the timer is on"


def notes_of(run: Run, job: Job) -> list[str]:
    """Say what the run will lack that this shell has, and what whoever schedules it must know."""
    settings = run.config.schedule
    environment = job.environment(settings)
    said = [
        f"the run has none of this shell's variables: {name} belongs into {environment} (chmod 600)"
        for name in _variables(run)
        if name not in _given(environment)
    ]
    if not re.search(r"^  today: \$\{now:", run.composed, re.MULTILINE):
        said.append(f"data.today is always {run.config.today}: write today: ${{now:%Y-%m-%d}} in conf/data")
    if settings.kind == "systemd":
        user = os.environ.get("USER", "")
        said.append(
            f"a user's timer stops when the user logs out, unless: loginctl enable-linger {user}".rstrip()
        )
    elif settings.catches_up:
        said.append("cron makes up for no missed run; the line with @reboot runs it after the machine starts")
    return said


def _variables(run: Run) -> list[str]:
    """Name the variables of the environment that the configuration cannot do without."""
    texts = [run.composed, *run.overrides]
    return sorted({name for text in texts for name in VARIABLE.findall(text)})


def _given(environment: Path) -> set[str]:
    """Name the variables that a file sets; their values are not looked at."""
    try:
        lines = environment.read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    return {line.partition("=")[0].removeprefix("export ").strip() for line in lines if "=" in line}


if __name__ == "__main__":
    run_pipeline(schedule)
