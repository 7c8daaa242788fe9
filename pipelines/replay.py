"""Score an account as it was scored on a day, and say whether it comes out the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import DataError
from pipelines.history import asked_account

if TYPE_CHECKING:
    from icp_ml.data.ledger.replaying import Replay

OTHER_VERSION = "Run it with the version of icp_ml that scored it; its manifest names it."


def replay(run: Run) -> None:
    """Print the score that stood on `today` in each segment, given again from what the ledger keeps.

    Raises
    ------
    DataError
        It differs from what was given, in any bit; no score stood; or the ledger lacks what it takes.
    """
    from icp_ml.data.ledger.replaying import absences, named_segment, replayed

    (account, ledger), day = asked_account(run, "replay"), run.config.today
    failures, fix = list[str](), OTHER_VERSION
    segments = absences(ledger, account, day)
    for segment, absence in segments.items():
        if absence:
            print(f"{account} on {day}, {named_segment(segment, segments)}{absence}")
            continue
        try:
            found = replayed(ledger, account, segment, day)
        except DataError as failure:
            if len(segments) == 1:
                raise
            failures += [failure.what, *failure.details]
            fix = failure.fix
            continue
        named = f" in segment {segment}" if len(segments) > 1 else ""
        print(f"{account}{named} on {day}: {_said(found)}")
        failures += [f"{named_segment(segment, segments)}{one}" for one in found.differences]
    if failures:
        raise DataError(f"the score of {account} on {day} is not given again.", failures, fix)


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
