"""Every check: its code, how grave it is, what is wrong in plain words, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["stop", "warning", "alarm"]


@dataclass(frozen=True)
class Check:
    """What a code means.

    Attributes
    ----------
    code : str
        As the user writes it in checks.acknowledged.
    level : str
        stop ends a training; an alarm keeps a model from being promoted; a warning is said.
    cause, fix : str
        One plain sentence or two each.
    """

    code: str
    level: Level
    cause: str
    fix: str


_CHECKS = (
    Check(
        "unreadable_table",
        "stop",
        "A table cannot be read, or holds impossible values.",
        "Fix the file, or its columns and formats in conf/data.",
    ),
    Check(
        "wrong_mapping",
        "stop",
        "The mapping, or the definition of best, does not fit the files.",
        "Correct conf/data or the filters in conf/segments, or choose another label.",
    ),
    Check(
        "repeated_ids",
        "stop",
        "An account stands in more than one row of the customers.",
        "Keep one row for each account, or map the column that is unique to account_id.",
    ),
    Check(
        "no_label",
        "stop",
        "No customer can be judged by this definition of best.",
        "Shorten label.horizon_days, export more outcomes, or choose another label.",
    ),
    Check(
        "constant_label",
        "stop",
        "All label rows are best, or all are rest: there is nothing to tell apart.",
        "Choose another label, or correct the mapping of the outcomes.",
    ),
    Check(
        "too_few_best",
        "stop",
        "Too few best customers to learn from.",
        "Bring more customers or a wider definition of best; until then, label=rubric scores prospects by "
        "a declared rubric.",
    ),
    Check(
        "too_few_rest",
        "stop",
        "Too few other customers to tell the best from.",
        "Bring more customers or a narrower definition of best; until then, label=rubric scores prospects "
        "by a declared rubric.",
    ),
    Check(
        "no_split",
        "stop",
        "The label rows cannot be divided into rows to learn from and rows to test on.",
        "Move the cut with split.test_from or split.test_share.",
    ),
    Check(
        "dates_in_future",
        "stop",
        "Many dates lie after today, which no outcome can: today, or the date format, is wrong.",
        "Set data.today to the day of the export, or correct date_order in conf/data.",
    ),
    Check(
        "no_usable_feature",
        "stop",
        "No column that customers and prospects share can be learnt from.",
        "Map firmographic columns in conf/data, or exclude fewer with features.exclude.",
    ),
    Check(
        "no_shared_column",
        "stop",
        "Customers and prospects have no feature in common: what is learnt of one says nothing of the other.",
        "Map the same features for both in conf/data, under the same names.",
    ),
    Check(
        "few_best",
        "warning",
        "Few best customers: the model can learn little, and its figures are uncertain.",
        "Look at the intervals, not at the figures; bring more customers when there are any.",
    ),
    Check(
        "some_dates_in_future",
        "warning",
        "Some dates lie after today; what they tell is not used.",
        "Correct them, or set data.today to the day of the export.",
    ),
    Check(
        "not_understood",
        "warning",
        "Many values of a column could not be read, and count as missing; where they are required, as an "
        "order's date is, their rows are left out.",
        "Correct the column's format in conf/data: date_order, decimal, yes_values, missing.",
    ),
    Check(
        "mostly_missing",
        "warning",
        "A feature is missing nearly everywhere.",
        "Fill it, or leave it out with features.exclude.",
    ),
    Check(
        "many_levels",
        "warning",
        "A category has very many levels; most are too rare to say anything.",
        "Map a coarser column, or leave it out with features.exclude.",
    ),
    Check(
        "one_value",
        "warning",
        "Nearly all rows hold one and the same value.",
        "Leave it out with features.exclude.",
    ),
    Check(
        "id_like",
        "warning",
        "A feature names single accounts: nearly every row has a value of its own.",
        "Map it as account_id or name, or leave it out with features.exclude.",
    ),
    Check(
        "prospects_unread",
        "warning",
        "The list of prospects could not be read, so customers were not compared with it.",
        "Bring the list before you score it; the model does not need it to learn.",
    ),
    Check(
        "segments_overlap",
        "warning",
        "Two segments cover the same prospects: each will give them a row, with two answers.",
        "Narrow the filters in conf/segments so that each prospect is in one, unless two answers are meant.",
    ),
    Check(
        "columns_differ",
        "warning",
        "A feature is known of customers and not of prospects, or far more often: selling fills it.",
        "Map it for both, enrich both from one source, or leave it out with features.exclude.",
    ),
    Check(
        "new_levels",
        "warning",
        "Many rows hold levels that the other side never has: the two are coded differently.",
        "Bring both to one spelling or one code list before the export.",
    ),
    Check(
        "customers_unlike_prospects",
        "warning",
        "A classifier tells customers from prospects almost without error, so little that was learnt of "
        "customers holds for prospects.",
        "Look at the columns named, enrich both from one source, or narrow the list to companies like "
        "your customers.",
    ),
    Check(
        "almost_label",
        "alarm",
        "A feature is almost the label: it was written after the outcome, or by it.",
        "Leave it out with features.exclude unless it was known before the sale.",
    ),
    Check(
        "feature_auc",
        "warning",
        "One feature alone tells best from rest better than firmographics do.",
        "Leave it out with features.exclude unless it was known before the sale.",
    ),
    Check(
        "predicted_by_missingness",
        "warning",
        "Whether a feature is filled tells best from rest: selling, or the outcome, fills it.",
        "Leave it out with features.exclude, or enrich all accounts from one source.",
    ),
    Check(
        "known_later",
        "warning",
        "A feature speaks of days after the one its row describes: it was not known before the sale.",
        "Export it as of that day, or leave it out with features.exclude.",
    ),
    Check(
        "post_sale_heading",
        "warning",
        "The heading sounds like an outcome, and the column does tell best from rest.",
        "Leave it out with features.exclude unless it was known before the sale.",
    ),
    Check(
        "protected_attribute",
        "warning",
        "A feature speaks of a protected attribute of people. Unless acknowledged, it is not learnt from.",
        "Set is_feature: false in conf/data, or leave it out with features.exclude.",
    ),
    Check(
        "same_company_both_sides",
        "warning",
        "Companies of one name stand in training and in test under different accounts, so the test is easier "
        "than life.",
        "Merge the duplicates, or map parent_id so that they stay on one side.",
    ),
    Check(
        "free_mail_domain",
        "warning",
        "Many web domains are a mailbox's or a shared site's, and join nobody.",
        "Export the company's own web domain.",
    ),
    Check(
        "implausible_auc",
        "alarm",
        "The candidate ranks better than firmographics can: suspect a leak before you believe it.",
        "Look at the strongest features for something that is known only after the sale.",
    ),
)

CHECKS: dict[str, Check] = {check.code: check for check in _CHECKS}
"""The checks by code, the stops first."""


def catalogue_markdown() -> str:
    """List every check in a table for each level, as docs/checks.md holds it."""
    lines = []
    for level, heading in (("stop", "Stops"), ("alarm", "Alarms"), ("warning", "Warnings")):
        lines += [f"## {heading}", "", "| code | what is wrong | what to do |", "|---|---|---|"]
        found = [check for check in _CHECKS if check.level == level]
        lines += [f"| `{check.code}` | {check.cause} | {check.fix} |" for check in found]
        lines += [""]
    return "\n".join(lines)
