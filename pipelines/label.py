"""Say who counts as best, without training."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline, stage

FOLDER = "var/label"


def label(run: Run) -> None:
    """Write the label rows and a report of the definition."""
    from pathlib import Path

    from icp_ml.data.outcomes import label_tables
    from icp_ml.data.publish import write_text
    from icp_ml.label import label_rows, labels_markdown

    config = run.config
    folder = Path(FOLDER) / config.data.name / config.label.definition
    with stage("data") as say:
        tables = label_tables(config.data, config.label.definition)
        say(tables.summary(), tables.notes)
    with stage("label") as say:
        labels = label_rows(tables.rows, config.label, config.today)
        notes = [*config.data.notes, *tables.notes, *labels.notes]
        write_text(folder / "label.md", labels_markdown(config.data.name, labels, notes))
        write_text(folder / "label_rows.csv", labels.rows.to_csv(index=False))
        say(f"best is {labels.meaning}")
        say(labels.summary())
        say(f"in {folder}")


if __name__ == "__main__":
    run_pipeline(label)
