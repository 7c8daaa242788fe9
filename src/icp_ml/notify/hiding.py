"""Keep addresses that somebody wrote into conf or onto a command line out of all that a run writes down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

HIDDEN = "***"
FROM_ENVIRONMENT = "${"


def without_addresses(settings: Any) -> Any:
    """Hide the addresses of composed, unresolved settings; the name of a variable is no secret."""
    notify = settings.get("notify")
    if not isinstance(notify, dict) or not notify.get("urls"):
        return settings
    given = notify["urls"] if isinstance(notify["urls"], list) else [notify["urls"]]
    shown = [one if str(one).startswith(FROM_ENVIRONMENT) else HIDDEN for one in given]
    return settings | {"notify": notify | {"urls": shown}}


def overrides_without_addresses(overrides: Iterable[str]) -> tuple[str, ...]:
    """Hide the addresses that a command line gave."""
    return tuple(_hidden(one) for one in overrides)


def _hidden(override: str) -> str:
    name, sign, value = override.partition("=")
    is_address = name.lstrip("+~").startswith("notify.urls") and "://" in value
    return f"{name}{sign}{HIDDEN}" if is_address else override
