"""How people write values down: every function turns clean values into the text that real exports hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from itertools import pairwise
from math import isnan

import numpy as np
import numpy.typing as npt

from icp_ml.data.demo.firms import N_NAMES, Bools, Firms, Floats, Ints
from icp_ml.data.demo.words import (
    AUDIENCES,
    CLOSINGS,
    COUNTRIES,
    DOMAIN_ENDINGS,
    INDUSTRIES,
    NAME_ENDS,
    NAME_MIDDLES,
    NAME_STARTS,
    OPENINGS,
    TECHNOLOGIES,
)

Texts = npt.NDArray[np.object_]

MISSING_TOKENS = ("", "-", "n/a", "unknown")
MISSING_WEIGHTS = (0.7, 0.1, 0.12, 0.08)
PADDED_SHARE = 0.02  # values with stray white space
RECASED_SHARE = 0.15  # industries in other capitals
LINE_BREAK_SHARE = 0.004  # descriptions with an embedded line break
ODD_NAME_SHARE = 0.01  # names with quotation marks, and as many with a semicolon
HEADCOUNT_BOUNDS = (1, 11, 51, 201, 501, 1_001, 5_001, 10_001)
REVENUE_BOUNDS_M_USD = (0, 1, 10, 50, 100, 500, 1_000)
EURO = {"DE", "FR", "NL", "ES", "IT"}


def names(rng: np.random.Generator, firms: Firms) -> Texts:
    """Write company names, with the commas, quotation marks and semicolons that break careless readers."""
    start, middle, end, number = _name_parts(firms)
    forms = [country.legal_forms for country in COUNTRIES]
    form = _pick_nested(forms, firms.codes("country"), firms.codes("legal_form"))
    plain = start + middle + number + " " + end + " " + form
    comma = start + middle + number + " " + end + ", " + form
    quoted = start + middle + number + ' "' + end + '" ' + form
    semicolon = start + middle + number + " " + end + "; " + form
    return _one_of(rng, [plain, comma, quoted, semicolon], (0.78, 0.2, ODD_NAME_SHARE, ODD_NAME_SHARE))


def domains(rng: np.random.Generator, firms: Firms) -> Texts:
    """Write web addresses: bare, with www, with a scheme, in capitals."""
    bare = bare_domains(firms)
    forms = [bare, "www." + bare, "https://www." + bare + "/", "http://" + bare, _each(str.upper, bare)]
    return _one_of(rng, forms, (0.62, 0.15, 0.13, 0.06, 0.04))


def bare_domains(firms: Firms) -> Texts:
    """Give each company's one web domain, under a reserved ending."""
    start, middle, end, number = _name_parts(firms)
    ending = pick(DOMAIN_ENDINGS, firms.codes("name") % len(DOMAIN_ENDINGS))
    domain: Texts = _each(_ascii, start) + middle + _each(str.lower, end) + number + ending
    return domain


def industries(rng: np.random.Generator, firms: Firms) -> Texts:
    """Write industries, some in other capitals."""
    usual = [industry.name for industry in INDUSTRIES]
    spellings = [[write(name) for name in usual] for write in (str, str.upper, str.lower)]
    written = [pick(words, firms.codes("industry")) for words in spellings]
    return _one_of(rng, written, (1 - RECASED_SHARE, RECASED_SHARE / 2, RECASED_SHARE / 2))


def countries(rng: np.random.Generator, firms: Firms) -> Texts:
    """Write countries by name, by code of two or three letters, or as UK and USA."""
    spellings = [[getattr(c, form) for c in COUNTRIES] for form in ("name", "alpha_2", "alpha_3", "nickname")]
    written = [pick(words, firms.codes("country")) for words in spellings]
    return _one_of(rng, written, (0.5, 0.25, 0.08, 0.17))


def regions_and_cities(firms: Firms) -> tuple[Texts, Texts]:
    """Write where a company sits."""
    country, place = firms.codes("country"), firms.codes("place")
    regions = _pick_nested([[p[0] for p in c.places] for c in COUNTRIES], country, place)
    return regions, _pick_nested([[p[1] for p in c.places] for c in COUNTRIES], country, place)


def headcounts(rng: np.random.Generator, employees: Floats) -> Texts:
    """Write head-counts: 1200, 1,200, 1,001-5,000, 10,000+ and 1.2k."""
    plain = _formatted("{:.0f}", employees)
    kilo = np.where(employees >= 1_000, _formatted("{:.1f}k", employees / 1_000), plain)
    lows = HEADCOUNT_BOUNDS
    bands = [f"{low:,}-{high - 1:,}" for low, high in pairwise(lows)]
    band = pick([*bands, "10,000+"], np.searchsorted(lows, employees, side="right") - 1)
    grouped = np.where(employees >= lows[-1], band, _formatted("{:,.0f}", employees))
    return _one_of(rng, [plain, grouped, band, kilo], (0.55, 0.2, 0.17, 0.08))


def revenues(rng: np.random.Generator, revenue_usd: Floats, is_euro: Bools) -> Texts:
    """Write yearly revenue: 18300000, 18,300,000, $18.3 MM, €18.3 Mio, $10M-$50M, $1.2bn and 850k."""
    lows = REVENUE_BOUNDS_M_USD
    bands = [f"${low}M-${high}M" for low, high in pairwise(lows)]
    band = pick([*bands, "$1bn+"], np.searchsorted(lows, revenue_usd / 1e6, side="right") - 1)
    spaced = np.where(is_euro, _short(revenue_usd, "€{:.1f} Mio"), _short(revenue_usd, "${:.1f} MM"))
    forms = [_formatted("{:.0f}", revenue_usd), _formatted("{:,.0f}", revenue_usd), spaced]
    return _one_of(rng, [*forms, _short(revenue_usd, "${:.1f}M"), band], (0.4, 0.22, 0.18, 0.13, 0.07))


