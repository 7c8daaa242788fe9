"""The ledger: every score ever given, by which model, of which input, and why it moved."""

from icp_ml.data.ledger.cycles import Cycle, Damage
from icp_ml.data.ledger.lists import (
    ENTRY,
    ENTRY_COLUMNS,
    models_in,
    read_entry,
    write_entry,
    write_movers,
)
from icp_ml.data.ledger.models import keep_models, kept_model
from icp_ml.data.ledger.stores import Ledger, open_ledger, record_missing

__all__ = [
    "ENTRY",
    "ENTRY_COLUMNS",
    "Cycle",
    "Damage",
    "Ledger",
    "keep_models",
    "kept_model",
    "models_in",
    "open_ledger",
    "read_entry",
    "record_missing",
    "write_entry",
    "write_movers",
]
