"""Say who counts as best, without training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.settings import Config
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.settings import ConditionSettings, RubricSettings, SegmentSettings

FOLDER = "var/label"


def label(run: Run) -> None:
    """Write the label rows and a report of the definition, for each segment."""
    for_each_segment(run, _label)


def _label(run: Run) -> None:
    from icp_ml.data.outcomes import label_tables
    from icp_ml.data.pooling import pooled
    from icp_ml.data.segments import in_segment
    from icp_ml.segments import segment_name
    from icp_ml.settings import RubricLabelSettings

    config, name = run.config, run.segment
    segment = config.segments[name]
    if isinstance(segment.label, RubricLabelSettings):
        _explain_rubric(config.rubric)
        return
    with stage(segment_name("data", name, " of ")) as say:
        whole = pooled(label_tables(config.data, segment.label), config.matching)
        tables = in_segment(whole, name, segment, config.data)
        say(tables.summary(), tables.notes)
    _write_report(config, name, segment, tables)


def _write_report(config: Config, name: str, segment: SegmentSettings, tables: TrainingTables) -> None:
    """Label, compare, and write all of it to one folder."""
    from icp_ml.data.publish import write_text
    from icp_ml.data.scored_text import safe_rows
    from icp_ml.label import label_rows
    from icp_ml.label.crosstabs import cross_tables
    from icp_ml.label.report import LabelReport, report_markdown
    from icp_ml.label.sensitivity import sensitivity
    from icp_ml.segments import segment_digest, segment_name

    folder = Path(FOLDER) / segment_name(config.data.name, name) / segment.label.definition
    title = segment_name(config.data.name, name, ", ")
    confidence = config.evaluation.confidence
    customers = tables.tables.get("customers")
    with stage(segment_name("label", name, " of ")) as say:
        labels = label_rows(tables.rows, segment.label, config.today)
        say(f"best is {labels.meaning}")
        say(labels.summary(), labels.notes)
    with stage(segment_name("report", name, " of ")) as say:
        fields = customers.fields if customers else {}
        crosses = cross_tables(labels.rows, customers.rows if customers else None, fields, confidence)
        moves = sensitivity(tables.rows, fields, segment.label, config.today, labels)
        report = LabelReport(title, segment_digest(segment), labels, crosses, moves)
        notes = [*config.data.notes, *tables.notes, *labels.notes]
        write_text(folder / "label.md", report_markdown(report, notes, confidence))
        for file, rows in (("label_rows", labels.rows), ("cross_tables", crosses), ("sensitivity", moves)):
            write_text(folder / f"{file}.csv", safe_rows(rows).to_csv(index=False))
        if len(labels.matrix):
            _draw(folder, title, labels)
        say(f"in {folder}")


def _draw(folder: Path, title: str, labels: Any) -> None:
    from icp_ml.label.picture import matrix_picture

    picture = matrix_picture(labels.matrix, labels.measure, f"Volume against regularity: {title}")
    (folder / "abc_xyz.png").write_bytes(picture)


def _explain_rubric(rubric: RubricSettings) -> None:
    """Say why there is nothing to label, and what earns points instead."""
    print("label=rubric: nothing is labelled; prospects get points for what you look for (conf/rubric):")
    for point in rubric.points.values():
        print(f"  {point.words} ({point.weight:g}): {' or '.join(_wanted(one) for one in point.conditions)}")
    print("Once customers can be judged, choose a definition over outcomes, such as label=value.")


def _wanted(one: ConditionSettings) -> str:
    """Say what a condition looks for, and for how much where it is not the whole point."""
    parts = [
        "" if one.at_least is None else f"at least {_number(one.at_least)}",
        "" if one.at_most is None else f"at most {_number(one.at_most)}",
        f"one of {', '.join(one.one_of)}" if one.one_of else "",
        "" if one.within_days is None else f"in the last {one.within_days:,} days",
    ]
    part = f" (for {one.points:g})" if one.points < 1 else ""
    return f"{one.column} {' and '.join(filter(None, parts))}{part}"


def _number(value: float) -> str:
    """Write a number; 2020 may be a year."""
    return f"{value:,.12g}" if abs(value) >= 10_000 else f"{value:.12g}"


if __name__ == "__main__":
    run_pipeline(label)
