"""Check the data before training: what stops it, and what to know before believing it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage

if TYPE_CHECKING:
    from icp_ml.checks import Finding
    from pipelines.readiness import Attempt

FOLDER = "var/checks"


def validate(run: Run) -> int:
    """Read, label and split as a training would, then run every check; write and print what was found.

    Returns
    -------
    int
        0 where nothing was found that is not acknowledged, 10 with alarms or warnings, 65 with stops.
    """
    from icp_ml.checks import check_acknowledged

    check_acknowledged(run.config.checks.acknowledged)
    return max(_validate(one) for one in run.segments())


def _validate(run: Run) -> int:
    from icp_ml.checks import findings_line, idle_acknowledgements, said_findings
    from icp_ml.segments import segment_name
    from pipelines.readiness import attempt, examined

    named = segment_name(run.config.data.name, run.segment)
    found = attempt(run)
    with stage(run.named("checks")) as say:
        findings = examined(run, found)
        _write(Path(FOLDER) / named, f"{named}, label={run.config.label.definition}", findings)
        _write_enrichment(Path(FOLDER) / named, found)
        say(findings_line(findings), idle_acknowledgements(findings, run.config.checks.acknowledged))
        say(f"in {Path(FOLDER) / named}")
    for line in [*_understood(Path(FOLDER) / named, found), *said_findings(findings)]:
        print(line, flush=True)
    return _status(findings)


def _understood(folder: Path, found: Attempt) -> list[str]:
    """Write how much of each column was understood, and say of which not all was."""
    from icp_ml.data.publish import write_text
    from icp_ml.data.understood import understood_lines, understood_markdown

    tables = {name: one.findings for name, one in found.tables.tables.items()} if found.tables else {}
    write_text(folder / "understood.md", f"# What was understood\n\n{understood_markdown(tables)}")
    return ["values understood:", *understood_lines(tables)] if tables else []


def _write(folder: Path, title: str, findings: list[Finding]) -> None:
    from icp_ml.checks import checks_markdown, findings_json
    from icp_ml.data.publish import write_json, write_text

    write_text(folder / "checks.md", f"# Checks of {title}\n\n{checks_markdown(findings)}")
    write_json(folder / "checks.json", {"findings": findings_json(findings)})


def _write_enrichment(folder: Path, found: Attempt) -> None:
    """Write what further tables brought, where there are any."""
    from icp_ml.data.publish import write_text

    written = found.tables.enrichment_markdown() if found.tables is not None else ""
    if written:
        write_text(folder / "enrichment.md", written)
    else:
        (folder / "enrichment.md").unlink(missing_ok=True)


def _status(findings: list[Finding]) -> int:
    from icp_ml.checks import unacknowledged
    from icp_ml.errors import ExitCode

    if any(one.check.level == "stop" for one in findings):
        return ExitCode.BAD_DATA
    return ExitCode.ALARMS if unacknowledged(findings, "alarm", "warning") else ExitCode.OK


if __name__ == "__main__":
    run_pipeline(validate)
