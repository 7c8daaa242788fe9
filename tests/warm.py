"""Run pipelines as processes that need not import everything first: each is two seconds shorter by that.

Such a process is forked from one that has done nothing but import: nothing that a test or another pipeline
did is in it.
"""

from __future__ import annotations

import atexit
import gc
import os
import runpy
import sys
import warnings
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory

WARM = get_context("forkserver")
OTHERS = ("hydra", "mlflow", "numba", "pandas", "pandera.pandas", "pyarrow.parquet", "sklearn", "sqlalchemy")
OURS = ("pipelines.rescore", "pipelines.train", "icp_ml.engine", "icp_ml.model.training", "icp_ml.evaluation")
WARM.set_forkserver_preload([*OTHERS, *OURS])


def started(verb, overrides, *, cwd, environment, said=(os.devnull, os.devnull)):
    """Start a pipeline as `python -m` does; what it says goes to two files."""
    process = WARM.Process(target=_run, args=(verb, overrides, cwd, environment, said))
    process.start()
    return process


def run(verb, overrides, *, cwd, environment, seconds):
    """Run a pipeline to its end."""
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("out", "err")]
        process = started(verb, overrides, cwd=cwd, environment=environment, said=files)
        process.join(seconds)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutExpired(verb, seconds)
        said = [path.read_text(encoding="utf-8") for path in files]
    return CompletedProcess([verb, *overrides], process.exitcode, *said)


def _run(verb, overrides, place, environment, said):
    gc.freeze()
    os.chdir(place)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in zip((sys.stdout, sys.stderr), said, strict=True):
        with Path(path).open("wb") as target:
            os.dup2(target.fileno(), stream.fileno())
    sys.argv = [f"pipelines.{verb}", *overrides]
    warnings.filterwarnings("ignore", ".*found in sys.modules", RuntimeWarning, "runpy")
    try:
        runpy.run_module(f"pipelines.{verb}", run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # a process of multiprocessing leaves them out
