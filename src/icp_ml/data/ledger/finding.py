"""Find an account in the ledger: its entries, or whom else may be meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from icp_ml.data.ledger.erased import erasures, erasures_of
from icp_ml.data.ledger.stores import Ledger
from icp_ml.data.scored_text import safe_cell
from icp_ml.errors import MAX_EXAMPLES, DataError

SHARED_START = 2
"""Characters that an id shares with one that is looked for among the close ones."""


def entries_of(ledger: Ledger, account: str) -> list[dict[str, Any]]:
    """Give the entries of an account, in order of cycles."""
    return [row for table in ledger.entries({account}) for row in table.to_pylist()]


def as_known(ledger: Ledger, account: str) -> str:
    """Give an id as the ledger has it; a list shows one that could run as a formula with a ' before it."""
    bare = account.removeprefix("'")
    is_shown = bare != account and safe_cell(bare) == account
    is_own = is_shown and (entries_of(ledger, account) or erasures_of(ledger.folder, account))
    return bare if is_shown and not is_own else account


def forgotten(ledger: Ledger, accounts: Iterable[str]) -> set[str]:
    """Give those that were erased and have no entry since.

    An entry that one of them is gone from the list would name it again: none may be made.
    """
    record = erasures(ledger.folder)
    erased = {one for one in accounts if any(each.is_of(one) for each in record)}
    known = (table["account_id"].to_pylist() for table in ledger.entries(erased)) if erased else ()
    return erased - {one for ids in known for one in ids}


def unknown_account(ledger: Ledger, account: str) -> DataError:
    """Say that the ledger has no such account, and whom may be meant: by name first, then by id."""
    rows = ledger.standing().select(["account_id", "name"])
    ids, names = rows["account_id"].to_pylist(), rows["name"].to_pylist()
    sought = account.strip().casefold()
    found = [one for one in ids if one.casefold() == sought]
    found += [
        one for one, name in zip(ids, names, strict=True) if sought and sought in (name or "").casefold()
    ]
    start = sought[:SHARED_START]
    found += get_close_matches(
        account, [one for one in ids if one.casefold().startswith(start)], MAX_EXAMPLES
    )
    name_of = dict(zip(ids, names, strict=True))
    near = list(dict.fromkeys(found))[:MAX_EXAMPLES]
    details = [f"near: {one} ({name_of[one]})" if name_of[one] else f"near: {one}" for one in near]
    fix = "Give an account_id as the scored list has it; part of a name finds it here."
    return DataError(f"the ledger has no account {account!r}.", details, fix)
