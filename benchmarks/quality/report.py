"""Print what was found as Markdown: python -m benchmarks.quality.report."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks.quality.run import TOOLS, results
from benchmarks.quality.tasks import TASKS

LOWER_IS_BETTER = ("log_loss", "calibration_error")
WORDS = {
    "roc_auc": "AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "lift_at_10": "lift at 10 %",
}
LONGER = "autogluon_best"
"""It has five times the seconds: no rank at equal time is its."""
TEST_TO_TRAIN = 1 / 3  # a quarter of the rows is held out
N_BOOTSTRAP = 10_000


def main() -> None:
    """Print the versions, both halves, every task, and the goals."""
    every = table()
    found = every[every["tool"] != LONGER]
    print(f"Versions: {versions(every)}.")
    for is_tuning in (True, False):
        names = [task.name for task in TASKS if task.is_tuning == is_tuning]
        part = complete(found[found["task"].isin(names)])
        if len(part):
            said = "The recipe was made with these in view" if is_tuning else "Reported once, at the end"
            print(f"\n**{said}:** {', '.join(names)}; {part['repeat'].nunique()} repeats.\n")
            print("\n".join(summary(part)))
    print()
    print("\n".join(by_task(found)))
    print("\n" + "\n".join([*goals(complete(found)), *against_longer(every)]))


def table() -> pd.DataFrame:
    """Put all results into one table; a fit that failed has no figures, and is named."""
    found = pd.DataFrame(results())
    if "failed" in found:
        for one in found[found["failed"].notna()].itertuples():
            print(f"failed: {one.tool} on {one.task}, repeat {one.repeat}: {one.failed}", file=sys.stderr)
        found = found[found["failed"].isna()]
    return found.drop_duplicates(["task", "repeat", "tool"], keep="last")


def complete(found: pd.DataFrame) -> pd.DataFrame:
    """Keep the repeats of a task that every tool has finished: ranks compare like with like."""
    n_tools = found.groupby(["task", "repeat"])["tool"].transform("nunique")
    return found[n_tools == found["tool"].nunique()]


def versions(found: pd.DataFrame) -> str:
    """Name each tool's version."""
    return ", ".join(
        f"{tool} {found.loc[found['tool'] == tool, 'version'].iloc[-1]}" for tool in tools(found)
    )


def tools(found: pd.DataFrame) -> list[str]:
    """List the tools that ran, in one order."""
    return [tool for tool in TOOLS if tool in set(found["tool"])]


def ranks(part: pd.DataFrame, figure: str) -> pd.DataFrame:
    """Rank the tools on each task and repeat, 1 the best: one row a fit, one column a tool."""
    wide = part.pivot(index=["task", "repeat"], columns="tool", values=figure)
    return wide.rank(axis="columns", ascending=figure in LOWER_IS_BETTER)


def mean_rank(part: pd.DataFrame, figure: str, seed: int = 0) -> pd.DataFrame:
    """Give each tool's mean rank with a 95 % interval over tasks drawn again: tasks are what differs."""
    by_task = ranks(part, figure).groupby("task").mean()
    drawn = np.random.default_rng(seed).integers(len(by_task), size=(N_BOOTSTRAP, len(by_task)))
    means = by_task.to_numpy()[drawn].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return pd.DataFrame({"mean": by_task.mean(), "low": low, "high": high})


