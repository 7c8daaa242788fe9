"""A report and a model card, made up by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from small import settings

from icp_ml.evaluation.card import ModelCard
from icp_ml.evaluation.documents import markdown, report_document
from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.marks import Mark
from icp_ml.evaluation.report import Choice, Report, Rows
from icp_ml.evaluation.tiers import tier_table
from icp_ml.evaluation.verdict import Verdict

TEN = np.arange(10)
TIERS = np.array(["Best fit"] * 2 + ["Good fit"] * 3 + ["Bad fit"] * 5)
ORDER = ("Best fit", "Good fit", "Bad fit", "Insufficient data")

NAN = float("nan")
TIMES = "\N{MULTIPLICATION SIGN}"
GROUPS = pd.DataFrame(
    {
        "table": "country",
        "level": ["US", "DE"],
        "n": [600, 220],
        "n_best": [130, 30],
        "mean_score": [0.21, 0.15],
        "rate": [0.2167, 0.1364],
        "rate_low": [0.18, 0.09],
        "rate_high": [0.25, 0.19],
        "best_fit_share": [0.2, 0.1],
        "ratio": [1.0, 0.5],
        "is_adverse": [False, True],
    }
)
BACKTEST = pd.DataFrame(
    {
        "tier": ORDER,
        "best": [0.5, 0.2, 0.3, 0.0],
        "rest": [0.1, 0.2, 0.7, 0.0],
        "n_best": [80, 32, 48, 0],
        "n_rest": [66, 132, 462, 0],
    }
)
CURVE = LearningCurve(
    pd.DataFrame(
        {
            "share": [0.25, 1.0],
            "n_rows": [835, 3342],
            "n_best": [167, 669],
            "roc_auc": [NAN, 0.81],
            "low": [NAN, 0.78],
            "high": [NAN, 0.84],
            "width": [NAN, 0.06],
        }
    ),
    0.0424,
)

EFFECTS = pd.DataFrame(
    {
        "attribute": "industry",
        "words": "industry",
        "level": ["Software", "Retail"],
        "n": [300, 200],
        "n_best": [90, 10],
        "rate": [0.3, 0.05],
        "rate_low": [0.25, 0.03],
        "rate_high": [0.36, 0.09],
        "effect": [0.7, -0.9],
    }
)
MARKS = (
    Mark("The top half hold most", "share", 0.6, Interval(0.72, 0.66, 0.79), "They are half."),
    Mark("Best fit 10 times Bad fit", "times", 10, Interval(7.5, 5.7, 10.1), "63 % against 8.3 %."),
)
CARD = ModelCard(
    title="Software seller",
    run="value",
    today="2023-09-01",
    version="abcdef123456",
    best="in the top 20 % by margin",
    estimate="P(best | becomes a customer, firmographics)",
    condition="becomes a customer",
    is_declared=False,
    facts=(("Kind", "70 trees"), ("Made by", "icp_ml")),
    datasets=(("customers", 4162, "0123abcd"),),
    segments=(),
    command="python -m pipelines.train label=value",
)


REPORT = Report(
    estimate="P(best | becomes a customer, firmographics)",
    best="in the top 20 % by margin",
    noun="customer",
    definition=(("Counted over", "365 days from becoming a customer"), ("Never best", "nobody is excepted")),
    found=Verdict("signal", 1 / 2001, 2000, "lift_at_10", Interval(3.1, 2.8, 3.4)),
    pooling=None,
    choice=Choice("boosted trees", {"boosted trees": 0.3936, "rubric": 0.4512}, 0.5004),
    train=Rows(3342, 669, date(2019, 1, 1), date(2022, 6, 30)),
    test=Rows(820, 160, date(2022, 7, 1), date(2023, 6, 30)),
    confidence=0.95,
    figures={
        "icp_ml": {
            "roc_auc": Interval(0.8024, 0.7811, 0.8236),
            "log_loss": Interval(0.3936, 0.37, 0.42),
            "lift_at_10": Interval(3.1, 2.8, 3.4),
            "capture_at_10": Interval(0.31, 0.28, 0.34),
        },
        "base rate": {
            "roc_auc": Interval(0.5, 0.5, 0.5),
            "log_loss": Interval(0.5, 0.48, 0.52),
            "lift_at_10": Interval(1, 1 - 1e-15, 1 + 1e-15),
            "capture_at_10": Interval(0.1, 0.1, 0.1),
        },
    },
    differences={
        "logistic regression": {
            "roc_auc": Interval(0.031, 0.012, 0.049),
            "log_loss": Interval(-0.02, -0.03, -0.01),
            "lift_at_10": Interval(0.2, -0.1, 0.5),
            "capture_at_10": Interval(-0.02, -0.03, -0.01),
        }
    },
    tiers=tier_table(Scored(TEN < 3, TEN / 10, TEN), TIERS, ORDER, settings().evaluation, 1),
    backtest=BACKTEST,
    groups=GROUPS,
    marks=MARKS,
    importance=pd.DataFrame({"attribute": ["industry", "employees"], "share": [0.75, 0.25]}),
    effects=EFFECTS,
    curve=CURVE,
    checks=(),
    failures=(),
    notes=("outcomes of young companies are censored",),
)


def text_of(report: Report, card: ModelCard = CARD) -> str:
    """Write the report as Markdown."""
    return markdown(report_document(report, card))
