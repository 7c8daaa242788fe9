"""Before there are customers the declared rubric scores the list; the switch to learning is said."""

from __future__ import annotations

import json

import pandas as pd
from support import QUICK, called


def test_the_rubric_scores_until_a_model_is_promoted_and_the_switch_is_said(
    demo_tables, tmp_path, monkeypatch
):
    from icp_ml.data.demo import write

    monkeypatch.chdir(tmp_path)

    write(demo_tables, tmp_path / "var" / "demo")
    for name in ("orders.csv.gz", "deals.csv", "signals.parquet"):
        (tmp_path / "var/demo" / name).rename(tmp_path / name)
    declared = called("train", "label=rubric")
    assert declared.returncode == 0, declared.stderr
    assert "it is the champion now" in declared.stdout
    first = called("rescore")
    assert first.returncode == 0, first.stderr
    assert "points of the declared rubric: what you look for, not what customers showed" in first.stdout
    points = pd.read_csv(tmp_path / "var/rescored/demo/latest/scored.csv")
    assert points["fit_probability"].isna().all()
    assert points["rubric_points"].between(0, 5).all()
    by_tier = points.groupby("tier")["rubric_points"]
    assert by_tier.min()["Best fit"] >= by_tier.max()["Good fit"]

    for name in ("orders.csv.gz", "deals.csv", "signals.parquet"):
        (tmp_path / name).rename(tmp_path / "var/demo" / name)
    learnt = called("train", *QUICK)
    assert "accepts_other_label=true to switch over to what was learnt)" in learnt.stdout
    assert called("promote").returncode == 10
    loose = (
        f"evaluation.promotion.{name}"
        for name in ("max_tier_changes=1", "min_top_kept=0", "max_newly_adverse=9")
    )
    promoted = called("promote", "evaluation.promotion.accepts_other_label=true", *loose)
    assert promoted.returncode == 0, promoted.stdout
    assert "only the ranking was compared" in promoted.stdout
    second = called("rescore")
    assert "rubric" in second.stdout
    manifest = json.loads((tmp_path / "var/rescored/demo/latest/manifest.json").read_text("utf-8"))
    assert manifest["segments"]["default"]["estimates"] == "P(best | becomes a customer, firmographics)"


def test_a_declared_base_rate_shifts_the_scores_beside_the_unshifted(workplace):
    done = called("train", *QUICK, "model.base_rate=0.05")
    assert done.returncode == 0, done.stderr
    assert called("predict", "tracking.model=challenger").returncode == 0
    scored = pd.read_csv(workplace / "var/scored/demo/latest/scored.csv")
    assert (scored["fit_probability"] < scored["fit_probability_unshifted"]).all()
    odds = scored[["fit_probability", "fit_probability_unshifted"]].clip(0.001, 0.999)
    odds = odds / (1 - odds)
    ratio = (odds["fit_probability_unshifted"] / odds["fit_probability"])[scored["fit_probability"] > 0.02]
    assert ratio.std() / ratio.mean() < 0.02
