"""The demo's companies as they truly are: clean numbers and codes, before anybody wrote them down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.data.demo.words import (
    AUDIENCES,
    CLOSINGS,
    COUNTRIES,
    INDUSTRIES,
    NAME_ENDS,
    NAME_MIDDLES,
    NAME_STARTS,
    OPENINGS,
    OWNERSHIPS,
    STAGE_MEDIAN_FUNDING_USD,
    STAGES,
    TECHNOLOGIES,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Source = Literal["crm", "prospect"]

TODAY = np.datetime64("2026-01-01", "D")
LATEST_FOUNDED_YEAR = 2023
N_NAMES = len(NAME_STARTS) * len(NAME_MIDDLES) * len(NAME_ENDS)
MEDIAN_EMPLOYEES: dict[Source, float] = {"crm": 260.0, "prospect": 130.0}
SIZE_SPREAD: dict[Source, float] = {"crm": 1.15, "prospect": 1.45}  # of log employees
DIGITAL_SHIFT: dict[Source, float] = {"crm": 0.25, "prospect": -0.10}
STAGE_CUTS = (-0.9, -0.1, 0.6, 1.4, 2.2, 3.0)  # of the latent maturity, between the stages


@dataclass(frozen=True)
class Firms:
    """Companies, one a row.

    Attributes
    ----------
    table : pandas.DataFrame
        Codes into `words` (name, industry, country, place, stage, ownership, phrases) and true amounts.
    technologies : array of bool, shape (n_firms, n_technologies)
        Who uses what.
    """

    table: pd.DataFrame
    technologies: Bools

    def __len__(self) -> int:
        """Count the companies."""
        return len(self.table)

    def take(self, rows: Ints) -> Firms:
        """Copy the companies at these positions, in this order."""
        return Firms(self.table.iloc[rows].reset_index(drop=True), self.technologies[rows])

    def numbers(self, column: str) -> Floats:
        """Give one column as floats."""
        return self.table[column].to_numpy(dtype=np.float64)

    def codes(self, column: str) -> Ints:
        """Give one column as integers."""
        return self.table[column].to_numpy(dtype=np.int64)


def stack(parts: Sequence[Firms]) -> Firms:
    """Put companies below one another."""
    table = pd.concat([part.table for part in parts], ignore_index=True)
    return Firms(table, np.concatenate([part.technologies for part in parts]))


def name_codes(rng: np.random.Generator, n_firms: int) -> Ints:
    """Draw a different name for each company; beyond `N_NAMES` a name returns with a number."""
    position = np.arange(n_firms)
    codes: Ints = rng.permutation(N_NAMES)[position % N_NAMES] + N_NAMES * (position // N_NAMES)
    return codes


def draw_firms(rng: np.random.Generator, names: Ints, source: Source) -> Firms:
    """Draw companies as this source sees them: the seller's CRM lies nearer to the planted profile.

    Parameters
    ----------
    rng : numpy.random.Generator
        The stream of chance.
    names : array of int, shape (n_firms,)
        A name code for each.
    source : str
        Whose mix of industries, countries and sizes.
    """
    table = _draw_kind_and_place(rng, names, source)
    digital = _by_code([i.digital for i in INDUSTRIES], table["industry"]) + DIGITAL_SHIFT[source]
    size = _draw_log_employees(rng, table, source)
    amounts = _draw_amounts(rng, table, size, digital)
    technologies = _draw_technologies(rng, size, digital)
    return Firms(table.assign(**amounts), technologies)


def _draw_kind_and_place(rng: np.random.Generator, names: Ints, source: Source) -> pd.DataFrame:
    n_firms = len(names)
    industry = _draw_codes(rng, n_firms, [getattr(i, f"{source}_weight") for i in INDUSTRIES])
    country = _draw_codes(rng, n_firms, [getattr(c, f"{source}_weight") for c in COUNTRIES])
    n_places = np.array([len(c.places) for c in COUNTRIES])[country]
    n_forms = np.array([len(c.legal_forms) for c in COUNTRIES])[country]
    phrases = {
        column: rng.integers(0, len(words), n_firms)
        for column, words in (("opening", OPENINGS), ("audience", AUDIENCES), ("closing", CLOSINGS))
    }
    place = rng.integers(0, n_places)
    legal_form = rng.integers(0, n_forms)
    return pd.DataFrame(
        {"name": names, "industry": industry, "country": country, "place": place, "legal_form": legal_form}
        | phrases
    )


def _draw_log_employees(rng: np.random.Generator, table: pd.DataFrame, source: Source) -> Floats:
    shift = _by_code([i.log_employees for i in INDUSTRIES], table["industry"])
    drawn: Floats = rng.normal(np.log(MEDIAN_EMPLOYEES[source]) + shift, SIZE_SPREAD[source])
    return np.clip(drawn, np.log(3), np.log(150_000))


def _draw_amounts(
    rng: np.random.Generator, table: pd.DataFrame, size: Floats, digital: Floats
) -> dict[str, Floats | Ints]:
    n_firms = len(table)
    employees = np.exp(size).round()
    per_employee = _by_code([i.revenue_per_employee_usd for i in INDUSTRIES], table["industry"])
    age_years = rng.gamma(2.0, 4.5 + 1.8 * np.maximum(size - np.log(20), 0))
    maturity = 0.55 * (size - np.log(200)) + 0.9 * digital + rng.normal(0, 0.8, n_firms)
    stage = np.searchsorted(STAGE_CUTS, maturity)
    median_funding = np.array(STAGE_MEDIAN_FUNDING_USD)[stage]
    return {
        "employees": employees,
        "revenue": (employees * per_employee * rng.lognormal(0, 0.5, n_firms)).round(-3),
        "founded_year": np.maximum(LATEST_FOUNDED_YEAR - age_years.round(), 1850),
        "stage": stage,
        "funding_total": (median_funding * rng.lognormal(0, 0.6, n_firms)).round(-3),
        "funded_days_ago": rng.integers(20, 1500, n_firms),
        "ownership": _draw_ownership(rng, stage, digital),
        "web_visits": np.exp(5.5 + 0.6 * size + 0.8 * digital + rng.normal(0, 0.8, n_firms)).round(),
    }


def _draw_ownership(rng: np.random.Generator, stage: Ints, digital: Floats) -> Ints:
    drawn = _draw_codes(rng, len(stage), (60, 16, 18, 0, 6))
    family, private = OWNERSHIPS.index("Family owned"), OWNERSHIPS.index("Private")
    owned = np.where((drawn == family) & (digital > 0.5), private, drawn)
    return np.where(stage == STAGES.index("IPO"), OWNERSHIPS.index("Public"), owned)


def _draw_technologies(rng: np.random.Generator, size: Floats, digital: Floats) -> Bools:
    base, by_digital, by_size = (
        np.array([getattr(t, part) for t in TECHNOLOGIES]) for part in ("log_odds", "by_digital", "by_size")
    )
    log_odds = base + np.outer(digital, by_digital) + np.outer(size - np.log(200), by_size)
    uses: Bools = rng.logistic(size=log_odds.shape) < log_odds
    return uses


def _draw_codes(rng: np.random.Generator, n_rows: int, weights: Sequence[float]) -> Ints:
    shares = np.array(weights, dtype=np.float64)
    return rng.choice(len(shares), size=n_rows, p=shares / shares.sum())


def _by_code(values: Sequence[float], codes: pd.Series[int]) -> Floats:
    return np.array(values, dtype=np.float64)[codes.to_numpy()]
