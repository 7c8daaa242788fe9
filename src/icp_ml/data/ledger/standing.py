"""Which entry of each account stands: the last one, unless the account is gone."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from icp_ml.data.ledger.rows import no_entries

ORDER = [("account_id", "ascending"), ("segment", "ascending")]


def last_of_each(cycles: Iterable[Iterable[pa.Table]]) -> pa.Table:
    """Give the newest entry of each account and segment, those gone left out, by account and segment.

    Parameters
    ----------
    cycles : iterable of iterable of pyarrow.Table
        The entries of each cycle, newest cycle first; of two in one cycle the first counts.

    Returns
    -------
    pyarrow.Table
        Of the schema ENTRY.
    """
    seen: set[tuple[str, str]] = set()
    kept = [no_entries()]
    for cycle in cycles:
        for table in cycle:
            names = ("account_id", "segment", "event")
            stands = []
            for account, segment, event in zip(*(table[one].to_pylist() for one in names), strict=True):
                stands.append((account, segment) not in seen and event != "gone")
                seen.add((account, segment))
            kept.append(table.filter(pa.array(stands, pa.bool_())))
    return pa.concat_tables(kept).sort_by(ORDER)
