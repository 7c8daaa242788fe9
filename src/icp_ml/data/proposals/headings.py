"""Recognise headings: whatever their case, accents, punctuation and the words around them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from icp_ml.data.proposals import vocabulary

EXACT, AROUND = 3, 2
"""How sure a heading is: the very words, or the words with harmless ones around them."""

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def fold(heading: str) -> str:
    """Give the words of a heading: "Gruendungsjahr", "Gründungs-Jahr" and "gründungs_jahr" are near."""
    spaced = CAMEL.sub(" ", heading).replace("€", " eur ").replace("$", " usd ")
    decomposed = unicodedata.normalize("NFKD", spaced.casefold())
    plain = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    for written, short in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        plain = plain.replace(written, short)
    return " ".join(re.findall(r"[^\W_]+", plain))


def is_writable(text: str) -> bool:
    r"""Say whether a mapping can hold a text: OmegaConf takes "???" for missing, and cannot escape "\${"."""
    return text != "???" and "\\${" not in text


def sureness(heading: str, synonyms: str) -> int:
    """Say how surely a heading is one of the synonyms: EXACT, AROUND or 0."""
    known = _folded(synonyms)
    words = fold(heading)
    if words in known or words.replace(" ", "") in known or words.replace(" ", "") in _glued(synonyms):
        return EXACT
    bare = fold(re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", heading))
    return AROUND if any(inner in known for inner in _inner(bare)) else 0


def rank(heading: str, synonyms: str) -> int:
    """Give the place of a heading among the synonyms, the plainest first; those further from them last."""
    words = fold(heading)
    folded = [fold(one) for one in synonyms.split(";")]
    return folded.index(words) if words in folded else len(folded)


def has_word(heading: str, words: str) -> str | None:
    """Give the first of the words (several joined by "_") that stands in the heading."""
    padded = f" {fold(heading)} "
    return next((word for word in words.split() if f" {fold(word)} " in padded), None)


def unit_of(heading: str) -> tuple[int, str] | None:
    """Give the unit that a heading of money names at its end, and the word: 1000 for "Umsatz (TEUR)"."""
    words = fold(heading.replace("T€", "teur")).split()
    tail = [word for word in words[-3:] if word not in ("usd", "eur", "gbp", "chf", "in")]
    for factor, known in vocabulary.UNITS.items():
        if tail and len(words) > 1 and tail[-1] in known.split():
            return factor, tail[-1]
    return None


def slug(heading: str, position: int) -> str:
    """Give a name of ours for a further column."""
    decomposed = unicodedata.normalize("NFKD", CAMEL.sub(" ", heading).casefold())
    words = re.findall(r"[a-z0-9]+", "".join(one for one in decomposed if not unicodedata.combining(one)))
    name = "_".join(words)[:60].strip("_")
    return name if name[:1].isalpha() else f"column_{name or position}"


def words_of(heading: str) -> str:
    """Give the words that a person would call a column by."""
    return " ".join(re.split(r"[\W_]+", CAMEL.sub(" ", heading).casefold())).strip()


def _inner(words: str) -> list[str]:
    """List what is left of a heading without the harmless words at its ends, longest first."""
    parts = words.split()
    harmless = vocabulary.AROUND.split()
    n_head = next((at for at, word in enumerate(parts) if word not in harmless), len(parts))
    n_tail = next((at for at, word in enumerate(reversed(parts)) if word not in harmless), len(parts))
    spans = [(a, len(parts) - b) for a in range(n_head + 1) for b in range(n_tail + 1)]
    spans = sorted((span for span in spans if span[0] < span[1]), key=lambda span: span[0] - span[1])
    return [" ".join(parts[start:end]) for start, end in spans]


@lru_cache(maxsize=256)
def _folded(synonyms: str) -> frozenset[str]:
    return frozenset(fold(one) for one in synonyms.split(";"))


@lru_cache(maxsize=256)
def _glued(synonyms: str) -> frozenset[str]:
    """Give the synonyms of several words without their gaps: "orderdate"."""
    return frozenset(one.replace(" ", "") for one in _folded(synonyms) if " " in one)
