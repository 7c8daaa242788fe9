from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small import companies, settings, trained

from icp_ml.charts import png, specification, svg
from icp_ml.evaluation.curves import (
    calibration_bins,
    calibration_slope,
    gains_curve,
    precision_recall_points,
    roc_points,
)
from icp_ml.evaluation.effect_plots import effect_plots
from icp_ml.evaluation.effects import effects
from icp_ml.evaluation.figures import Scored, figures
from icp_ml.evaluation.plots import plots
from icp_ml.evaluation.table_plots import backtest_plot, importance_plot

SETTINGS = settings().evaluation.model_copy(update={"n_bootstrap": 50, "shares": (0.1, 0.2)})
NAMES = ["gains", "lift", "precision_recall", "roc", "calibration"]


def simulated(n_rows: int, seed: int = 0, stretch: float = 1.0) -> Scored:
    """Rows whose label follows the log-odds; the scores' log-odds are those, stretched."""
    generator = np.random.default_rng(seed)
    log_odds = 1.4 * generator.normal(size=n_rows) - 1.6
    is_best = generator.random(n_rows) < 1 / (1 + np.exp(-log_odds))
    return Scored(is_best, 1 / (1 + np.exp(-stretch * log_odds)), np.arange(n_rows))


def title(chart: Any) -> str:
    said = chart.to_dict()["title"]["text"]
    return " ".join(said).replace("\N{NO-BREAK SPACE}", " ")


def rows(chart: Any, *columns: str) -> pd.DataFrame:
    """Give the chart's own data that have these columns."""
    tables = [pd.DataFrame(one) for one in json.loads(specification(chart))["datasets"].values()]
    (found,) = [one for one in tables if set(columns) <= set(one)]
    return found


def draw(test: dict[str, Scored]) -> dict[str, Any]:
    drawn = plots(test, SETTINGS, 1, "deal")
    for chart in drawn.values():
        chart.to_dict()  # checks it against the schema
        assert png(chart, 1).startswith(b"\x89PNG")
        assert svg(specification(chart)).startswith("<svg")
    return drawn


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
def test_charts_of_tiny_and_odd_test_sets_are_drawn(kind: str, capfd) -> None:
    assert list(draw({"icp_ml": ROWS_OF_ALL_KINDS[kind], "base rate": ROWS_OF_ALL_KINDS[kind]})) == NAMES
    assert "WARN" not in "".join(capfd.readouterr())


def test_titles_say_the_figures() -> None:
    test = simulated(2000)
    found = figures(test.is_best, test.probability, (0.1,))
    titles = {name: title(chart) for name, chart in draw({"icp_ml": test}).items()}
    assert titles["roc"] == f"A best deal outranks another one {100 * found['roc_auc']:.0f} times in 100"
    assert titles["gains"] == (
        f"The top 10 % of deals hold {100 * found['capture_at_10']:.0f} % of the best "
        f"({found['lift_at_10']:.1f} \N{MULTIPLICATION SIGN} chance)"
    )
    assert titles["lift"] == (
        f"Among the top 10 %, best deals are {found['lift_at_10']:.1f} times as common as among all"
    )
    error = 100 * found["calibration_error"]
    assert titles["calibration"] == f"Predicted rates are {error:.1f} percentage points off on average"


def test_the_title_of_precision_and_recall_is_right_by_hand() -> None:
    is_best = np.isin(TEN, [0, 2, 5, 9])  # the second of four best comes third: 2 of 3 picked are best
    drawn = draw({"icp_ml": Scored(is_best, np.linspace(0.9, 0.1, 10), TEN)})
    assert title(drawn["precision_recall"]) == (
        "With half of the best found, 67 % of those picked are best (chance 40 %)"
    )


def test_a_test_set_of_one_class_says_so() -> None:
    drawn = draw({"icp_ml": ROWS_OF_ALL_KINDS["none best"]})
    for name in ("precision_recall", "roc", "gains", "lift"):
        assert title(drawn[name]) == "The test set holds one class only: there is nothing to rank"


def test_what_is_drawn_is_what_the_figures_say() -> None:
    test = simulated(600)
    found = figures(test.is_best, test.probability, (0.1,))
    drawn = draw({"icp_ml": test})
    gains, lift = (rows(drawn[name], "model").set_index("x")["y"] for name in ("gains", "lift"))
    assert gains[0.1] == pytest.approx(found["capture_at_10"], abs=1e-5)
    assert lift[0.1] == pytest.approx(found["lift_at_10"], abs=1e-5)
    curve = rows(drawn["precision_recall"], "model")
    area = np.diff(curve["x"]) @ curve["y"][1:]
    assert area == pytest.approx(found["average_precision"], abs=1e-4)
    curve = rows(drawn["roc"], "model")
    assert np.trapezoid(curve["y"], curve["x"]) == pytest.approx(found["roc_auc"], abs=1e-3)
    bins = rows(drawn["calibration"], "low")
    assert (bins["x"] - bins["y"]).abs().mean() == pytest.approx(found["calibration_error"], abs=1e-5)


