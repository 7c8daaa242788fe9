"""A card as JSON and back: what the next profile is compared with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.profile.card import Archetype, Card, Condition, Fidelity, Group

CARD_VERSION = 1
TABLES = ("crosses", "typical")


def card_json(card: Card) -> str:
    """Write a card as JSON; the same card gives the same text. What is not a number is null."""
    content: dict[str, Any] = {name: value for name, value in vars(card).items() if name not in TABLES}
    content |= {
        "version": CARD_VERSION,
        "today": card.today.isoformat(),
        "groups": [asdict(one) for one in card.groups],
        "fidelity": asdict(card.fidelity),
        "archetypes": [asdict(one) for one in card.archetypes],
    }
    content |= {name: _table(getattr(card, name)) for name in TABLES}
    return json.dumps(plain_json(content), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)


def read_card(text: str) -> Card:
    """Read what `card_json` wrote.

    Raises
    ------
    DataError
        It is none, it is damaged, or another version wrote it.
    """
    try:
        content = json.loads(text)
        if content.pop("version") != CARD_VERSION:
            raise ValueError("of another version")
        return Card(**_typed(content))
    except (AttributeError, KeyError, TypeError, ValueError) as failure:
        fix = "Run make profile again; a profile that is no longer understood cannot be compared."
        raise DataError("the stored profile is incomplete or damaged.", [repr(failure)], fix) from failure


def earlier_card(text: str) -> Card:
    """Read the card within `profile.json`.

    Raises
    ------
    DataError
        As `read_card` says.
    """
    try:
        stored = json.loads(text)
    except ValueError:
        stored = None
    return read_card(json.dumps(stored.get("card") if isinstance(stored, dict) else None))


def _typed(content: Mapping[str, Any]) -> dict[str, Any]:
    fidelity: dict[str, Any] = {name: _number(value) for name, value in content["fidelity"].items()}
    named = {name: tuple(map(tuple, some)) for name, some in content["examples"].items()}
    tables = {name: _read_table(content[name]) for name in TABLES}
    return dict(content) | {
        **tables,
        "today": date.fromisoformat(content["today"]),
        "groups": tuple(map(_group, content["groups"])),
        "fidelity": Fidelity(**fidelity),
        "archetypes": tuple(map(_archetype, content["archetypes"])),
        "examples": named,
        "notes": tuple(content["notes"]),
    }


def _group(stored: Mapping[str, Any]) -> Group:
    conditions = tuple(Condition(**{**one, "one_of": tuple(one["one_of"])}) for one in stored["conditions"])
    figures = ("rate", "lift", "low", "high", "prospect_share", "mean_fit")
    return Group(**{**stored, "conditions": conditions} | {name: _number(stored[name]) for name in figures})


def _archetype(stored: Mapping[str, Any]) -> Archetype:
    lists = {"marks": tuple(stored["marks"]), "examples": tuple(map(tuple, stored["examples"]))}
    return Archetype(**{**stored, **lists})


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _table(table: pd.DataFrame) -> Any:
    return table.to_dict("split", index=False)


def _read_table(stored: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(stored["data"], columns=stored["columns"])


def plain_json(value: Any) -> Any:
    """Turn NumPy's numbers to plain ones, and what is not a number to None."""
    if isinstance(value, Mapping):
        return {str(name): plain_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and not np.isfinite(value) else value
