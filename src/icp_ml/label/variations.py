"""Move each weight and cut-off of a definition a little: what a sensitivity table tries out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from icp_ml.settings import LabelSettings

FIXED = ("n_periods", "never_best.weight", "lost_deals_weight")  # the form of a measure; weights of the fit
ORDERED = {"a_share": "b_share", "x_max_cv": "y_max_cv"}  # the first stays below the second
MAX_SHARE = 0.999
NEAR = 1e-6  # how close, relatively, a cut-off comes to one that it must not pass


@dataclass(frozen=True)
class Move:
    """One setting of a definition, moved.

    Attributes
    ----------
    setting : str
        Its dotted name.
    before, after : float
    settings : LabelSettings
        The definition with it.
    """

    setting: str
    before: float
    after: float
    settings: LabelSettings


def moves(settings: LabelSettings, step: float) -> list[Move]:
    """Move every number of a definition down and up by a share of itself.

    Counts are rounded and change by 1 at least; shares stay below 1 and cut-offs keep their order, so such a
    move may be shorter; one that cannot be made at all is left out.

    Parameters
    ----------
    settings : LabelSettings
    step : float
        0 to 1, for example 0.2.
    """
    content, found = settings.model_dump(), []
    for path, value in _numbers(content, ()):
        for direction in (-1, 1):
            after = _moved(path[-1], value, direction * step, content)
            if after != value and after > 0:
                made = type(settings).model_validate(_with(content, path, after))
                found.append(Move(".".join(path), value, after, made))
    return found


def _numbers(content: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    for name, value in content.items():
        here = (*path, name)
        if isinstance(value, dict):
            yield from _numbers(value, here)
        elif isinstance(value, int | float) and not isinstance(value, bool) and ".".join(here) not in FIXED:
            yield here, value


def _moved(name: str, value: float, step: float, content: dict[str, Any]) -> float:
    after = round(value * (1 + step), 12)
    if isinstance(value, int):
        by = round(after) - value
        after = value + (by or (1 if step > 0 else -1))
        return max(after, content.get("n_periods", 0)) if name == "horizon_days" else after
    if name.endswith("_share"):
        after = min(after, max(MAX_SHARE, value))
    for low, high in ORDERED.items():
        if name == low:
            after = min(after, content[high] * (1 - NEAR))
        elif name == high:
            after = max(after, content[low] * (1 + NEAR))
    return after


def _with(content: dict[str, Any], path: tuple[str, ...], value: float) -> dict[str, Any]:
    name, *rest = path
    return content | {name: _with(content[name], tuple(rest), value) if rest else value}
