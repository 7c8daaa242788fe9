"""Print what the compiled forest and its peers do, as Markdown: python -m benchmarks.forest.run [FOLDER].

FOLDER holds the public data sets; without it the crunchbase model is left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import joblib
import numpy as np
from tqdm import tqdm

from benchmarks.forest.models import SHAPES, Measured, made, trained
from benchmarks.forest.one import TOOLS
from icp_ml.forest import Forest

PLACE = Path("var/bench")
TIMEOUT = 600
PEERS = {"lightgbm_contributions": "pred_contrib", "lightgbm_scores": "predict"}
PACKAGES = ("lightgbm", "shap", "woodelf_explainer", "onnxruntime", "numba", "numpy")
GROWTHS = ((5, 20_000), (5, 200_000), (5, 1_000_000), (4, 200_000), (3, 200_000), (2, 200_000), (1, 200_000))
"""Boosters and rows."""


def main() -> None:
    """Measure every tool on every model, one process after the other."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    names = prepared(folder)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for name, tool in tqdm([(name, tool) for name in names for tool in TOOLS], unit="tool"):
        found[name, tool] = measured(name, tool)
    versions = ", ".join(f"{one} {version(one)}" for one in PACKAGES)
    print(f"{joblib.cpu_count()} cores; {versions}.\n")
    for table in (speed, against, size, memory):
        print("\n".join(table(names, found)) + "\n")
    print("\n".join(growth(names[0])))


def prepared(folder: Path | None) -> list[str]:
    """Write the models to be measured; those that nobody trained are left out, and named."""
    models: dict[str, Measured | None] = {name: made(shape) for name, shape in SHAPES.items()}
    models["demo"] = trained("demo", Path("var/demo/prospects.csv"))
    if folder is not None:
        models["crunchbase"] = trained("crunchbase", folder / "crunchbase_2015" / "companies.csv")
    for name, model in models.items():
        if model is None:
            print(f"left out: no model of data={name}; train one first", file=sys.stderr)
        else:
            model.write(place(name))
    return [name for name, model in models.items() if model is not None]


def place(name: str) -> Path:
    """Name the folder of a model."""
    return PLACE / "".join(one if one.isalnum() else "_" for one in name)


def measured(name: str, tool: str) -> dict[str, Any]:
    """Measure in a process of its own; a tool that fails, or is not done in ten minutes, has no figures."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.forest.one", place(name), tool]
    try:
        done = subprocess.run(
            [*command, str(joblib.cpu_count())], capture_output=True, text=True, timeout=TIMEOUT, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        print(f"{tool} on {name}: {str(failure.stderr)[-500:]}", file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


Found = dict[tuple[str, str], dict[str, Any]]


def speed(names: list[str], found: Found) -> list[str]:
    """Put rows a second side by side."""
    return _table("rows/s", names, lambda name, tool: _count(found[name, tool].get("rows_a_second")))


def memory(names: list[str], found: Found) -> list[str]:
    """Put the peaks of memory side by side, with the rows of the pass."""

    def cell(name: str, tool: str) -> str:
        one = found[name, tool]
        return f"{one['peak_mb']:,.0f} ({one['n_rows']:,})" if one else "-"

    return _table("peak MB (rows at once)", names, cell)


def _table(head: str, names: list[str], cell: Any) -> list[str]:
    lines = [f"| {head} | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    for tool in TOOLS:
        lines.append(f"| {tool.replace('_', ' ')} | {' | '.join(cell(name, tool) for name in names)} |")
    return lines


def against(names: list[str], found: Found) -> list[str]:
    """Give the forest's contributions as multiples of LightGBM's contributions and of its plain scores."""
    lines = ["| contributions against | " + " | ".join(names) + " |", f"|---|{'---:|' * len(names)}"]
    for tool, words in PEERS.items():
        ratios = [
            found[name, "forest"]["rows_a_second"] / found[name, tool]["rows_a_second"] for name in names
        ]
        lines.append(f"| LightGBM's {words} | {' | '.join(f'{one:,.1f} x' for one in ratios)} |")
    return lines


def size(names: list[str], found: Found) -> list[str]:
    """Say what compiling takes and gives."""
    lines = [
        "| model | trees | tables | leaves without one | MB | compiled, s | scores off by | contributions |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in names:
        one = found[name, "forest"]
        counts = [f"{one[key]:,}" for key in ("n_trees", "n_parts", "n_paths")]
        errors = [f"{one[key]:.0e}" for key in ("score_error", "contribution_error")]
        cells = [name, *counts, f"{one['table_mb']:.1f}", f"{one['compile_seconds']:.2f}", *errors]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def growth(name: str) -> list[str]:
    """Show how the seconds grow with rows and with trees."""
    model = Measured.read(place(name))
    columns = tuple(range(model.matrix.shape[1]))
    lines = [f"| {name}: boosters | rows | seconds | ns a row and tree |", "|---:|---:|---:|---:|"]
    n_trees = sum(text.count("\nTree=") for text in model.texts) // len(model.texts)
    for n_boosters, n_rows in GROWTHS:
        forest = Forest(model.texts[:n_boosters], columns)
        rows = np.resize(model.matrix, (n_rows, len(columns)))
        forest.explain(rows[:10])
        seconds = min(_seconds(forest, rows) for _ in range(5))
        each = seconds / n_rows / n_trees / n_boosters * 1e9
        lines.append(f"| {n_boosters} x {n_trees} trees | {n_rows:,} | {seconds:.3f} | {each:.2f} |")
    return lines


def _seconds(forest: Forest, rows: Any) -> float:
    started = perf_counter()
    forest.explain(rows, 0)
    return perf_counter() - started


def _count(number: float | None) -> str:
    return "-" if number is None else f"{number:,.0f}"


if __name__ == "__main__":
    main()
