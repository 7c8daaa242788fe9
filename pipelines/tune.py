"""Search the settings of features and model before the test part; write the best as an experiment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    import optuna

    from icp_ml.model.recipe import Recipe, TrainingSet
    from icp_ml.tuning.trials import Found, Trial


def tune(run: Run) -> None:
    """Tune each segment's recipe; the test part plays no part.

    Stopped by hand, it writes the best so far; run again, it goes on where it stopped.
    """
    for_each_segment(run, _tune)


def _tune(run: Run) -> None:
    from icp_ml.checks import findings_line, said_findings
    from icp_ml.errors import ConfigError
    from icp_ml.settings import RubricLabelSettings
    from pipelines.assembling import recipe_of
    from pipelines.readiness import attempt, examined

    learning = [kind for kind in run.config.model.kinds if kind != "rubric"]
    if isinstance(run.config.label, RubricLabelSettings) or not learning:
        raise ConfigError("the rubric learns nothing: there is nothing to tune.", fix="Choose another label.")
    tried = attempt(run, is_strict=True)
    with stage(run.named("checks")) as say:
        findings = examined(run, tried)
        found = tried.prepared(findings)
        say(findings_line(findings), said_findings(findings))
    with stage(run.named("tuning")) as say:
        say(_searched(run, found.training, recipe_of(run.config, findings)))


def _searched(run: Run, training: TrainingSet, recipe: Recipe) -> str:
    """Search until the budget is spent, log each trial, write the experiment; say what was found."""
    from icp_ml.tracking.store import experiment_id, store
    from icp_ml.tracking.studies import finish_search, log_trial, open_study, start_search
    from icp_ml.tuning.trials import found, question_digest
    from icp_ml.tuning.writing import found_words

    digest = question_digest(training, recipe)
    study = open_study(Path(run.config.tuning.study_folder, run.config.tracking.experiment), digest)
    with store(run.config.tracking) as client:
        parent = start_search(
            client,
            experiment_id(client, run.config.tracking),
            experiment_name(run),
            {"data": run.config.data.name, "segment": run.segment, "question": digest},
        )
        try:
            _spend(run, study, (training, recipe), lambda one: log_trial(client, parent, one))
        finally:  # stopped by hand: what was found so far is written all the same
            finish_search(client, parent, _written(run, found(study)))
    return f"{found_words(found(study))}; written to {_place(run)}: {train_command(run)}"


def _spend(
    run: Run, study: optuna.Study, learnt: tuple[TrainingSet, Recipe], log: Callable[[Trial], None]
) -> None:
    """Try until the budget is spent, the defaults at least."""
    from icp_ml.engine.reaching import folds_on
    from icp_ml.tuning.trials import found, question_of, try_next
    from pipelines.progress import stopwatch
    from pipelines.scoring import n_workers

    settings = run.config.tuning
    with (
        folds_on(run.config.engine, n_workers(run.config)),
        stopwatch(settings.budget_seconds, "tuning") as elapsed,
    ):
        question = question_of(study, *learnt)
        while True:
            so_far = found(study)
            n = len(so_far.trials)
            said = f"{n} trials" + (f", log loss {so_far.best.log_loss:.4f}" if n else "")
            is_over = elapsed(said) >= settings.budget_seconds or n >= (settings.n_trials or n + 1)
            if n and is_over:
                return
            log(try_next(study, question))


def _written(run: Run, so_far: Found) -> dict[str, str]:
    """Write the experiment in one step; give its name and text, nothing where no trial ended."""
    from icp_ml.data.publish import write_text
    from icp_ml.tuning.writing import experiment_text

    if not so_far.trials:
        return {}
    text = experiment_text(so_far, train_command(run), run.config.today)
    write_text(_place(run), text)
    return {_place(run).name: text}


def _place(run: Run) -> Path:
    return Path(run.config.tuning.experiment_folder, f"{experiment_name(run)}.yaml")


def experiment_name(run: Run) -> str:
    """Name the experiment after the data and, of several segments, the segment."""
    from icp_ml.segments import segment_name

    return segment_name(f"tuned_{run.config.data.name}", run.segment)


def train_command(run: Run) -> str:
    """Say how to train with what was found, and else as the search was asked.

    The experiments that were searched from come first; a searched setting would overrule what was found.
    """
    from icp_ml.tuning.space import SEARCHED

    name, asked = experiment_name(run), [one.lstrip("+~").partition("=") for one in run.overrides]
    kept = [
        override
        for override, (key, _, _) in zip(run.overrides, asked, strict=True)
        if key.split(".")[0] not in ("tuning", "experiment") and key not in SEARCHED
    ]
    chosen = [value.strip("[]").split(",") for key, _, value in asked if key == "experiment"]
    before = [one.strip() for one in (chosen[-1] if chosen else []) if one.strip() not in (name, "null", "")]
    experiment = f"[{','.join([*before, name])}]" if before else name
    return f'make train ARGS="{" ".join([*kept, f"experiment={experiment}"])}"'


if __name__ == "__main__":
    run_pipeline(tune)
