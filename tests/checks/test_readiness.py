"""Whether there is anything to learn: labels, dates and columns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from checks.planted import FIELDS, TODAY, case_of, found, noise, with_columns

from icp_ml.checks import Accounts
from icp_ml.schema import Field


def alone(*drawn):
    """Draw a case without prospects."""
    return noise(*drawn, prospects=None)


def test_a_clean_case_is_silent():
    assert found(noise(0)) == set()


@pytest.mark.parametrize(
    ("n", "n_best", "expected"),
    [
        (200, 0, {"constant_label"}),
        (200, 200, {"constant_label"}),
        (200, 29, {"too_few_best"}),
        (130, 31, {"few_best", "too_few_rest"}),
        (130, 30, {"few_best"}),
        (200, 99, {"few_best"}),
        (200, 100, set()),
    ],
)
def test_too_few_labels_stop_and_few_warn(n, n_best, expected):
    assert {code for code, _ in found(alone(1, n, n_best))} == expected


@pytest.mark.parametrize(("n_strange", "is_said"), [(5, False), (6, True)])
def test_a_column_of_which_much_was_not_understood_is_named(n_strange, is_said):
    case = replace(alone(2), n_values={"orders.ordered_at": (n_strange, 100), "deals.amount": (1, 1_000)})
    assert found(case) == ({("not_understood", "orders.ordered_at")} if is_said else set())


def days(n, ahead):
    """Give dates of which `ahead` lie after today."""
    made = pd.Series([pd.Timestamp("2030-01-01")] * ahead + [pd.Timestamp(TODAY)] * (n - ahead))
    return made.dt.as_unit("s")


@pytest.mark.parametrize(("ahead", "code"), [(0, None), (1, "some_dates_in_future"), (60, "dates_in_future")])
@pytest.mark.parametrize(
    ("table", "column"),
    [("orders", "ordered_at"), ("deals", "created_at"), ("signals", "flagged_at"), ("signals", "as_of")],
)
def test_outcomes_after_today_are_named(table, column, ahead, code):
    case = replace(alone(2), outcomes={table: pd.DataFrame({column: days(200, ahead)})})
    assert found(case) == ({(code, f"{table}.{column}")} if code else set())


def test_an_open_deal_may_close_after_today():
    deals = pd.DataFrame({"closed_at": days(10, 5), "is_won": [np.nan] * 5 + [1.0] * 5})
    assert found(replace(alone(2), outcomes={"deals": deals})) == set()


def test_a_firm_cannot_be_founded_after_today():
    case = alone(3)
    years = np.where(np.arange(400) % 2 == 0, 2150.0, 1990.0)
    case = with_columns(case, founded_year=(FIELDS["founded_year"], years))
    assert found(case) == {("dates_in_future", "founded_year"), ("known_later", "founded_year")}


def texts(values):
    return pd.array(list(values), "str")


N = 400
RNG = np.random.default_rng(0)
UNIQUE = RNG.permutation(N)
COLUMNS = [
    ("category", texts([f"{at}x" for at in UNIQUE]), "id_like"),
    ("text", texts([f"K-{at:05}" for at in UNIQUE]), "id_like"),
    ("number", UNIQUE.astype(float), "id_like"),
    ("number", 1e6 + RNG.choice(900_000, N, replace=False), "id_like"),
    ("text", texts([f"we are the firm of number {at}" for at in UNIQUE]), None),
    ("number", np.round(np.exp(RNG.normal(14, 2, N)), -3), None),
    ("number", RNG.normal(size=N), None),
    ("category", texts([f"level {at % 201}" for at in UNIQUE]), "many_levels"),
    ("category", texts([f"level {at % 150}" for at in UNIQUE]), None),
    ("category", texts(np.where(UNIQUE < 5, "b", "a")), "one_value"),
    ("category", texts(np.where(UNIQUE % 2, "Level", "level")), "one_value"),
    ("yes_no", np.where(UNIQUE < 5, 1.0, 0.0), "one_value"),
    ("yes_no", np.where(UNIQUE < 20, 1.0, 0.0), None),
    ("number", np.where(UNIQUE < 60, UNIQUE % 7, np.nan), "mostly_missing"),
    ("number", np.where(UNIQUE < 150, UNIQUE % 7, np.nan), None),
]


@pytest.mark.parametrize(("kind", "values", "code"), COLUMNS)
def test_columns_that_nothing_can_be_learnt_from_are_named(kind, values, code):
    case = with_columns(alone(4), extra=(Field(kind, "extra"), values))
    assert found(case) == ({(code, "extra")} if code else set())


def test_ids_that_repeat_stop():
    case = alone(5)
    rows = case.customers.rows
    twice = Accounts(pd.concat([rows, rows.iloc[:3]], ignore_index=True), FIELDS)
    assert found(replace(case, customers=twice)) == {("repeated_ids", "account_id")}


def test_a_case_whose_features_are_all_alike_stops():
    case = alone(6)
    rows = case.training.accounts[["account_id", "name"]].assign(country="DE")
    fields = {name: FIELDS[name] for name in rows}
    case = case_of(rows, case.training.rows["is_best"], fields=fields, prospects=None)
    assert found(case) == {("no_usable_feature", ""), ("one_value", "country")}


def test_free_mail_domains_are_a_warning_where_they_are_many():
    assert found(replace(alone(7), free_mail_share=0.09)) == set()
    assert found(replace(alone(7), free_mail_share=0.2)) == {("free_mail_domain", "domain")}


def test_without_labels_only_columns_are_checked():
    case = noise(8)
    bare = replace(case, labels=None, training=None, split=None)
    assert found(bare) == set()
    assert found(replace(bare, customers=None)) == set()
    assert found(replace(bare, customers=None, prospects=None)) == set()
    empty = case.prospects.rows.assign(employees=np.nan)
    alone = replace(bare, customers=None, prospects=Accounts(empty, FIELDS))
    assert found(alone) == {("mostly_missing", "employees")}
