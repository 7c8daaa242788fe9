"""Whom rules are of: filters as of segments, lists as of customers, and what is wrong with either."""

from __future__ import annotations

import json
import pickle
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support import compose

from icp_ml.data.rules import prepare_rules
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.matching import match_keys
from icp_ml.settings import DataSettings, RuleSettings

TODAY = date(2026, 1, 1)
MATCHING = compose().config.matching
MAPPING = DataSettings.model_validate(
    {
        "name": "small",
        "root": ".",
        "today": TODAY,
        "missing": ["", "n/a"],
        "prospects": {
            "path": "list.csv",
            "columns": {name: name for name in ("account_id", "name", "domain", "country", "employees")},
        },
    }
)
ROWS = pd.DataFrame(
    {
        "account_id": ["1", "2", "3", "4"],
        "name": ["Acme GmbH", "Bolt Inc", "Crux", "Dune"],
        "domain": ["acme.de", "bolt.com", None, None],
        "country": ["DE", "US", "DE", None],
        "employees": [5.0, 50.0, 500.0, None],
    }
).astype(dict.fromkeys(["account_id", "name", "domain", "country"], "str"))


def rules(**named: dict[str, Any]) -> dict[str, RuleSettings]:
    given = {"action": "exclude", "owner": "Legal", "reason": "why"}
    return {name: RuleSettings.model_validate({**given, **one}) for name, one in named.items()}


def excluded(prepared) -> list[str]:
    scored = pd.DataFrame({"account_id": ROWS["account_id"], "tier": "Bad fit"})
    found = prepared.apply(
        ROWS, match_keys(ROWS), scored.assign(is_customer=[False, True, False, False])
    ).rows
    return found.loc[found["is_excluded"], "account_id"].tolist()


def listed(folder: Path, text: str, **columns: str) -> dict[str, Any]:
    (folder / "stop.csv").write_text(text, encoding="utf-8")
    return {"path": str(folder / "stop.csv"), "columns": columns}


@pytest.mark.parametrize(
    ("whom", "expected"),
    [
        ({"where": [{"column": "country", "one_of": ["Germany"]}]}, ["1", "3"]),
        ({"where": [{"column": "employees", "at_least": 50}]}, ["2", "3"]),
        ({"where": [{"column": "country", "one_of": ["DE"]}, {"column": "employees", "at_most": 9}]}, ["1"]),
        ({"is_customer": True}, ["2"]),
        ({"is_customer": True, "where": [{"column": "country", "one_of": ["DE"]}]}, []),
    ],
)
def test_filters_choose_as_those_of_segments_do(whom, expected) -> None:
    assert excluded(prepare_rules(rules(stop=whom), MAPPING, MATCHING, TODAY)) == expected


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("id\n3\n4\n9\n", {"account_id": "id"}, ["3", "4"]),
        ("site\nhttps://www.acme.de/about\n", {"domain": "site"}, ["1"]),
        ("firm,land\nACME,Germany\nBolt Inc.,Canada\n", {"name": "firm", "country": "land"}, ["1"]),
        ("firm,land,site\nX,US,bolt.com\n", {"name": "firm", "country": "land", "domain": "site"}, ["2"]),
        ("id\n", {"account_id": "id"}, []),
    ],
)
def test_a_list_finds_accounts_as_customers_are_found(tmp_path, text, columns, expected) -> None:
    prepared = prepare_rules(
        rules(stop={"accounts": listed(tmp_path, text, **columns)}), MAPPING, MATCHING, TODAY
    )
    assert excluded(prepared) == expected
    assert list(prepared.digests) == ["rules.stop"]


def test_a_list_and_a_filter_must_both_hold(tmp_path) -> None:
    accounts = listed(tmp_path, "id\n1\n2\n", account_id="id")
    where = [{"column": "country", "one_of": ["US"]}]
    prepared = prepare_rules(rules(stop={"accounts": accounts, "where": where}), MAPPING, MATCHING, TODAY)
    assert excluded(prepared) == ["2"]


def test_rules_are_the_same_in_another_process(tmp_path) -> None:
    accounts = listed(tmp_path, "id\n1\n", account_id="id")
    prepared = prepare_rules(rules(stop={"accounts": accounts}), MAPPING, MATCHING, TODAY)
    assert excluded(pickle.loads(pickle.dumps(prepared))) == ["1"]


def test_a_rule_counts_to_its_last_day_and_then_its_list_is_not_read(tmp_path) -> None:
    accounts = listed(tmp_path, "id\n1\n", account_id="id")
    stop = rules(stop={"accounts": accounts, "expires": TODAY})
    assert excluded(prepare_rules(stop, MAPPING, MATCHING, TODAY)) == ["1"]
    Path(accounts["path"]).unlink()
    assert excluded(prepare_rules(stop, MAPPING, MATCHING, date(2026, 1, 2))) == []
    with pytest.raises(UnavailableError, match="is not there"):
        prepare_rules(stop, MAPPING, MATCHING, TODAY)


def test_rows_that_name_nobody_are_said(tmp_path) -> None:
    accounts = listed(tmp_path, "id,site\n1,a.com\nn/a,n/a\n,\n", account_id="id", domain="site")
    prepared = prepare_rules(rules(stop={"accounts": accounts}), MAPPING, MATCHING, TODAY)
    assert prepared.notes == ("rule stop: 2 rows of stop.csv name no account",)


def test_a_column_that_the_list_lacks_is_named_with_the_fix() -> None:
    where = [{"column": "industry", "one_of": ["Mining"]}, {"column": "country", "at_least": 3}]
    with pytest.raises(ConfigError) as failure:
        prepare_rules(rules(stop={"where": where}), MAPPING, MATCHING, TODAY)
    assert str(failure.value) == (
        "the rules do not fit the list of prospects (2 problems).\n"
        "  rules.stop: where industry: not among the mapped columns\n"
        "  rules.stop: where country: is of kind country, which 3.0 does not bound\n"
        "Correct conf/rules, or map the column under prospects in conf/data/small.yaml."
    )


def test_a_list_of_something_else_is_refused(tmp_path) -> None:
    accounts = listed(tmp_path, "firm,site\nAcme,??\nBolt,!!\n", domain="site")
    with pytest.raises(DataError, match=r"stop.csv is not what rule stop says"):
        prepare_rules(rules(stop={"accounts": accounts}), MAPPING, MATCHING, TODAY)


def test_the_settings_of_rules_can_be_written_as_json() -> None:
    assert json.dumps([one.model_dump(mode="json") for one in compose("rules=demo").config.rules.values()])


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ((), {"customers": False}),
        (("~rules.customers",), {}),
        (("rules.customers.is_hard=true",), {"customers": True}),
        (("rules=demo", "rules.partners.expires=null"), None),
    ],
)
def test_rules_are_changed_from_the_command_line(overrides, expected) -> None:
    found = compose(*overrides).config.rules
    assert next(iter(found), "customers") == "customers"
    assert expected is None or {name: one.is_hard for name, one in found.items()} == expected
