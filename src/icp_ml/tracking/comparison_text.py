"""Write a comparison of trainings for a terminal of 100 columns, and as Markdown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.words import LOWER_IS_BETTER, figure_text, listed, percent
from icp_ml.tracking.comparing import Compared, Comparison

WIDTH, CELL, NAME = 100, 16, 30
SHORT = {
    "roc_auc": "ROC AUC",
    "average_precision": "Avg. precision",
    "log_loss": "Log loss",
    "calibration_error": "Calib. error",
}
ENDED = {"FAILED": "failed", "KILLED": "stopped by hand", "RUNNING": "still running, or ended by force"}
OWN = "Figures, each on its own test rows"


def comparison_text(found: Comparison) -> str:
    """Write a comparison for the terminal."""
    n = len(found.runs)
    head = f"{found.experiment}: {n} trainings, the newest first"
    if n == 1:
        head = f"{found.experiment}: one training, nothing to compare it with yet"
    blocks = [
        [head],
        [line for number, one in enumerate(found.runs, 1) for line in _run_lines(number, one)],
        _setting_lines(found),
        _figure_lines(found),
        _difference_lines(found) if n > 1 else [],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def comparison_markdown(found: Comparison) -> str:
    """Write a comparison as Markdown."""
    level = f"{percent(found.confidence)} intervals"
    runs = [[str(number), *_run_cells(one)] for number, one in enumerate(found.runs, 1)]
    settings = [[f"`{name}`", *_by_run(found, values)] for name, values in found.changed_settings().items()]
    numbers = [str(number) for number in range(1, len(found.runs) + 1)]
    figures = [
        [str(number), *_whole_cells(_own(one, found), found.figures, False)]
        for number, one in enumerate(found.runs, 1)
    ]
    blocks = [
        f"# {found.experiment}: {len(found.runs)} trainings, the newest first",
        _table(["#", "Run", "Made", "Model", "Alias", "Verdict", "Gates"], runs),
        "## Settings that differ",
        _table(["Setting", *numbers], settings) if settings else "None.",
        _partial_words(found),
        f"## {OWN} ({level})",
        _table(["#", *(_heading(name) for name in found.figures)], figures),
        *([f"## {_reference_words(found)} ({level})", _paired_table(found)] if len(found.runs) > 1 else []),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _run_lines(number: int, one: Compared) -> list[str]:
    """Write a run's name, and below it what became of it."""
    name, made, model, aliases, verdict, gates = _run_cells(one)
    said = [made, f"model {model}" if model else "no model", aliases, verdict]
    said += [gates if one.past.status != "FINISHED" else f"gates {gates}"]
    lines = textwrap.wrap(name, WIDTH - 4) or ["(no name)"]
    told = textwrap.wrap(" · ".join(part for part in said if part), WIDTH - 4)
    return [f"{number:>2}  {lines[0]}", *(f"    {line}" for line in [*lines[1:], *told])]


def _run_cells(one: Compared) -> list[str]:
    past, status = one.past, one.past.status
    model = f"{past.number} ({one.model})" if past.number else one.model
    made = past.started_at.strftime("%Y-%m-%d %H:%M UTC")
    gates = past.tags.get("gates", "") if status == "FINISHED" else ENDED.get(status, status.lower())
    return [past.name, made, model, " and ".join(past.aliases), past.tags.get("verdict", ""), gates]


