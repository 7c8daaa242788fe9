"""What the demo hides: the planted profile, how well a company fits it, and how likely it is to buy.

The planted sentence: software, financial services and logistics companies in the United States, Canada,
Germany and the United Kingdom, with 200 to 1,000 employees, that use a cloud warehouse and have raised
a Series B or later.
"""

from __future__ import annotations

import numpy as np

from icp_ml.data.demo.firms import Bools, Firms, Floats
from icp_ml.data.demo.words import (
    CLOUD_WAREHOUSE,
    COUNTRIES,
    FIRST_PLANTED_STAGE,
    INDUSTRIES,
    LEGACY,
    STREAMING,
    TECHNOLOGIES,
)

PLANTED_EMPLOYEES = (200, 1_000)
BEST_SHARE = 0.2
FIT_NOISE = 0.80  # scale of the logistic noise between the fit score and what a company becomes
OUTCOME_NOISE = 0.88  # the same with the noise of the orders themselves; makes the propensity a true one
N_FUTURES = 64  # drawn to find the threshold of best
WIN_NOISE = 0.75  # scale of the logistic noise between the win score and the decision


def meets_profile(firms: Firms) -> Bools:
    """Say who meets the planted sentence in all its parts."""
    low, high = PLANTED_EMPLOYEES
    employees = firms.numbers("employees")
    kind = _planted_industry(firms) & _planted_country(firms) & uses(firms, CLOUD_WAREHOUSE)
    return kind & _is_funded(firms) & (employees >= low) & (employees <= high)


def fit_score(firms: Firms) -> Floats:
    """Score how good a customer a company would be: single parts, interactions, smooth parts, the whole.

    Returns
    -------
    array of float, shape (n_firms,)
        Higher is better; its zero has no meaning.
    """
    industry, country = _planted_industry(firms) * 1.0, _planted_country(firms) * 1.0
    warehouse, funded = uses(firms, CLOUD_WAREHOUSE) * 1.0, _is_funded(firms) * 1.0
    size = _size_fit(firms)
    score: Floats = 0.6 * industry + 0.4 * country + 0.9 * size + 0.55 * warehouse + 0.4 * funded
    score += 0.6 * industry * warehouse + 0.5 * size * funded + 0.3 * country * industry
    score += 0.8 * meets_profile(firms) - 0.5 * uses(firms, LEGACY) + 0.35 * uses(firms, STREAMING)
    score += 0.15 * _web_interest(firms) - 0.2 * _age_decades(firms)
    return score


def win_score(firms: Firms) -> Floats:
    """Score how readily a company buys: small, young and digital ones do, some of them never become best."""
    log_size = np.log(firms.numbers("employees"))
    score: Floats = 0.35 * fit_score(firms) - 0.45 * (log_size - np.log(250)) + 0.4 * _web_interest(firms)
    score += 0.5 * uses(firms, CLOUD_WAREHOUSE) - 0.8 * uses(firms, LEGACY)
    score += 0.4 * _planted_country(firms)
    return score


def best_threshold(rng: np.random.Generator, customer_scores: Floats) -> float:
    """Find the potential that the best share of customers exceeds."""
    noise = rng.logistic(0, OUTCOME_NOISE, (N_FUTURES, len(customer_scores)))
    return float(np.quantile(customer_scores + noise, 1 - BEST_SHARE))


def propensity(scores: Floats, threshold: float) -> Floats:
    """Give the true probability of becoming a best customer."""
    return 1 / (1 + np.exp((threshold - scores) / OUTCOME_NOISE))


def uses(firms: Firms, group: str) -> Bools:
    """Say who uses any technology of this group."""
    members = [technology.group == group for technology in TECHNOLOGIES]
    n_used = firms.technologies[:, members].sum(axis=1, dtype=np.int64)
    used: Bools = n_used > 0
    return used


def _planted_industry(firms: Firms) -> Bools:
    return np.array([industry.is_planted for industry in INDUSTRIES])[firms.codes("industry")]


def _planted_country(firms: Firms) -> Bools:
    return np.array([country.is_planted for country in COUNTRIES])[firms.codes("country")]


def _is_funded(firms: Firms) -> Bools:
    return firms.codes("stage") >= FIRST_PLANTED_STAGE


def _size_fit(firms: Firms) -> Floats:
    low, high = np.log(PLANTED_EMPLOYEES)
    distance = (np.log(firms.numbers("employees")) - (low + high) / 2) / (high - low)
    closeness: Floats = np.exp(-2 * distance**2)
    return closeness


def _web_interest(firms: Firms) -> Floats:
    expected = 5.5 + 0.6 * np.log(firms.numbers("employees"))
    return np.log1p(firms.numbers("web_visits")) - expected


def _age_decades(firms: Firms) -> Floats:
    return np.minimum(2025 - firms.numbers("founded_year"), 60) / 10