def summary(part: pd.DataFrame) -> Iterator[str]:
    """Give one line a tool: means over the tasks, mean ranks, what it cost."""
    head = [*WORDS.values(), "rank by average precision", "rank by log loss", "fit s", "predict s", "peak MB"]
    yield f"| tool | {' | '.join(head)} |"
    yield "|---|" + "---:|" * len(head)
    means = part.groupby(["tool", "task"]).mean(numeric_only=True).groupby("tool").mean()
    by_precision, by_loss = mean_rank(part, "average_precision"), mean_rank(part, "log_loss")
    for tool in tools(part):
        one = means.loc[tool]
        figures = [f"{one[name]:.2f}" if name == "lift_at_10" else f"{one[name]:.4f}" for name in WORDS]
        placed = [
            f"{at['mean']:.2f} ({at['low']:.2f} to {at['high']:.2f})"
            for at in (by_precision.loc[tool], by_loss.loc[tool])
        ]
        cost = [f"{one['fit_seconds']:.1f}", f"{one['predict_seconds']:.2f}", f"{one['peak_mb']:.0f}"]
        yield f"| {tool} | {' | '.join([*figures, *placed, *cost])} |"


def by_task(found: pd.DataFrame) -> Iterator[str]:
    """Give AUC / average precision / log loss of every tool on every task, mean over the repeats all have."""
    named = tools(found)
    found = pd.concat([complete(one) for _, one in found.groupby("task")])
    yield f"| task | {' | '.join(named)} |"
    yield "|---|" + "---:|" * len(named)
    means = found.groupby(["task", "tool"])[["roc_auc", "average_precision", "log_loss"]].mean()
    for task in [one.name for one in TASKS if one.name in set(found["task"])]:
        cells = [
            " / ".join(f"{value:.3f}" for value in means.loc[(task, tool)])
            if (task, tool) in means.index
            else ""
            for tool in named
        ]
        yield f"| {task} | {' | '.join(cells)} |"


def goals(found: pd.DataFrame) -> Iterator[str]:
    """Say what was aimed at and what came out."""
    if "icp_ml" not in set(found["tool"]):
        return
    for figure in ("average_precision", "log_loss"):
        order = mean_rank(found, figure)["mean"].sort_values()
        yield f"- Mean rank by {WORDS[figure]} at equal time: " + ", ".join(
            f"{tool} {mean:.2f}" for tool, mean in order.items()
        )
    for figure in ("roc_auc", "average_precision", "log_loss"):
        worse = [
            line
            for task, one in _minus(found, "lightgbm", figure).groupby("task")
            if (line := _behind(task, one, figure))
        ]
        yield f"- Behind plain LightGBM by {WORDS[figure]} by more than noise: " + (
            "; ".join(worse) or "nowhere"
        )


def against_longer(found: pd.DataFrame) -> Iterator[str]:
    """Compare with the tool that has more time, on the fits that both have."""
    if not {"icp_ml", LONGER} <= set(found["tool"]):
        return
    wide = found.pivot(index=["task", "repeat"], columns="tool", values="roc_auc")[
        ["icp_ml", LONGER]
    ].dropna()
    n = wide.groupby("task").size()
    by_task = wide.groupby("task").mean()
    minus = by_task["icp_ml"] - by_task[LONGER]
    fits = f"{n.sum()} fits on {len(n)} tasks"
    yield f"- AUC minus AutoGluon's best preset at 300 s: mean {minus.mean():+.4f} over {fits}"
    yield from (
        f"  - {task}: {one['icp_ml']:.4f}, best preset {one[LONGER]:.4f}" for task, one in by_task.iterrows()
    )


def _minus(found: pd.DataFrame, other: str, figure: str) -> pd.Series:
    wide = found.pivot(index=["task", "repeat"], columns="tool", values=figure)
    return (wide["icp_ml"] - wide[other]).dropna()


def _behind(task: str, differences: pd.Series, figure: str) -> str:
    """Name a task where icp_ml is behind, by the corrected t interval (Nadeau and Bengio 2003)."""
    from scipy.stats import t

    n = len(differences)
    better = -differences if figure in LOWER_IS_BETTER else differences
    if n < 2:
        return ""
    error = np.sqrt((1 / n + TEST_TO_TRAIN) * better.var(ddof=1))
    high = better.mean() + t.ppf(0.975, n - 1) * error
    return f"{task} {differences.mean():+.4f}" if high < 0 else ""


if __name__ == "__main__":
    main()
