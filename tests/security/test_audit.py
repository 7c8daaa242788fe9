"""The audit of dependencies: it finds, it lets pass what has a reason, and it says aloud what it skipped."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from support import ROOT

FOUND = """Found 1 known vulnerability in 1 package
Name   Version ID         Fix Versions
------ ------- ---------- ------------
jinja2 3.1.6   OSV-TEST-1 99.0"""
NO_WAY = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='…'): Max retries exceeded with url"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "setup").mkdir()
    for name in ("setup/audit", "setup/audit.ignored", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def audited(place, said, status):
    """Run the audit with a program in pip-audit's place that says what pip-audit 2.10 was seen to say."""
    (place / "said").write_text(said, encoding="utf-8")
    stub = place / "pip-audit"
    stub.write_text(f'#!/bin/sh\necho "$@" > asked\ncat said >&2\nexit {status}\n', encoding="utf-8")
    stub.chmod(0o755)
    environment = {**os.environ, "PIP_AUDIT": str(stub)}
    return subprocess.run(
        [str(place / "setup/audit")], capture_output=True, text=True, check=False, env=environment
    )


@pytest.mark.parametrize(
    ("said", "status", "expected", "words"),
    [
        ("No known vulnerabilities found", 0, 0, "no known vulnerability"),
        (FOUND, 1, 1, "OSV-TEST-1"),
        (NO_WAY, 1, 0, "audit: SKIPPED, no advisory source can be reached"),
        ("ValueError: a defect", 1, 1, "a defect"),
    ],
)
def test_the_audit_ends_as_what_it_found_asks_for(place, said, status, expected, words):
    done = audited(place, said, status)
    assert done.returncode == expected
    assert words in done.stdout + done.stderr


def test_a_finding_with_a_reason_is_passed_on_as_one_to_ignore(place):
    with (place / "setup/audit.ignored").open("a", encoding="utf-8") as stream:
        stream.write("OSV-TEST-1 only reached by files that we write ourselves; until 2027-01\n")
    assert audited(place, "", 0).returncode == 0
    assert "--ignore-vuln OSV-TEST-1" in (place / "asked").read_text(encoding="utf-8")


def test_a_finding_without_a_reason_is_refused(place):
    with (place / "setup/audit.ignored").open("a", encoding="utf-8") as stream:
        stream.write("OSV-TEST-1\n")
    done = audited(place, "", 0)
    assert done.returncode == 78
    assert "OSV-TEST-1 in setup/audit.ignored has no reason" in done.stderr


def test_continuous_integration_runs_it():
    assert "\nsetup/audit" in (ROOT / ".ci/run").read_text(encoding="utf-8")
