"""The key by which a CRM finds a record: what is wrong with one, and its one way to be written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.crm.cells import FORMS, TEXT
from icp_ml.data.scored_text import safe_texts
from icp_ml.settings.output import Preset

FINE = ""
SALESFORCE_ID = "^[a-zA-Z0-9]{15}([a-zA-Z0-5]{3})?$"
ID_LETTERS = 15
CHECK_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
WEIGHTS = np.array([1, 2, 4, 8, 16])

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Problems = np.ndarray[Any, np.dtype[np.object_]]


@dataclass(frozen=True)
class Keys:
    """The keys of some rows.

    Attributes
    ----------
    texts : pyarrow.Array
        As they are written: a Salesforce Id of 15 characters with the 3 that check it, so that an Id has one
        spelling.
    problems : ndarray of str
        What is wrong with each; "" where nothing is.
    """

    texts: pa.Array
    problems: Problems


def checked_keys(values: pa.Array, column: str, preset: Preset) -> Keys:
    """Check the values of a CRM's key column; the first thing that is wrong is said.

    A key is never shortened, nor marked against being run as a formula: it would find another record.
    """
    texts = pc.fill_null(values.cast(TEXT), "")
    problems = np.full(len(texts), FINE, dtype=object)
    for said, is_wrong in reversed(list(_plain_problems(texts, FORMS[preset].max_characters))):
        problems[is_wrong] = said
    if preset == "hubspot" and column == "hs_object_id":
        problems[(problems == FINE) & _mask(pc.invert(pc.match_substring_regex(texts, "^[0-9]+$")))] = (
            "the key is no Record ID of HubSpot (digits)"
        )
    if preset == "salesforce" and column.lower() == "id":
        return _salesforce_ids(texts, problems)
    return Keys(texts, problems)


def checksum(ids: pa.Array) -> pa.Array:
    """Give the three characters that make Salesforce's Ids of 15 characters safe to read without case.

    Each stands for five characters: one bit for each capital, the first the lowest (developer.salesforce.com,
    SOAP API Developer Guide, "ID Field Type").
    """
    letters = np.array(ids.to_pylist(), dtype=f"S{ID_LETTERS}").view(np.uint8).reshape(-1, 3, 5)
    is_capital = (letters >= ord("A")) & (letters <= ord("Z"))
    marks = CHECK_LETTERS[(is_capital * WEIGHTS).sum(axis=2)]
    return pa.array([one.tobytes().decode() for one in marks], TEXT)


def _plain_problems(texts: pa.Array, max_characters: int) -> Iterator[tuple[str, Mask]]:
    yield "the key is missing", _mask(pc.equal(texts, ""))
    too_long = pc.greater(pc.utf8_length(texts), max_characters)
    yield f"the key is longer than {max_characters:,} characters", _mask(too_long)
    yield "the key holds a line break or a tab", _mask(pc.match_substring_regex(texts, "[\\x00-\\x1f]"))
    yield "the key begins like a formula", _mask(pc.not_equal(texts, safe_texts(texts)))


def _salesforce_ids(texts: pa.Array, problems: Problems) -> Keys:
    is_id = (problems == FINE) & _mask(pc.match_substring_regex(texts, SALESFORCE_ID))
    not_one = (problems == FINE) & ~is_id
    said = problems.copy()
    said[not_one] = "the key is no Id of Salesforce (15 or 18 letters and digits)"
    if not is_id.any():
        return Keys(texts, said)
    ids = texts.filter(pa.array(is_id))
    stems, ends = pc.utf8_slice_codeunits(ids, 0, ID_LETTERS), pc.utf8_slice_codeunits(ids, ID_LETTERS)
    checks = checksum(stems)
    is_false = _mask(pc.and_(pc.not_equal(ends, ""), pc.not_equal(pc.utf8_upper(ends), checks)))
    said[np.flatnonzero(is_id)[is_false]] = "the last three characters of the Id do not fit the others"
    whole = pc.binary_join_element_wise(stems, checks, pa.scalar("", TEXT))
    written = pc.if_else(pa.array(is_false), ids, whole)
    return Keys(pc.replace_with_mask(texts, pa.array(is_id), written), said)


def _mask(values: pa.Array) -> Mask:
    return np.array(values.to_numpy(zero_copy_only=False), dtype=bool)
