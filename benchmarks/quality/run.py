"""Run the comparison, one fit at a time on one core, going on where it stopped.

python -m benchmarks.quality.run FOLDER [--tools ...] [--tasks ...] [--repeats N] [--core N]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.quality.prepared import N_REPEATS, prepare, sides
from icp_ml.evaluation.figures import figures

PLACE = Path("var/quality").absolute()
PEERS = Path(".venv-quality/bin/python").absolute()
HERE = Path(__file__).parent.absolute()
RESULTS = HERE / "results.jsonl"
SECONDS = {"autogluon_best": 300}
TOOLS = ("icp_ml", "lightgbm", "logistic", "catboost", "flaml", "autogluon_medium", "autogluon_best")
BUDGET = 60
LEAST_CPU_SHARE = 0.9  # of the wall clock: below it, a tool did not have its time
FIGURES = ("roc_auc", "average_precision", "log_loss", "calibration_error", "lift_at_10")


def main() -> None:
    """Fit what is not among the results yet."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--tools", nargs="+", default=TOOLS)
    asked.add_argument("--tasks", nargs="+")
    asked.add_argument("--repeats", type=int, default=N_REPEATS)
    asked.add_argument("--core", type=int, default=1)
    wanted = asked.parse_args()
    tasks = prepare(wanted.folder, PLACE / "tasks")
    tasks = [one for one in tasks if wanted.tasks is None or one in wanted.tasks]
    done = {(one["task"], one["repeat"], one["tool"]) for one in results()}
    jobs = [
        (task, repeat, tool) for repeat, tool, task in product(range(wanted.repeats), wanted.tools, tasks)
    ]
    for task, repeat, tool in tqdm([job for job in jobs if job not in done], unit="fit"):
        found = fitted(task, repeat, tool, wanted.core)
        with RESULTS.open("a") as stream:
            stream.write(json.dumps({"task": task, "repeat": repeat, "tool": tool, **found}) + "\n")


def results() -> list[dict[str, object]]:
    """Read what was found so far, but for fits that something else on the machine took time from."""
    lines = RESULTS.read_text().splitlines() if RESULTS.exists() else []
    found = [json.loads(line) for line in lines]
    return [one for one in found if "failed" in one or one["cpu_share"] >= LEAST_CPU_SHARE]


def fitted(task: str, repeat: int, tool: str, core: int) -> dict[str, object]:
    """Fit one tool in a process of its own; one that fails is named, with the last line that it said."""
    path, out = PLACE / "tasks" / f"{task}.parquet", PLACE / "fits" / f"{task}-{repeat}-{tool}.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    said = _run(core, tool, path, str(repeat), tool, str(SECONDS.get(tool, BUDGET)), out)
    if not out.exists():
        return {"failed": said[-1:] or ["no word"]}
    _, unseen = sides(path, repeat)
    probability = np.clip(np.load(out.with_suffix(".npy")), 1e-7, 1 - 1e-7)
    found = figures(unseen.is_best > 0, probability, (0.1,))
    cost = {key: _rounded(value) for key, value in json.loads(out.read_text()).items()}
    return {name: round(found[name], 6) for name in FIGURES} | cost


def _run(core: int, tool: str, *arguments: str | Path) -> list[str]:
    """Run a fit on one core and one thread, where what it leaves lying about is in nobody's way."""
    own = [sys.executable, "-m", "benchmarks.quality.own"]
    program = own if tool == "icp_ml" else [PEERS, HERE / "peers.py"]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    ended = subprocess.run(
        ["taskset", "--cpu-list", str(core), *program, *arguments],
        env={**os.environ, **threads, "PYTHONPATH": str(HERE.parents[1])},
        cwd=PLACE / "fits",
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.stderr.strip().splitlines()


def _rounded(value: object) -> object:
    return round(value, 3) if isinstance(value, float) else value


if __name__ == "__main__":
    main()
