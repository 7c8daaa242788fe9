"""Say in our words what Hydra, pydantic and Python raise."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from icp_ml.errors import ConfigError, IcpError, count

SHOW_TRACEBACK = "ICP_ML_TRACEBACK"
COMPOSERS = {"hydra", "omegaconf"}
"""They raise errors of their own, and now and then a ValueError."""
OF_SEVERAL_KINDS = (("label",), ("scoring", "tiers"), ("scoring", "list_tiers"))
SECRET = "notify.urls"
NOISE = (
    "Config search path",
    "provider=",
    "See https",
    "To append to your config",
    "full_key",
    "object_type",
)


def translated(failure: Exception) -> IcpError:
    """Say what a foreign exception means to the user, and the fix."""
    if {type(failure).__module__.partition(".")[0], _raised_in(failure)} & COMPOSERS:
        return _composing_error(failure)
    if isinstance(failure, OSError):
        where = f"{failure.filename}: " if failure.filename else ""
        return IcpError(f"{where}{failure.strerror or failure}.", fix="Free or permit it, then run again.")
    what = f"{type(failure).__name__}: {str(failure).splitlines()[0] if str(failure) else 'no message'}"
    return IcpError(
        what, fix=f"This is a defect of icp_ml. See where with {SHOW_TRACEBACK}=1 before the command."
    )


def _raised_in(failure: Exception) -> str:
    """Name the package whose code raised it; "" for none, as where it was never raised."""
    at = failure.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return "" if at is None else str(at.tb_frame.f_globals.get("__name__", "")).partition(".")[0]


def wrong_settings(found: Iterable[Any]) -> ConfigError:
    """Name every wrong setting that pydantic found, once: a segment may take its definition from `label`."""
    said = list(dict.fromkeys(_complaint(one) for one in found))
    known = {one for one in said if not one.startswith("segments.")}
    details = [one for one in said if one in known or f"label{one.partition('.label')[2]}" not in known]
    what = f"the configuration has {count(len(details), 'wrong setting')}."
    return ConfigError(what, details, "Correct them in conf/ or in ARGS.")


def _composing_error(failure: Exception) -> ConfigError:
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    unset = re.search(r"Environment variable '(\w+)' not found", str(failure))
    if unset:
        fix = f"Set it before the command: export {unset[1]}=..."
        return ConfigError(f"the environment variable {unset[1]} is not set.", fix=fix)
    useful = [line for line in lines if not line.startswith(NOISE)]
    return ConfigError("the configuration cannot be composed.", useful, "Correct ARGS or the files in conf/.")


def _complaint(found: Any) -> str:
    path = _path([str(part) for part in found["loc"]])
    message = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        return f"{path}: is no setting"
    given = found.get("input")
    is_shown = isinstance(given, str | int | float | bool) and not path.startswith(SECRET)
    shown = f", not {given!r}" if is_shown else ""
    return f"{path}: {message[:1].lower()}{message[1:]}{shown}"


def _path(parts: list[str]) -> str:
    """Join the names of a setting, without the kind that pydantic puts after one that has several."""
    at = next((n for n in (1, 2, 3) if _has_kinds(tuple(parts[:n]))), len(parts))
    return ".".join([*parts[:at], *parts[at + 1 :]])


def _has_kinds(path: tuple[str, ...]) -> bool:
    is_of_a_segment = len(path) == 3 and (path[0], path[2]) == ("segments", "label")
    return path in OF_SEVERAL_KINDS or is_of_a_segment
