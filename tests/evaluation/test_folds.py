"""Each fold's figures are of rows that its model never saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small import trained

from icp_ml.evaluation.folds import fold_spread, fold_table


def test_the_folds_are_all_rows_and_lose_together_what_the_candidate_lost() -> None:
    training, fit, _ = trained()
    table = fold_table(fit.candidate, training.is_best)
    assert table["fold"].tolist() == list(range(1, fit.recipe.model.n_folds + 1))
    assert (table["n_rows"].sum(), table["n_best"].sum()) == (len(training.rows), training.is_best.sum())
    whole = np.average(table["log_loss"], weights=table["n_rows"])
    assert whole == pytest.approx(fit.candidate.log_loss)


def test_the_spread_is_between_folds_and_needs_two() -> None:
    table = pd.DataFrame({"log_loss": [0.3, 0.5], "roc_auc": [0.8, 0.8], "average_precision": [0.5, 0.7]})
    found = fold_spread(table)
    assert found["log_loss"] == pytest.approx(0.4)
    assert found["log_loss_spread"] == pytest.approx(np.sqrt(0.02))
    assert found["roc_auc_spread"] == 0
    assert "log_loss_spread" not in fold_spread(table.iloc[:1])
