"""Texts, categories, ids, web domains and lists.

A web domain is the registrable one by the public suffix list that tldextract ships; it never fetches a newer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from icp_ml.settings import ColumnSettings

if TYPE_CHECKING:
    from tldextract import TLDExtract

JOINER = "|"
REMEMBERED_ITEMS = 16_384
INTEGER_AS_FLOAT = re.compile(r"([0-9]+)\.0+")
DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)")
BEFORE_HOST = re.compile(r"^(?:mailto:)?(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/?#]*@)?(?:www[0-9]?\.)?")
AFTER_HOST = re.compile(r"(?::[0-9]*)?(?:[/?#\\].*)?$", re.DOTALL)
BRACKETED = re.compile(r"\[(?P<square>.*)\]|\{(?P<curly>.*)\}", re.DOTALL)
QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'(?=\s*(?:,|$))|"((?:[^"\\]|\\.)*)"(?=\s*(?:,|$))""", re.DOTALL)
BULLET = re.compile(r"\s*[*\u2022\u00b7\u2013-]\s+")


def parse_text(text: str, column: ColumnSettings | None) -> str | None:
    """Give the text with single spaces and composed accents; its case stays."""
    text = unicodedata.normalize("NFC", " ".join(text.split()))
    return text.encode(errors="replace").decode() or None


def parse_category(text: str, column: ColumnSettings) -> str | None:
    """Give the text; a code that passed through a float ("5411.0") is a whole number again."""
    return _without_point_zero(parse_text(text, column))


def parse_id(text: str, column: ColumnSettings) -> str | None:
    """Give the id as text; "17850.0", a whole number that passed through a float, is "17850"."""
    return _without_point_zero(parse_text(text, column))


def parse_domain(text: str, column: ColumnSettings) -> str | None:
    """Give the registrable domain of a web or mail address.

    "http://www.Foo.com/x", "a@foo.com" and "shop.foo.com" are "foo.com"; "acme.github.io" is its own, as
    "github.io" hosts many. A host below no known suffix, as "intra.example", stays as it is.
    """
    host = BEFORE_HOST.sub("", unicodedata.normalize("NFC", text.strip().casefold()), count=1)
    host = AFTER_HOST.sub("", host, count=1).rstrip(".")
    return _registrable(_decoded(host)) if DOMAIN.fullmatch(host) else None


def parse_list(text: str, column: ColumnSettings) -> str | None:
    """Give the distinct items of a list, sorted and joined with "|".

    Brackets, quotes and bullets around the items, as "['SAP', 'Jira']" and "* SAP", are not part of them.
    """
    found = BRACKETED.fullmatch(text.strip())
    inner = text if found is None else found["square"] or found["curly"] or ""
    quoted = [one or other for one, other in QUOTED.findall(inner)] if found else []
    items = quoted or (inner.split(column.separator) if column.separator else [inner])
    return _joined(map(_without_bullet, items), column)


def join_items(items: Iterable[str], column: ColumnSettings) -> str | None:
    """Clean, sort and join items; None where none is left.

    A "|" inside an item becomes "/", so that it does not look like two items later.
    """
    return _joined(map(_cleaned, items), column)


def _joined(cleaned: Iterable[str], column: ColumnSettings) -> str | None:
    missing = _no_items(column.missing or ())
    return JOINER.join(sorted({item for item in cleaned if item.casefold() not in missing})) or None


@lru_cache(maxsize=64)
def _no_items(missing: tuple[str, ...]) -> frozenset[str]:
    return frozenset(("", *(token.strip().casefold() for token in missing)))


@lru_cache(maxsize=REMEMBERED_ITEMS)
def _without_bullet(item: str) -> str:
    """Clean an item of a list that was written as text; the same few stand in most lists."""
    return _cleaned(BULLET.sub("", item, count=1) if BULLET.match(item) else item)


def _cleaned(item: str) -> str:
    return (parse_text(item, None) or "").replace(JOINER, "/")


def _decoded(host: str) -> str:
    """Write "xn--mller-kva.de" as "müller.de", so that both are one domain."""
    try:
        return host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        return host


def _registrable(host: str) -> str | None:
    found = _extract().extract_str(host)
    if not found.suffix:
        return host
    if found.top_domain_under_public_suffix:
        return str(found.top_domain_under_public_suffix)
    return host if found.is_private else None


def public_suffixes() -> list[str]:
    """List the public suffixes, as "co.uk", "github.io" and "*.ck"."""
    return list(_extract().tlds)


@lru_cache(maxsize=1)
def _extract() -> TLDExtract:
    """Give the library's extractor, which opens no connection and writes no cache."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _without_point_zero(text: str | None) -> str | None:
    whole = INTEGER_AS_FLOAT.fullmatch(text) if text else None
    return whole[1] if whole else text
