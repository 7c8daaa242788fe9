"""make schedule shows, then installs, as often as one likes; make unschedule takes away exactly that."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from support import command, compose

from icp_ml import config
from icp_ml.errors import ConfigError
from icp_ml.schedule import is_installed
from pipelines.schedule import job_of, notes_of, schedule
from pipelines.unschedule import unschedule

CRONTAB = """\
#!/bin/sh
table="$HOME/table"
case "$1" in
-l) [ -f "$table" ] && cat "$table" || { echo "no crontab for me" >&2; exit 1; } ;;
-r) rm "$table" ;;
-) cat > "$table" ;;
esac
"""
SYSTEMCTL = """\
#!/bin/sh
[ -e "$HOME/no-bus" ] && { echo "Failed to connect to bus" >&2; exit 1; }
echo "$*" >> "$HOME/calls"
"""
CONFIRMED = {"is_confirmed": True}
CRON = {**CONFIRMED, "kind": "cron"}


@pytest.fixture(scope="module")
def composed():
    return compose()


@pytest.fixture
def called(composed, capsys):
    """Give how to run a pipeline with changed settings: its exit status, and what it printed."""

    def run_of(pipeline, **changed):
        settings = composed.config.schedule.model_copy(update=changed)
        run = replace(composed, config=composed.config.model_copy(update={"schedule": settings}))
        status = config._status_of(lambda: pipeline(run))
        return status, *capsys.readouterr()

    return run_of


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give a home of its own, with a crontab and a systemctl that keep what they are told there."""
    for name, text in (("crontab", CRONTAB), ("systemctl", SYSTEMCTL)):
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def units_in(home):
    folder = home / ".config/systemd/user"
    return sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []


@pytest.mark.parametrize("kind", ["cron", "systemd"])
def test_nothing_is_installed_unless_confirmed(home, composed, called, kind: str) -> None:
    status, said, _ = called(schedule, kind=kind)
    assert status == 0
    assert "-m pipelines.rescore" in said
    assert said.endswith("schedule: nothing installed; install it with schedule.is_confirmed=true\n")
    assert units_in(home) == []
    assert not (home / "table").exists()
    assert not is_installed(composed.config.schedule)


def test_units_are_installed_once_and_removed(home, composed, called) -> None:
    (home / ".config/systemd/user").mkdir(parents=True)
    (home / ".config/systemd/user/other.timer").write_text("[Timer]\n")
    status, said, wrong = called(schedule, **CONFIRMED)
    assert (status, wrong) == (0, "")
    assert f"schedule: installed {home}/.config/systemd/user/icp_ml_demo.service, " in said
    assert units_in(home) == ["icp_ml_demo.service", "icp_ml_demo.timer", "other.timer"]
    assert is_installed(composed.config.schedule)
    assert "was installed already" in called(schedule, **CONFIRMED)[1]
    assert (home / "calls").read_text().splitlines() == [
        "--user show-environment", "--user daemon-reload", "--user enable --now icp_ml_demo.timer"
    ] * 2  # fmt: skip
    folder = home / ".config/systemd/user"
    names = f"{folder}/icp_ml_demo.service, {folder}/icp_ml_demo.timer"
    assert called(unschedule) == (0, f"unschedule: removed {names}\n", "")
    assert (home / "calls").read_text().splitlines()[6:] == [
        "--user disable --now icp_ml_demo.timer", "--user daemon-reload"
    ]  # fmt: skip
    assert units_in(home) == ["other.timer"]
    assert called(unschedule) == (0, "unschedule: nothing was installed\n", "")


def test_a_crontab_keeps_its_other_lines(home, composed, called) -> None:
    (home / "table").write_text("MAILTO=me\n0 1 * * * backup")
    assert "the crontab has it\n" in called(schedule, **CRON)[1]
    assert "the crontab had it already\n" in called(schedule, **CRON)[1]
    assert called(schedule, **CRON, at="04:00")[0] == 0
    table = (home / "table").read_text()
    assert table.startswith("MAILTO=me\n0 1 * * * backup\n# BEGIN icp_ml_demo\n")
    assert table.count("pipelines.rescore") == 2
    assert "\n0 4 * * *  cd " in table
    assert is_installed(composed.config.schedule)
    assert called(unschedule)[1] == "unschedule: removed the block icp_ml_demo of the crontab\n"
    assert (home / "table").read_text() == "MAILTO=me\n0 1 * * * backup\n"


