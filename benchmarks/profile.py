"""Say how well the planted profile comes back: python -m benchmarks.profile models/icp_ml_demo/VERSION.

First what `make profile` wrote is compared with the truth, over the new prospects. Then three ways to distil
the model are compared: the product's boxes at several size powers, a shallow regression tree on the log-odds,
and the peeling of PRIM. Run where `make demo` wrote its files. The overlap is that of prospects: with those
who meet the planted sentence, and with those of whom enough is known to see it.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import hydra
import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeRegressor

from icp_ml.config import CONF, checked
from icp_ml.data.demo.truth import PLANTED_EMPLOYEES
from icp_ml.data.demo.words import (
    CLOUD_WAREHOUSE,
    COUNTRIES,
    FIRST_PLANTED_STAGE,
    INDUSTRIES,
    STAGES,
    TECHNOLOGIES,
)
from icp_ml.data.outcomes import label_tables, training_set
from icp_ml.data.pooling import pooled
from icp_ml.data.samples import prospect_sample
from icp_ml.features.statistics import log_odds
from icp_ml.label import label_rows
from icp_ml.model.calibration import probability
from icp_ml.profile.axes import Axis, Bools, axes_of
from icp_ml.profile.conditions import assign
from icp_ml.profile.distilling import Evidence, fields_used, sample_of
from icp_ml.profile.grouping import distil
from icp_ml.profile.statement import statement
from icp_ml.settings import Config
from icp_ml.tracking.exports import read_model

N_PROSPECTS = 100_000
POWERS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.5)
PEELED = 0.05  # of the rows at most, at each step of PRIM


@dataclass(frozen=True)
class Planted:
    """Which prospects meet the planted sentence, and of which it is known."""

    is_met: Bools
    is_seen: Bools


def main() -> None:
    """Print the statement, and a line for each way."""
    config = composed()
    evidence = evidence_of(config, Path(sys.argv[1]))
    planted = planted_of(evidence.prospects)
    written(evidence.prospects["account_id"], planted)
    print(f"{len(planted.is_met):,} prospects, {planted.is_met.sum():,} meet the sentence, ", end="")
    print(f"of {planted.is_seen.sum():,} it is known")
    print(
        f"{'way':<24} {'share':>6} {'lift':>5} {'R2':>6} "
        f"{'prec.':>6} {'recall':>6} {'Jacc.':>6} {'known':>6} {'s':>5}"
    )
    for power in POWERS:
        boxes(config.model_copy(update={"profile": config.profile.model_copy(update={"size_power": power})}),
              evidence, planted)  # fmt: skip
    others(config, evidence, planted)


def written(account_id: pd.Series, planted: Planted) -> None:
    """Print how the groups of the newest written profile overlap with the truth."""
    path = Path("var/profile/demo/latest/prospects.csv")
    if not path.is_file():
        print(f"{path} is not there: make profile writes it")
        return
    group = pd.read_csv(path, index_col="account_id")["group"].reindex(account_id).to_numpy()
    is_listed = pd.notna(group)
    print(f"make profile: {is_listed.sum():,} new prospects")
    for wanted in (["Core 1"], sorted({one for one in group[is_listed] if one.startswith("Core")})):
        kept = np.isin(group[is_listed].astype(str), wanted)
        for said, truth in (("planted", planted.is_met), ("known", planted.is_seen)):
            met = truth[is_listed]
            both = (kept & met).sum()
            figures = f"precision {both / kept.sum():.3f}, recall {both / met.sum():.3f}"
            print(f"  {', '.join(wanted)} against {said}: {figures}, Jaccard {both / (kept | met).sum():.3f}")


def composed() -> Config:
    """Compose the configuration of the demo."""
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config")).config


def evidence_of(config: Config, folder: Path) -> Evidence:
    """Give the label rows and the prospects with their fit."""
    model = read_model(folder)
    tables = pooled(label_tables(config.data, config.label), config.matching)
    rows = training_set(tables, label_rows(tables.rows, config.label, config.today).rows, config.data)
    sample = prospect_sample(config.data, N_PROSPECTS)
    assert sample is not None
    today = pd.Timestamp(config.today)

    def fit(accounts: pd.DataFrame, day: pd.Series | pd.Timestamp) -> np.ndarray:
        return probability(model.log_odds(model.encoder.transform(accounts, day), 1).mean(axis=1))

    return Evidence(
        rows.accounts,
        rows.rows,
        fit(rows.accounts, rows.rows["as_of"]),
        (rows.rows["as_of"] >= pd.Timestamp(date.fromisoformat(model.facts["cut"]))).to_numpy(),
        sample.rows,
        fit(sample.rows, today),
        fields_used(rows.fields, model.encoder, sample.rows),
        today,
        model.tiers.best_fit,
    )


def planted_of(prospects: pd.DataFrame) -> Planted:
    """Read the truth, and apply the planted sentence to what is known."""
    truth = pd.read_parquet("var/demo/truth/truth.parquet").set_index("account_id")["in_icp"]
    industries = [one.name.casefold() for one in INDUSTRIES if one.is_planted]
    tools = "|".join(one.name for one in TECHNOLOGIES if one.group == CLOUD_WAREHOUSE)
    seen = (
        prospects["industry"].str.casefold().isin(industries)
        & prospects["country"].isin([one.alpha_2 for one in COUNTRIES if one.is_planted])
        & prospects["employees"].between(*PLANTED_EMPLOYEES)
        & prospects["technologies"].fillna("").str.contains(tools)
        & prospects["funding_stage"].isin(STAGES[FIRST_PLANTED_STAGE:])
    )
    return Planted(truth.reindex(prospects["account_id"]).to_numpy(dtype=bool), seen.to_numpy(dtype=bool))


def boxes(config: Config, evidence: Evidence, planted: Planted) -> None:
    """Print the figures of the product's way at one size power; its statement where it is the one in use."""
    began = time.thread_time()
    groups, fidelity = distil(evidence, config.profile, config.evaluation.confidence, config.seed)
    seconds = time.thread_time() - began
    names = assign(groups[:-1], evidence.prospects, evidence.fields, evidence.today)
    mine = assign(groups[:-1], evidence.accounts, evidence.fields, evidence.rows["as_of"])
    for kinds in (("core",), ("core", "niche")):
        wanted = [one.name for one in groups if one.kind in kinds]
        wanted = wanted[:1] if kinds == ("core",) else wanted
        head = f"boxes {config.profile.size_power:g}: {'core 1' if len(kinds) == 1 else 'core+niche'}"
        line(head, np.isin(mine, wanted), np.isin(names, wanted), (evidence, planted, fidelity.r2, seconds))
    print(f"    {statement(groups)}")


