"""Tell one account's story: its scores, and why each moved."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import ConfigError, ExitCode


def history(run: Run) -> int:
    """Print where an account stands, and each move; the status is 10 where cycles are lacking."""
    from icp_ml.data.ledger import open_ledger
    from icp_ml.data.ledger.erased import erasure_lines
    from icp_ml.data.ledger.finding import entries_of, unknown_account
    from icp_ml.rescore.story import story

    account, ledger = asked_account(run, "history"), open_ledger(run.config.rescore)
    erased, entries = erasure_lines(ledger.folder, account), entries_of(ledger, account)
    damages = ledger.check()
    if not entries and not erased:
        raise unknown_account(ledger, account)
    for line in [*erased, *(story(entries) if entries else [])]:
        print(line)
    for one in damages:
        print(f"lacking: {one}")
    return ExitCode.ALARMS if damages else ExitCode.OK


def asked_account(run: Run, verb: str) -> str:
    """Give the account that was asked for.

    Raises
    ------
    ConfigError
        None was.
    """
    account = (run.config.rescore.account or "").strip()
    if not account:
        fix = f"Say whom: make {verb} ACCOUNT=P00001."
        raise ConfigError("no account is named.", ["rescore.account: has no value"], fix)
    return account


if __name__ == "__main__":
    run_pipeline(history)
