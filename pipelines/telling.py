"""Tell whoever asked for it what a scheduled run did, or that it failed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.notify import Facts, Mover, check_addresses, message_of, send

if TYPE_CHECKING:
    from icp_ml.rescore import Changes


@dataclass(frozen=True)
class Telling:
    """How a run tells what it did.

    Attributes
    ----------
    run : Run
    folder : str
        Where its newest list is.
    alarms : list of str
        Addresses that can never be told, known before the work.
    """

    run: Run
    folder: str
    alarms: list[str]

    def done(self, lines: Sequence[str], moved: Changes | None, alarms: Sequence[str] = ()) -> list[str]:
        """Tell of a list that was made; give who could not be told, an alarm each.

        Parameters
        ----------
        lines : sequence of str
            What became of the list.
        moved : Changes, optional
            None: the first run.
        alarms : sequence of str
        """
        n_moved = 0 if moved is None else moved.n_moved + moved.n_entered + moved.n_left
        named = () if moved is None else movers_of(moved, self.run.config.notify.n_movers)
        every = [*alarms, *self.alarms]
        counted = "account" if moved is None else moved.counted
        facts = self._facts(lines=lines, n_moved=n_moved, counted=counted, movers=named, alarms=every)
        problems = self._told(facts)
        return list(dict.fromkeys([*self.alarms, *problems]))

    def failed(self, failure: str, status: int) -> list[str]:
        """Tell that a run failed; give what could not be told."""
        return self._told(self._facts(failure=failure, status=status))

    def _facts(self, **others: Any) -> Facts:
        config = self.run.config
        return Facts(name=config.data.name, day=str(config.today), folder=self.folder, **others)

    def _told(self, facts: Facts) -> list[str]:
        settings = self.run.config.notify
        message = message_of(facts, settings) if settings.urls else None
        return [] if message is None else send(message, settings)


@contextmanager
def told(run: Run) -> Iterator[Telling]:
    """Give how to tell what a run did, and tell of its failure where the block fails.

    Whoever stops a run by hand knows it, and nobody is told.

    Raises
    ------
    UnavailableError
        Apprise is not installed: before the block begins.
    """
    from icp_ml.errors import IcpError
    from icp_ml.failures import translated

    wrong = check_addresses(run.config.notify)
    telling = Telling(run, f"{run.config.rescore.folder}/latest", wrong)
    try:
        yield telling
    except Exception as failure:
        said = failure if isinstance(failure, IcpError) else translated(failure)
        for problem in telling.failed(f"error: {said}", said.exit_code):
            print(f"  note: {problem}", file=sys.stderr, flush=True)
        raise


def movers_of(moved: Changes, n_movers: int) -> list[Mover]:
    """Name the first accounts that changed tier, came or went."""
    import pyarrow.compute as pc

    rows = moved.movers.filter(pc.not_equal(moved.movers["move"], "same tier"))
    return [_mover(one) for one in rows.slice(0, n_movers).to_pylist()]


def _mover(row: dict[Any, Any]) -> Mover:
    """Name one; an account without a name by its id."""
    return Mover(
        name=_text(row["name"]) or _text(row["account_id"]),
        before=_text(row["previous_tier"]),
        after=_text(row["tier"]),
        fit_before=_share(row["previous_probability"]),
        fit_after=_share(row["fit_probability"]),
        why=_text(row.get("why")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _share(value: Any) -> float | None:
    return None if value is None or isnan(value) else float(value)
