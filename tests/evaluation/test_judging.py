from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import companies, settings, trained

from icp_ml.evaluation.figures import figures
from icp_ml.evaluation.judging import Case, Judgement, judge
from icp_ml.evaluation.report import report_json, report_line, report_markdown


def judged(case: Case) -> Judgement:
    config = settings()
    evaluation = config.evaluation.model_copy(update={"n_bootstrap": 40})
    return judge(case, "drawn", ["made up"], evaluation, 1)


@pytest.fixture(scope="module")
def case() -> Case:
    training, fit, model = trained()
    return Case(model, fit, training, companies(200, seed=11))


@pytest.fixture(scope="module")
def judgement(case) -> Judgement:
    return judged(case)


def test_the_candidate_stands_beside_both_baselines(judgement) -> None:
    assert list(judgement.report.figures) == ["icp_ml", "logistic regression", "base rate"]
    assert list(judgement.report.differences) == ["logistic regression"]
    assert judgement.report.figures["base rate"]["roc_auc"].value == 0.5
    assert judgement.is_passed


@pytest.mark.parametrize("name", ["icp_ml", "logistic regression", "base rate"])
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
    assert report.test.n_best == case.test.is_best.sum()
    assert report.test.first == case.test.rows["as_of"].min().date()


def test_a_random_split_without_dates_is_reported(case) -> None:
    none = pd.Timestamp("NaT").as_unit("s")
    parts = [replace(part, rows=part.rows.assign(as_of=none)) for part in (case.training, case.test)]
    report = judged(Case(case.model, case.fit, *parts)).report
    assert "- tested on 200 label rows without a date, " in report_markdown("x", report)
    assert json.loads(json.dumps(report_json(report)))["test"]["first"] is None
    assert report_line(report).endswith("on 200 test rows")


def test_a_candidate_no_better_than_a_coin_fails_its_gate(case) -> None:
    is_best = np.random.default_rng(1).permutation(case.test.is_best).astype(bool)
    shuffled = replace(case.test, rows=case.test.rows.assign(is_best=is_best))
    failed = judged(replace(case, test=shuffled))
    assert not failed.is_passed
    assert len(failed.report.failures) == 1


def test_one_seed_gives_one_judgement(judgement, case) -> None:
    assert report_json(judged(case).report) == report_json(judgement.report)


def test_no_model_sees_the_labels_it_is_judged_on(case, judgement) -> None:
    turned = replace(case.test, rows=case.test.rows.assign(is_best=~case.test.rows["is_best"]))
    again = judged(replace(case, test=turned)).scored
    for name in ("icp_ml", "logistic regression", "base rate"):
        np.testing.assert_array_equal(again[name], judgement.scored[name])
