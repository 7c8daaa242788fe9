"""What the ledger keeps of an account each time that anything about its score changes."""

from __future__ import annotations

import pyarrow as pa

STEPS = ("time", "data", "model", "thresholds", "list", "rules")
"""What a change is split by, in this order: the first three move the score, all of them may move a tier."""

EVENTS = ("new", "changed", "gone")

ENTRY = pa.schema(
    [
        ("cycle", pa.string()),
        ("scored_at", pa.date32()),
        ("account_id", pa.string()),
        ("name", pa.string()),
        ("segment", pa.string()),
        ("event", pa.string()),
        ("fit_probability", pa.float64()),
        ("rubric_points", pa.float64()),
        ("score", pa.float64()),
        ("tier", pa.string()),
        ("model_tier", pa.string()),
        ("list_tier", pa.string()),
        ("best_fit", pa.float64()),
        ("good_fit", pa.float64()),
        ("rule", pa.string()),
        ("is_customer", pa.bool_()),
        ("is_excluded", pa.bool_()),
        ("model_version", pa.string()),
        ("label_digest", pa.string()),
        ("rules_digest", pa.string()),
        ("input_digest", pa.string()),
        ("previous_cycle", pa.string()),
        ("previous_scored_at", pa.date32()),
        ("previous_probability", pa.float64()),
        ("previous_points", pa.float64()),
        ("previous_score", pa.float64()),
        ("previous_tier", pa.string()),
        ("previous_list_tier", pa.string()),
        ("change_time", pa.float64()),
        ("change_data", pa.float64()),
        ("change_model", pa.float64()),
        ("tier_time", pa.string()),
        ("tier_data", pa.string()),
        ("tier_model", pa.string()),
        ("tier_thresholds", pa.string()),
        ("tier_list", pa.string()),
        ("list_tier_score", pa.string()),
        ("list_tier_list", pa.string()),
        ("moved_by", pa.string()),
        ("why", pa.string()),
    ]
)
"""One row of the ledger; a score that is given again unchanged is no new row.

score is the log-odds of fit_probability, or a rubric's points: change_time + change_data + change_model are
its change since previous_score (missing where one side has points and the other a probability). tier_X is the
tier after step X of the walk, and tier the one after rules; list_tier_score is the new score's place in the
old list, list_tier_list that in the new one, list_tier the one after rules. moved_by names the steps at which
the tier changed, joined by " + "; why says it in words. Of a new account nothing previous is known, of one
that is gone nothing current but its name.
"""
