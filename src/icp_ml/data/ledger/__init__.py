"""The ledger: every score ever given, by which model, of which input, and why it moved."""

from icp_ml.data.ledger.cycles import Cycle, Damage
from icp_ml.data.ledger.models import keep_models, kept_model
from icp_ml.data.ledger.stores import Ledger, open_ledger, record_missing

__all__ = [
    "Cycle",
    "Damage",
    "Ledger",
    "keep_models",
    "kept_model",
    "open_ledger",
    "record_missing",
]
