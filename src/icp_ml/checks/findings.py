"""What the checks found, how it is said, and what the user has acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from icp_ml.checks.catalogue import CHECKS, Check
from icp_ml.errors import ConfigError, DataError, count


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes
    ----------
    code : str
        One of CHECKS.
    place : str
        Our column; empty where it concerns no single one.
    detail : str
        What was seen, with figures.
    is_acknowledged : bool
        Whether the user knows of it and accepts it.
    """

    code: str
    place: str
    detail: str
    is_acknowledged: bool = False

    @property
    def check(self) -> Check:
        """Give what the code means."""
        return CHECKS[self.code]

    @property
    def key(self) -> str:
        """Give what the user writes to acknowledge this one alone: code:column."""
        return f"{self.code}:{self.place}" if self.place else self.code

    def __str__(self) -> str:
        """Say it in one line: "alarm almost_label closed_at: ..."."""
        place = f" {self.place}" if self.place else ""
        known = " (acknowledged)" if self.is_acknowledged else ""
        return f"{self.check.level} {self.code}{place}: {self.detail}{known}"


def with_acknowledgements(findings: Iterable[Finding], acknowledged: Sequence[str]) -> list[Finding]:
    """Mark what the user has acknowledged; the graver first, in the order of CHECKS.

    Raises
    ------
    ConfigError
        An acknowledged code is unknown, or a stop.
    """
    check_acknowledged(acknowledged)
    order = {code: at for at, code in enumerate(CHECKS)}
    levels = {"stop": 0, "alarm": 1, "warning": 2}
    ranked = sorted(findings, key=lambda one: (levels[one.check.level], order[one.code]))
    return [
        replace(one, is_acknowledged=one.code in acknowledged or one.key in acknowledged) for one in ranked
    ]


def check_acknowledged(acknowledged: Sequence[str]) -> None:
    """Refuse acknowledgements of what is no check, and of stops.

    Raises
    ------
    ConfigError
        Naming the codes that can be acknowledged.
    """
    codes = [one.partition(":")[0] for one in acknowledged]
    wrong = [f"{code}: no such check" for code in codes if code not in CHECKS]
    wrong += [
        f"{code}: stops cannot be acknowledged"
        for code in codes
        if code in CHECKS and CHECKS[code].level == "stop"
    ]
    if wrong:
        known = [code for code, check in CHECKS.items() if check.level != "stop"]
        what = (
            f"checks.acknowledged has {count(len(wrong), 'entry that is', 'entries that are')} not possible."
        )
        raise ConfigError(what, wrong, f"Choose among {', '.join(known)}; or code:column.")


def idle_acknowledgements(findings: Iterable[Finding], given: Sequence[str]) -> list[str]:
    """Name acknowledgements of what no check found: mended since, or misspelt.

    That of the candidate's ROC AUC is not among them, since it is found later.
    """
    met = {name for one in findings for name in (one.code, one.key)} | {"implausible_auc"}
    return [f"checks.acknowledged names {one}, which no check found" for one in given if one not in met]


def stop_if_any(findings: Iterable[Finding]) -> None:
    """Stop where a check says so.

    Raises
    ------
    DataError
        Naming every stop with its fix.
    """
    stops = [one for one in findings if one.check.level == "stop"]
    if stops:
        details = [f"{one.key}: {one.detail} {one.check.fix}" for one in stops]
        what = f"the data are not ready to learn from ({count(len(stops), 'stop')})."
        raise DataError(what, details, "make validate lists every check; docs/checks.md explains them.")


def acknowledged(findings: Iterable[Finding]) -> list[str]:
    """List what was found and acknowledged, as code:column, for the record of the run."""
    return [one.key for one in findings if one.is_acknowledged]


def unacknowledged(findings: Iterable[Finding], *levels: str) -> list[Finding]:
    """Give the findings of these levels that nobody has acknowledged."""
    return [one for one in findings if one.check.level in levels and not one.is_acknowledged]


def findings_line(findings: Sequence[Finding]) -> str:
    """Say in a few words what was found: "1 alarm, 3 warnings (1 acknowledged)"."""
    said = []
    for level in ("stop", "alarm", "warning"):
        n = sum(one.check.level == level for one in findings)
        said += [count(n, level)] if n else []
    n_known = len(acknowledged(findings))
    known = f" ({n_known:,} acknowledged)" if n_known else ""
    return ", ".join(said) + known if said else "nothing found"


def said_findings(findings: Iterable[Finding]) -> Iterator[str]:
    """Say each finding, and how to mend it where nobody has acknowledged it."""
    for one in findings:
        yield str(one)
        if not one.is_acknowledged:
            yield f"  {one.check.fix}"


def checks_markdown(findings: Sequence[Finding]) -> str:
    """Write the findings as a Markdown table, for the report."""
    if not findings:
        return "No check found anything.\n"
    lines = ["| level | check | column | what was found | what to do |", "|---|---|---|---|---|"]
    for one in findings:
        fix = "acknowledged" if one.is_acknowledged else one.check.fix
        cells = (one.check.level, f"`{one.code}`", one.place, one.detail, fix)
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join([*lines, ""])


def findings_json(findings: Iterable[Finding]) -> list[dict[str, str | bool]]:
    """Give the findings for a machine."""
    return [
        {
            "level": one.check.level,
            "code": one.code,
            "column": one.place,
            "detail": one.detail,
            "fix": one.check.fix,
            "is_acknowledged": one.is_acknowledged,
        }
        for one in findings
    ]
