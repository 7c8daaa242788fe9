"""Score an account as it was scored on a day, and say whether it comes out the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import DataError
from pipelines.history import asked_account

if TYPE_CHECKING:
    from icp_ml.data.ledger.replaying import Replay


def replay(run: Run) -> None:
    """Print the score that stood on `today` in each segment, given again from what the ledger keeps.

    Raises
    ------
    DataError
        It differs from what was given, in any bit; or the ledger lacks what it takes.
    """
    from icp_ml.data.ledger import open_ledger
    from icp_ml.data.ledger.replaying import replayed, segments_of

    account, ledger = asked_account(run, "replay"), open_ledger(run.config.rescore)
    failures = list[str]()
    segments = segments_of(ledger, account)
    for segment in segments:
        named = f" in segment {segment}" if len(segments) > 1 else ""
        try:
            found = replayed(ledger, account, segment, run.config.today)
        except DataError as failure:
            if len(segments) == 1:
                raise
            failures += [failure.what, *failure.details]
            continue
        print(f"{account}{named} on {run.config.today}: {_said(found)}")
        failures += [f"{segment}: {one}" for one in found.differences]
    if failures:
        fix = "Run it with the version of icp_ml that scored it; its manifest names it."
        raise DataError(f"the score of {account} on {run.config.today} is not given again.", failures, fix)


def _said(found: Replay) -> str:
    entry = found.entry
    given = [
        f"{name} {entry[name]!r}" for name in ("fit_probability", "rubric_points") if entry[name] is not None
    ]
    by = f"by model {entry['model_version']} of input {entry['input_digest']}"
    same = "the same to the last bit" if found.is_exact else "not the same"
    days = f"given {entry['scored_at']}, standing {found.day}"
    return f"{entry['tier']}, {', '.join(given)}, {by}, {days}: scored again, it is {same}"


if __name__ == "__main__":
    run_pipeline(replay)
