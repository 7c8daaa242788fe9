"""Parents: declared, by domain, by name."""

from __future__ import annotations

import pytest
from matched import account, table

from icp_ml.matching import parents_found
from icp_ml.matching.families import family_name


@pytest.mark.parametrize(
    ("core", "places", "family"),
    [
        ("acme deutschland", (), "acme"),
        ("acme group holding", (), "acme"),
        ("acme united kingdom", (), "acme"),
        ("acme berlin", ("berlin", "de"), "acme"),
        ("acme new york", ("new york",), "acme"),
        ("acme berlin", ("munich",), "acme berlin"),
        ("american steel", (), "american steel"),
        ("group", (), "group"),
        ("dx group", (), "dx group"),
    ],
)
def test_words_for_a_part_are_dropped_from_the_end(core: str, places: tuple[str, ...], family: str) -> None:
    assert family_name(core, places) == family


def test_a_parent_is_declared_or_shares_the_domain_or_lends_its_name() -> None:
    accounts = [
        account("A", "Acme Inc"),
        account("B", "Acme Deutschland GmbH"),
        account("C", "Rocket Works", domain="rockets.com"),
        account("D", "Rocket Works Service", domain="rockets.com"),
        account("E", "Anvil Europe") | {"parent_id": "A"},
        account("F", "Zephyr France"),
        account("G", "Zephyr Italia"),
        account("H", "Alone", domain="gmail.com"),
        account("I", "Lonely", domain="gmail.com"),
    ]
    found = parents_found(table(accounts))
    assert found["parent"].to_dict() == {"B": "A", "D": "C", "E": "A", "G": "F"}
    assert found["found_by"].to_dict() == {"B": "name", "D": "domain", "E": "parent_id", "G": "name"}


def test_ids_alone_have_no_parents() -> None:
    assert parents_found(table([account("A"), account("B")])[["account_id"]]).empty
