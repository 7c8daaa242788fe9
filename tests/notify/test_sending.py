"""Messages arrive at a real server; an address that fails is said without its text, in bounded time."""

from __future__ import annotations

import socket
import sys
from time import monotonic

import pytest
from posted import inbox
from pydantic import SecretStr
from support import command, compose, free_port

from icp_ml.errors import ConfigError, UnavailableError
from icp_ml.notify import Message, addresses, check_addresses, send

__all__ = ["inbox"]

HELLO = Message("demo: nobody moved", "all <b>scored</b>\n\n- one & two", "warning")


@pytest.fixture
def silent():
    """Give the port of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def to():
    """Give the settings that tell these addresses."""
    composed = compose().config.notify

    def changed(*urls, seconds=5):
        given = {"urls": tuple(map(SecretStr, urls)), "timeout_seconds": seconds}
        return composed.model_copy(update=given)

    return changed


def test_a_message_arrives_whole_at_every_address(inbox, to):
    port, got = inbox
    assert send(HELLO, to(f"json://127.0.0.1:{port}/a", f"json://127.0.0.1:{port}/b")) == []
    assert [(one["title"], one["message"], one["type"]) for one in got] == [
        (HELLO.title, HELLO.body, "warning")
    ] * 2


def test_what_fails_is_said_without_its_address_and_the_others_are_told(inbox, to, capfd, caplog):
    port, got = inbox
    wrong = (f"json://me:hush@127.0.0.1:{free_port()}", "hush-token", "foo://hush")
    refused = f"json://me:hush@127.0.0.1:{port}/refused"
    said = send(HELLO, to(*wrong, refused, f"json://127.0.0.1:{port}"))
    assert said == [
        "notify: address 1 of 5 (json) could not be reached, or refused the message",
        "notify: address 2 of 5 cannot be understood",
        "notify: address 3 of 5 cannot be understood",
        "notify: address 4 of 5 (json) could not be reached, or refused the message",
    ]
    assert len(got) == 2
    assert "hush" not in "".join([*capfd.readouterr(), caplog.text])


def test_a_server_that_never_answers_takes_no_more_than_its_time(silent, inbox, to):
    port, got = inbox
    before = monotonic()
    said = send(HELLO, to(*[f"json://127.0.0.1:{silent}"] * 3, f"json://127.0.0.1:{port}", seconds=0.5))
    assert monotonic() - before < 5
    assert len(said) == 3
    assert len(got) == 1


def test_addresses_that_cannot_be_understood_are_said_before_the_work(to):
    assert check_addresses(to("json://127.0.0.1")) == []
    assert check_addresses(to("json://127.0.0.1", "hush-token", "slack://hush")) == [
        "notify: address 2 of 3 cannot be understood",
        "notify: address 3 of 3 cannot be understood",
    ]


def test_without_apprise_the_fix_is_said(to, monkeypatch):
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.setattr("icp_ml.notify.sending.find_spec", lambda _: None)
    check_addresses(to())
    with pytest.raises(UnavailableError) as failure:
        check_addresses(to("json://127.0.0.1"))
    assert str(failure.value) == (
        "notify.urls names whom to tell, and Apprise, which tells them, is not installed.\n"
        "Install it: pip install 'icp_ml[notify]', or empty notify.urls."
    )


def test_one_variable_holds_several_addresses(monkeypatch):
    monkeypatch.setenv(
        "ICP_ML_NOTIFY", "mailto://a:b@h.example?to=x@y.example,z@y.example json://h, slack://T"
    )
    settings = compose("notify=environment").config.notify
    assert addresses(settings) == [
        "mailto://a:b@h.example?to=x@y.example,z@y.example", "json://h", "slack://T"
    ]  # fmt: skip
    monkeypatch.setenv("ICP_ML_NOTIFY", "")
    assert addresses(compose("notify=environment").config.notify) == []


def test_an_address_is_in_nothing_that_a_run_writes_down():
    run = compose('notify.urls=["mailto://me:hush@h.example","${oc.env:HOME}"]')
    assert "hush" not in run.composed + repr(run)
    assert "- '***'\n  - ${oc.env:HOME}\n" in run.composed
    with pytest.raises(ConfigError) as failure:
        compose("notify.urls=mailto://me:hush@h.example")
    assert "hush" not in str(failure.value)


def test_a_command_line_is_not_repeated_with_an_address(tmp_path):
    done = command("status", 'notify.urls=["slack://hush/hush"]', "notify.n_movers=-1", cwd=tmp_path)
    assert done.returncode == 78
    assert "hush" not in done.stdout + done.stderr
