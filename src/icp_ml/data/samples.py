"""What the checks compare customers with: the first rows of the list of prospects, and the headings."""

from __future__ import annotations

import pandas as pd

from icp_ml.checks import Accounts
from icp_ml.data.tables import Findings, mapped_fields, table_batches
from icp_ml.matching import company_domains
from icp_ml.settings import DataSettings, EnrichmentSettings, TableSettings

BATCH_ROWS = 10_000


def prospect_sample(mapping: DataSettings, n_rows: int) -> Accounts | None:
    """Read and parse the first rows of the list of prospects; None where no list is mapped.

    Memory holds `n_rows` rows, however long the list is.

    Raises
    ------
    UnavailableError, ConfigError, DataError
        The list is not there, or its mapping does not fit it.
    """
    if mapping.prospects is None:
        return None
    rows, is_whole = _first_rows("prospects", mapping, n_rows)
    return Accounts(rows, mapped_fields("prospects", mapping), is_whole)


def free_mail_share(mapping: DataSettings, n_rows: int) -> float:
    """Give the share of customers' web domains that many companies share; of the first rows."""
    customers = mapping.customers
    if customers is None or "domain" not in customers.columns:
        return 0.0
    rows, _ = _first_rows("customers", _narrowed(mapping, customers), n_rows)
    known = rows.loc[rows["domain"].notna()]
    return float(company_domains(known).isna().mean()) if len(known) else 0.0


def _narrowed(mapping: DataSettings, customers: TableSettings) -> DataSettings:
    """Leave out what neither the domains nor the filters need; these may ask for enriched values."""
    needed = {"account_id", "domain", *(rule.column for rule in customers.where)}
    if mapping.enrichment and customers.where:
        return mapping
    kept = {name: one for name, one in customers.columns.items() if name in needed}
    narrow = customers.model_copy(update={"columns": kept})
    return mapping.model_copy(update={"customers": narrow, "enrichment": {}, "precedence": {}})


def headings(mapping: DataSettings) -> dict[str, str]:
    """Give the user's own heading of each of our columns: of customers, else prospects, else enrichment."""
    found: dict[str, str] = {}
    for table in (*reversed(mapping.enrichment.values()), mapping.prospects, mapping.customers):
        found |= _headings(table) if table is not None else {}
    return found


def _headings(table: TableSettings | EnrichmentSettings) -> dict[str, str]:
    named = {name: " ".join(one.sources) for name, one in table.columns.items()}
    return {name: heading for name, heading in named.items() if heading}


def _first_rows(name: str, mapping: DataSettings, n_rows: int) -> tuple[pd.DataFrame, bool]:
    parts: list[pd.DataFrame] = []
    n_read = 0
    for batch in table_batches(name, mapping, BATCH_ROWS, Findings()):
        parts.append(batch.rows)
        n_read += len(batch.rows)
        if n_read > n_rows:
            break
    rows = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"account_id": pd.Series(dtype="str")})
    )
    return rows.iloc[:n_rows], n_read <= n_rows
