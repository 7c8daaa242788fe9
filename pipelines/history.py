"""Tell one account's story: its scores, and why each moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from icp_ml.data.ledger import Ledger


def history(run: Run) -> int:
    """Print where an account stands, and each move; the status is 10 where cycles are lacking."""
    from icp_ml.data.ledger.erased import erasure_lines
    from icp_ml.data.ledger.finding import entries_of, unknown_account
    from icp_ml.rescore.story import story

    account, ledger = asked_account(run, "history")
    erased, entries = erasure_lines(ledger.folder, account), entries_of(ledger, account)
    damages = ledger.check()
    if not entries and not erased:
        raise unknown_account(ledger, account)
    for line in [*erased, *(story(entries) if entries else [])]:
        print(line)
    for one in damages:
        print(f"lacking: {one}")
    return ExitCode.ALARMS if damages else ExitCode.OK


def asked_account(run: Run, verb: str) -> tuple[str, Ledger]:
    """Give the account that was asked for, as the ledger has it, and the ledger.

    Raises
    ------
    ConfigError
        None was.
    """
    from icp_ml.data.ledger import open_ledger
    from icp_ml.data.ledger.finding import as_known

    account = (run.config.rescore.account or "").strip()
    if not account:
        fix = f"Say whom: make {verb} ACCOUNT=P00001."
        raise ConfigError("no account is named.", ["rescore.account: has no value"], fix)
    ledger = open_ledger(run.config.rescore)
    return as_known(ledger, account), ledger


if __name__ == "__main__":
    run_pipeline(history)
