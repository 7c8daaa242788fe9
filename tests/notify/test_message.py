"""What people are told reads well, is no more than was asked for, and plain text whatever a name holds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import compose

from icp_ml.notify import Facts, Mover, message_of
from icp_ml.notify.message import MARKUP, plain

ALL = ("done", "movers", "alarms", "failure")
MOVERS = (
    Mover("Azurframe Systems LLC", "Bad fit", "Best fit", 0.121, 0.851, "employees 40 to 900"),
    Mover("Kitefield Holding", "", "Good fit", None, 0.3),
    Mover("Copperspring", "Best fit", "", 0.7, None),
)
DONE = Facts(
    name="demo",
    day="2026-01-02",
    folder="var/rescored/demo/latest",
    lines=("49,965 of 50,000 rows scored", "12 of 49,000 accounts changed tier, 1 is new, 1 is gone"),
    n_moved=14,
    movers=MOVERS,
    alarms=("drift: revenue changed (PSI 0.31)",),
)
FAILED = Facts(
    name="demo",
    day="2026-01-02",
    folder="var/rescored/demo/latest",
    failure="error: list.csv is empty.\n  list.csv: 0 bytes\nExport it again.",
    status=65,
)


@pytest.fixture(scope="module")
def settings():
    """Give the settings as they are, changed."""
    composed = compose().config.notify
    return lambda **changed: composed.model_copy(update=changed)


def test_a_list_that_was_made_is_told_to_the_letter(settings):
    message = message_of(DONE, settings(tells_of=ALL, n_movers=2))
    assert (message.title, message.kind) == ("demo 2026-01-02: 1 alarm, 14 accounts moved", "warning")
    assert message.body == (
        "49,965 of 50,000 rows scored\n"
        "12 of 49,000 accounts changed tier, 1 is new, 1 is gone\n"
        "\n"
        "Alarms:\n"
        "- drift: revenue changed (PSI 0.31)\n"
        "\n"
        "Moved most:\n"
        "- Azurframe Systems LLC: Bad fit to Best fit (12% to 85%): employees 40 to 900\n"
        "- Kitefield Holding: new to Good fit (30%)\n"
        "- and 12 more\n"
        "\n"
        "var/rescored/demo/latest"
    )


def test_where_segments_overlap_scores_have_moved(settings):
    message = message_of(replace(DONE, counted="score"), settings(tells_of=ALL))
    assert message.title == "demo 2026-01-02: 1 alarm, 14 scores moved"


def test_a_failure_is_told_to_the_letter(settings):
    message = message_of(FAILED, settings())
    assert (message.title, message.kind) == ("demo 2026-01-02: the run failed with exit status 65", "failure")
    assert message.body == (
        "error: list.csv is empty.\n"
        "  list.csv: 0 bytes\n"
        "Export it again.\n"
        "\n"
        "The last good list stays in var/rescored/demo/latest."
    )


QUIET = Facts("demo", "2026-01-02", "out", lines=("all scored",))
MOVED = Facts("demo", "2026-01-02", "out", n_moved=1, movers=MOVERS[:1])
ALARMED = Facts("demo", "2026-01-02", "out", alarms=("one",))


@pytest.mark.parametrize(
    ("tells_of", "facts", "is_told"),
    [
        ("done", QUIET, True), ("done", MOVED, True), ("done", ALARMED, True), ("done", FAILED, False),
        ("movers", QUIET, False), ("movers", MOVED, True), ("movers", ALARMED, False),
        ("alarms", QUIET, False), ("alarms", ALARMED, True), ("alarms", FAILED, False),
        ("failure", FAILED, True), ("failure", ALARMED, False), ("", DONE, False), ("", FAILED, False),
    ],
)  # fmt: skip
def test_nobody_is_told_what_they_did_not_ask_for(tells_of: str, facts: Facts, is_told: bool, settings):
    assert (message_of(facts, settings(tells_of=tells_of.split())) is not None) == is_told


def test_a_quiet_night_is_short_and_a_link_stands_for_the_folder(settings):
    message = message_of(QUIET, settings(tells_of=ALL, link="https://intranet/icp"))
    assert (message.title, message.kind) == ("demo 2026-01-02: nobody moved", "success")
    assert message.body == "all scored\n\nhttps://intranet/icp"


def test_many_alarms_and_a_long_error_are_cut(settings):
    many = Facts("demo", "2026-01-02", "out", alarms=[f"alarm {n}" for n in range(50)])
    assert "- alarm 19\n- and 30 more\n" in message_of(many, settings()).body
    long = Facts("demo", "2026-01-02", "out", failure="\n".join("x" * 999 for _ in range(50)), status=1)
    body = message_of(long, settings()).body
    assert "and 30 more lines" in body
    assert max(map(len, body.splitlines())) == 300


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Müller & Söhne GmbH", "Müller & Söhne GmbH"),
        ("<b>Bold</b>", "＜b＞Bold＜/b＞"),
        ("<!channel> pay", "＜!channel＞ pay"),
        ("@everyone", "＠everyone"),
        ("[invoice](http://evil.example)", "［invoice］(http：//evil.example)"),
        ("A*B_C`D", "A＊B＿C｀D"),
        ("line\nbreak\x1b[31m", "line break［31m"),
        ("gpj.\u202eexe\u200b", "gpj.exe"),
        ("n" * 100, "n" * 59 + "…"),
    ],
)
def test_a_name_cannot_hold_markup(name: str, shown: str):
    assert plain(name) == shown


@given(st.text(max_size=100))
def test_whatever_a_name_holds_it_is_one_short_line_without_markup(name):
    shown = plain(name)
    assert len(shown) <= 60
    assert not set(shown) & set(MARKUP)
    assert len(shown.splitlines()) <= 1


@given(cell=st.text(max_size=100))
def test_what_an_error_quotes_calls_nobody(settings, cell):
    failure = Facts("demo", "2026-01-02", "out", failure=f"error: {cell}", status=65)
    title_and_body = message_of(failure, settings())
    assert not set(title_and_body.body) & set("<>@`")
