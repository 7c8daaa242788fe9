"""Learn who the best customers are: data, label, split, model, evaluation, tracking."""

from __future__ import annotations

from typing import Any

from icp_ml.config import Run, run_pipeline, stage


def train(run: Run) -> None:
    """Train a candidate, judge it on the newest customers, log and register it.

    It becomes the challenger; and the champion where it passes its gates and there is none yet.
    """
    from icp_ml.data.outcomes import label_tables, training_set
    from icp_ml.evaluation.judging import Case, judge
    from icp_ml.evaluation.report import report_line
    from icp_ml.label import label_rows
    from icp_ml.model.training import Recipe, fit_candidate, n_fits
    from icp_ml.split import split_rows
    from pipelines.logging_run import assemble, track, unused_notes
    from pipelines.progress import counter

    config = run.config
    with stage("data") as say:
        tables = label_tables(config.data, config.label.definition)
        say(tables.summary(), tables.notes)
    with stage("label") as say:
        labels = label_rows(tables.rows, config.label, config.today)
        say(f"best is {labels.meaning}")
        say(labels.summary())
    with stage("split") as say:
        split = split_rows(labels.rows, config.split, config.seed)
        say(split.summary())
    with stage("model") as say:
        rows = training_set(tables, labels.rows, config.data)
        recipe = Recipe(config.features, config.model, config.seed, config.n_jobs)
        with counter(n_fits(recipe), "model", "booster") as progress:
            fit = fit_candidate(rows.part(split.train), recipe, progress)
        model = assemble(run, fit, labels, split, rows.part(split.train))
        unused = unused_notes(rows, fit, config.features.exclude)
        say(f"{len(fit.boosters)} boosters of {fit.n_rounds} trees on {fit.matrix.shape[1]} columns", unused)
    with stage("evaluation") as say:
        case = Case(model, fit, rows.part(split.train), rows.part(split.test))
        notes: list[Any] = [*config.data.notes, *tables.notes, *labels.notes, *split.notes, *unused]
        judgement = judge(case, labels.meaning, notes, config.evaluation, config.seed)
        say(report_line(judgement.report))
    with stage("tracking") as say:
        say(track(run, model, judgement, tables))


if __name__ == "__main__":
    run_pipeline(train)
