"""Say which customers are best, by the definition that the user chose; one module for each definition.

A label row is (account_id, as_of, complete_at, group, is_best, weight): one per customer, or one per
closed deal for `won`. `as_of` is the day its firmographics speak of, `complete_at` the day its outcome was
known in full (missing where nobody recorded it), `group` keeps what belongs together on one side of a split.
"""

from icp_ml.label.definition import label_digest, label_rows
from icp_ml.label.groups import FOUND, account_groups
from icp_ml.label.labels import Labels
from icp_ml.label.needs import asked_for, useful_tables

__all__ = ["FOUND", "Labels", "account_groups", "asked_for", "label_digest", "label_rows", "useful_tables"]
