"""The texts of the files: units for systemd, a block of lines for a crontab."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from icp_ml.settings import ScheduleSettings

MARK = "# Written by make schedule; make unschedule removes it."
CRON_DAYS = {"daily": "*", "weekdays": "1-5"}
SYSTEMD_DAYS = {"daily": "", "weekdays": "Mon..Fri "}
PLAIN = re.compile(r"[\w@+=:,./-]+", re.ASCII)
AFTER_BOOT_SECONDS = 300  # the network and the disks come first


@dataclass(frozen=True)
class Job:
    """What is to run.

    Attributes
    ----------
    folder : Path
        Where the command runs, absolute.
    python : str
        The interpreter of the environment.
    overrides : tuple of str
        What the command line of the run changes.
    """

    folder: Path
    python: str
    overrides: tuple[str, ...]

    def environment(self, settings: ScheduleSettings) -> Path:
        """Give the file that holds the secrets."""
        return self.folder / settings.environment


def unit_names(settings: ScheduleSettings) -> tuple[str, str]:
    """Name the two units."""
    return f"{settings.name}.service", f"{settings.name}.timer"


def unit_text(job: Job, settings: ScheduleSettings) -> str:
    """Write the service: one run that may end with alarms and still is well.

    The command stands in it as systemd reads it: quoted, with % and $ doubled (systemd.service(5)).
    """
    program, words = _systemd_word(job.python, True), ["-m", "pipelines.rescore", *job.overrides]
    return f"""\
{MARK}
[Unit]
Description=icp_ml: score the list of accounts again ({settings.name})
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={_specified(str(job.folder))}
EnvironmentFile=-{_specified(str(job.environment(settings)))}
ExecStart={" ".join([program, *map(_systemd_word, words)])}
SuccessExitStatus=10
TimeoutStartSec={settings.max_hours:g}h
"""


def timer_text(settings: ScheduleSettings) -> str:
    """Write the timer: with catching up, one run that was missed is made up for after the start."""
    return f"""\
{MARK}
[Unit]
Description=icp_ml: when to score the list of accounts again ({settings.name})

[Timer]
OnCalendar={SYSTEMD_DAYS[settings.days]}*-*-* {settings.at}:00
Persistent={str(settings.catches_up).lower()}
Unit={unit_names(settings)[0]}

[Install]
WantedBy=timers.target
"""


def cron_block(job: Job, settings: ScheduleSettings) -> str:
    """Write the lines of a crontab between two marks.

    No line of them changes how others run: cron's own variables (PATH, MAILTO) would hold for all below.
    Output goes to the log; what is left for cron to mail is one line where a run failed or had alarms.
    """
    hour, minute = settings.at.split(":")
    command = _shell_line(job, settings).replace("%", r"\%")
    lines = [f"{int(minute)} {int(hour)} * * {CRON_DAYS[settings.days]}  {command}"]
    if settings.catches_up:
        lines.append(f"@reboot  sleep {AFTER_BOOT_SECONDS}; {command}")
    begins, ends = marks(settings.name)
    return "\n".join([begins, MARK, *lines, ends, ""])


def marks(name: str) -> tuple[str, str]:
    """Give the lines that a block begins and ends with."""
    return f"# BEGIN {name}", f"# END {name}"


def _shell_line(job: Job, settings: ScheduleSettings) -> str:
    environment = shlex.quote(str(job.environment(settings)))
    log = shlex.quote(str(job.folder / settings.log))
    words = shlex.join([job.python, "-m", "pipelines.rescore", *job.overrides])
    steps = [
        f"cd {shlex.quote(str(job.folder))}",
        f"mkdir -p {shlex.quote(str((job.folder / settings.log).parent))}",
        f"{{ [ ! -r {environment} ] || {{ set -a; . {environment}; set +a; }}; }}",
        f"timeout {settings.max_hours:g}h {words} >> {log} 2>&1",
    ]
    said = shlex.quote(f"{settings.name} ended with exit status")
    return f'{" && ".join(steps)} || echo {said} "$?, see" {log}'


def _systemd_word(word: str, is_program: bool = False) -> str:
    """Quote a word; variables are put into what follows the program, never into its own path."""
    escaped = _specified(word).replace("\\", "\\\\").replace('"', '\\"')
    whole = escaped if is_program else escaped.replace("$", "$$")
    return word if PLAIN.fullmatch(word) else f'"{whole}"'


def _specified(text: str) -> str:
    return text.replace("%", "%%")
