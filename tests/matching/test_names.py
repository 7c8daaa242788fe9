"""Names: what of them tells one company from another."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.matching.names import comparable_names, core_name
from icp_ml.matching.pairs import name_likeness


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("The Müller & Söhne GmbH & Co. KG", "muller and sohne"),
        ("Müller Bau Gesellschaft mbH", "muller bau"),
        ("Müller Bau Gesellschaft mit beschränkter Haftung & Co. KG", "muller bau"),
        ("Müller Bau Ges.m.b.H.", "muller bau"),
        ("Müller Bau Aktiengesellschaft", "muller bau"),
        ("Müller Bau e.K.", "muller bau"),
        ("ACME, Inc.", "acme"),
        ("Acme S.A.", "acme"),
        ("Acme S. A.", "acme"),
        ("Acme Pvt. Ltd.", "acme"),
        ("Acme Co., Ltd.", "acme"),
        ("Kowalski Sp. z o.o.", "kowalski"),
        ("ООО Ромашка", "ромашка"),
        ("Łódź Œuvre ApS", "lodz oeuvre"),
        ("7-Eleven, Inc.", "7 eleven"),
        ("Fund II LP", "fund ii"),
        ("O'Reilly Media", "oreilly media"),
        ("newtown60.com", "newtown60"),
        ("Rock Bottom (formerly Roq)", "rock bottom"),
        ("Acme Tech. Svcs.", "acme technology services"),
        ("Acme UK", "acme uk"),
        ("SE", "se"),
        ("The Company", "the company"),
        ("株式会社日立", "株式会社日立"),
    ],
)
def test_a_name_is_its_own_words(name: str, core: str) -> None:
    assert core_name(name) == core


@pytest.mark.parametrize("name", [None, "#NAME?", "Unknown", "!!!", "n/a", "Self-employed"])
def test_what_is_written_for_no_name_is_none(name: str | None) -> None:
    assert comparable_names(pd.Series([name], dtype="str")).isna().all(axis=None)


@pytest.mark.parametrize(
    ("one", "other", "are_alike"),
    [
        ("donnorwood media", "donnerwood media", True),
        ("media donnerwood", "donnorwood media", True),
        ("reorg reseach", "reorg research", True),
        ("cirrus works", "cirrusworks", True),
        ("adamis pharmaceuticals", "adamas pharmaceuticals", False),
        ("raven biotechnologies", "maven biotechnologies", False),
        ("north data", "south data", False),
        ("acme", "acme software", False),
        ("acme acme", "acme", False),
    ],
)
def test_names_are_as_alike_as_what_they_do_not_share(one: str, other: str, are_alike: bool) -> None:
    assert (name_likeness(one, other) >= 0.85) == are_alike


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_knows_no_order_and_a_core_is_its_own_core(one: str, other: str) -> None:
    cores = [core_name(name) for name in (one, other)]
    assert name_likeness(*cores) == pytest.approx(name_likeness(*reversed(cores)))
    assert 0 <= name_likeness(*cores) <= 1


@given(st.lists(st.sampled_from(["Acme Inc.", "acme", "Ōsaka K.K.", None, "#NAME?"]), max_size=9))
def test_a_name_means_the_same_alone_and_among_others(names: list[str | None]) -> None:
    together = comparable_names(pd.Series(names, dtype="str"))
    alone = [comparable_names(pd.Series([name], dtype="str")) for name in names]
    expected = pd.concat(alone, ignore_index=True) if alone else together
    pd.testing.assert_frame_equal(together, expected)


def test_names_that_were_asked_for_before_mean_the_same_after_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("icp_ml.matching.names.MOST_KEPT", 2)
    asked = pd.Series(["Acme Inc.", "Nobody", "Unknown", "Fund II LP"], dtype="str")
    before = comparable_names(asked)
    others = comparable_names(pd.Series([f"Firm {at}" for at in range(10, 19)], dtype="str"))
    assert others["marks"].tolist() == [str(at) for at in range(10, 19)]
    pd.testing.assert_frame_equal(comparable_names(asked), before)
