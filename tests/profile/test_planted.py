"""The demo's planted sentence comes back from what a model trained on the demo learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support import QUICK, compose

from icp_ml.profile.conditions import assign
from icp_ml.profile.grouping import distil
from icp_ml.profile.statement import statement


@pytest.fixture(scope="module")
def told(trained):
    """Distil the champion of the small demo; give its evidence and the groups."""
    from benchmarks.profile import evidence_of, planted_of

    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(trained)
        config = compose(*QUICK).config
        evidence = evidence_of(config, next(trained.glob("models/icp_ml_demo/*")))
        planted = planted_of(evidence.prospects)
    groups, fidelity = distil(evidence, config.profile, config.evaluation.confidence, config.seed)
    return evidence, planted, groups, fidelity


def test_the_statement_names_industries_employees_and_a_warehouse(told) -> None:
    _, _, groups, _ = told
    said = statement(groups)
    assert "oftware" in said
    assert "inancial services" in said
    assert "200 to 1,000 employees" in said
    assert "BigQuery" in said or "Redshift" in said or "Azure Synapse" in said
    assert "United States" in said


def test_the_first_core_group_overlaps_with_the_planted_companies(told) -> None:
    evidence, planted, groups, _ = told
    names = assign(groups[:-1], evidence.prospects, evidence.fields, evidence.today)
    is_core, is_met = names == "Core 1", planted.is_met
    assert (is_core & is_met).sum() / (is_core | is_met).sum() > 0.3
    assert is_met[is_core].mean() > 10 * is_met.mean()
    anti = np.isin(names, [one.name for one in groups if one.kind == "anti"])
    assert is_met[anti].mean() < 0.2 * is_met.mean()


def test_groups_say_most_of_what_the_model_says(told) -> None:
    _, _, _, fidelity = told
    assert fidelity.r2 > 0.4
    assert fidelity.spearman > 0.6


def test_a_shuffled_model_finds_no_planted_sentence(told) -> None:
    """The overlap is the model's merit: with its scores dealt out at random nothing is claimed."""
    evidence, _, _, _ = told
    rng = np.random.default_rng(1)
    dealt = replace(
        evidence, fit=rng.permutation(evidence.fit), prospect_fit=rng.permutation(evidence.prospect_fit)
    )
    config = compose(*QUICK).config
    assert len(distil(dealt, config.profile, 0.95, 1)[0]) == 1


def test_rows_are_assigned_in_batches_as_in_one(told) -> None:
    evidence, _, groups, _ = told
    rows, today = evidence.prospects, evidence.today
    whole = assign(groups[:-1], rows, evidence.fields, today)
    parts = [
        assign(groups[:-1], rows.iloc[at : at + 700], evidence.fields, today)
        for at in range(0, len(rows), 700)
    ]
    assert np.concatenate(parts).tolist() == whole.tolist()
    assert pd.Series(whole).isin([one.name for one in groups]).all()
