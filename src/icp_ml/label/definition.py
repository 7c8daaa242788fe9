"""Label the customers by the definition that the user chose."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import numpy as np
import pandas as pd

from icp_ml.errors import ConfigError, DataError, count, examples
from icp_ml.label.abc_xyz import label_by_cells
from icp_ml.label.cohorts import cohort_table
from icp_ml.label.flag import label_by_flag
from icp_ml.label.groups import grouped
from icp_ml.label.labels import CUSTOMER, Judged, Labels, Tables, is_among
from icp_ml.label.lost import lost_rows
from icp_ml.label.needs import check_tables
from icp_ml.label.never_best import in_words, regrets
from icp_ml.label.scorecard import label_by_score
from icp_ml.label.value import label_by_value
from icp_ml.label.won import CONDITION as DEAL_OPENED
from icp_ml.label.won import label_by_deals
from icp_ml.label.worth import first_days
from icp_ml.settings import (
    AbcXyzSettings,
    FlagSettings,
    LabelSettings,
    RubricLabelSettings,
    ScorecardSettings,
    ValueSettings,
    WonSettings,
)
from icp_ml.settings.label import OutcomeSettings

OR_LOST = "becomes a customer or a deal is lost"
COLUMNS = ["account_id", "as_of", "complete_at", "is_best", "weight"]


def label_digest(settings: LabelSettings) -> str:
    """Digest a definition of best: two models with one digest answer the same question."""
    content = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def label_rows(tables: Tables, settings: LabelSettings, today: date) -> Labels:
    """Label the customers by the chosen definition.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The outcome tables that are mapped, and customers (for the groups) where there are any.
    settings : LabelSettings
        The definition.
    today : datetime.date
        The day the outcomes were exported: what happened later is not known.

    Raises
    ------
    ConfigError
        The definition asks for outcomes that are not mapped, or has no label rows (rubric).
    DataError
        The outcomes cannot carry this definition: nothing to judge, or all alike.
    """
    if isinstance(settings, RubricLabelSettings):
        what = "label=rubric scores by declared points: it has no label rows."
        raise ConfigError(what, fix="Choose another label, such as label=value, to learn from customers.")
    check_tables(tables, settings)
    now = pd.Timestamp(today)
    known, notes = _of_customers(tables)
    judged = _judge(known, settings, now)
    regretted = regrets(judged.rows, known, settings.never_best)
    rows = judged.rows.assign(
        is_best=judged.rows["is_best"] & ~regretted.is_regretted,
        weight=np.where(regretted.is_regretted, settings.never_best.weight, 1.0),
    )
    lost = _lost(known, judged, settings, now)
    notes += [*judged.notes, *_without_outcome(known, lost, settings), *regretted.notes]
    labels = Labels(
        rows=_in_order(pd.concat([rows[COLUMNS], lost[COLUMNS]])),
        meaning=judged.meaning + in_words(settings.never_best),
        condition=_condition(settings),
        n_young=judged.n_young,
        notes=tuple(notes),
        measure=judged.measure,
        by_cohort=cohort_table(rows) if "value" in rows else pd.DataFrame(),
        regrets=regretted.table,
        n_lost=len(lost),
        matrix=judged.matrix,
    )
    return _checked(grouped(labels, tables.get("customers")))


def _of_customers(tables: Tables) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Keep the outcomes of accounts among the customers, so that nobody else is compared with them."""
    if "customers" not in tables:
        return dict(tables), []
    ids, kept, notes = tables["customers"]["account_id"], {}, []
    for name, table in tables.items():
        is_known = is_among(table["account_id"], ids)
        kept[name] = table.loc[is_known]
        strangers = sorted(table.loc[~is_known, "account_id"].unique())
        if strangers:
            accounts = count(len(strangers), "account")
            shown = examples(strangers)
            notes.append(f"{name}: {accounts} not among the customers left out, for example {shown}")
    return kept, notes


def _without_outcome(tables: Tables, lost: pd.DataFrame, settings: OutcomeSettings) -> list[str]:
    """Say how many customers nothing is told of: neither best nor rest, and not too young either."""
    if "customers" not in tables:
        return []
    if isinstance(settings, WonSettings):
        found, what = [tables["deals"]["account_id"]], "no deal"
    elif isinstance(settings, FlagSettings):
        found, what = [tables["signals"]["account_id"]], "no signals"
    else:
        sold = first_days(tables).index.to_series()
        bought = [tables["orders"]["account_id"]] if "orders" in tables else []
        told = tables["signals"]["account_id"] if len(sold) == 0 and "signals" in tables else sold
        found, what = [told, *bought], "no order and no deal won" if "deals" in tables else "no order"
    is_told = is_among(tables["customers"]["account_id"], pd.concat([*found, lost["account_id"]]))
    if is_told.all():
        return []
    return [f"{int((~is_told).sum()):,} of {count(len(is_told), 'customer')} left out: {what}"]


def _judge(tables: Tables, settings: OutcomeSettings, now: pd.Timestamp) -> Judged:
    if isinstance(settings, ValueSettings):
        return label_by_value(tables, settings, now)
    if isinstance(settings, AbcXyzSettings):
        return label_by_cells(tables, settings, now)
    if isinstance(settings, ScorecardSettings):
        return label_by_score(tables, settings, now)
    if isinstance(settings, WonSettings):
        return label_by_deals(tables, settings, now)
    return label_by_flag(tables, settings, now)


def _lost(tables: Tables, judged: Judged, settings: OutcomeSettings, now: pd.Timestamp) -> pd.DataFrame:
    if isinstance(settings, WonSettings) or settings.lost_deals_weight is None:
        return pd.DataFrame(columns=COLUMNS).astype(judged.rows.dtypes.reindex(COLUMNS[:-1]).to_dict())
    wait_days = max(getattr(settings, "horizon_days", 0), settings.never_best.wait_days)
    return lost_rows(tables, judged.rows, wait_days, now).assign(weight=settings.lost_deals_weight)


def _condition(settings: OutcomeSettings) -> str:
    if isinstance(settings, WonSettings):
        return DEAL_OPENED
    return CUSTOMER if settings.lost_deals_weight is None else OR_LOST


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Put label rows in an order, and of dtypes, that the inputs do not change."""
    dtypes = {"account_id": "str", "as_of": "datetime64[s]", "complete_at": "datetime64[s]"}
    typed = rows.astype({**dtypes, "is_best": "bool", "weight": "float64"})
    return typed.sort_values(["as_of", "account_id", "complete_at", "is_best", "weight"], ignore_index=True)


def _checked(labels: Labels) -> Labels:
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    if n == 0:
        details = [f"too young to judge: {labels.n_young:,}", *labels.notes]
        raise DataError("no customer can be judged.", details, "Shorten label.horizon_days, or export more.")
    if n_best in (0, n):
        what = f"all {n:,} label rows are {'best' if n_best else 'rest'}; there is nothing to tell apart."
        raise DataError(what, labels.notes, "Choose another label, or correct the mapping of the outcomes.")
    return labels
