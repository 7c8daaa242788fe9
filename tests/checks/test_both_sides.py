"""Customers against prospects, and companies on both sides of the split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from checks.planted import FIELDS, accounts, found, noise, prospects, with_columns
from small import settings

from icp_ml.checks import Accounts, check
from icp_ml.schema import Field
from icp_ml.split import Split


def texts(values):
    return pd.array(list(values), "str")


def beside(rows, fields=FIELDS):
    return Accounts(rows, fields)


@pytest.mark.parametrize("side", ["customers", "prospects"])
def test_a_feature_of_one_side_only_is_named(side):
    case = noise(0)
    extra = {**FIELDS, "rooms": Field("number", "rooms")}
    rows = getattr(case, side).rows.assign(rooms=1.0)
    assert found(replace(case, **{side: beside(rows, extra)})) == {("columns_differ", "rooms")}
    unused = {**FIELDS, "rooms": Field("number", "rooms", is_feature=False)}
    assert found(replace(case, **{side: beside(rows, unused)})) == set()


def test_no_feature_in_common_stops():
    case = noise(1)
    fields = {name: FIELDS[name] for name in ("account_id", "name")} | {"rooms": Field("number", "rooms")}
    rows = case.prospects.rows[["account_id", "name"]].assign(rooms=1.0)
    assert found(replace(case, prospects=beside(rows, fields))) == {("no_shared_column", "")}


def test_a_column_that_prospects_often_lack_is_named():
    case, rows = noise(2), prospects().rows
    rows = rows.assign(sites=rows["sites"].where(np.arange(len(rows)) % 2 == 0))
    assert ("columns_differ", "sites") in found(replace(case, prospects=beside(rows)))
    assert found(replace(case, prospects=beside(rows)), max_missing_gap=0.6) == set()


def test_a_column_that_customers_often_lack_is_named():
    case = noise(2)
    half = case.training.accounts["sites"].where(np.arange(len(case.training.accounts)) % 2 == 0)
    case = replace(with_columns(case, sites=(FIELDS["sites"], half)), prospects=beside(prospects().rows))
    assert ("columns_differ", "sites") in found(case)


def test_levels_that_the_other_side_never_has_are_named():
    case, rows = noise(3), prospects().rows
    coded = rows.assign(supplier=rows["supplier"].str.replace("Supplier", "S"))
    assert ("new_levels", "supplier") in found(replace(case, prospects=beside(coded)))


def test_case_makes_no_other_level():
    case, rows = noise(3), prospects().rows
    assert found(replace(case, prospects=beside(rows.assign(city=rows["city"].str.upper())))) == set()


@pytest.mark.parametrize("n_levels", [5, 300, 3_000])
def test_rare_levels_are_unseen_by_chance_and_not_named(n_levels):
    rng = np.random.default_rng(1)
    case, rows = noise(4, 400, 100), accounts(rng, 150, "P")
    ours, theirs = (texts([f"T{one}" for one in rng.integers(0, n_levels, n)]) for n in (400, 150))
    case = with_columns(case, city=(FIELDS["city"], ours))
    case = replace(case, prospects=beside(rows.assign(city=theirs)))
    assert {code for code, _ in found(case)} & {"new_levels", "columns_differ"} == set()


def test_customers_of_another_kind_than_the_prospects_are_named_with_what_tells_them():
    case, rows = noise(5), prospects().rows
    tiny = rows.assign(employees=rows["employees"] / 100, sites=rows["sites"] + 8)
    told = check(replace(case, prospects=beside(tiny)), settings().checks, 1)
    assert [one.code for one in told] == ["customers_unlike_prospects"]
    assert "most by employees, sites, " in told[0].detail or "most by sites, employees, " in told[0].detail


def test_a_list_read_in_part_is_said_to_be():
    case, rows = noise(5), prospects().rows
    told = check(
        replace(case, prospects=Accounts(rows.assign(sites=99.0), FIELDS, False)), settings().checks, 1
    )
    assert "from the first 400 prospects" in told[0].detail


def on_both_sides(names, countries=None):
    """Give a case of 800 accounts of which the last 200 are tested on, with these names."""
    case = noise(6, 800, 160)
    rows = case.customers.rows.assign(name=texts(names))
    rows = rows if countries is None else rows.assign(country=texts(countries))
    return replace(
        case, customers=beside(rows), split=Split(np.arange(600), np.arange(600, 800), None, 0, ())
    )


def named(at, first, second):
    """Call 20 pairs across the split alike."""
    pair = at % 200
    if pair >= 20 or 200 <= at < 600:
        return f"Firm {at}"
    return (first if at < 200 else second).format(pair)


@pytest.mark.parametrize(
    ("first", "second", "is_said"),
    [
        ("Nordwind {} GmbH", "Nordwind {} AG", True),
        ("Nordwind {}, Inc.", "NORDWIND {} INC", True),
        ("Nordwind {} Ltd", "Nordwind {} Deutschland GmbH", True),
        ("Nordwind {} Ltd", "Südwind {} Ltd", False),
    ],
)
def test_companies_of_one_name_on_both_sides_are_named(first, second, is_said):
    names = [named(at, first, second) for at in range(800)]
    expected = {("same_company_both_sides", "name")} if is_said else set()
    assert found(on_both_sides(names, ["DE"] * 800)) - {("one_value", "country")} == expected


def test_companies_of_one_name_in_two_countries_are_strangers():
    names = [named(at, "Nordwind {} Ltd", "Nordwind {} Ltd") for at in range(800)]
    countries = ["GB" if at < 600 else "FR" for at in range(800)]
    assert ("same_company_both_sides", "name") not in found(on_both_sides(names, countries))
