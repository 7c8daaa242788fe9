"""Fit another tool on one repeat of one task: peers.py TASK REPEAT TOOL SECONDS OUT.

Runs in an environment of its own, where AutoGluon has its pandas; imports nothing of icp_ml. Each tool gets
the same typed table, one thread, and otherwise its defaults: what a user would write who reads the first page
of its documentation.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from importlib.metadata import version
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
import pandas as pd

TEXTS = ("text",)
LEVELS = ("category", "country", "region", "language", "industry_code", "list")


def read(path: Path, repeat: int):
    """Give features, label and seen-or-not, with dates as days and the kind of each column."""
    table = pd.read_parquet(path)
    fields = json.loads(path.with_suffix(".json").read_text())
    features = table[list(fields)].copy()
    for name in features:
        if fields[name]["kind"] == "date":
            features[name] = (features[name] - pd.Timestamp("1970-01-01")).dt.days
        elif fields[name]["kind"] in (*TEXTS, *LEVELS):
            features[name] = features[name].astype(object).where(features[name].notna(), None)
    kinds = {name: one["kind"] for name, one in fields.items()}
    return features, table["label:is_best"].to_numpy(dtype=int), table[f"test:{repeat}"].to_numpy(), kinds


def lightgbm(task, seconds, seed):
    """Plain LightGBM: categories as categories, defaults."""
    from lightgbm import LGBMClassifier

    features, is_best, is_test, kinds = task
    ready = as_categories(features, kinds)
    model = LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1).fit(ready[~is_test], is_best[~is_test])
    return lambda: model.predict_proba(ready[is_test])[:, 1]


def catboost(task, seconds, seed):
    """Give CatBoost its categories and texts; stop after the time."""
    from catboost import CatBoostClassifier, Pool

    features, is_best, is_test, kinds = task
    levels = [name for name in features if kinds[name] in LEVELS]
    texts = [name for name in features if kinds[name] in TEXTS]
    ready = features.copy()
    ready[levels + texts] = ready[levels + texts].fillna("")
    until = perf_counter() + seconds

    class InTime:
        def after_iteration(self, info):
            return perf_counter() < until

    given = {"cat_features": levels, "text_features": texts}
    model = CatBoostClassifier(random_seed=seed, thread_count=1, verbose=False, allow_writing_files=False)
    model.fit(Pool(ready[~is_test], is_best[~is_test], **given), callbacks=[InTime()])
    return lambda: model.predict_proba(Pool(ready[is_test], **given))[:, 1]


def logistic(task, seconds, seed):
    """One-hot levels, tf-idf of texts, numbers on a log scale: scikit-learn's usual pipeline."""
    from sklearn.compose import make_column_transformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    features, is_best, is_test, kinds = task
    levels = [name for name in features if kinds[name] in LEVELS and kinds[name] != "list"]
    texts = [name for name in features if kinds[name] in (*TEXTS, "list")]
    numbers = [name for name in features if name not in levels + texts]
    ready = features.copy()
    ready[levels + texts] = ready[levels + texts].fillna("")
    parts = [(OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5), levels)]
    parts += [
        (TfidfVectorizer(min_df=5, token_pattern=r"[^|]+" if kinds[one] == "list" else r"\w\w+"), one)
        for one in texts
    ]
    if numbers:
        log = FunctionTransformer(lambda values: np.sign(values) * np.log1p(np.abs(values)))
        parts.append(
            (
                make_pipeline(log, SimpleImputer(strategy="median", add_indicator=True), StandardScaler()),
                numbers,
            )
        )
    model = make_pipeline(make_column_transformer(*parts), LogisticRegression(max_iter=2_000))
    model.fit(ready[~is_test], is_best[~is_test])
    return lambda: model.predict_proba(ready[is_test])[:, 1]


def flaml(task, seconds, seed):
    """FLAML with its time budget, after log loss."""
    from flaml import AutoML

    features, is_best, is_test, kinds = task
    ready = as_categories(features, kinds)
    model = AutoML()
    model.fit(
        ready[~is_test],
        is_best[~is_test],
        task="classification",
        metric="log_loss",
        time_budget=seconds,
        n_jobs=1,
        seed=seed,
        verbose=0,
    )
    return lambda: model.predict_proba(ready[is_test])[:, 1]


def autogluon(task, seconds, seed, preset="medium_quality"):
    """AutoGluon with a preset and a time limit, after log loss."""
    from autogluon.tabular import TabularPredictor

    features, is_best, is_test, _ = task
    ready = features.assign(is_best_=is_best)
    with TemporaryDirectory() as folder:
        model = TabularPredictor("is_best_", eval_metric="log_loss", path=folder, verbosity=0)
        model.fit(ready[~is_test], time_limit=seconds, presets=preset, num_cpus=1, num_gpus=0)
        found = model.predict_proba(features[is_test])[1].to_numpy()
    return lambda: found


def autogluon_best(task, seconds, seed):
    """AutoGluon's best preset."""
    return autogluon(task, seconds, seed, "best_quality")


def as_categories(features, kinds):
    """Make categories of levels and texts, as LightGBM's users do."""
    named = [name for name in features if kinds[name] in (*LEVELS, *TEXTS)]
    return features.astype(dict.fromkeys(named, "category"))


TOOLS = {
    "lightgbm": (lightgbm, "lightgbm"),
    "logistic": (logistic, "scikit-learn"),
    "catboost": (catboost, "catboost"),
    "flaml": (flaml, "flaml"),
    "autogluon_medium": (autogluon, "autogluon.tabular"),
    "autogluon_best": (autogluon_best, "autogluon.tabular"),
}


def main() -> None:
    """Fit, predict, and write the probabilities with what they cost."""
    path, repeat, tool, seconds, out = (
        Path(sys.argv[1]),
        int(sys.argv[2]),
        sys.argv[3],
        float(sys.argv[4]),
        Path(sys.argv[5]),
    )
    warnings.simplefilter("ignore")
    fit, package = TOOLS[tool]
    task = read(path, repeat)
    started, used = perf_counter(), process_time()
    predict = fit(task, seconds, repeat)
    fitted = perf_counter()
    probability = predict()
    children = getrusage(RUSAGE_CHILDREN)
    cpu = process_time() - used + children.ru_utime + children.ru_stime
    facts = {
        "version": version(package),
        "fit_seconds": fitted - started,
        "predict_seconds": perf_counter() - fitted,
        "cpu_share": cpu / (perf_counter() - started),
        "peak_mb": max(getrusage(RUSAGE_SELF).ru_maxrss, children.ru_maxrss) / 1024,
        "chosen": "",
    }
    np.save(out.with_suffix(".npy"), probability)
    out.write_text(json.dumps(facts, indent=1))


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
