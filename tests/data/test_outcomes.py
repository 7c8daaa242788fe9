"""What training reads: the tables a label asks for, and the features that prospects have too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made import conf

from icp_ml.data.outcomes import label_tables, training_set
from icp_ml.errors import ConfigError, DataError
from icp_ml.settings import DataSettings

CUSTOMERS = ("id,staff,place", "C1,10,DE", "C2,20,US", "C3,,")
ORDERS = ("id,at,net", "C1,2024-01-01,5", "C2,2024-02-01,7", ",2024-02-01,9")


def _table(folder: Path, stem: str, lines: tuple[str, ...], **columns: Any) -> dict[str, Any]:
    path = folder / f"{stem}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {"path": str(path), "columns": {"account_id": "id", **columns}}


def _mapping(folder: Path, **further: Mapping[str, Any]) -> DataSettings:
    tables: dict[str, Any] = {
        "customers": _table(folder, "customers", CUSTOMERS, employees="staff", country="place"),
        "orders": _table(folder, "orders", ORDERS, ordered_at="at", revenue="net"),
        **further,
    }
    given = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": [""], **tables}
    return DataSettings.model_validate({key: value for key, value in given.items() if value})


def _labels(*ids: str) -> pd.DataFrame:
    n_rows = len(ids)
    return pd.DataFrame(
        {
            "account_id": pd.Series(ids, dtype="str"),
            "as_of": pd.Timestamp("2024-01-01"),
            "complete_at": pd.NaT,
            "group": pd.Series(ids, dtype="str"),
            "is_best": [True] * n_rows,
            "weight": [1.0] * n_rows,
        }
    )


def test_the_tables_of_a_label_are_read_and_counted(tmp_path: Path) -> None:
    tables = label_tables(_mapping(tmp_path), conf("value"))
    assert {name: len(rows) for name, rows in tables.rows.items()} == {"customers": 3, "orders": 2}
    assert tables.summary() == "3 customers, 2 orders"
    assert tables.notes == ["orders: 1 row lacking a required value left out"]


def test_what_is_not_understood_is_a_note(tmp_path: Path) -> None:
    lines = (*CUSTOMERS, "C4,many,FR")
    customers = _table(tmp_path, "crm", lines, employees="staff")
    notes = label_tables(_mapping(tmp_path, customers=customers), conf("value")).notes
    assert "customers.employees: 1 value not understood and taken as missing, for example 'many'" in notes


@pytest.mark.parametrize(("definition", "lacking"), [("won", "deals"), ("flag", "signals")])
def test_a_label_without_its_table_is_a_wrong_setting(tmp_path: Path, definition: str, lacking: str) -> None:
    with pytest.raises(ConfigError) as failure:
        label_tables(_mapping(tmp_path), conf(definition))
    assert str(failure.value) == (
        f"label={definition} needs {lacking}, which conf/data/test.yaml does not map.\n"
        "Map that table, or choose another label."
    )


def test_the_digest_of_a_table_covers_what_is_joined_to_it(tmp_path: Path) -> None:
    join = {"name": "towns", "left_on": "id", "right_on": "id", "path": str(tmp_path / "towns.csv")}
    (tmp_path / "towns.csv").write_text("id,town\nC1,Rome\n")
    customers = _table(tmp_path, "crm", CUSTOMERS, city="towns.town") | {"joins": [join]}
    mapping = _mapping(tmp_path, customers=customers)
    before = label_tables(mapping, conf("value")).digests
    (tmp_path / "towns.csv").write_text("id,town\nC1,Bern\n")
    after = label_tables(mapping, conf("value")).digests
    assert before["customers"] != after["customers"]
    assert before["orders"] == after["orders"]


def test_an_impossible_value_in_an_outcome_stops(tmp_path: Path) -> None:
    customers = _table(tmp_path, "crm", ("id,staff", "C1,-1", "C1,5"), employees="staff")
    with pytest.raises(DataError, match=r"crm\.csv is not a valid customers table \(1 failed check\)"):
        label_tables(_mapping(tmp_path, customers=customers), conf("value"))


def test_each_label_row_stands_beside_its_account_in_the_shared_columns(tmp_path: Path) -> None:
    prospects = _table(tmp_path, "prospects", ("id,n", "P1,5"), employees="n")
    mapping = _mapping(tmp_path, prospects=prospects)
    training = training_set(label_tables(mapping, conf("value")), _labels("C2", "C1", "C2"), mapping)
    assert training.accounts["account_id"].tolist() == ["C2", "C1", "C2"]
    assert training.accounts["employees"].tolist() == [20.0, 10.0, 20.0]
    assert list(training.fields) == ["account_id", "employees"]


def test_without_prospects_every_column_of_customers_counts(tmp_path: Path) -> None:
    mapping = _mapping(tmp_path)
    training = training_set(label_tables(mapping, conf("value")), _labels("C1"), mapping)
    assert list(training.fields) == ["account_id", "employees", "country"]


def test_a_column_that_means_another_thing_for_prospects_is_named(tmp_path: Path) -> None:
    country = {"from": "place", "kind": "category"}
    prospects = _table(tmp_path, "prospects", ("id,place", "P1,DE"), country=country)
    mapping = _mapping(tmp_path, prospects=prospects)
    with pytest.raises(ConfigError) as failure:
        training_set(label_tables(mapping, conf("value")), _labels("C1"), mapping)
    assert str(failure.value) == (
        "conf/data/test.yaml reads customers and prospects differently.\n"
        "  country: country of customers, category of prospects\n"
        "Give the column the same kind in both."
    )


@pytest.mark.parametrize("case", ["no customers", "nothing shared", "ids alone"])
def test_nothing_to_learn_from_is_said_before_training(tmp_path: Path, case: str) -> None:
    cases: dict[str, dict[str, Any]] = {
        "no customers": {"customers": None},
        "nothing shared": {"prospects": _table(tmp_path, "prospects", ("id,town", "P1,Rome"), city="town")},
        "ids alone": {"customers": _table(tmp_path, "crm", CUSTOMERS, name="place")},
    }
    mapping = _mapping(tmp_path, **cases[case])
    with pytest.raises(ConfigError, match=r"there is nothing to learn from"):
        training_set(label_tables(mapping, conf("value")), _labels("C1"), mapping)
