"""Do the same for every segment; where one fails, the others still have their turn."""

from __future__ import annotations

import sys
from collections.abc import Callable

from icp_ml.config import Run
from icp_ml.errors import IcpError


def for_each_segment(run: Run, action: Callable[[Run], int | None]) -> int:
    """Act on each segment's run in turn; give the worst exit status.

    Raises
    ------
    IcpError
        Of the only segment; of several, one that names each that failed, with the exit status of the first.
    """
    runs, failures, statuses = run.segments(), list[IcpError](), [0]
    for one in runs:
        try:
            statuses.append(action(one) or 0)
        except IcpError as failure:
            if len(runs) == 1:
                raise
            print(f"error: {one.named(str(failure))}", file=sys.stderr, flush=True)
            failures.append(failure)
    if failures:
        raise type(failures[0])(f"{len(failures)} of {len(runs)} segments failed; see above.")
    return max(statuses)
