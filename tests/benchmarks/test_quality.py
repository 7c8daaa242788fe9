"""The comparison with other tools: what is compared, and how the figures are put together."""

import numpy as np
import pandas as pd
import pytest
from support import SHARED

from benchmarks.quality.report import LONGER, TOOLS, _behind, against_longer, complete, mean_rank, ranks
from benchmarks.quality.tasks import TASKS, read_task


def results(by_tool, n_tasks=4, n_repeats=3):
    lines = [
        {
            "task": f"task{task}",
            "repeat": repeat,
            "tool": tool,
            "average_precision": value,
            "log_loss": 1 - value,
        }
        for tool, value in by_tool.items()
        for task in range(n_tasks)
        for repeat in range(n_repeats)
    ]
    return pd.DataFrame(lines)


@pytest.mark.parametrize("figure", ["average_precision", "log_loss"])
def test_the_best_tool_everywhere_has_rank_one(figure):
    found = mean_rank(results({"icp_ml": 0.7, "lightgbm": 0.5, "catboost": 0.6}), figure)
    assert found.loc["icp_ml"].tolist() == [1, 1, 1]
    assert found.loc["lightgbm", "mean"] == 3


def test_equal_tools_share_a_rank():
    assert (ranks(results({"icp_ml": 0.5, "flaml": 0.5}), "log_loss") == 1.5).all(axis=None)


def test_a_repeat_that_one_tool_lacks_is_ranked_for_none():
    whole = results({"icp_ml": 0.7, "flaml": 0.5})
    part = complete(whole.drop(index=0))
    assert len(part) == len(whole) - 2


def test_a_tool_with_more_time_is_compared_on_the_fits_that_both_have():
    found = results({"icp_ml": 0.7, "flaml": 0.9, LONGER: 0.6}, n_tasks=2)
    found = found.assign(roc_auc=found["average_precision"])
    lacking = found["tool"].eq(LONGER) & found["task"].eq("task1")
    found = found.assign(roc_auc=found["roc_auc"].where(found["repeat"] > 0, 0.99))[~lacking]
    first, second = against_longer(found.drop(found.index[found["tool"].eq(LONGER)][0]))
    assert "mean +0.1000 over 2 fits on 1 tasks" in first
    assert "task0: 0.7000, best preset 0.6000" in second
    assert not list(against_longer(found[found["tool"] != LONGER]))


@pytest.mark.parametrize(
    ("differences", "is_named"),
    [
        ([-0.02, -0.021, -0.019], True),
        ([-0.02, 0.03, -0.02], False),
        ([0.02, 0.021, 0.019], False),
        ([-1], False),
    ],
)
def test_a_task_is_lost_only_by_more_than_noise(differences, is_named):
    assert bool(_behind("some_task", pd.Series(differences), "roc_auc")) is is_named
    assert not _behind("some_task", pd.Series(differences), "log_loss") or differences[0] > 0


def test_half_of_the_tasks_is_kept_for_the_report():
    assert sum(task.is_tuning for task in TASKS) * 2 == len(TASKS) >= 8
    assert "icp_ml" in TOOLS


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_has_both_labels_and_no_column_that_is_the_label(task):
    if not (SHARED / task.file).exists():
        pytest.skip(f"{task.file} is not at hand")
    training = read_task(task, SHARED)
    is_best = training.is_best
    assert 0.1 < is_best.mean() < 0.7
    for name in training.accounts:
        codes, _ = pd.factorize(training.accounts[name])
        if len(np.unique(codes)) < len(codes) / 4:
            by_level = pd.Series(is_best).groupby(codes).agg(["mean", "size"])
            certain = by_level.loc[by_level["mean"].isin([0, 1]), "size"].sum()
            assert certain < 0.9 * len(codes), name
