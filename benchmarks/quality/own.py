"""Fit icp_ml itself on one repeat of one task: own.py TASK REPEAT TOOL SECONDS OUT."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time

import numpy as np

from benchmarks.quality.prepared import sides
from icp_ml.config import CONF, checked
from icp_ml.model.recipe import Recipe
from icp_ml.model.training import fit_candidate
from icp_ml.settings import Config


def composed() -> Config:
    """Compose the settings of a training as they stand in conf/."""
    import hydra

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config", ["data=demo", "n_jobs=1"])).config


def main(path: Path, repeat: int, out: Path) -> None:
    """Fit with the settings in conf/, on one thread, and write what the held-out rows get."""
    config = composed()
    seen, unseen = sides(path, repeat)
    started, used = perf_counter(), process_time()
    fit = fit_candidate(seen, Recipe(config.features, config.model, repeat, 1, config.rubric))
    fitted = perf_counter()
    probability = fit.candidate.probability_of(unseen)
    facts = {
        "version": version("icp_ml"),
        "fit_seconds": fitted - started,
        "predict_seconds": perf_counter() - fitted,
        "cpu_share": (process_time() - used) / (perf_counter() - started),
        "peak_mb": getrusage(RUSAGE_SELF).ru_maxrss / 1024,
        "chosen": fit.summary(),
    }
    np.save(out.with_suffix(".npy"), probability)
    out.write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[5]))
