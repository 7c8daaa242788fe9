"""What changed in the list itself since its model scored the first one: attributes, score and tiers."""

from icp_ml.drift.codes import codes_of, watched
from icp_ml.drift.comparing import Drift, Found, Shift, alarms, drift
from icp_ml.drift.counts import Counts, counted, merged
from icp_ml.drift.kept import CycleDrift, Listed, cycle_drift
from icp_ml.drift.page import drift_page
from icp_ml.drift.vocabulary import Vocabulary, vocabulary_of

__all__ = [
    "Counts",
    "CycleDrift",
    "Drift",
    "Found",
    "Listed",
    "Shift",
    "Vocabulary",
    "alarms",
    "codes_of",
    "counted",
    "cycle_drift",
    "drift",
    "drift_page",
    "merged",
    "vocabulary_of",
    "watched",
]
