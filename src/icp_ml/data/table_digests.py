"""Digest what the rows of a table of ours are made of."""

from __future__ import annotations

import hashlib

from icp_ml.data.enrichment.reading import read_sources
from icp_ml.data.mapping import DECLARING, mapped_fields, table_settings
from icp_ml.data.sources import source_digest
from icp_ml.settings import DataSettings


def table_digest(name: str, mapping: DataSettings) -> str:
    """Digest all that a table is made of: its source, what is joined to it, excluded, and enriches it."""
    parts = source_digest(table_settings(name, mapping)) + beside_digest(name, mapping)
    return hashlib.sha256(parts.encode()).hexdigest()


def beside_digest(name: str, mapping: DataSettings) -> str:
    """Digest what the rows of a table meet while they are read."""
    table = table_settings(name, mapping)
    excluded = [rule.not_in for rule in table.where if rule.not_in is not None]
    parts = [source_digest(one) for one in (*table.joins, *excluded)]
    if name in DECLARING:
        parts += [one.digest for one in read_sources(table, mapped_fields(name, mapping), mapping)]
    return hashlib.sha256("".join(parts).encode()).hexdigest()
