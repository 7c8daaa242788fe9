"""The models that are measured: of the four shapes of the table in docs/performance.md, and real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from icp_ml.forest.trees import Floats
from icp_ml.tracking.exports import read_model
from icp_ml.tracking.serving import parse_rows

N_ROWS = 20_000
N_COLUMNS = 20
DAY = pd.Timestamp("2026-01-01")


class Shape(NamedTuple):
    """Boosters of one shape."""

    n_trees: int
    n_boosters: int
    n_leaves: int
    max_depth: int


SHAPES = {
    "1,500 x 7 leaves": Shape(1_500, 5, 7, -1),
    "200 x 15": Shape(200, 1, 15, -1),
    "1,500 x 15": Shape(1_500, 5, 15, -1),
    "500 x 31, depth 8": Shape(500, 1, 31, 8),
}


class Measured(NamedTuple):
    """A model and rows for it.

    Attributes
    ----------
    texts : tuple of str
    groups : ndarray of int, shape (n_columns,)
        The attribute of each column; of made ones, each column by itself.
    matrix : ndarray of float64, shape (n_rows, n_columns)
    """

    texts: tuple[str, ...]
    groups: np.ndarray[Any, np.dtype[np.int64]]
    matrix: Floats

    def write(self, place: Path) -> None:
        """Write it for the processes that measure."""
        place.mkdir(parents=True, exist_ok=True)
        (place / "texts.json").write_text(json.dumps(self.texts))
        np.save(place / "groups.npy", self.groups)
        np.save(place / "matrix.npy", self.matrix)

    @classmethod
    def read(cls, place: Path) -> Self:
        """Read what was written."""
        texts = tuple(json.loads((place / "texts.json").read_text()))
        return cls(texts, np.load(place / "groups.npy"), np.load(place / "matrix.npy"))


def made(shape: Shape) -> Measured:
    """Grow boosters on 20 numeric columns, some with gaps, some with few levels."""
    import lightgbm as lgb

    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(2 * N_ROWS, N_COLUMNS))
    matrix[:, 5:10] = matrix[:, 5:10].round(1)
    matrix[:, :15][rng.random((2 * N_ROWS, 15)) < 0.05] = np.nan
    known = np.nan_to_num(matrix)
    signal = known[:, 0] * known[:, 1] + np.sin(2 * known[:, 2]) + known[:, 3] * known[:, 4] / 2 + known[:, 6]
    signal += known[:, 11:14].prod(axis=1) / 3 - known[:, 7] ** 2 / 2 + known[:, 14:].sum(axis=1) / 5
    is_best = (rng.random(2 * N_ROWS) < 1 / (1 + np.exp(-signal))).astype(float)
    options = {"num_leaves": shape.n_leaves, "max_depth": shape.max_depth, "learning_rate": 0.05}
    options |= {"bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.6, "verbosity": -1}
    texts = []
    for seed in range(shape.n_boosters):
        ground = lgb.Dataset(matrix, is_best)
        n_rounds = shape.n_trees // shape.n_boosters
        booster = lgb.train({"objective": "binary", "seed": seed, **options}, ground, n_rounds)
        texts.append(booster.model_to_string())
    return Measured(tuple(texts), np.arange(N_COLUMNS), matrix[:N_ROWS])


def trained(name: str, raw: Path) -> Measured | None:
    """Read the newest model of a name that make train exported, and rows of its data; None: there is none."""
    exports = sorted(
        Path(f"models/icp_ml_{name}").glob("*/model.json"), key=lambda path: path.stat().st_mtime
    )
    if not exports or not raw.is_file():
        return None
    model = read_model(exports[-1].parent)
    rows = pd.read_csv(raw, dtype=str, keep_default_na=False, encoding="utf-8-sig", nrows=N_ROWS)
    matrix = model.encoder.transform(parse_rows(rows, model.prospects), DAY)
    texts = tuple(text for file, text in model.to_files().items() if file.startswith("trees_"))
    return Measured(texts, model.encoder.attribute_of_column, matrix)