def test_a_baseline_of_one_probability_is_the_line_of_chance() -> None:
    test = simulated(200)
    constant = Scored(test.is_best, np.full(200, 0.2), test.group)
    drawn = draw({"icp_ml": test, "logistic regression": simulated(200, stretch=0.5), "base rate": constant})
    assert set(rows(drawn["gains"], "model")["model"]) == {"icp_ml", "logistic regression"}


def test_equal_inputs_give_equal_charts() -> None:
    first, second = (draw({"icp_ml": simulated(300)}) for _ in range(2))
    for name in NAMES:
        assert first[name].to_json() == second[name].to_json()
        assert png(first[name]) == png(second[name])


def test_no_chart_names_a_colour_of_its_own() -> None:
    for chart in draw({"icp_ml": simulated(300), "other": simulated(300, stretch=0.5)}).values():
        assert "#" not in chart.to_json()
        assert "#" not in svg(specification(chart)).replace("url(#", "").replace("&#", "")


def test_importance_shows_twelve_and_sums_up_the_rest() -> None:
    chart = importance_plot(pd.Series(np.full(20, 0.05), index=[f"attribute {at}" for at in range(20)]))
    shown = rows(chart, "words")
    assert len(shown) == 13
    assert shown["words"].iloc[-1] == "8 more"
    assert shown["share"].sum() == pytest.approx(1)
    assert title(chart) == "10 % of what moves the scores comes from attribute 0 and attribute 1"


def test_importance_of_nothing_is_drawn() -> None:
    chart = importance_plot(pd.Series([], dtype=float))
    assert title(chart) == "No attribute moves the scores"
    assert png(chart)


@pytest.mark.parametrize("names", [["best", "rest"], ["best", "rest", "prospects"]])
def test_the_back_test_shows_every_part_of_every_tier_that_holds_any(names) -> None:
    shares = {name: [0.5, 0.5, 0.0] for name in names}
    counts = {f"n_{name}": [2, 2, 0] for name in names}
    chart = backtest_plot(
        pd.DataFrame({"tier": ["Best fit", "Bad fit", "Insufficient data"], **shares, **counts})
    )
    found = rows(chart, "part")
    assert set(found["tier"]) == {"Best fit", "Bad fit"}
    assert found.groupby("part")["share"].sum().to_dict() == dict.fromkeys(names, 1.0)
    assert png(chart)


def effects_of_small() -> pd.DataFrame:
    training, _, model = trained()
    return effects(model, training, SETTINGS)


def test_effects_find_what_was_planted_and_count_it() -> None:
    """Software and Kafka were planted; every row is in one level of a column."""
    found, (training, _, _) = effects_of_small(), trained()
    first = found.groupby("words", sort=False).first()
    assert first.loc["industry", "level"] == "Software"
    assert first.loc["technologies", "level"] == "Kafka"
    by_column = found[found["words"].isin(["industry", "revenue", "employees"])].groupby("words")
    assert set(by_column["n"].sum()) == {len(training.rows)}
    software = training.accounts["industry"] == "Software"
    line = found[found["level"] == "Software"].iloc[0]
    assert (line["n"], line["n_best"]) == (software.sum(), training.is_best[software].sum())
    assert ((found["rate_low"] <= found["rate"]) & (found["rate"] <= found["rate_high"])).all()


def test_effects_are_the_means_of_the_contributions() -> None:
    """Weighted by their rows, the effects of a column add up to its mean contribution."""
    found, (training, _, model) = effects_of_small(), trained()
    matrix = model.encoder.transform(training.accounts, training.rows["as_of"])
    means = model.explain(matrix, 1).contributions.mean(axis=0)
    place = [one.name for one in model.encoder.attributes].index("industry")
    lines = found[found["attribute"] == "industry"]
    assert np.average(lines["effect"], weights=lines["n"]) == pytest.approx(means[place])


def test_each_effect_has_a_chart_of_its_lines() -> None:
    found = effects_of_small()
    drawn = effect_plots(found, 0.3, SETTINGS, "customer")
    assert list(drawn) == list(dict.fromkeys(found["words"]))
    for words, chart in drawn.items():
        chart.to_dict()
        assert (
            rows(chart, "level")["level"].to_list() == found.loc[found["words"] == words, "level"].to_list()
        )
        assert png(chart)
    assert title(drawn["industry"]).startswith(
        "Odds of being best by industry: Software \N{MULTIPLICATION SIGN} "
    )


def test_a_model_that_learnt_nothing_has_no_effects() -> None:
    training, _, model = trained()
    few = training.part(np.arange(5))
    found = effects(model, few, SETTINGS)
    assert not len(found)
    assert effect_plots(found, 0.3, SETTINGS, "customer") == {}


def test_the_effects_of_other_rows_are_theirs() -> None:
    _, _, model = trained()
    one, other = (effects(model, companies(300, seed=seed), SETTINGS) for seed in (5, 6))
    assert not one["n"].equals(other["n"])
    assert one["attribute"].iloc[0] in set(other["attribute"])


def test_the_area_under_the_curves_is_the_figure() -> None:
    test = simulated(200)
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
