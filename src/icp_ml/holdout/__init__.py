"""Plan and read an experiment that leaves a random share of the accounts alone."""

from icp_ml.holdout.counting import ENTRY_COLUMNS, Arm, Population, arms, entry_rows, population
from icp_ml.holdout.draw import RULE, is_left_alone, with_holdout
from icp_ml.holdout.planning import Baseline, Plan, baseline_of, day_of_plan, plan, required_left_alone
from icp_ml.holdout.reading import Reading, difference_bounds, read

__all__ = [
    "ENTRY_COLUMNS",
    "RULE",
    "Arm",
    "Baseline",
    "Plan",
    "Population",
    "Reading",
    "arms",
    "baseline_of",
    "day_of_plan",
    "difference_bounds",
    "entry_rows",
    "is_left_alone",
    "plan",
    "population",
    "read",
    "required_left_alone",
    "with_holdout",
]
