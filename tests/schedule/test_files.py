"""The files say what they should to the letter, and a shell and systemd read back what was meant."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import compose

from icp_ml.errors import ConfigError, DataError
from icp_ml.schedule import Job, cron_block, timer_text, unit_names, unit_text
from icp_ml.schedule.crontab import with_block
from icp_ml.schedule.systemd import check_units

JOB = Job(
    Path("/srv/icp_ml"), "/srv/icp_ml/.venv/bin/python", ("data=accounts", "rescore.ledger_url=${oc.env:DB}")
)
SHOWS = """\
#!/bin/sh
exec {python} -c 'import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))' "$@"
"""


@pytest.fixture(scope="module")
def composed():
    return compose().config.schedule


@pytest.fixture(scope="module")
def settings(composed):
    return lambda **changed: composed.model_copy(update={"name": "icp_ml_accounts", **changed})


def test_the_units_to_the_letter(settings) -> None:
    assert unit_text(JOB, settings()) == (
        "# Written by make schedule; make unschedule removes it.\n"
        "[Unit]\n"
        "Description=icp_ml: score the list of accounts again (icp_ml_accounts)\n"
        "After=network-online.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "WorkingDirectory=/srv/icp_ml\n"
        "EnvironmentFile=-/srv/icp_ml/.env\n"
        "ExecStart=/srv/icp_ml/.venv/bin/python -m pipelines.rescore data=accounts "
        '"rescore.ledger_url=$${oc.env:DB}"\n'
        "SuccessExitStatus=10\n"
        "TimeoutStartSec=12h\n"
    )
    assert timer_text(settings(days="weekdays", catches_up=False)) == (
        "# Written by make schedule; make unschedule removes it.\n"
        "[Unit]\n"
        "Description=icp_ml: when to score the list of accounts again (icp_ml_accounts)\n"
        "\n"
        "[Timer]\n"
        "OnCalendar=Mon..Fri *-*-* 02:30:00\n"
        "Persistent=false\n"
        "Unit=icp_ml_accounts.service\n"
        "\n"
        "[Install]\n"
        "WantedBy=timers.target\n"
    )


COMMAND = (
    "cd /srv/icp_ml && mkdir -p /srv/icp_ml/var/log && "
    "{ [ ! -r /srv/icp_ml/.env ] || { set -a; . /srv/icp_ml/.env; set +a; }; } && "
    "timeout 12h /srv/icp_ml/.venv/bin/python -m pipelines.rescore data=accounts "
    "'rescore.ledger_url=${oc.env:DB}' >> /srv/icp_ml/var/log/icp_ml_demo.log 2>&1 || "
    "echo 'icp_ml_accounts ended with exit status' \"$?, see\" /srv/icp_ml/var/log/icp_ml_demo.log"
)


def test_the_block_of_a_crontab_to_the_letter(settings) -> None:
    assert cron_block(JOB, settings(days="weekdays", at="07:05")) == (
        "# BEGIN icp_ml_accounts\n"
        "# Written by make schedule; make unschedule removes it.\n"
        f"5 7 * * 1-5  {COMMAND}\n"
        f"@reboot  sleep 300; {COMMAND}\n"
        "# END icp_ml_accounts\n"
    )
    assert "@reboot" not in cron_block(JOB, settings(catches_up=False))


def as_cron_runs(block, n_line):
    """Run a line as cron does: a bare environment, % is a line break unless escaped."""
    line = block.splitlines()[n_line].split("  ", 1)[1]
    assert "%" not in line.replace(r"\%", "")
    return subprocess.run(
        ["/bin/sh", "-c", line.replace(r"\%", "%")],
        env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def place(tmp_path):
    """Give a folder with spaces and signs in its name, and a python that says what it was given."""
    folder = tmp_path / "a place, 5 % $HOME"
    folder.mkdir()
    (folder / "python").write_text(SHOWS.format(python=sys.executable))
    (folder / "python").chmod(0o755)
    return folder


ODD = (
    'data.prospects.path="my list.csv"',
    "a=5%",
    "b=$HOME",
    "c=it's",
    "d=\\",
    "e=[1,2]",
    "f=`x`",
    "g=${oc.env:DB}",
)


def test_a_shell_reads_back_what_was_meant(settings, place) -> None:
    (place / ".env").write_text('DB="postgresql://u:p@h/d"\n')
    done = as_cron_runs(cron_block(Job(place, str(place / "python"), ODD), settings(log="log/out.log")), 2)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    given, environment = json.loads((place / "log/out.log").read_text())
    assert given == ["-m", "pipelines.rescore", *ODD]
    assert environment["DB"] == "postgresql://u:p@h/d"
    assert environment["PWD"] == str(place)


def test_a_run_that_fails_leaves_cron_one_line_to_mail(settings, place) -> None:
    (place / "python").write_text("#!/bin/sh\necho much\nexit 65\n")
    done = as_cron_runs(cron_block(Job(place, str(place / "python"), ()), settings(log="log/out.log")), 2)
    assert done.stdout == f"icp_ml_accounts ended with exit status 65, see {place}/log/out.log\n"
    assert (place / "log/out.log").read_text() == "much\n"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_understands_the_units(settings, place) -> None:
    job = Job(place, str(place / "python"), ODD)
    names, timer = unit_names(settings()), timer_text(settings(days="weekdays"))
    check_units(dict(zip(names, [unit_text(job, settings()), timer], strict=True)))
    broken = timer.replace("02:30", "02:99")
    with pytest.raises(ConfigError, match="systemd does not understand the units") as failure:
        check_units(dict(zip(names, [unit_text(job, settings()), broken], strict=True)))
    assert "icp_ml_accounts.timer" in failure.value.details[0]


OTHERS = st.lists(st.sampled_from(["# mine\n", "\n", "MAILTO=me\n", "0 1 * * * x\n", "# BEGIN other\n"]))


@given(above=OTHERS, below=OTHERS)
def test_no_other_line_of_a_crontab_is_touched(above, below) -> None:
    block = "# BEGIN a\nx\n# END a\n"
    there = [*above, "# BEGIN a\n", "old\n", "older\n", "# END a\n", *below]
    assert with_block(there, "a", block) == "".join([*above, block, *below])
    assert with_block(there, "a", "") == "".join([*above, *below])
    assert with_block([*above, *below], "a", block) == "".join([*above, *below, block])
    assert with_block([*above, *below], "a", "") == "".join([*above, *below])


def test_a_last_line_without_a_break_gets_one() -> None:
    assert with_block(["0 1 * * * x"], "a", "# BEGIN a\n# END a\n") == "0 1 * * * x\n# BEGIN a\n# END a\n"


@pytest.mark.parametrize(
    "text", ["# BEGIN a\nx\n", "x\n# END a\n", "# END a\n# BEGIN a\n", "# BEGIN a\n# END a\n" * 2]
)
def test_a_block_that_is_not_whole_is_left_to_a_person(text: str) -> None:
    with pytest.raises(DataError, match="the crontab has"):
        with_block(text.splitlines(keepends=True), "a", "")
