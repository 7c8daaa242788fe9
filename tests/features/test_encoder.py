from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from small import FIELDS, companies, label_rows_of, settings, trained

from icp_ml.errors import DataError
from icp_ml.features.columns import Columns
from icp_ml.features.encoder import Encoder, fit_encoder, learnable_attributes, learnt_and_encoded
from icp_ml.features.statistics import Labelled
from icp_ml.schema import FIRMOGRAPHICS, OUTCOMES

DAY = pd.Timestamp("2024-07-01")


def fitted(training, **changed) -> tuple[Encoder, np.ndarray]:
    features = settings().features.model_copy(update=changed)
    return fit_encoder(training.accounts, training.rows, training.fields, features, 1)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Give what was learnt, with the rubric's points beside it."""
    kinds = trained()[1].kinds
    return Encoder((*kinds["boosted_trees"].encoder.attributes, *kinds["rubric"].encoder.attributes))


NUMBER = st.one_of(st.none(), st.sampled_from([0.0, -1.0, np.inf, -np.inf, 1e300]), st.floats(1, 1e9))
TEXT = st.one_of(st.none(), st.sampled_from(["Software", " software", "Never seen", "", "We move data!"]))
LIST = st.one_of(st.none(), st.sampled_from(["Kafka|SAP", "Kafka", "kafka|New", "New"]))
DATE = st.one_of(st.none(), st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2050-01-01")))
ROW = st.fixed_dictionaries(
    {
        **dict.fromkeys(("industry", "description"), TEXT),
        **dict.fromkeys(("employees", "revenue", "founded_year", "is_listed"), NUMBER),
        "technologies": LIST,
        "last_funding_at": DATE,
    }
)


def table(rows) -> pd.DataFrame:
    dtypes = {
        "industry": "str",
        "description": "str",
        "technologies": "str",
        "last_funding_at": "datetime64[s]",
    }
    numbers = dict.fromkeys(("employees", "revenue", "founded_year", "is_listed"), "float64")
    return pd.DataFrame(rows).astype({**dtypes, **numbers})


@given(st.lists(ROW, min_size=1, max_size=6))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_row_does_not_depend_on_its_neighbours_or_on_column_order(encoder, rows) -> None:
    accounts = table(rows)
    together = encoder.transform(accounts, DAY)
    alone = np.vstack([encoder.transform(accounts.iloc[[at]], DAY) for at in range(len(rows))])
    turned = encoder.transform(accounts[accounts.columns[::-1]].iloc[::-1], DAY)[::-1]
    np.testing.assert_array_equal(together, alone)
    np.testing.assert_array_equal(together, turned)
    assert not np.isinf(together).any()


@pytest.mark.parametrize("name", ["industry", "technologies", "description", "employees", "last_funding_at"])
def test_a_lacking_column_is_a_column_of_missing_values(encoder, name: str) -> None:
    accounts = companies(20, seed=5).accounts
    emptied = accounts.assign(**{name: pd.Series([None] * 20).astype(accounts[name].dtype)})
    without = accounts.drop(columns=name)
    np.testing.assert_array_equal(encoder.transform(without, DAY), encoder.transform(emptied, DAY))
    np.testing.assert_array_equal(encoder.known(without, DAY), encoder.known(emptied, DAY))


def test_an_encoder_read_from_json_encodes_the_same(encoder) -> None:
    accounts = companies(50, seed=6).accounts
    read = Encoder.from_json(encoder.to_json())
    assert read.to_json() == encoder.to_json()
    np.testing.assert_array_equal(read.transform(accounts, DAY), encoder.transform(accounts, DAY))


def test_an_encoder_of_another_version_is_refused_with_the_fix(encoder) -> None:
    content = json.loads(encoder.to_json()) | {"version": 99}
    with pytest.raises(DataError) as refused:
        Encoder.from_json(json.dumps(content))
    assert str(refused.value) == (
        "the model's encoder has version 99; this code knows 4.\n"
        "Train again with this version, or score with the version that trained it."
    )


def test_a_form_encodes_as_worked_out_by_hand() -> None:
    accounts = pd.DataFrame(
        {"employees": [10.0, 0.0], "revenue": [50.0, 50.0], "founded_year": [2000.0, np.nan]}
    )
    accounts["last_funding_at"] = pd.array(["2023-07-02", None], "datetime64[s]")
    rows = label_rows_of([True, False], ["A", "B"]).assign(as_of=pd.Timestamp("2024-07-01"))
    fields = {name: FIRMOGRAPHICS[name] for name in accounts}
    encoder, matrix = fit_encoder(accounts, rows, fields, settings().features, 1)
    assert encoder.columns == [*fields, "revenue_per_employee", "size:share"]
    expected = [[10, 50, 24, 11 / 12, 5, 0], [0, 50, np.nan, np.nan, np.nan, 0]]
    np.testing.assert_allclose(matrix, expected)


def test_levels_encode_as_worked_out_by_hand() -> None:
    industry = ["a"] * 30 + ["b"] * 9 + ["c"]
    accounts = pd.DataFrame({"industry": pd.array(industry, "str")})
    rows = label_rows_of([at < 20 for at in range(40)], [str(at) for at in range(40)])
    encoder, _ = fit_encoder(accounts, rows, {"industry": FIRMOGRAPHICS["industry"]}, settings().features, 1)
    assert encoder.columns == ["industry:share", "industry:rows", "industry=a"]
    share = (20 + 20 * 0.5) / (30 + 20)
    row = encoder.transform(pd.DataFrame({"industry": pd.array([" A", "c", None], "str")}), DAY)
    expected = [[np.log(share / (1 - share)), np.log(31), 1], [0, 0, 0], [np.nan] * 3]
    np.testing.assert_allclose(row, expected, rtol=1e-5)


@pytest.mark.parametrize("name", ["industry", "technologies", "description", "employees"])
def test_no_row_sees_its_own_label(name: str) -> None:
    training = companies(120, seed=2)
    only = replace(training, fields={name: FIELDS[name]})
    labelled = Labelled(training.is_best, np.arange(120) % 5, settings().features)

    def crossed(is_best) -> np.ndarray:
        found = replace(labelled, is_best=is_best)
        columns = Columns(only.accounts, only.rows["as_of"])
        attributes = learnable_attributes(only.accounts, only.rows, only.fields, settings().features)
        return np.column_stack([learnt_and_encoded(one, columns, found)[1] for one in attributes])

    before = crossed(training.is_best)
    for row in range(0, 120, 5):
        flipped = training.is_best.copy()
        flipped[row] = 1 - flipped[row]
        after = crossed(flipped)
        np.testing.assert_array_equal(before[row], after[row])
        assert (np.nan_to_num(before) != np.nan_to_num(after)).any()


def test_with_too_few_groups_to_cross_fit_every_statistic_is_neutral() -> None:
    training = companies(40, seed=3)
    encoder, matrix = fitted(replace(training, rows=training.rows.assign(group="one company")))
    assert (np.nan_to_num(matrix[:, encoder.columns.index("industry:share")]) == 0).all()


@pytest.mark.parametrize("name", ["account_id", "name", "domain", "parent_id", "contact_roles", "known_on"])
def test_ids_names_and_what_selling_fills_never_reach_the_matrix(name: str) -> None:
    training = companies(60)
    values = {name: pd.array(["2020-01-01"] * 60, "datetime64[s]" if name == "known_on" else "str")}
    fields = {**FIELDS, name: FIRMOGRAPHICS[name]}
    encoder, _ = fitted(replace(training, accounts=training.accounts.assign(**values), fields=fields))
    assert name not in [one.name for one in encoder.attributes]


def test_no_outcome_is_a_feature() -> None:
    assert not [name for fields in OUTCOMES.values() for name, field in fields.items() if field.is_feature]


def test_only_declared_columns_are_encoded() -> None:
    training = companies(60)
    leak = replace(training, accounts=training.accounts.assign(is_best=training.is_best))
    assert fitted(leak)[0].to_json() == fitted(training)[0].to_json()


def test_excluded_and_unknown_attributes_are_left_out() -> None:
    training = companies(60)
    accounts = training.accounts.assign(founded_year=np.nan)
    encoder, _ = fitted(replace(training, accounts=accounts), exclude=("industry", "revenue_per_employee"))
    names = [one.name for one in encoder.attributes]
    assert not {"founded_year", "industry", "revenue_per_employee"} & set(names)
    assert len(encoder.attribute_of_column) == len(encoder.columns) == len(set(encoder.columns))


def test_nothing_to_learn_from_stops() -> None:
    training = companies(60)
    with pytest.raises(DataError, match=r"^no column can be a feature\."):
        fitted(replace(training, fields={"name": FIRMOGRAPHICS["name"]}))


def test_what_is_kept_of_texts_stays_bounded() -> None:
    rng = np.random.default_rng(1)
    words = [" ".join(f"word{at}" for at in rng.integers(0, 20_000, 30)) for _ in range(400)]
    training = companies(400)
    told = replace(training, accounts=training.accounts.assign(description=pd.array(words, "str")))
    text = next(one for one in fitted(told)[0].attributes if one.name == "description")
    assert len(text.statistics) < 50
    assert all(n >= settings().features.min_count for n in text.counts.values())


def test_what_lies_ahead_of_the_day_is_not_known(encoder) -> None:
    accounts = companies(4, seed=3).accounts.assign(
        founded_year=[2030.0, 2020.0, 2024.0, np.nan],
        last_funding_at=pd.Series(
            pd.to_datetime(["2031-01-01", "2023-07-01", "2024-07-01", None])
        ).dt.as_unit("s"),
    )
    names = [one.name for one in encoder.attributes]
    at = [encoder.columns.index(name) for name in ("founded_year", "last_funding_at")]
    ages = encoder.transform(accounts, DAY)[:, at]
    assert np.isnan(ages[[0, 3]]).all()
    assert ages[[1, 2], 0].tolist() == [4.0, 0.0]
    assert ages[[1, 2], 1] == pytest.approx([1.0, 0.0], abs=0.01)
    known = encoder.known(accounts, DAY)[:, [names.index("founded_year"), names.index("last_funding_at")]]
    assert known.tolist() == [[False, False], [True, True], [True, True], [False, False]]


def test_dates_mostly_after_the_outcome_are_no_feature() -> None:
    training = companies(200, seed=4)
    is_later = np.arange(200) % 10 < 6
    funded = training.rows["as_of"] + pd.to_timedelta(np.where(is_later, 90, -90), unit="D")
    accounts = training.accounts.assign(last_funding_at=funded.dt.as_unit("s"))
    fitted, _ = fit_encoder(accounts, training.rows, training.fields, settings().features, 1)
    assert "last_funding_at" not in fitted.columns
    assert "founded_year" in fitted.columns


def test_ages_are_counted_to_the_day_of_each_row(encoder) -> None:
    accounts = companies(6, seed=9).accounts
    days = pd.Series(pd.to_datetime([f"20{year}-03-01" for year in range(19, 25)]).as_unit("s"))
    together = encoder.transform(accounts, days)
    alone = [encoder.transform(accounts.iloc[[at]], days.iloc[at]) for at in range(6)]
    np.testing.assert_allclose(together, np.vstack(alone), rtol=1e-12)
    assert len({row.tobytes() for row in together - encoder.transform(accounts, days.iloc[-1])}) > 1