def test_a_crontab_that_held_nothing_else_goes(home, called) -> None:
    called(schedule, **CRON)
    called(unschedule)
    assert not (home / "table").exists()


def test_where_systemd_does_not_answer_the_files_are_shown_and_nothing_is_written(home, called) -> None:
    (home / "no-bus").touch()
    status, said, wrong = called(schedule, **CONFIRMED)
    assert status == 69
    assert said.startswith(f"{home}/.config/systemd/user/icp_ml_demo.service:\n\n# Written by")
    assert wrong == (
        "error: systemctl --user show-environment failed.\n"
        "  Failed to connect to bus\n"
        "Put the lines shown where they belong by hand, or mend what it complains of.\n"
    )
    assert units_in(home) == []


@pytest.mark.parametrize(("kind", "program"), [("cron", "crontab"), ("systemd", "systemctl")])
def test_what_is_not_installed_is_said(home, called, monkeypatch, kind: str, program: str) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    status, said, wrong = called(schedule, kind=kind, **CONFIRMED)
    assert status == 69
    assert "# Written by make schedule" in said
    assert wrong == f"error: {program} is not installed.\nPut the lines shown where they belong by hand.\n"
    assert called(unschedule) == (0, "unschedule: nothing was installed\n", "")


def test_a_unit_of_somebody_else_stays(home, called) -> None:
    mine = home / ".config/systemd/user/icp_ml_demo.timer"
    mine.parent.mkdir(parents=True)
    mine.write_text("[Timer]\n")
    for pipeline in (schedule, unschedule):
        status, _, wrong = called(pipeline, **CONFIRMED)
        assert (status, wrong) == (
            78,
            f"error: {mine} was not written by make schedule.\n"
            "Move it away, or choose another schedule.name.\n",
        )
    assert mine.read_text() == "[Timer]\n"


def test_the_overrides_of_the_command_are_those_of_the_run(home, composed) -> None:
    given = ("data=demo", "schedule.is_confirmed=true", "schedule.at='04:00'", "a=${oc.env:X}")
    job = job_of(replace(composed, overrides=given))
    assert job.overrides == ("data=demo", "a=${oc.env:X}")
    assert job.folder == Path.cwd()


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("today=2026-01-01", "today=... would be the day of every run."),
        ("rescore.ledger_url=postgresql://me:hush@h/d", "an override holds a secret, or a line break"),
        ("notify.urls=***", "an override holds a secret, or a line break"),
        ("a='x\ny'", "an override holds a secret, or a line break"),
    ],
)
def test_no_secret_and_no_fixed_day_stand_in_a_file(composed, override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)) as failure:
        job_of(replace(composed, overrides=(override,)))
    assert "hush" not in str(failure.value)


def test_an_address_on_the_command_line_is_in_no_file(home) -> None:
    done = command("schedule", 'notify.urls=["slack://hush/hush"]', cwd=home)
    assert done.returncode == 78
    assert "hush" not in done.stdout + done.stderr


def test_what_the_run_will_lack_is_said(home, composed, called, monkeypatch) -> None:
    monkeypatch.setenv("ICP_ML_NOTIFY", "json://me:hush@h")
    run = compose("notify=environment")
    said = f"the run has none of this shell's variables: ICP_ML_NOTIFY belongs into {home}/.env (chmod 600)"
    fixed = "data.today is always 2026-01-01: write today: ${now:%Y-%m-%d} in conf/data"
    assert notes_of(run, job_of(run))[:2] == [said, fixed]
    (home / ".env").write_text("export ICP_ML_NOTIFY=json://me:hush@h\n")
    assert notes_of(run, job_of(run))[0] == fixed
