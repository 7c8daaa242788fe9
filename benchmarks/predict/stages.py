"""Say where the time of predict goes: python -m benchmarks.predict.stages LIST.

One process does all of the work, and the functions of each stage are timed from outside: processor seconds
of the thread that runs them, without those of the stages within. A profiler would slow small calls down.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from importlib import import_module
from pathlib import Path
from time import process_time, thread_time
from typing import Any

from benchmarks.predict.composed import composed

STAGES = {
    "models": ("pipelines.listing._models",),
    "customers, vendor table, digests": (
        "pipelines.predict.prepare",
        "icp_ml.data.tables.read_beside",
        "icp_ml.engine.ready.Ready.__init__",
    ),
    "reading": ("icp_ml.data.sources.read_pieces", "icp_ml.data.text_files.TextPiece.batches"),
    "parsing and checks": ("icp_ml.data.rows_read.TableReader.read",),
    "enrichment": (
        "icp_ml.data.enrichment.filling.Enrichment.fill",
        "icp_ml.data.enrichment.filling.Filled.marks",
    ),
    "matching and rules": (
        "icp_ml.data.rows_read.match_keys",
        "icp_ml.matching.known.KnownAccounts.recognise",
        "icp_ml.data.rules.PreparedRules.apply",
    ),
    "encoding": ("icp_ml.engine.told.encode",),
    "forest": ("icp_ml.model.candidate.Model.explain",),
    "reasons": ("icp_ml.scoring.scores.reasons",),
    "neighbours and familiarity": ("icp_ml.scoring.scores.similar",),
    "digests of rows": ("icp_ml.data.rows_read.row_digests",),
    "codes of drift": ("icp_ml.engine.told.codes_of",),
    "storing parts": ("icp_ml.engine.parts.write_part",),
    "duplicates": ("icp_ml.data.first_pass.read_first_pass", "icp_ml.data.repeats.repeats_in"),
    "placing": (
        "icp_ml.data.placing.write_lists",
        "icp_ml.data.placing.parts_of",
        "icp_ml.engine.parts.place_part",
    ),
    "worth finding out": ("icp_ml.engine.parts._worth_of",),
    "writing": (
        "icp_ml.engine.parts.write_scored",
        "icp_ml.data.outputs.join_list",
        "icp_ml.data.scored.join_lines",
    ),
}
"""By stage, the functions that do it, named where they are looked up."""
IMPORTED = ("hydra", "mlflow", "numba", "pandas", "pandera.pandas")
"""The heavy ones, which predict imports in the midst of its work; here they come first."""
START, REST = "start and imports", "all else"


class Clock:
    """Adds up the processor seconds of stages; those of a stage within another are the inner one's alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give a function that does the same and is counted; what it yields is counted as it is made."""

        @wraps(function)
        def call(*given: Any, **named: Any) -> Any:
            made = self.run(stage, lambda: function(*given, **named))
            return self._each(stage, made) if isinstance(made, Iterator) else made

        return call

    def run(self, stage: str, action: Callable[[], Any]) -> Any:
        """Count an action."""
        start = thread_time()
        self._inner.append(0.0)
        try:
            return action()
        finally:
            seconds = thread_time() - start
            self.seconds[stage] += seconds - self._inner.pop()
            if self._inner:
                self._inner[-1] += seconds

    def _each(self, stage: str, made: Iterator[Any]) -> Iterator[Any]:
        end = object()
        while (one := self.run(stage, lambda: next(made, end))) is not end:
            yield one


def main(path: str) -> None:
    """Print the stages with their processor seconds, shares and microseconds a row, as Markdown."""
    clock = Clock()
    for name in IMPORTED:
        import_module(name)
    wrap_all(clock)
    from pipelines.manifests import read_manifest
    from pipelines.predict import predict

    clock.seconds[START] = thread_time()
    with tempfile.TemporaryDirectory() as folder:
        overrides = (f"data.prospects.path={path}", f"scoring.folder={folder}", "n_jobs=1")
        clock.run(REST, lambda: predict(composed(*overrides)))
        n_rows = read_manifest(Path(folder) / "latest")["rows_in"]
    print("\n".join(table(clock.seconds, n_rows, process_time())))


def wrap_all(clock: Clock, stages: Mapping[str, Sequence[str]] = STAGES) -> None:
    """Have the functions of all stages counted."""
    for stage, names in stages.items():
        for name in names:
            owner, function = place_of(name)
            setattr(owner, function, clock.timed(stage, getattr(owner, function)))


def place_of(name: str) -> tuple[Any, str]:
    """Give the module or class that a function is looked up in, and its name there."""
    *above, function = name.split(".")
    owner: Any = import_module(".".join(one for one in above if not one[0].isupper()))
    for one in above:
        owner = getattr(owner, one) if one[0].isupper() else owner
    return owner, function


def table(
    seconds: dict[str, float],
    n_rows: int,
    all_seconds: float,
    stages: Mapping[str, Sequence[str]] = STAGES,
) -> list[str]:
    """Put the stages in their order."""
    total = sum(seconds.values())
    lines = ["| stage | processor seconds | share | µs a row |", "|---|---:|---:|---:|"]
    for stage in (START, *stages, REST):
        taken = seconds[stage]
        lines.append(f"| {stage} | {taken:.2f} | {taken / total:.0%} | {taken / n_rows * 1e6:.1f} |")
    lines.append(f"| together | {total:.2f} | 100% | {total / n_rows * 1e6:.1f} |")
    return [*lines, "", f"{all_seconds - total:.2f} processor seconds more were used by other threads."]


if __name__ == "__main__":
    main(sys.argv[1])
