"""Before there are customers the declared rubric scores the list; the switch to learning is said."""

from __future__ import annotations

import json

import pandas as pd
from support import QUICK, command


def test_the_rubric_scores_until_a_model_is_promoted_and_the_switch_is_said(demo_tables, tmp_path):
    from icp_ml.data.demo import write

    write(demo_tables, tmp_path / "var" / "demo")
    for name in ("orders.csv.gz", "deals.csv", "signals.parquet"):
        (tmp_path / "var/demo" / name).rename(tmp_path / name)
    declared = command("train", "label=rubric", cwd=tmp_path)
    assert declared.returncode == 0, declared.stderr
    assert "it is the champion now" in declared.stdout
    first = command("rescore", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "points of the declared rubric: what you look for, not what customers showed" in first.stdout
    points = pd.read_csv(tmp_path / "var/rescored/demo/latest/scored.csv")
    assert points["fit_probability"].isna().all()
    assert points["rubric_points"].between(0, 5).all()
    by_tier = points.groupby("tier")["rubric_points"]
    assert by_tier.min()["Best fit"] >= by_tier.max()["Good fit"]

    for name in ("orders.csv.gz", "deals.csv", "signals.parquet"):
        (tmp_path / name).rename(tmp_path / "var/demo" / name)
    learnt = command("train", *QUICK, cwd=tmp_path)
    assert "accepts_other_label=true to switch over to what was learnt)" in learnt.stdout
    assert command("promote", cwd=tmp_path).returncode == 10
    loose = (
        f"evaluation.promotion.{name}"
        for name in ("max_tier_changes=1", "min_top_kept=0", "max_newly_adverse=9")
    )
    promoted = command("promote", "evaluation.promotion.accepts_other_label=true", *loose, cwd=tmp_path)
    assert promoted.returncode == 0, promoted.stdout
    assert "only the ranking was compared" in promoted.stdout
    second = command("rescore", cwd=tmp_path)
    assert "rubric" in second.stdout
    manifest = json.loads((tmp_path / "var/rescored/demo/latest/manifest.json").read_text("utf-8"))
    assert manifest["segments"]["default"]["estimates"] == "P(best | becomes a customer, firmographics)"


def test_a_declared_base_rate_shifts_the_scores_beside_the_unshifted(workplace):
    done = command("train", *QUICK, "model.base_rate=0.05", cwd=workplace)
    assert done.returncode == 0, done.stderr
    assert command("predict", "tracking.model=challenger", cwd=workplace).returncode == 0
    scored = pd.read_csv(workplace / "var/scored/demo/latest/scored.csv")
    assert (scored["fit_probability"] < scored["fit_probability_unshifted"]).all()
    odds = scored[["fit_probability", "fit_probability_unshifted"]].clip(0.001, 0.999)
    odds = odds / (1 - odds)
    ratio = (odds["fit_probability_unshifted"] / odds["fit_probability"])[scored["fit_probability"] > 0.02]
    assert ratio.std() / ratio.mean() < 0.02