def _setting_lines(found: Comparison) -> list[str]:
    changed = found.changed_settings()
    lines = ["Settings that differ (in which runs)"]
    for name, values in changed.items():
        rarest = sorted(values.items(), key=lambda pair: len(pair[1]))
        said = "; ".join(f"{_bare(value)} ({_which(runs, found, values)})" for value, runs in rarest)
        wrapped = textwrap.wrap(said, WIDTH - NAME - 4, break_on_hyphens=False)
        lines += [f"    {name}"] if len(name) >= NAME else []
        heads = ["" if len(name) >= NAME else name, *[""] * (len(wrapped) - 1)]
        lines += [f"    {head:<{NAME}}{part}" for head, part in zip(heads, wrapped, strict=True)]
    partial = _partial_words(found)
    if partial:
        lines += textwrap.wrap(partial, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return lines if len(lines) > 1 else ["Settings: the same in all of them"] * (len(found.runs) > 1)


def _figure_lines(found: Comparison) -> list[str]:
    lines = [f"{OWN} ({percent(found.confidence)} intervals)", f"    {_headings(found)}"]
    for number, one in enumerate(found.runs, 1):
        own = _own(one, found)
        lines += _two_lines(number, own, found.figures) if own else [f"{number:>2}  {one.why_not}"]
    return [line.rstrip() for line in lines]


def _difference_lines(found: Comparison) -> list[str]:
    if found.reference is None:
        return ["No training was tested: there is no difference to tell."]
    lines = [f"{_reference_words(found)} ({percent(found.confidence)} intervals)", f"    {_headings(found)}"]
    for number, one in enumerate(found.runs, 1):
        if one.why_not or one.paired is None:
            said = textwrap.wrap(one.why_not, WIDTH - 4)
            lines += [f"{number:>2}  {said[0]}", *(f"    {line}" for line in said[1:])]
            continue
        lines += _two_lines(number, one.paired.figures, found.figures, True)
        lines.append(f"    on {_counts_words(one)}")
    return [line.rstrip() for line in lines]


def _counts_words(one: Compared) -> str:
    assert one.paired is not None
    said = f"{one.paired.n_shared:,} shared test rows, {one.paired.n_best:,} of them best"
    if not one.paired.n_relabelled:
        return said
    return f"{said}; {one.paired.n_relabelled:,} more are best in one and rest in the other, and left out"


def _reference_words(found: Comparison) -> str:
    if found.reference is None:
        return "No training was tested"
    whom = "the champion" if found.is_champion else "the newest that was tested"
    return f"Difference to {found.reference + 1}, {whom}, on the same test rows"


def _two_lines(
    number: int, known: Mapping[str, Interval], shown: Sequence[str], is_difference: bool = False
) -> list[str]:
    """Write the values, and their bounds below them."""
    values = [_value(name, known.get(name), is_difference) for name in shown]
    bounds = [_bounds(name, known.get(name), is_difference) for name in shown]
    return [f"{number:>2}  {_cells(values)}", f"    {_cells(bounds)}"]


def _value(name: str, found: Interval | None, is_difference: bool) -> str:
    if found is None:
        return ""
    said = figure_text(name, found.value, is_difference)
    return f"{said} {_direction(name, found)}".rstrip() if is_difference else said


def _bounds(name: str, found: Interval | None, is_difference: bool) -> str:
    if found is None or math.isnan(found.low):
        return ""
    low, high = (figure_text(name, one, is_difference).removesuffix(" ×") for one in (found.low, found.high))
    return f"{low} to {high}"


def _direction(name: str, found: Interval) -> str:
    """Say better or worse where the whole interval lies on one side of 0."""
    if not (found.low > 0 or found.high < 0):
        return ""
    return "better" if (found.low > 0) != (name in LOWER_IS_BETTER) else "worse"


def _whole_cells(known: Mapping[str, Interval], shown: Sequence[str], is_difference: bool) -> list[str]:
    cells = [
        (_value(name, known.get(name), is_difference), _bounds(name, known.get(name), is_difference))
        for name in shown
    ]
    return [f"{value} ({bounds})" if bounds else value for value, bounds in cells]


def _paired_table(found: Comparison) -> str:
    lines = []
    for number, one in enumerate(found.runs, 1):
        is_told = one.paired is not None and not one.why_not
        known = one.paired.figures if one.paired is not None and is_told else {}
        cells = _whole_cells(known, found.figures, True)
        lines.append([str(number), _counts_words(one) if is_told else one.why_not, *cells])
    return _table(["#", "On", *(_heading(name) for name in found.figures)], lines)


def _own(one: Compared, found: Comparison) -> dict[str, Interval]:
    known = {name: one.past.figure(name) for name in found.figures}
    return {name: interval for name, interval in known.items() if interval is not None}


def _by_run(found: Comparison, values: Mapping[str, Sequence[int]]) -> list[str]:
    by_number = {number: value for value, numbers in values.items() for number in numbers}
    return [_bare(by_number.get(number, "")) for number in range(1, len(found.runs) + 1)]


def _partial_words(found: Comparison) -> str:
    names = found.partial_settings()
    return f"Only some runs have: {listed(names)}." if names else ""


def _bare(value: str) -> str:
    """Write a setting as a command line would have it."""
    return value.replace('"', "")


def _which(runs: Sequence[int], found: Comparison, values: Mapping[str, Sequence[int]]) -> str:
    """Say which runs have a value; most of them are "the others", where every run has one."""
    is_most = len(runs) > max(2, len(found.runs) // 2)
    if is_most and sum(len(numbers) for numbers in values.values()) == len(found.runs):
        return "the others"
    return ", ".join(str(number) for number in runs)


def _heading(name: str) -> str:
    return SHORT.get(name) or f"Lift, top {name.rpartition('_')[2]} %"


def _headings(found: Comparison) -> str:
    return _cells([_heading(name) for name in found.figures]).rstrip()


def _cells(texts: Sequence[str]) -> str:
    return "  ".join(f"{text:<{CELL}}" for text in texts)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
