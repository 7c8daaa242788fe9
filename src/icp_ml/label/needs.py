"""Which outcome tables a definition must have, and which it reads where they are mapped."""

from __future__ import annotations

import pandas as pd

from icp_ml.errors import ConfigError
from icp_ml.label.labels import Tables
from icp_ml.settings import LabelSettings, NeverBestSettings

NEEDS: dict[str, tuple[str, ...]] = {
    "value": ("orders",),
    "abc_xyz": ("orders",),
    "scorecard": (),
    "won": ("deals",),
    "flag": ("signals",),
    "rubric": (),
}
USES: dict[str, tuple[str, ...]] = {
    "value": ("orders", "deals"),
    "abc_xyz": ("orders", "deals"),
    "scorecard": ("orders", "deals", "signals"),
    "won": ("deals",),
    "flag": ("signals", "orders"),
    "rubric": (),
}
Asked = tuple[str, tuple[str, ...]]
"""A table and, for the parts of a definition, columns of it."""

NEVER_BEST_NEEDS: dict[str, Asked] = {
    "churned_within_days": ("signals", ("churned_at",)),
    "loss_making_within_days": ("orders", ("revenue",)),
    "max_support_tickets": ("signals", ("support_tickets",)),
}
LOST_DEALS: Asked = ("deals", ("closed_at", "is_won"))


def asked_for(settings: LabelSettings) -> dict[str, Asked]:
    """Give what stands in the way of a label if it is not mapped.

    Returns
    -------
    dict of str to (str, tuple of str)
        By the setting that asks for it: a table and, for the parts of a definition, columns of it.
    """
    found: dict[str, Asked] = {
        f"label={settings.definition}": (table, ()) for table in NEEDS[settings.definition]
    }
    never_best = getattr(settings, "never_best", None)
    if never_best is not None:
        found |= {f"label.never_best.{name}": NEVER_BEST_NEEDS[name] for name in active(never_best)}
    if getattr(settings, "lost_deals_weight", None) is not None:
        found["label.lost_deals_weight"] = LOST_DEALS
    return found


def useful_tables(settings: LabelSettings) -> list[str]:
    """List the outcome tables that a definition reads where they are mapped, each once."""
    asked = [table for table, _ in asked_for(settings).values()]
    never_best = getattr(settings, "never_best", None)
    starts = ["orders", "deals"] if never_best is not None and never_best.wait_days else []
    return list(dict.fromkeys([*USES[settings.definition], *asked, *starts]))


def active(settings: NeverBestSettings) -> list[str]:
    """Name the criteria of never_best that count."""
    return [name for name in NEVER_BEST_NEEDS if getattr(settings, name) is not None]


def check_tables(tables: Tables, settings: LabelSettings) -> None:
    """Stop where a setting asks for a table or a column that is not mapped.

    Raises
    ------
    ConfigError
        Naming every such setting, with what would mend it.
    """
    lacking = [
        (setting, name)
        for setting, (table, columns) in asked_for(settings).items()
        for name in _not_there(tables.get(table), table, columns)
    ]
    if lacking:
        (_, first), *_ = lacking
        details = [f"{setting}: needs {name}, which is not mapped" for setting, name in lacking]
        fix = f"Map {first} in conf/data, or set null what asks for it, or choose another label."
        raise ConfigError("the definition of best asks for outcomes that are not there.", details, fix)


def _not_there(rows: pd.DataFrame | None, table: str, columns: tuple[str, ...]) -> list[str]:
    if rows is None:
        return [f"{table}.{columns[0]}" if columns else table]
    return [f"{table}.{column}" for column in columns if column not in rows]
