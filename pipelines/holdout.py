"""Plan an experiment that leaves accounts alone, and read it once it has started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.holdout import Plan, Reading


def holdout(run: Run) -> int:
    """Print the plan and, of an experiment that has started, what it says; write both.

    Returns
    -------
    int
        10 where something is wrong with the experiment.
    """
    from icp_ml.data.publish import write_json
    from icp_ml.errors import ExitCode

    entries, deals = _entries(run), _deals(run)
    planned = _plan(run, entries, deals)
    reading = _reading(run, planned, entries, deals)
    folder = Path(run.config.holdout.folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "holdout.json", _content(run, planned, reading))
    if reading is not None:
        print(f"verdict: {reading.verdict()}", flush=True)
    return ExitCode.ALARMS if reading is not None and reading.alarms() else ExitCode.OK


def _entries(run: Run) -> pd.DataFrame:
    from icp_ml.data.ledger import open_ledger
    from icp_ml.errors import UnavailableError
    from icp_ml.holdout import entry_rows

    ledger = open_ledger(run.config.rescore)
    if not ledger.cycles():
        what = f"{run.config.rescore.folder} holds no ledger."
        raise UnavailableError(what, fix="Run make rescore first.")
    return entry_rows(ledger.entries())


def _deals(run: Run) -> pd.DataFrame:
    from icp_ml.data.tables import read_table
    from icp_ml.errors import ConfigError

    if run.config.data.deals is None:
        what = f"conf/data/{run.config.data.name}.yaml maps no deals: nothing says who bought."
        raise ConfigError(what, fix="Map them, with created_at, closed_at and is_won.")
    return read_table("deals", run.config.data).rows


def _plan(run: Run, entries: pd.DataFrame, deals: pd.DataFrame) -> Plan:
    from icp_ml.holdout import baseline_of, day_of_plan, plan, population

    settings, today = run.config.holdout, run.config.today
    with stage("plan") as say:
        found = baseline_of(entries, deals, settings, today)
        taking_part = population(entries, settings, day_of_plan(entries, settings, today))
        planned = plan(found, len(taking_part.rows), settings)
        first, *more = planned.lines(settings)
        if settings.starts is not None and settings.starts > today:
            more.append(f"{settings.name} begins on {settings.starts}: before that day nobody is left alone")
        say(first, more)
    return planned


def _reading(run: Run, planned: Plan, entries: pd.DataFrame, deals: pd.DataFrame) -> Reading | None:
    from icp_ml.holdout import arms, population, read

    settings, today = run.config.holdout, run.config.today
    if settings.starts is None or settings.starts > today:
        return None
    with stage(f"hold-out {settings.name}") as say:
        taking_part = population(entries, settings, today)
        reading = read(taking_part, arms(taking_part, deals, today), planned, settings, today)
        first, *more = reading.lines()
        say(first, [*more, *(f"alarm: {one}" for one in reading.alarms())])
    return reading


def _content(run: Run, planned: Plan, reading: Reading | None) -> dict[str, object]:
    from dataclasses import asdict

    settings = run.config.holdout.model_dump(mode="json")
    return {
        "settings": settings,
        "plan": asdict(planned),
        "reading": reading.to_json() if reading is not None else None,
    }


if __name__ == "__main__":
    run_pipeline(holdout)
