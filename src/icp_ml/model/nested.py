"""Choices between folds: what a row is scored with never saw its fold's labels, the choice included."""

from __future__ import annotations

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.calibration import fit_calibration, losses


def best_stage(by_stage: Floats, patience: int) -> int:
    """Give the position of the lowest loss before the first `patience` stages without a lower one.

    What comes after those never counts, so that the choice is the same however far the stages go on.
    """
    best = 0
    for at, loss in enumerate(by_stage.tolist()):
        if loss < by_stage[best]:
            best = at
        elif at - best >= patience:
            break
    return best


def is_settled(sums: Floats, patience: int) -> bool:
    """Say whether more stages could change no choice: neither that of all folds, nor that of all but one.

    Parameters
    ----------
    sums : ndarray of float64, shape (n_folds, n_stages)
        Summed losses.
    patience : int
    """
    return all(_has_waited(one, patience) for one in [sums.sum(axis=0), *of_others(sums)])


def of_others(sums: Floats) -> list[Floats]:
    """Give for each fold the summed losses of the others; of a single fold, its own."""
    if len(sums) == 1:
        return [sums[0]]
    return [np.delete(sums, fold, axis=0).sum(axis=0) for fold in range(len(sums))]


def _has_waited(by_stage: Floats, patience: int) -> bool:
    return len(by_stage) - 1 - best_stage(by_stage, patience) >= patience


def summed_losses(stages: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Give each fold's summed loss at each stage, shape (n_folds, n_stages)."""
    by_row = losses(stages, is_best[:, None])
    return np.array([by_row[folds == fold].sum(axis=0) for fold in range(folds.max() + 1)])


def at_stage_of_other_folds(stages: Floats, is_best: Floats, folds: Codes, patience: int) -> Floats:
    """Give each row's log-odds at the rounds that suit the other folds best: none picks its own.

    Of a single fold nothing else is known, and it does pick its own.
    """
    raw = np.empty(len(stages))
    for fold, by_stage in enumerate(of_others(summed_losses(stages, is_best, folds))):
        held_out = folds == fold
        raw[held_out] = stages[held_out, best_stage(by_stage, patience)]
    return raw


def calibrated_by_other_folds(raw: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Calibrate each row's log-odds by two numbers from the other folds.

    The two numbers never saw the row; the models behind those folds did, so a trace of it is left.
    """
    found = np.empty(len(raw))
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        calibration = fit_calibration(raw[~held_out], is_best[~held_out])
        found[held_out] = calibration.log_odds(raw[held_out])
    return found
