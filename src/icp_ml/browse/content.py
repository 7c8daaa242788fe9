"""All that the page holds, column by column, each text once: small enough to lie in the page itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.browse.changes import Change
from icp_ml.browse.values import shown_columns
from icp_ml.model.candidate import CONDITION, Model
from icp_ml.schema import Field

TEXTS = (
    *("segment", "tier", "list_tier", "model_tier", "worth_finding", "unfamiliar"),
    *("exclusion_reason", "rule"),
)
FLAGS = ("is_familiar", "is_customer", "is_excluded")
INDUSTRY = ("industry", "sector", "industry_code")
"""What the filter by industry shows: the first that is mapped."""


@dataclass(frozen=True)
class Part:
    """The accounts of one segment.

    Attributes
    ----------
    model : Model
        That scored them.
    listed : pandas.DataFrame
        Their rows of the list.
    accounts : pandas.DataFrame
        Their own values.
    scored : pandas.DataFrame
        As `scoring.score` gives them.
    changes : list of list of Change
    """

    model: Model
    listed: pd.DataFrame
    accounts: pd.DataFrame
    scored: pd.DataFrame
    changes: list[list[Change]]


@dataclass
class _Pool:
    """Texts, each once."""

    texts: dict[str, int] = field(default_factory=dict)

    def place(self, text: Any) -> int:
        """Give the place of a text, -1 of none."""
        return -1 if pd.isna(text) else self._place(str(text))

    def _place(self, text: str) -> int:
        return self.texts.setdefault(text, len(self.texts))

    def places(self, texts: Iterable[Any]) -> list[int]:
        """Give the place of each text."""
        return [self.place(one) for one in texts]


def page_content(parts: Sequence[Part], fields: dict[str, Field], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Gather what the page shows; the order is that of the list: by rank, excluded accounts last.

    Parameters
    ----------
    parts : sequence of Part
    fields : dict of str to Field
        The meaning of the accounts' columns.
    facts : mapping
        Of the list as a whole; plain JSON.

    Returns
    -------
    dict
        Plain JSON; `strings` holds the texts, that others name by their places, -1 for none.
    """
    listed, accounts, scored = (
        pd.concat([getattr(one, name) for one in parts], ignore_index=True)
        for name in ("listed", "accounts", "scored")
    )
    order = np.lexsort((-listed["score"], listed["fit_rank"].fillna(np.inf)))
    listed, accounts, scored = (one.iloc[order].reset_index(drop=True) for one in (listed, accounts, scored))
    changes = [change for one in parts for change in one.changes]
    pool, values = _Pool(), shown_columns(accounts, fields)
    columns = list(values)
    rows = {
        **_numbers(listed, accounts, scored),
        **_texts(listed, scored, pool),
        "changes": [_changes(changes[at], pool, columns) for at in order.tolist()],
    }
    shown = [
        {
            "words": fields[name].words,
            "is_list": fields[name].kind == "list",
            "cells": pool.places(cells),
        }
        for name, cells in values.items()
    ]
    return {
        **facts,
        "segments": [_segment(one) for one in parts],
        "industry": next((columns.index(one) for one in INDUSTRY if one in columns), -1),
        "country": columns.index("country") if "country" in columns else -1,
        "rows": rows,
        "values": shown,
        "strings": list(pool.texts),
    }


def _numbers(listed: pd.DataFrame, accounts: pd.DataFrame, scored: pd.DataFrame) -> dict[str, list[Any]]:
    """Give what each row has of its own: id and name, numbers, flags."""
    ranks = listed["fit_rank"].to_numpy(dtype=np.float64, na_value=np.nan)
    return {
        "id": accounts["account_id"].tolist(),
        "name": [one if isinstance(one, str) else "" for one in scored["name"]],
        "score": _rounded(scored["rank_score"], 4),
        "rank": np.nan_to_num(ranks, nan=-1).astype(int).tolist(),
        "completeness": _rounded(scored["data_completeness"], 3),
        **{name: _flags((scored if name == "is_familiar" else listed)[name]) for name in FLAGS},
    }


def _texts(listed: pd.DataFrame, scored: pd.DataFrame, pool: _Pool) -> dict[str, list[Any]]:
    """Give what rows share: tiers, reasons, neighbours."""
    return {
        **{name: pool.places((scored if name == "unfamiliar" else listed)[name]) for name in TEXTS},
        **{
            name: [_reasons(one, pool) for one in scored[name]] for name in ("reasons_for", "reasons_against")
        },
        **{name: [_names(one, pool) for one in scored[name]] for name in ("similar_best", "similar_poor")},
    }


def _segment(part: Part) -> dict[str, Any]:
    """Say what scored a segment."""
    model = part.model
    return {
        "name": str(part.listed["segment"].iloc[0]),
        "model": model.version,
        "kind": model.kind,
        "estimates": model.estimates,
        "best": model.facts["best"],
        "condition": model.facts.get("condition", CONDITION),
        "is_points": model.calibration is None,
        "best_fit": model.tiers.best_fit if np.isfinite(model.tiers.best_fit) else None,
        "good_fit": model.tiers.good_fit if np.isfinite(model.tiers.good_fit) else None,
        "base_rate": None if model.rates is None else model.rates.used,
    }


def _rounded(values: Any, n_decimals: int) -> list[float]:
    return [round(float(one), n_decimals) for one in values]


def _flags(values: Any) -> list[int]:
    return [-1 if pd.isna(one) else int(one) for one in values.tolist()]


def _reasons(found: Any, pool: _Pool) -> list[float]:
    """Put a row's reasons one after the other: place of the words, contribution."""
    pairs = (
        (pool.place(one["words"][: -len(" (+)")]), round(one["contribution"], 3)) for one in _listed(found)
    )
    return [each for pair in pairs for each in pair]


def _names(found: Any, pool: _Pool) -> list[int]:
    return [pool.place(one["name"] or one["account_id"]) for one in _listed(found)]


def _listed(found: Any) -> list[Any]:
    return list(found) if isinstance(found, (list, np.ndarray)) else []


def _changes(changes: Iterable[Change], pool: _Pool, columns: list[str]) -> list[int]:
    """Put a row's changes one after the other: places of tier, words and column, and whether it is fixed."""
    return [
        each
        for one in changes
        for each in (
            pool.place(one.tier),
            pool.place(one.words),
            columns.index(one.column),
            int(one.is_fixed),
        )
    ]
