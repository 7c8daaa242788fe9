from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from reported import text_of
from small import companies, model_of, recipe, settings, trained, with_label

from icp_ml.charts import png
from icp_ml.evaluation.backtest import scored_sample
from icp_ml.evaluation.figures import figures
from icp_ml.evaluation.held_out import HeldOut, Tiering, scored_rows
from icp_ml.evaluation.judging import Case, Judgement, Told, judge
from icp_ml.evaluation.learning import learning_curve
from icp_ml.evaluation.report import report_json, report_line
from icp_ml.model.calibration import Calibration
from icp_ml.model.training import Fit, TrainingSet, fit_candidate
from icp_ml.split import Split

EVALUATION = settings().evaluation.model_copy(update={"n_bootstrap": 40, "n_permutations": 200})
TOLD = Told("drawn", "customer", ["made up"])


def held_out(fit: Fit, training: TrainingSet, test: TrainingSet) -> HeldOut:
    rows = replace(
        training,
        accounts=pd.concat([training.accounts, test.accounts], ignore_index=True),
        rows=pd.concat([training.rows, test.rows], ignore_index=True),
    )
    n = len(training.rows)
    split = Split(np.arange(n), np.arange(n, len(rows.rows)), test.rows["as_of"].min(), 0, ())
    return scored_rows(fit, rows, split, Tiering(settings().scoring.tiers))


def judged(case: Case) -> Judgement:
    return judge(case, TOLD, EVALUATION, 1)


@pytest.fixture(scope="module")
def case() -> Case:
    training, fit, model = trained()
    return Case(model, fit, training, [held_out(fit, training, companies(200, seed=11))])


@pytest.fixture(scope="module")
def judgement(case) -> Judgement:
    return judged(case)


def relabelled(case: Case, is_best) -> Case:
    (test,) = case.tests
    return replace(case, tests=[replace(test, part=with_label(test.part, is_best))])


def test_the_candidate_stands_beside_the_other_kinds_and_the_base_rate(judgement, case) -> None:
    others = [kind.replace("_", " ") for kind in case.fit.kinds if kind != case.fit.chosen]
    assert list(judgement.report.figures) == ["icp_ml", *others, "base rate"]
    assert list(judgement.report.differences) == others
    assert judgement.report.figures["base rate"]["roc_auc"].value == 0.5
    assert judgement.is_passed


@pytest.mark.parametrize("name", ["icp_ml", "rubric", "base rate"])
def test_figures_are_those_of_the_scored_rows(judgement, name: str) -> None:
    rows = judgement.scored
    again = figures(rows["is_best"].to_numpy(), rows[name].to_numpy(), settings().evaluation.shares)
    found = {figure: interval.value for figure, interval in judgement.report.figures[name].items()}
    assert found == pytest.approx(again)


def test_tiers_are_those_of_the_scored_rows(judgement) -> None:
    rows = judgement.scored
    counted = rows.groupby("tier")["is_best"].agg(["size", "mean"])
    table = judgement.report.tiers.set_index("tier")
    assert table.loc[counted.index, "n"].to_list() == counted["size"].to_list()
    assert table.loc[counted.index, "rate"].to_list() == pytest.approx(counted["mean"].to_list())


def test_the_counts_are_those_of_both_parts(judgement, case) -> None:
    report = judgement.report
    assert (report.train.n, report.test.n) == (400, 200)
    assert report.test.n_best == case.tests[0].is_best.sum()
    assert report.test.first == case.tests[0].part.rows["as_of"].min().date()


def test_a_planted_signal_is_found(judgement) -> None:
    assert judgement.report.verdict == "signal"
    assert judgement.report.p_value == 1 / 201


def test_shuffled_labels_hold_none_and_fail_the_candidate(case) -> None:
    failed = judged(relabelled(case, np.random.default_rng(1).permutation(case.tests[0].is_best)))
    assert failed.report.verdict == "none found"
    assert not failed.is_passed
    assert failed.report.failures[-1].startswith("The verdict is none found")


def test_a_random_split_without_dates_is_reported(case) -> None:
    none = pd.Timestamp("NaT").as_unit("s")
    (test,) = case.tests
    part = replace(test.part, rows=test.part.rows.assign(as_of=none))
    report = judged(replace(case, tests=[replace(test, part=part)])).report
    assert "- Tested on: 200 label rows without a date, " in text_of(report)
    assert json.loads(json.dumps(report_json(report)))["test"]["first"] is None
    assert report_line(report).endswith("on 200 test rows")


def test_a_declared_base_rate_is_said(case) -> None:
    rates = replace(case.model.rates, declared=0.05)
    report = judged(replace(case, model=replace(case.model, rates=rates))).report
    assert report.notes[0].startswith("Scores are shifted to the declared base rate, 5 %, from 3")
    assert report.notes[1:] == TOLD.notes


def test_a_candidate_that_gives_everyone_the_base_rate_is_said_to(case) -> None:
    model = replace(case.model, calibration=Calibration(0.0, -1.0))
    assert judged(replace(case, model=model)).report.notes[0].endswith("it gives everyone the base rate.")


def test_one_seed_gives_one_judgement(judgement, case) -> None:
    assert report_json(judged(case).report) == report_json(judgement.report)


