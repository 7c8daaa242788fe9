"""Texts, categories, ids, web domains and lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from icp_ml.settings import ColumnSettings

JOINER = "|"
INTEGER_AS_FLOAT = re.compile(r"([0-9]+)\.0+")
DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)")
BEFORE_HOST = re.compile(r"^(?:mailto:)?(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/?#]*@)?(?:www[0-9]?\.)?")
AFTER_HOST = re.compile(r"(?::[0-9]*)?(?:[/?#\\].*)?$", re.DOTALL)


def parse_text(text: str, column: ColumnSettings) -> str | None:
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
    """Give the bare domain of a web or mail address: "http://www.Foo.com/x" and "a@foo.com" are "foo.com"."""
    host = BEFORE_HOST.sub("", unicodedata.normalize("NFC", text.strip().casefold()), count=1)
    host = AFTER_HOST.sub("", host, count=1).rstrip(".")
    return host if DOMAIN.fullmatch(host) else None


def parse_list(text: str, column: ColumnSettings) -> str | None:
    """Give the distinct items of a list, sorted and joined with "|"."""
    return join_items(text.split(column.separator) if column.separator else [text], column)


def join_items(items: Iterable[str], column: ColumnSettings) -> str | None:
    """Clean, sort and join items; None where none is left.

    A "|" inside an item becomes "/", so that it does not look like two items later.
    """
    missing = {"", *(token.strip().casefold() for token in column.missing or ())}
    cleaned = {(parse_text(item, column) or "").replace(JOINER, "/") for item in items}
    return JOINER.join(sorted(item for item in cleaned if item.casefold() not in missing)) or None


def _without_point_zero(text: str | None) -> str | None:
    whole = INTEGER_AS_FLOAT.fullmatch(text) if text else None
    return whole[1] if whole else text