def others(config: Config, evidence: Evidence, planted: Planted) -> None:
    """Print the figures of the tree and of PRIM, on one half, with the same parts of columns."""
    sample = sample_of(evidence, len(evidence.prospects), config.seed)
    axes = axes_of(sample.accounts, evidence.fields, sample.day)
    n, min_share = len(evidence.rows), config.profile.min_group_share
    target, weight = log_odds(sample.fit), sample.weight
    began = time.thread_time()
    matrix = np.column_stack([_columns(axis) for axis in axes])
    n_least = round(min_share * sample.is_learnt.sum() / 4)
    tree = DecisionTreeRegressor(max_depth=5, max_leaf_nodes=10, min_samples_leaf=n_least, random_state=1)
    tree.fit(matrix[sample.is_learnt], target[sample.is_learnt], weight[sample.is_learnt])
    said, held = tree.predict(matrix), ~sample.is_learnt
    r2 = 1 - ((target - said)[held] ** 2).sum() / ((target[held] - target[held].mean()) ** 2).sum()
    best = said >= np.unique(said)[-1]
    line("tree: best leaf", best[:n], best[n:], (evidence, planted, r2, time.thread_time() - began))
    began = time.thread_time()
    box = peeled(axes, sample.fit, weight, min_share)
    means = [target[held & side].mean() for side in (box, ~box)]
    r2 = (
        1
        - ((target - np.where(box, *means))[held] ** 2).sum()
        / ((target[held] - target[held].mean()) ** 2).sum()
    )
    line("PRIM: first box", box[:n], box[n:], (evidence, planted, r2, time.thread_time() - began))


def peeled(axes: list[Axis], fit: np.ndarray, weight: np.ndarray, min_share: float) -> Bools:
    """Peel the part whose loss raises the mean most, until the least support (Friedman and Fisher, 1999)."""
    box = np.ones(len(fit), dtype=bool)
    while True:
        inside, best = (weight * box).sum(), (0.0, box)
        for axis in axes:
            for part in _columns(axis).T:
                values = np.unique(part[box])
                for value in {values[0], values[-1]} if len(values) > 1 else ():
                    left = box & (part != value)
                    share = (weight * left).sum()
                    lost = max(inside - share, PEELED * inside)
                    if share >= min_share * weight.sum():
                        gain = (
                            (weight * fit)[left].sum() / share - (weight * fit)[box].sum() / inside
                        ) / lost
                        best = max(best, (gain, left), key=lambda one: one[0])
        if best[0] <= 0:
            return box
        box = best[1]


def _columns(axis: Axis) -> np.ndarray:
    """Give a range as its part, and levels and items as 0 and 1."""
    if axis.holds is not None:
        return axis.holds.astype(np.float64)
    if axis.shape == "range":
        return np.asarray(axis.codes, dtype=np.float64)[:, None]
    return (np.asarray(axis.codes)[:, None] == np.arange(axis.n_parts)).astype(np.float64)


def line(head: str, customers: Bools, kept: Bools, told: tuple[Evidence, Planted, float, float]) -> None:
    """Print one line of figures."""
    evidence, planted, r2, seconds = told
    is_best = evidence.rows["is_best"].to_numpy(dtype=bool)
    lift = is_best[customers].mean() / is_best.mean() if customers.any() else float("nan")
    both = (kept & planted.is_met).sum()
    overlap = [both / max(kept.sum(), 1), both / planted.is_met.sum(), both / (kept | planted.is_met).sum()]
    overlap.append((kept & planted.is_seen).sum() / (kept | planted.is_seen).sum())
    said = " ".join(f"{one:>6.3f}" for one in overlap)
    print(f"{head:<24} {customers.mean():>6.1%} {lift:>5.2f} {r2:>6.3f} {said:>28} {seconds:>5.1f}")


if __name__ == "__main__":
    main()
