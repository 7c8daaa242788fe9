"""Score a list in parts: in this process, in several, or on a cluster; every row comes out the same."""

from icp_ml.engine.candidates import Tops
from icp_ml.engine.parts import PartDone, PieceTask, PlaceTask, Ready, Work, place, score_piece
from icp_ml.engine.workers import WorkersLost, workers

__all__ = [
    "PartDone",
    "PieceTask",
    "PlaceTask",
    "Ready",
    "Tops",
    "Work",
    "WorkersLost",
    "place",
    "score_piece",
    "workers",
]
