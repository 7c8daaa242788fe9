"""What a training says of the columns that it leaves out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import small

from pipelines.assembling import unused_notes


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
