"""Take an account out of the ledger and of the published lists, and keep a record that it was."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import ExitCode, count
from icp_ml.settings import Config
from pipelines.history import asked_account

if TYPE_CHECKING:
    from icp_ml.data.ledger import Ledger


def erase(run: Run) -> int:
    """Erase an account; the status is 10 as long as something that it cannot change still names it.

    Killed at any point, the next call goes on. The source is not touched: an account that is still there is
    scored anew.

    Raises
    ------
    LockedError
        A list is being scored.
    DataError
        The ledger has no such account and no list names it, or a damaged cycle may still hold it.
    """
    from icp_ml.data.publish import locked

    account, ledger = asked_account(run, "erase")
    with stage("erase") as say, ExitStack() as locks:
        for folder in _list_folders(run.config):
            locks.enter_context(locked(folder))
        n_entries, n_inputs, n_lists = _erased(run.config, ledger, account)
        left = list(_left(run.config, ledger, account))
        rows = f"{count(n_entries, 'entry', 'entries')} and {count(n_inputs, 'input row')}"
        say(f"{rows} are out of the ledger; {count(n_lists, 'published list')} that named it removed")
        say("nothing here names it any more" if not left else "not everything is gone", [*left, *_told(run)])
    return ExitCode.ALARMS if left else ExitCode.OK


def _erased(config: Config, ledger: Ledger, account: str) -> tuple[int, int, int]:
    """Erase: what is published and not recorded yet first comes into the ledger, or it would come later."""
    from icp_ml.data.ledger import record_missing
    from icp_ml.data.ledger.erased import erasure, erasures, erasures_of, note_erasure
    from icp_ml.data.ledger.finding import entries_of, unknown_account
    from icp_ml.data.ledger.traces import headings_of, is_listed, lists_naming
    from icp_ml.data.publish import latest
    from icp_ml.data.retention import remove_folder
    from icp_ml.data.state import forget_states

    folders, headings = _list_folders(config), headings_of(config)
    is_known = entries_of(ledger, account) or erasures_of(ledger.folder, account)
    if not (is_known or any(is_listed(one, account, headings) for one in folders)):
        raise unknown_account(ledger, account)
    record_missing(Path(config.rescore.folder), ledger)
    lists = [one for folder in folders for one in lists_naming(folder, account, headings)[0]]
    salt = next((one.salt for one in erasures(ledger.folder)), secrets.token_hex(16))
    last = latest(Path(config.rescore.folder))
    newest = last.name if last is not None else ""
    note_erasure(ledger.folder, erasure(account, config.today, salt, None, newest))
    counts = ledger.erase(account, config.today)
    for one in lists:
        remove_folder(one)
    forget_states(Path(config.rescore.folder))
    note_erasure(ledger.folder, erasure(account, config.today, salt, counts, newest))
    return *counts, len(lists)


def _left(config: Config, ledger: Ledger, account: str) -> Iterator[str]:
    """Say what still names the account, and how it goes."""
    from icp_ml.data.ledger.traces import headings_of, lists_naming, names_account

    for folder in _list_folders(config):
        newest = lists_naming(folder, account, headings_of(config))[1]
        if newest is not None:
            after = "delete the account at the source, make a new list, then make erase again"
            yield f"the newest list in {folder} still names it: {after}"
    kept, exported = (ledger.folder / "models").glob("*"), Path(config.tracking.export_folder).glob("*/*")
    for place in [*sorted(kept), *sorted(exported)]:
        if names_account(place, account):
            yield f"{place} remembers it as a customer: train again without it, then remove that folder"
    for folder in (Path(config.profile.folder), Path(config.evaluation.promotion.folder)):
        if names_account(folder, account):
            yield f"{folder} names it: remove what is in it, or make it again"


def _told(run: Run) -> Iterator[str]:
    """Say what is beyond this command."""
    yield "a source that still has it is scored anew: delete it there first"
    yield "the next scheduled run scores all rows anew: what the last list left for it is removed"
    output = run.config.scoring.output
    if output.table is not None:
        yield f"table {output.table.table}: its rows are replaced by the next list, kept where it appends"
    if output.copy_to is not None:
        yield "copies of lists in the object store stay: remove them there"


def _list_folders(config: Config) -> list[Path]:
    named = dict.fromkeys((Path(config.scoring.folder), Path(config.rescore.folder)))
    return [one for one in named if one.is_dir()]


if __name__ == "__main__":
    run_pipeline(erase)
