from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from icp_ml.label.levels import account_levels
from icp_ml.profile.typical import Side, number_words, typical_values, years_ago
from icp_ml.schema import FIRMOGRAPHICS

FIELDS = {
    name: FIRMOGRAPHICS[name]
    for name in ("account_id", "industry", "employees", "founded_year", "technologies")
}


def side(ids, accounts, whole=None) -> Side:
    found, picked = Side(), accounts.loc[accounts["account_id"].isin(ids)].reset_index(drop=True)
    rows = pd.DataFrame({"account_id": picked["account_id"], "as_of": pd.Timestamp("2024-06-30")})
    found.add(rows, picked, FIELDS, account_levels(picked, FIELDS, whole if whole is not None else accounts))
    return found


def accounts(n=40) -> pd.DataFrame:
    ids = [f"A{at:02}" for at in range(n)]
    return pd.DataFrame(
        {
            "account_id": pd.array(ids, "str"),
            "industry": pd.array(["Software" if at % 2 else "Retail" for at in range(n)], "str"),
            "employees": np.arange(n, dtype=np.float64) * 10,
            "founded_year": np.where(np.arange(n) % 4, 2014.0, np.nan),
            "technologies": pd.array(["SAP|Excel" if at % 2 else "Excel" for at in range(n)], "str"),
        }
    )


def typical() -> pd.DataFrame:
    all_ = accounts()
    best, rest = (side([f"A{at:02}" for at in range(40) if at % 2 == odd], all_) for odd in (1, 0))
    return typical_values(best, rest, side(["A01", "A02"], all_), FIELDS).set_index("attribute")


def test_a_number_has_its_median_and_middle_half() -> None:
    assert typical().loc["employees", ["best", "rest"]].tolist() == ["200 (105 to 295)", "190 (95 to 285)"]


def test_a_category_shows_where_the_best_stand_out_on_all_sides() -> None:
    shares = [
        one.replace("\N{NO-BREAK SPACE}", " ")
        for one in typical().loc["industry", ["best", "rest", "prospects"]]
    ]
    assert shares == ["Software 100 %", "Software 0 %", "Software 50 %"]
    assert typical().loc["technologies", "best"].startswith("SAP")


def test_those_whose_value_is_known_are_counted() -> None:
    assert typical().loc["age in years", ["n_best", "n_rest", "n_prospects"]].tolist() == [20, 10, 2]


def test_batches_add_up_to_the_whole() -> None:
    all_ = accounts()
    whole = side(all_["account_id"], all_)
    parts = Side()
    for at in range(0, 40, 7):
        part = all_.iloc[at : at + 7].reset_index(drop=True)
        rows = pd.DataFrame({"account_id": part["account_id"], "as_of": pd.Timestamp("2024-06-30")})
        parts.add(rows, part, FIELDS, account_levels(part, FIELDS, all_))
    assert parts.n == whole.n
    assert {key: n for key, n in parts.levels.items() if n} == {
        key: n for key, n in whole.levels.items() if n
    }
    assert parts.values("employees").tolist() == whole.values("employees").tolist()


def test_what_lies_ahead_has_no_age() -> None:
    as_of = pd.Series(pd.to_datetime(["2024-06-30", "2024-06-30"]))
    assert years_ago(as_of, pd.Series([2020.0, 2030.0]), "year").tolist() == pytest.approx(
        [4, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(3, "3"), (2.5, "2.5"), (240, "240"), (9_900, "9,900"), (21_140, "21.1k"), (18.3e6, "18.3M")],
)
def test_numbers_are_written_as_people_say_them(value: float, words: str) -> None:
    assert number_words(value) == words
