"""Read what training needs: the outcomes that a label asks for, and the customers' firmographics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from icp_ml.data.enrichment.counts import enrichment_markdown
from icp_ml.data.table_digests import table_digest
from icp_ml.data.tables import Table, mapped_fields, read_table
from icp_ml.errors import ConfigError, count
from icp_ml.label import asked_for, useful_tables
from icp_ml.matching import with_company_domains
from icp_ml.model.training import TrainingSet
from icp_ml.schema import Field
from icp_ml.settings import DataSettings, LabelSettings


@dataclass(frozen=True)
class TrainingTables:
    """The tables of a training, the digest of all that each is made of, and what matching found in them."""

    tables: Mapping[str, Table]
    digests: Mapping[str, str]
    matched: tuple[str, ...] = ()

    @property
    def rows(self) -> dict[str, pd.DataFrame]:
        """Give each table's rows."""
        return {name: table.rows for name, table in self.tables.items()}

    @property
    def notes(self) -> list[str]:
        """Say what was left out or not understood."""
        found = []
        for name, table in self.tables.items():
            if table.findings.n_refused:
                rows = count(table.findings.n_refused, "row")
                found.append(f"{name}: {rows} lacking a required value left out")
            found += [f"{name}.{line}" for line in table.findings.lines()]
        return [*found, *self.matched]

    def enrichment_markdown(self) -> str:
        """Write all that further tables brought, as Markdown; "" where nothing enriches."""
        return enrichment_markdown({name: table.findings.enriched for name, table in self.tables.items()})

    def summary(self) -> str:
        """Say the counts in one line."""
        counts = [f"{len(table.rows):,} {name}" for name, table in self.tables.items()]
        return ", ".join(counts)


def label_tables(mapping: DataSettings, label: LabelSettings) -> TrainingTables:
    """Read customers and the outcome tables that a definition of best needs or can use.

    Raises
    ------
    ConfigError
        A table it needs is not mapped.
    """
    lacking = {
        setting: table for setting, (table, _) in asked_for(label).items() if getattr(mapping, table) is None
    }
    if lacking:
        where = f"conf/data/{mapping.name}.yaml"
        what = "; ".join(f"{setting} needs {table}" for setting, table in lacking.items())
        fix = "Map that table, or choose another label."
        raise ConfigError(f"{what}, which {where} does not map.", fix=fix)
    names = [name for name in ("customers", *useful_tables(label)) if getattr(mapping, name) is not None]
    tables = {name: read_table(name, mapping) for name in names}
    if "customers" in tables:
        rows = tables["customers"].rows
        tables["customers"] = replace(tables["customers"], rows=with_company_domains(rows))
    return TrainingTables(tables, {name: table_digest(name, mapping) for name in names})


def training_set(tables: TrainingTables, labels: pd.DataFrame, mapping: DataSettings) -> TrainingSet:
    """Put each label row beside its account's firmographics, over the columns that prospects have too.

    Raises
    ------
    ConfigError
        There is nothing to learn from, or a column means another thing for prospects than for customers.
    """
    if "customers" not in tables.tables:
        what = f"conf/data/{mapping.name}.yaml maps no customers: there is nothing to learn from."
        raise ConfigError(what, fix="Map the customers' firmographics, or use make label alone.")
    customers = tables.tables["customers"]
    fields = _shared_fields(customers.fields, mapping)
    by_account = customers.rows.set_index("account_id", drop=False)
    accounts = by_account.loc[labels["account_id"], list(fields)].reset_index(drop=True)
    return TrainingSet(accounts, labels, fields)


def _shared_fields(fields: dict[str, Field], mapping: DataSettings) -> dict[str, Field]:
    """Keep the columns that prospects have too, where any are mapped."""
    where = f"conf/data/{mapping.name}.yaml"
    if mapping.prospects is not None:
        theirs = mapped_fields("prospects", mapping)
        fields = {name: field for name, field in fields.items() if name in theirs}
        unlike = [name for name, field in fields.items() if field.kind != theirs[name].kind]
        if unlike:
            details = [
                f"{one}: {fields[one].kind} of customers, {theirs[one].kind} of prospects" for one in unlike
            ]
            what = f"{where} reads customers and prospects differently."
            raise ConfigError(what, details, "Give the column the same kind in both.")
    if not any(field.is_feature for field in fields.values()):
        what = f"{where} maps no feature that customers and prospects share: there is nothing to learn from."
        raise ConfigError(what, fix="Map more of their columns.")
    return fields
