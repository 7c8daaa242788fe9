"""What a training says of the columns that it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small
from support import compose

from icp_ml.checks import Finding, with_acknowledgements
from pipelines.assembling import recipe_of, unused_notes


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("NaT", "most rows have no day that its age could count to"),
        ("1900-01-01", "most dates lie after the day they should describe"),
    ],
)
def test_a_year_that_cannot_be_an_age_is_said_with_its_cause(day: str, why: str) -> None:
    rows, fit, _ = small.trained()
    kinds = {
        name: replace(
            one,
            encoder=replace(
                one.encoder,
                attributes=tuple(two for two in one.encoder.attributes if two.name != "founded_year"),
            ),
        )
        for name, one in fit.kinds.items()
    }
    undated = replace(rows, rows=rows.rows.assign(as_of=np.datetime64(day, "s")))
    assert unused_notes(undated, replace(fit, kinds=kinds), ()) == [f"founded: not learnt from; {why}"]


@pytest.mark.parametrize(
    ("acknowledged", "exclude"),
    [("[]", ("city", "owner")), ("[protected_attribute]", ("city",)), ("[id_like]", ("city", "owner"))],
)
def test_a_protected_attribute_is_not_learnt_from_unless_it_is_acknowledged(acknowledged, exclude) -> None:
    config = compose("features.exclude=[city]", f"checks.acknowledged={acknowledged}").config
    found = [Finding("protected_attribute", "owner", "gender"), Finding("id_like", "row", "numbers")]
    findings = with_acknowledgements(found, config.checks.acknowledged)
    assert recipe_of(config, findings).features.exclude == exclude
