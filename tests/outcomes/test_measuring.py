"""The figures of what came true, and what is left unsaid of too few."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from came import START, asked, company, entry, rows, table

from icp_ml.outcomes import best_view, entry_rows, won_views
from icp_ml.outcomes.calibrating import calibrated
from icp_ml.scoring import TIERS, is_drawn


def created(made, question=None, is_proxy=False):
    entries, deals = made
    return won_views(deals, entry_rows([entries]), question or asked(), is_proxy)[0]


@pytest.fixture(scope="module")
def healthy():
    """Give what came of 600 accounts whose deals are won as often as predicted."""
    return created(company(600))


def test_tiers_add_up_to_all(healthy) -> None:
    whole = healthy.whole
    assert (sum(one.n for one in whole.tiers), sum(one.n_true for one in whole.tiers)) == (600, whole.n_true)
    assert sum(one.held.value for one in whole.tiers) == pytest.approx(1)
    assert [one.tier for one in whole.tiers] == list(TIERS)
    assert whole.tiers[3].precision.value is None


def test_an_interval_holds_its_figure_and_what_is_so(healthy) -> None:
    top, calibration = healthy.whole.top, healthy.whole.calibration
    for found in (top.precision, top.held, top.lift, healthy.whole.auc, calibration.ratio):
        assert found.low < found.value < found.high
    assert top.precision.low < 0.8 < top.precision.high  # chances of 0.6 to 1 that are equally common
    assert calibration.ratio.low < 1 < calibration.ratio.high
    assert len(calibration.bins) == 5


def test_shares_have_wilsons_bounds() -> None:
    top = created(company(100, won=lambda one: 0.0)).whole.top
    assert (top.n_true, top.precision.value, top.precision.low) == (0, 0, 0)
    z2 = 1.959964**2
    assert top.precision.high == pytest.approx(z2 / (top.n + z2), rel=1e-5)


@pytest.mark.parametrize(("off", "side"), [(lambda one: one / 2, "low"), (lambda one: one**0.5, "high")])
def test_a_planted_miscalibration_shows(off, side) -> None:
    ratio = created(company(600, won=off)).whole.calibration.ratio
    assert (ratio.high < 1) if side == "low" else (ratio.low > 1)


def ratio_of(seed):
    entries, deals = company(40, seed)
    known = entry_rows([entries]).assign(is_true=deals["is_true"])
    return calibrated(known, asked().bounds, 5, 1).ratio


def test_the_bounds_of_observed_over_expected_hold_in_19_of_20_companies() -> None:
    found = [ratio_of(seed) for seed in range(200)]
    assert np.mean([one.low <= 1 <= one.high for one in found]) >= 0.94


def test_a_proxy_is_ranked_and_not_calibrated(healthy) -> None:
    view = created(company(600), is_proxy=True)
    assert view.whole.calibration is None
    assert view.whole.auc == healthy.whole.auc


@pytest.mark.parametrize(
    ("changed", "question"),
    [({"label_digest": "another"}, {}), ({"fit_probability": None}, {}), ({}, {"is_shifted": True})],
)
def test_a_probability_of_another_event_is_not_calibrated(changed, question) -> None:
    assert created(company(60, **changed), asked(**question)).whole.calibration is None


@pytest.mark.parametrize(("n", "has_figures"), [(29, False), (30, True)])
def test_fewer_than_min_deals_are_counted_and_not_measured(n, has_figures) -> None:
    whole = created(company(n)).whole
    assert (whole.n, bool(whole.tiers), whole.auc.value is not None) == (n, has_figures, has_figures)


def test_rows_of_two_models_are_ranked_within_each() -> None:
    first, deals = company(200)
    second, other = company(200, seed=2, model_version="bbbbbbbbbbbb")
    moved = [
        {**one, "score": one["score"] + 50, "account_id": f"B{one['account_id']}"}
        for one in second.to_pylist()
    ]
    entries = rows(*first.to_pylist(), *moved)
    both = pd.concat([deals, other.assign(account_id="B" + other["account_id"])], ignore_index=True)
    whole = won_views(both, entries, asked(), False)[0]
    assert [one.whose for one in whole.versions] == ["aaaaaaaaaaaa", "bbbbbbbbbbbb"]
    aucs = [one.auc.value for one in whole.versions]
    assert min(aucs) - 0.02 < whole.whole.auc.value < max(aucs) + 0.02


def test_accounts_with_many_deals_widen_the_intervals() -> None:
    entries, deals = company(60)
    once, often = created((entries, deals)), created((entries, pd.concat([deals] * 5)))
    widths = [one.whole.top.precision.high - one.whole.top.precision.low for one in (once, often)]
    assert widths[1] == pytest.approx(widths[0], rel=0.01)
    assert (often.whole.n, often.whole.n_accounts) == (300, 60)


def test_the_exploration_share_is_told_apart() -> None:
    made, question = company(600), asked(exploration_share=0.2)
    drawn = created(made, question).exploration
    assert drawn.n == is_drawn(made[1]["account_id"], 0.2, question.seed).sum() > 60
    assert drawn.top.n > 0
    assert created(made).exploration is None


def test_the_same_rows_in_another_order_give_the_same_figures(healthy) -> None:
    entries, deals = company(600)
    shuffled = table(*reversed(entries.to_pylist()))
    assert created((shuffled, deals.sample(frac=1, random_state=3))) == healthy


def test_customers_are_compared_by_the_definition_itself() -> None:
    entries, deals = company(100)
    labels = pd.DataFrame(
        {"account_id": deals["account_id"], "as_of": pd.Timestamp(START), "is_best": deals["is_true"]}
    )
    labels.loc[0, "as_of"] = pd.NaT  # nobody knows the day
    view = best_view(labels, entry_rows([entries]), asked())
    assert (view.event, view.is_proxy, view.whole.n) == ("best", False, 99)
    assert view.whole.calibration is not None


def test_nothing_scored_gives_counts_of_nothing() -> None:
    view = created((table(), company(40)[1]))
    assert (view.whole.n, view.left_out["unscored"], view.versions) == (0, 40, ())
    assert created((table(entry("Z", START)), company(40)[1])).whole.n == 0
