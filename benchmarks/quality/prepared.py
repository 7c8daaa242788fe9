"""Tasks as typed tables on disk, the same for every tool, with the rows that each repeat holds out."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.quality.tasks import TASKS, read_task
from icp_ml.features.statistics import folds_of
from icp_ml.model.recipe import TrainingSet
from icp_ml.schema import Field

N_REPEATS = 5
N_PARTS = 4  # a repeat holds out one of them: a quarter of the groups
LABEL = ("account_id", "as_of", "group", "is_best", "weight")


def prepare(folder: Path, place: Path) -> list[str]:
    """Write each task whose file is there, unless it is written already; give the names of all."""
    place.mkdir(parents=True, exist_ok=True)
    for task in TASKS:
        path = place / f"{task.name}.parquet"
        if path.exists() or not (folder / task.file).exists():
            continue
        training = read_task(task, folder)
        labels = training.rows.add_prefix("label:")
        held_out = {f"test:{repeat}": _held_out(training, repeat) for repeat in range(N_REPEATS)}
        pd.concat([training.accounts, labels, pd.DataFrame(held_out)], axis="columns").to_parquet(path)
        fields = {name: asdict(field) for name, field in training.fields.items()}
        path.with_suffix(".json").write_text(json.dumps(fields, indent=1))
    return [task.name for task in TASKS if (place / f"{task.name}.parquet").exists()]


def sides(path: Path, repeat: int) -> tuple[TrainingSet, TrainingSet]:
    """Give a repeat's rows to learn from, and those that it holds out."""
    table = pd.read_parquet(path)
    fields = {name: Field(**one) for name, one in json.loads(path.with_suffix(".json").read_text()).items()}
    rows = table[[f"label:{name}" for name in LABEL]].rename(columns=lambda name: name.removeprefix("label:"))
    whole = TrainingSet(table[list(fields)], rows, fields)
    is_test = table[f"test:{repeat}"].to_numpy()
    return whole.part(np.flatnonzero(~is_test)), whole.part(np.flatnonzero(is_test))


def _held_out(training: TrainingSet, repeat: int) -> Any:
    """Draw a quarter of the groups, with as many best as the others have."""
    groups = training.rows["group"].to_numpy(dtype=object)
    return folds_of(groups, training.is_best, N_PARTS, seed=1_000 + repeat) == 0