def test_no_model_sees_the_labels_it_is_judged_on(case, judgement) -> None:
    again = judged(relabelled(case, ~case.tests[0].is_best)).scored
    for name in ("icp_ml", "logistic regression", "base rate"):
        np.testing.assert_array_equal(again[name], judgement.scored[name])


def test_earlier_tests_are_pooled_and_said(case) -> None:
    training, fit, _ = trained()
    earlier = replace(held_out(fit, training, companies(150, seed=12)), chosen=("rubric",))
    pooled = judged(replace(case, tests=[*case.tests, earlier]))
    rows = pooled.scored
    assert pooled.report.test.n == len(rows) == 350
    assert rows["test"].value_counts().to_dict() == {0: 200, 1: 150}
    place = rows.groupby("test")["icp_ml"].rank(pct=True).to_numpy() - 0.5 / rows["test"].map(
        {0: 200, 1: 150}
    )
    again = figures(rows["is_best"].to_numpy(), place.to_numpy(), (0.1,))
    assert pooled.report.figures["icp_ml"]["roc_auc"].value == pytest.approx(again["roc_auc"])
    n_best, chosen = int(case.tests[0].is_best.sum()), fit.chosen.replace("_", " ")
    assert f"the newest alone holds only {n_best} best" in text_of(pooled.report)
    assert f"The recipe chose {chosen} in 1 and rubric in 1 of them." in text_of(pooled.report)
    assert report_line(pooled.report).endswith("on 350 test rows of 2 tests")


FOUND = {"level": "alarm", "code": "almost_label", "column": "closed_at", "detail": "tells it all",
         "fix": "leave it out", "is_acknowledged": False}  # fmt: skip


def test_what_the_checks_found_stands_in_the_report_and_an_alarm_fails(judgement) -> None:
    quiet = judgement.checked([], [], EVALUATION)
    alarmed = judgement.checked([FOUND], ["closed_at: almost the label"], EVALUATION)
    assert quiet.is_passed
    assert "## Checks\n\nNo check found anything.\n" in text_of(quiet.report)
    row = "| alarm | almost_label closed_at | tells it all | leave it out |"
    assert row in text_of(alarmed.report)
    assert alarmed.report.failures == ["An alarm nobody acknowledged: closed_at: almost the label"]


def test_prospects_and_a_learning_curve_bring_their_tables_and_pictures(case) -> None:
    training, fit, model = trained()
    sample = scored_sample(model, companies(120, seed=3).accounts, pd.Timestamp("2023-01-01"))
    curve = learning_curve(training, fit, lambda part: fit, EVALUATION.model_copy(
        update={"learning_curve_shares": (1.0,)}), 1)  # fmt: skip
    found = judged(replace(case, sample=sample, curve=curve))
    names = {"tiers", "backtest", "groups", "importance", "effects", "folds", "learning_curve"}
    assert set(found.tables) == names
    assert found.report.backtest["n_prospects"].sum() == 120
    assert list(found.plots) == [
        *("gains", "lift", "precision_recall", "roc", "calibration"),
        *("distribution", "backtest", "importance", "learning_curve"),
    ]
    assert list(found.effect_plots) == list(dict.fromkeys(found.report.effects["words"]))
    for chart in found.plots.values():
        chart.to_dict()
    text = text_of(found.report)
    assert text.index("## Tiers, and best") < text.index("## Learning curve") < text.index("## Fair")


def test_a_flat_candidate_has_a_full_report() -> None:
    """Labels that nothing tells of: everyone gets the base rate."""
    training = with_label(companies(300), np.random.default_rng(8).random(300) < 0.3)
    fit = fit_candidate(training, recipe())
    flat = replace(fit.candidate, calibration=replace(fit.candidate.calibration, slope=0.0))
    fit = replace(fit, kinds={**fit.kinds, fit.chosen: flat})
    model = model_of(fit, float(training.is_best.mean()), fit.chosen)
    found = judged(Case(model, fit, training, [held_out(fit, training, companies(150, seed=2))]))
    assert found.report.figures["icp_ml"]["roc_auc"].value == 0.5
    assert (found.report.verdict, found.report.p_value) == ("none found", 1)
    assert "No attribute moves the scores" in str(found.plots["importance"].to_dict()["title"])
    assert (len(found.report.effects), found.effect_plots) == (0, {})
    for chart in found.plots.values():
        chart.to_dict()
        assert png(chart, 1)
    json.dumps(report_json(found.report), allow_nan=False)


def test_deals_of_one_account_are_no_more_evidence_than_one(case) -> None:
    """Every row of an account ten times over: the verdict and the bounds stay as they were."""
    (test,) = case.tests
    few = test.part.part(np.arange(60))
    accounts, rows = (pd.concat([part] * 10, ignore_index=True) for part in (few.accounts, few.rows))
    many = TrainingSet(accounts, rows, few.fields)
    training, fit, model = trained()
    one, ten = (
        judged(Case(model, fit, training, [held_out(fit, training, part)])).report for part in (few, many)
    )
    assert ten.figures["icp_ml"]["brier"].low == pytest.approx(one.figures["icp_ml"]["brier"].low)
    assert ten.p_value == pytest.approx(one.p_value, abs=0.02)