def fundings(rng: np.random.Generator, funding_usd: Floats) -> Texts:
    """Write funding totals: 12500000, $12,500,000 and $12.5M."""
    forms = [_formatted("{:.0f}", funding_usd), _formatted("${:,.0f}", funding_usd)]
    return _one_of(rng, [*forms, _short(funding_usd, "${:.1f}M")], (0.4, 0.2, 0.4))


def technologies(firms: Firms, separator: str) -> Texts:
    """Write who uses what as one list a row."""
    words = np.array([technology.name for technology in TECHNOLOGIES], dtype=object)
    n_used = firms.technologies.sum(axis=1)
    used = iter(words[np.nonzero(firms.technologies)[1]])
    return _as_texts([separator.join([next(used) for _ in range(n)]) for n in n_used.tolist()])


def descriptions(rng: np.random.Generator, firms: Firms) -> Texts:
    """Write what a company says of itself, now and then over two lines."""
    offer = pick([industry.offer for industry in INDUSTRIES], firms.codes("industry"))
    opening, audience = pick(OPENINGS, firms.codes("opening")), pick(AUDIENCES, firms.codes("audience"))
    first = opening + " " + offer + " " + audience + "."
    closing = pick(CLOSINGS, firms.codes("closing"))
    forms = [_each(str.rstrip, first + " " + closing), first + "\n" + closing]
    return _one_of(rng, forms, (1 - LINE_BREAK_SHARE, LINE_BREAK_SHARE))


def years(rng: np.random.Generator, values: Floats) -> Texts:
    """Write years, some as a spreadsheet leaves them: 1998.0."""
    return _one_of(rng, [_formatted("{:.0f}", values), _formatted("{:.1f}", values)], (0.97, 0.03))


def dates(days: npt.NDArray[np.datetime64], order: str) -> Texts:
    """Write dates as ymd (2024-03-31) or dmy (31/03/2024); a missing one is empty."""
    iso = [("" if day == "NaT" else day) for day in np.datetime_as_string(days, unit="D").tolist()]
    if order == "ymd":
        return _as_texts(iso)
    return _as_texts(["/".join(reversed(day.split("-"))) for day in iso])


def answers(rng: np.random.Generator, flags: Floats) -> Texts:
    """Write 1 and 0 as Yes, yes, Y, No, no or N; a missing one is empty."""
    yes = pick(("Yes", "yes", "Y"), rng.integers(0, 3, len(flags)))
    no = pick(("No", "no", "N"), rng.integers(0, 3, len(flags)))
    return np.where(np.isnan(flags), "", np.where(flags == 1, yes, no)).astype(object)


def amounts(rng: np.random.Generator, values: Floats) -> Texts:
    """Write amounts to the cent, some with thousands separators; a missing one is empty."""
    return _one_of(rng, [_formatted("{:.2f}", values), _formatted("{:,.2f}", values)], (0.95, 0.05))


def hide(rng: np.random.Generator, texts: Texts, share: float) -> Texts:
    """Replace a share of the values, whatever they are, by a token for "not known"; pad a few others."""
    chance = rng.random(len(texts))
    token = pick(MISSING_TOKENS, rng.choice(len(MISSING_TOKENS), size=len(texts), p=MISSING_WEIGHTS))
    padded = np.where(chance > 1 - PADDED_SHARE, " " + texts + "  ", texts)
    return np.where(chance < share, token, padded).astype(object)


def pick(words: Sequence[str], codes: Ints) -> Texts:
    """Look words up by their codes."""
    picked: Texts = np.array(words, dtype=object)[codes]
    return picked


def _name_parts(firms: Firms) -> tuple[Texts, Texts, Texts, Texts]:
    code = firms.codes("name") % N_NAMES
    repeat = firms.codes("name") // N_NAMES
    middle, end = code // len(NAME_ENDS) % len(NAME_MIDDLES), code % len(NAME_ENDS)
    start = pick(NAME_STARTS, code // (len(NAME_ENDS) * len(NAME_MIDDLES)))
    number = np.where(repeat > 0, _formatted("{:.0f}", (repeat + 1).astype(np.float64)), "").astype(object)
    return start, pick(NAME_MIDDLES, middle), pick(NAME_ENDS, end), number


def _pick_nested(words: Sequence[Sequence[str]], outer: Ints, inner: Ints) -> Texts:
    offsets = np.cumsum([0, *(len(group) for group in words)])
    return pick([word for group in words for word in group], offsets[outer] + inner)


def _one_of(rng: np.random.Generator, forms: Sequence[Texts], weights: Sequence[float]) -> Texts:
    form = rng.choice(len(forms), size=len(forms[0]), p=weights)
    chosen: Texts = np.stack(forms)[form, np.arange(len(form))]
    return chosen


def _short(amounts_usd: Floats, millions: str) -> Texts:
    written = _formatted(millions, amounts_usd / 1e6)
    written = np.where(amounts_usd >= 1e9, _formatted("${:.2f}bn", amounts_usd / 1e9), written)
    return np.where(amounts_usd < 1e6, _formatted("{:.0f}k", amounts_usd / 1e3), written).astype(object)


def _formatted(form: str, values: Floats) -> Texts:
    write = form.format
    return _as_texts(["" if isnan(value) else write(value) for value in values.tolist()])


def _each(change: Callable[[str], str], texts: Texts) -> Texts:
    return _as_texts([change(text) for text in texts])


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _as_texts(values: Sequence[str]) -> Texts:
    return np.array(values, dtype=object)
