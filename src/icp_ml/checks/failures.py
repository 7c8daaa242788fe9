"""Turn what stopped a stage into findings, so that one report names everything that is wrong."""

from __future__ import annotations

from typing import Literal

from icp_ml.checks.findings import Finding
from icp_ml.errors import ConfigError, IcpError

Stage = Literal["data", "label", "split"]


def failure_findings(failure: IcpError, stage: Stage) -> list[Finding]:
    """Give the findings that a failed stage amounts to, one for each detail of a table.

    Parameters
    ----------
    failure : IcpError
        As the stage raised it.
    stage : str
        data, label or split.
    """
    if stage == "split":
        return [Finding("no_split", "", _whole(failure))]
    if isinstance(failure, ConfigError):
        return [Finding("wrong_mapping", "", _whole(failure))]
    if stage == "label":
        return [_of_label(failure)]
    if failure.what.startswith("segment "):
        return [Finding("wrong_mapping", "", _whole(failure))]
    if not failure.details:
        return [Finding("unreadable_table", "", failure.what)]
    return [_of_detail(failure.what, detail) for detail in failure.details]


def _of_label(failure: IcpError) -> Finding:
    if "several currencies" in failure.what:
        return Finding("unreadable_table", "orders.currency", f"{_whole(failure)} {failure.fix}")
    code = "constant_label" if "nothing to tell apart" in failure.what else "no_label"
    return Finding(code, "", _whole(failure))


def _of_detail(what: str, detail: str) -> Finding:
    place, _, said = detail.partition(": ")
    code = "repeated_ids" if " an id, for example" in said else "unreadable_table"
    return Finding(code, place if said else "", f"{said or detail}; {what}")


def _whole(failure: IcpError) -> str:
    return " ".join([failure.what, *(f"{detail}." for detail in failure.details)])
