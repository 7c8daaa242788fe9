from __future__ import annotations

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from small import settings

from icp_ml.evaluation.curves import (
    calibration_bins,
    calibration_slope,
    gains_curve,
    precision_recall_points,
    roc_points,
)
from icp_ml.evaluation.figures import Scored, figures
from icp_ml.evaluation.plots import plots

SETTINGS = settings().evaluation.model_copy(
    update={"n_bootstrap": 50, "shares": (0.1, 0.2), "min_roc_auc_low": 0.55}
)
IMPORTANCE = pd.Series([0.5, 0.3, 0.2], index=["employees", "NAICS industry", "country"])
NAMES = ["precision_recall", "roc", "gains_and_lift", "calibration", "importance"]


def simulated(n_rows: int, seed: int = 0, stretch: float = 1.0) -> Scored:
    """Rows whose label follows the log-odds; the scores' log-odds are those, stretched."""
    generator = np.random.default_rng(seed)
    log_odds = 1.4 * generator.normal(size=n_rows) - 1.6
    is_best = generator.random(n_rows) < 1 / (1 + np.exp(-log_odds))
    return Scored(is_best, 1 / (1 + np.exp(-stretch * log_odds)), np.arange(n_rows))


def title(figure: Figure) -> str:
    return figure.get_suptitle().replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")


def draw(test: dict[str, Scored], importance: pd.Series = IMPORTANCE) -> dict[str, Figure]:
    figures_drawn = plots(test, importance, SETTINGS, 1, "deal")
    for figure in figures_drawn.values():
        figure.savefig(BytesIO(), format="png")
    return figures_drawn


TEN = np.arange(10)
ROWS_OF_ALL_KINDS = {
    "one row": Scored(np.array([True]), np.array([0.4]), np.array([1])),
    "two rows": Scored(np.array([True, False]), np.array([0.4, 0.3]), np.array([1, 2])),
    "none best": Scored(TEN < 0, TEN / 10, TEN),
    "all best": Scored(TEN >= 0, TEN / 10, TEN),
    "one probability": Scored(TEN < 2, np.full(10, 0.2), TEN),
    "all certain": Scored(TEN < 2, (TEN < 2).astype(float), TEN),
    "all zero": Scored(TEN < 2, np.zeros(10), TEN),
}


@pytest.mark.parametrize("kind", ROWS_OF_ALL_KINDS)
def test_plots_of_tiny_and_odd_test_sets_are_drawn(kind: str) -> None:
    candidate = ROWS_OF_ALL_KINDS[kind]
    drawn = draw({"icp_ml": candidate, "base rate": ROWS_OF_ALL_KINDS[kind]})
    assert list(drawn) == NAMES


def test_titles_say_the_figures() -> None:
    test = simulated(2000)
    found = figures(test.is_best, test.probability, (0.1,))
    titles = {name: title(figure) for name, figure in draw({"icp_ml": test}).items()}
    assert titles["roc"] == f"A best deal outranks another one {100 * found['roc_auc']:.0f} times in 100"
    assert titles["gains_and_lift"] == (
        f"The top 10 % of deals hold {100 * found['capture_at_10']:.0f} % of the best "
        f"({found['lift_at_10']:.1f} \N{MULTIPLICATION SIGN} chance)"
    )
    error = 100 * found["calibration_error"]
    assert titles["calibration"] == f"Predicted rates are {error:.1f} percentage points off on average"
    assert titles["importance"] == "80 % of what moves the scores comes from employees and NAICS industry"


def test_the_title_of_precision_and_recall_is_right_by_hand() -> None:
    is_best = np.isin(TEN, [0, 2, 5, 9])  # the second of four best comes third: 2 of 3 picked are best
    drawn = draw({"icp_ml": Scored(is_best, np.linspace(0.9, 0.1, 10), TEN)})
    assert title(drawn["precision_recall"]) == (
        "With half of the best found, 67 % of those picked are best (chance 40 %)"
    )


def test_a_test_set_of_one_class_says_so() -> None:
    drawn = draw({"icp_ml": ROWS_OF_ALL_KINDS["none best"]})
    for name in ("precision_recall", "roc", "gains_and_lift"):
        assert title(drawn[name]) == "The test set holds one class only: there is nothing to rank"


def test_a_baseline_of_one_probability_is_the_line_of_chance() -> None:
    test = simulated(200)
    constant = Scored(test.is_best, np.full(200, 0.2), test.group)
    other = simulated(200, stretch=0.5)
    drawn = draw({"icp_ml": test, "logistic regression": other, "base rate": constant})
    words = [text.get_text() for text in drawn["roc"].axes[0].get_legend().get_texts()]
    assert [line.split(" (")[0] for line in words] == ["icp_ml", "logistic regression"]


def test_importance_shows_fifteen_and_sums_up_the_rest() -> None:
    many = pd.Series(np.full(20, 0.05), index=[f"attribute {place}" for place in range(20)])
    labels = [
        text.get_text() for text in draw({"a": simulated(50)}, many)["importance"].axes[0].get_yticklabels()
    ]
    assert len(labels) == 16
    assert labels[-1] == "5 more"


def test_importance_of_nothing_is_drawn() -> None:
    drawn = draw({"a": simulated(50)}, pd.Series([], dtype=float))
    assert title(drawn["importance"]) == "No attribute moves the scores"


def test_the_area_under_the_drawn_curves_is_the_figure() -> None:
    test = simulated(500)
    found = figures(test.is_best, test.probability, ())
    assert np.trapezoid(*reversed(roc_points(test))) == pytest.approx(found["roc_auc"], abs=1e-12)
    recall, precision = precision_recall_points(test)
    assert np.diff(recall) @ precision[1:] == pytest.approx(found["average_precision"], abs=1e-12)


def test_gains_begin_at_nothing_and_end_at_everything() -> None:
    found = gains_curve(simulated(100), np.linspace(0, 1, 11))
    assert (found[0], found[-1]) == (0, 1)
    assert (np.diff(found) >= 0).all()


@pytest.mark.parametrize(("stretch", "slope"), [(1, 1), (2, 0.5), (0.5, 2)])
def test_the_calibration_slope_undoes_what_was_stretched(stretch: float, slope: float) -> None:
    assert calibration_slope(simulated(20_000, stretch=stretch)) == pytest.approx(slope, rel=0.05)


@pytest.mark.parametrize("kind", ["none best", "one probability", "all certain"])
def test_the_calibration_slope_is_missing_where_it_is_not_defined(kind: str) -> None:
    assert np.isnan(calibration_slope(ROWS_OF_ALL_KINDS[kind]))


def test_calibration_bins_average_to_the_rates_of_all() -> None:
    test = simulated(333)
    bins = calibration_bins(test, 0.95)
    assert bins.observed.mean() == pytest.approx(test.is_best.mean())
    assert bins.predicted.mean() == pytest.approx(test.probability.mean())
    assert ((bins.low <= bins.observed + 1e-12) & (bins.observed <= bins.high + 1e-12)).all()
