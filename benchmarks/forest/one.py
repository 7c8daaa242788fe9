"""Measure one tool on one model, in a process of its own: one.py PLACE TOOL N_THREADS."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.forest.models import Measured
from icp_ml.forest.trees import Floats

SECONDS, MOST_SECONDS = 1.0, 20.0  # of one pass
STEADY = 1.1  # a pass of four times the rows is not faster by more: what a call costs once no longer counts
MOST_ROWS = 1_000_000
Tool = Callable[[Measured, int], Callable[[Floats], Any]]


def main(place: Path, tool: str, n_threads: int) -> None:
    """Print rows a second of the best of three passes, its rows, and the peak of memory."""
    model = Measured.read(place)
    started = perf_counter()
    run = TOOLS[tool](model, n_threads)
    run(model.matrix[:10])
    ready = perf_counter() - started
    n_rows, seconds, rate, before = 50, 0.0, 1.0, 0.0
    while seconds < MOST_SECONDS and n_rows < MOST_ROWS and (seconds < SECONDS or rate > STEADY * before):
        n_rows, before = min(n_rows * 4, MOST_ROWS), rate
        rows = np.resize(model.matrix, (n_rows, model.matrix.shape[1]))
        seconds = timed(run, rows)
        rate = n_rows / seconds
    seconds = min(seconds, timed(run, rows), timed(run, rows))
    found = {"rows_a_second": n_rows / seconds, "n_rows": n_rows, "ready": ready, "peak_mb": peak_mb()}
    print(json.dumps(found | (facts(model) if tool == "forest" else {})))


def peak_mb() -> float:
    """Give the most memory that this process held; the count of its rusage would begin with its parent's."""
    told = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(told.split()[0]) / 1024


def timed(run: Callable[[Floats], Any], rows: Floats) -> float:
    """Give the seconds of one pass."""
    started = perf_counter()
    run(rows)
    return perf_counter() - started


def forest(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Explain and score by the compiled forest."""
    from icp_ml.forest import Forest

    one = Forest(model.texts, tuple(range(model.matrix.shape[1])))
    return lambda rows: one.explain(rows, n_threads)


def forest_by_attribute(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Do the same as the product does: contributions are summed over an attribute's columns."""
    from icp_ml.forest import Forest

    one = Forest(model.texts, tuple(model.groups.tolist()))
    return lambda rows: one.explain(rows, n_threads)


def forest_scores(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Score alone."""
    from icp_ml.forest import Forest

    one = Forest(model.texts, tuple(model.groups.tolist()))
    return lambda rows: one.log_odds(rows, n_threads)


def lightgbm_scores(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Score by LightGBM."""
    boosters = loaded(model)
    return lambda rows: [one.predict(rows, raw_score=True, num_threads=n_threads) for one in boosters]


def lightgbm_contributions(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Explain by LightGBM's pred_contrib."""
    boosters = loaded(model)
    return lambda rows: [one.predict(rows, pred_contrib=True, num_threads=n_threads) for one in boosters]


def shap_contributions(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Explain by shap's TreeExplainer; it has LightGBM do the work, with as many threads as that likes."""
    import shap

    explainers = [shap.TreeExplainer(one) for one in loaded(model)]
    return lambda rows: [one.shap_values(rows) for one in explainers]


def woodelf_contributions(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Explain by woodelf's path-dependent SHAP."""
    import pandas as pd
    from woodelf import WoodelfExplainer

    names = [f"Column_{at}" for at in range(model.matrix.shape[1])]
    explainers = [WoodelfExplainer(one) for one in loaded(model)]
    return lambda rows: [one.shap_values(pd.DataFrame(rows, columns=names)) for one in explainers]


def onnx_scores(model: Measured, n_threads: int) -> Callable[[Floats], Any]:
    """Score by ONNX Runtime, in its float32."""
    import onnxruntime
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = n_threads, 3
    kind = [("rows", FloatTensorType([None, model.matrix.shape[1]]))]
    graphs = [convert_lightgbm(one, initial_types=kind, zipmap=False) for one in loaded(model)]
    sessions = [onnxruntime.InferenceSession(one.SerializeToString(), options) for one in graphs]
    return lambda rows: [one.run(None, {"rows": rows.astype(np.float32)}) for one in sessions]


TOOLS: dict[str, Tool] = {
    "forest": forest,
    "forest_by_attribute": forest_by_attribute,
    "forest_scores": forest_scores,
    "lightgbm_scores": lightgbm_scores,
    "lightgbm_contributions": lightgbm_contributions,
    "shap": shap_contributions,
    "woodelf": woodelf_contributions,
    "onnx_scores": onnx_scores,
}


def loaded(model: Measured) -> list[Any]:
    """Read the boosters."""
    import lightgbm as lgb

    return [lgb.Booster(model_str=text) for text in model.texts]


def facts(model: Measured) -> dict[str, float]:
    """Say what the compiled tables take, and how far they are from LightGBM's own figures."""
    from icp_ml.forest import Forest
    from icp_ml.forest.compiling import compile_forest

    started = perf_counter()
    compiled, _ = compile_forest(model.texts, np.arange(model.matrix.shape[1]))
    seconds = perf_counter() - started
    rows, boosters = model.matrix[:200], loaded(model)
    found = Forest(model.texts, tuple(range(rows.shape[1]))).explain(rows)
    scores = np.column_stack([one.predict(rows, raw_score=True) for one in boosters])
    theirs = np.mean([one.predict(rows, pred_contrib=True) for one in boosters], axis=0)
    return {
        "n_trees": sum(text.count("\nTree=") for text in model.texts),
        "n_parts": len(compiled.tables.booster),
        "n_paths": len(compiled.paths.booster),
        "table_mb": (compiled.tables.entry.nbytes + compiled.tables.value.nbytes) / 1e6,
        "compile_seconds": seconds,
        "score_error": float(np.abs(found.log_odds - scores).max()),
        "contribution_error": float(np.abs(found.contributions - theirs[:, :-1]).max()),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
