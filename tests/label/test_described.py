from __future__ import annotations

import pandas as pd
import pytest
from made import definition

from icp_ml.label import Labels
from icp_ml.label.described import described

REGRETS = pd.DataFrame({"criterion": ["churned", "any of these"], "n": [9, 9], "n_best": [4, 4]})
LABELS = Labels(pd.DataFrame(), "best", n_young=1_200, regrets=REGRETS, n_lost=30)


@pytest.mark.parametrize(
    ("name", "changed", "line"),
    [
        ("value", {}, ("Top share", "20 %")),
        ("value", {}, ("Counted over", "365 days from becoming a customer")),
        ("value", {"cohort": "all"}, ("Compared with", "all customers")),
        ("value", {}, ("Left out", "1,200 too young to judge")),
        ("value", {}, ("Never best", "nobody is excepted")),
        (
            "value",
            {"never_best__churned_within_days": 180},
            ("Never best", "who churned within 180 days: 4 would be best and are rest"),
        ),
        ("value", {"lost_deals_weight": 0.5}, ("Accounts that only lost deals", "30, as rest, weight 0.5")),
        ("abc_xyz", {"best_cells": ["AY", "AX"]}, ("Best cells", "AX, AY")),
    ],
)
def test_a_definition_is_said_setting_by_setting(name, changed, line) -> None:
    assert line in described(definition(name, **changed), LABELS)


@pytest.mark.parametrize("name", ["value", "value_quarter", "abc_xyz", "scorecard", "won", "flag"])
def test_every_definition_names_itself_first_and_who_is_never_best(name: str) -> None:
    found = described(definition(name), LABELS)
    assert found[0][0] == "Definition"
    assert "Never best" in dict(found)
