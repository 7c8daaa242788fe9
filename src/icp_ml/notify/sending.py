"""Send a message to every address, in bounded time, without ever saying an address."""

from __future__ import annotations

import logging
import re
from importlib.util import find_spec
from threading import Thread
from time import monotonic
from typing import Any

from icp_ml.errors import UnavailableError
from icp_ml.notify.message import Message
from icp_ml.settings import NotifySettings

NOT_UNDERSTOOD = "cannot be understood"
BETWEEN = re.compile(r"[\s,]+(?=[A-Za-z0-9]+://)")


def addresses(settings: NotifySettings) -> list[str]:
    """Give the addresses one by one: a variable of the environment may hold several."""
    given = (one.get_secret_value().strip() for one in settings.urls)
    return [address for one in given for address in BETWEEN.split(one) if address]


def check_addresses(settings: NotifySettings) -> list[str]:
    """Say before the work begins which addresses could never be told; they spoil nothing, and are alarms.

    Raises
    ------
    UnavailableError
        Apprise is not installed.
    """
    given = addresses(settings)
    if not given:
        return []
    if find_spec("apprise") is None:
        what = "notify.urls names whom to tell, and Apprise, which tells them, is not installed."
        raise UnavailableError(what, fix="Install it: pip install 'icp_ml[notify]', or empty notify.urls.")
    wrong = [place for place, one in enumerate(given) if _service(one, settings) is None]
    return [_said(place, given, NOT_UNDERSTOOD) for place in wrong]


def send(message: Message, settings: NotifySettings) -> list[str]:
    """Send a message to all addresses at once; say which could not be reached in time.

    Nothing is raised: a list that was made is not spoilt by a mail server.

    Returns
    -------
    list of str
        One line for each that failed, with the address's number and service in place of its text.
    """
    given = addresses(settings)
    said = ["did not answer in time"] * len(given)

    def tell(place: int) -> None:
        said[place] = _told(message, given[place], settings)

    threads = [Thread(target=tell, args=(place,), daemon=True) for place in range(len(given))]
    for one in threads:
        one.start()
    ends = monotonic() + settings.timeout_seconds
    for one in threads:
        one.join(max(0.0, ends - monotonic()))
    return [_said(place, given, what) for place, what in enumerate(list(said)) if what]


def _said(place: int, given: list[str], what: str) -> str:
    """Say what is wrong with an address, by its number and service."""
    service = "" if what == NOT_UNDERSTOOD else _scheme(given[place])
    return f"notify: address {place + 1} of {len(given)}{service} {what}"


def _told(message: Message, address: str, settings: NotifySettings) -> str:
    """Send to one address; give what went wrong, or nothing."""
    try:
        from apprise import Apprise, NotifyFormat

        service = _service(address, settings)
        if service is None:
            return NOT_UNDERSTOOD
        one = Apprise()
        one.add(service)
        is_sent = one.notify(
            message.body, title=message.title, notify_type=message.kind, body_format=NotifyFormat.TEXT
        )
    except Exception as failure:  # a plugin may raise anything, and its text may hold the address
        return f"failed: {type(failure).__name__}"
    return "" if is_sent else "could not be reached, or refused the message"


def _service(address: str, settings: NotifySettings) -> Any:
    """Make what sends to an address, which gives up early and logs nothing; None where it is none."""
    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it would name the address
    service = Apprise.instantiate(address)
    if service is not None:
        patience = settings.timeout_seconds / 2
        service.socket_connect_timeout = service.socket_read_timeout = patience
    return service


def _scheme(address: str) -> str:
    """Name the service; only where it is one: a token pasted alone is a secret as a whole."""
    from importlib import import_module

    scheme = address.partition("://")[0].lower()
    try:
        known = import_module("apprise.manager_plugins").NotificationManager().schemas()
    except (ImportError, AttributeError):
        known = []
    return f" ({scheme})" if scheme in known else ""
