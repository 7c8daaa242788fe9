"""Score a list in parts: in this process, in several, or on a cluster; every row comes out the same."""

from icp_ml.engine.parts import place, score_piece
from icp_ml.engine.ready import Ready
from icp_ml.engine.work import Before, PartDone, PieceTask, PlaceTask, Work
from icp_ml.engine.workers import WorkersLost, workers

__all__ = [
    "Before",
    "PartDone",
    "PieceTask",
    "PlaceTask",
    "Ready",
    "Work",
    "WorkersLost",
    "place",
    "score_piece",
    "workers",
]
