"""Industry codes and the levels that they fall into: NAICS, SIC and NACE.

A code of SIC or NACE carries the name of its system in front ("sic:7372", "nace:62.01"); one without is of
NAICS, or of a system that nobody named, and is cut like NAICS.

Sources: the US Census Bureau's NAICS 2022 manual, OSHA's SIC manual of 1987, Eurostat's NACE Rev. 2. The
titles are ours, and short.
"""

from __future__ import annotations

import re

NAICS_SECTORS = {
    "11": "farming, forestry and fishing",
    "21": "mining, oil and gas",
    "22": "utilities",
    "23": "construction",
    "31-33": "manufacturing",
    "42": "wholesale",
    "44-45": "retail",
    "48-49": "transport and storage",
    "51": "information and media",
    "52": "finance and insurance",
    "53": "real estate and rental",
    "54": "professional services",
    "55": "company management",
    "56": "administrative services and waste",
    "61": "education",
    "62": "health and social care",
    "71": "arts and recreation",
    "72": "hotels and restaurants",
    "81": "other services",
    "92": "public administration",
    "99": "not classified",
}
SIC_DIVISIONS = {
    "A": ("01", "09", "farming, forestry and fishing"),
    "B": ("10", "14", "mining, oil and gas"),
    "C": ("15", "17", "construction"),
    "D": ("20", "39", "manufacturing"),
    "E": ("40", "49", "transport, telecoms and utilities"),
    "F": ("50", "51", "wholesale"),
    "G": ("52", "59", "retail and restaurants"),
    "H": ("60", "67", "finance, insurance and real estate"),
    "I": ("70", "89", "services"),
    "J": ("91", "97", "public administration"),
    "K": ("99", "99", "not classified"),
}
NACE_SECTIONS = {
    "A": ("01", "03", "farming, forestry and fishing"),
    "B": ("05", "09", "mining, oil and gas"),
    "C": ("10", "33", "manufacturing"),
    "D": ("35", "35", "energy supply"),
    "E": ("36", "39", "water and waste"),
    "F": ("41", "43", "construction"),
    "G": ("45", "47", "wholesale and retail"),
    "H": ("49", "53", "transport and storage"),
    "I": ("55", "56", "hotels and restaurants"),
    "J": ("58", "63", "information and communication"),
    "K": ("64", "66", "finance and insurance"),
    "L": ("68", "68", "real estate"),
    "M": ("69", "75", "professional and technical services"),
    "N": ("77", "82", "administrative services"),
    "O": ("84", "84", "public administration"),
    "P": ("85", "85", "education"),
    "Q": ("86", "88", "health and social care"),
    "R": ("90", "93", "arts and recreation"),
    "S": ("94", "96", "other services"),
    "T": ("97", "98", "households as employers"),
    "U": ("99", "99", "international bodies"),
}
LETTERED = {"sic": SIC_DIVISIONS, "nace": NACE_SECTIONS}
JOINED_SECTORS = {
    first: sector
    for sector in NAICS_SECTORS
    if "-" in sector
    for first in map(str, range(int(sector[:2]), int(sector[3:]) + 1))
}
NAICS_CODE = re.compile(r"[0-9]{2,6}")
LETTERED_CODE = re.compile(r"(?P<system>sic|nace):(?P<letter>[A-Z])?(?P<digits>[0-9.]*)")


def industry_levels(code: str) -> tuple[str, ...]:
    """Give the levels that an industry code falls into, coarse to fine; the last is the code itself.

    Parameters
    ----------
    code : str
        As parsed: "541511", "31-33", "sic:7372", "nace:62.01", or text of another form, which is one level.

    Returns
    -------
    tuple of str
        NAICS and codes of no named system: sector (with 31-33, 44-45 and 48-49 joined), then 3 to 6 digits.
        SIC: division letter, then 2 to 4 digits. NACE: section letter, then 2 to 4 digits. No level of
        one system is a level of another. Empty for an empty code.

    Examples
    --------
    >>> industry_levels("311511")
    ('31-33', '311', '3115', '31151', '311511')
    >>> industry_levels("nace:62.01")
    ('nace:J', 'nace:62', 'nace:62.0', 'nace:62.01')
    """
    if NAICS_CODE.fullmatch(code):
        return sector_of(code), *(code[:n] for n in range(3, len(code) + 1))
    if found := LETTERED_CODE.fullmatch(code):
        return _lettered_levels(found["system"], found["letter"], found["digits"])
    return (code,) if code else ()


def sector_of(digits: str) -> str:
    """Give the NAICS sector of a code: "31-33" for one that starts with 31, 32 or 33."""
    return JOINED_SECTORS.get(digits[:2], digits[:2])


def letter_of(system: str, digits: str) -> str | None:
    """Give the division (SIC) or section (NACE) of a code by its first two digits; None for none."""
    ranges = LETTERED[system].items()
    return next((letter for letter, (low, high, _) in ranges if low <= digits[:2] <= high), None)


def industry_title(level: str) -> str | None:
    """Give the short title of a coarsest level ("54", "sic:I", "nace:J"); None for any other text."""
    system, _, letter = level.rpartition(":")
    if system in LETTERED:
        entry = LETTERED[system].get(letter)
        return entry[2] if entry else None
    return NAICS_SECTORS.get(level)


def _lettered_levels(system: str, letter: str | None, digits: str) -> tuple[str, ...]:
    letter = letter or letter_of(system, digits)
    cuts = [digits[:n] for n in range(2, len(digits) + 1) if digits[n - 1] != "."]
    coarsest = (f"{system}:{letter}",) if letter else ()
    return *coarsest, *(f"{system}:{cut}" for cut in cuts)
