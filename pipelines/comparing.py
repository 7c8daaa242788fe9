"""What a scheduled run's list is compared with: the last one, as it left itself or as the ledger knows it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.errors import DataError, IcpError, count
from pipelines.cycles import rules_digest

if TYPE_CHECKING:
    from icp_ml.data.ledger import Cycle, Ledger
    from icp_ml.data.state import State
    from icp_ml.engine import Before
    from icp_ml.model.candidate import Model
    from pipelines.listing import Listing

REBUILT = "rebuilt"


@dataclass(frozen=True)
class LastList:
    """The list before this one.

    Attributes
    ----------
    state : State, optional
        None where there was no list, or nothing is known of it.
    cycle : str, optional
        Its name.
    segments : mapping of str to mapping
        What scored each of its segments.
    number : int
        Of its cycle, as the ledger has it.
    is_of_ledger : bool
        Whether the ledger was asked.
    notes : tuple of str
        What is to be said of it.
    """

    state: State | None = None
    cycle: str | None = None
    segments: Mapping[str, Mapping[str, Any]] | None = None
    number: int = 0
    is_of_ledger: bool = False
    notes: tuple[str, ...] = ()


@contextmanager
def compared_with(run: Run, listing: Listing, folder: Path) -> Iterator[tuple[Before, tuple[str, ...]]]:
    """Open what the last list left in a folder, with the models that scored it; say what there is to note.

    Where it left nothing that can be used, it is made again of the ledger, for as long as the block lasts.

    Raises
    ------
    UnavailableError
        Nothing is left of the last list, and the ledger cannot be reached: everybody would be new.
    """
    from icp_ml.data.publish import WORKING, free_name, latest
    from icp_ml.engine import Before

    published, cycle = latest(folder), free_name(folder, listing.name(run.config))
    place = folder.resolve() / f"{WORKING}-{REBUILT}"
    try:
        last = _last_list(run, published, (cycle, place))
        yield (
            Before(
                last.state,
                run.config.rescore.is_incremental,
                published,
                last.cycle,
                cycle,
                rules_digest(run.config, listing),
                1 + _highest_number(folder, last),
                _last_models(run, last, listing),
            ),
            last.notes,
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _last_list(run: Run, published: Path | None, names: tuple[str, Path]) -> LastList:
    """Open the last list; where it is lost, make it again of the ledger at a place of its own."""
    from icp_ml.data.ledger import open_ledger, record_missing
    from icp_ml.data.state import open_state
    from pipelines.manifests import read_manifest

    state = open_state(published)
    if published is not None and state is not None:
        return LastList(state, published.name, read_manifest(published)["segments"])
    ledger = open_ledger(run.config.rescore)
    record_missing(Path(run.config.rescore.folder), ledger)
    cycles = _until(ledger, names[0])
    if cycles:
        return _rebuilt(names[1], ledger, cycles[-1], _why_lost(published, ledger))
    note = (
        f"{published.name if published else ''} was made before there was a ledger: it begins with this list"
    )
    return LastList(is_of_ledger=True, notes=(note,) if published is not None else ())


def _until(ledger: Ledger, cycle: str) -> list[Cycle]:
    """Give the cycles that were recorded before one that is made now, or made again as it was."""
    cycles = ledger.cycles()
    names = [one.name for one in cycles]
    if cycle not in names:
        return cycles
    if cycle != names[-1]:
        what = f"the ledger has a cycle {cycle} already, and later ones."
        raise DataError(what, [f"the last one is {names[-1]}"], "Give another day: today=...")
    return cycles[:-1]


def _why_lost(published: Path | None, ledger: Ledger) -> str:
    """Say whether the last list's state was removed on purpose, or is damaged or lost."""
    from icp_ml.data.ledger.erased import erasures
    from icp_ml.data.state_facts import STATE

    lost = published.name if published is not None and not (published / STATE).exists() else None
    is_meant = any(one.newest == lost for one in erasures(ledger.folder))
    return "was removed when an account was erased" if is_meant else "cannot be read"


def _rebuilt(place: Path, ledger: Ledger, last: Cycle, why: str) -> LastList:
    from icp_ml.data.ledger.rebuilding import rebuild_state

    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    state, n_left = rebuild_state(place, ledger, last)
    notes = [f"the last list's state {why}: all rows are scored anew and compared with the ledger"]
    if n_left:
        accounts = count(n_left, "account")
        notes.append(f"the ledger lacks the input rows of {accounts}: whoever is still there counts as new")
    return LastList(state, last.name, last.facts["segments"], last.number, True, tuple(notes))


def _last_models(run: Run, last: LastList, listing: Listing) -> dict[str, Model | None]:
    """Load the models that scored the last list, where others score this one; None for one that is lost."""
    then = {name: str(facts["model_version"]) for name, facts in (last.segments or {}).items()}
    return {
        one.segment: _last_model(one, then[one.segment])
        for one in run.segments()
        if one.segment in listing.models and one.segment in then
        if listing.models[one.segment].version != then[one.segment]
    }


def _last_model(run: Run, version: str) -> Model | None:
    """Take a model from the ledger, or from where models are exported; the ledger then has it again."""
    from icp_ml.data.ledger import keep_models, kept_model
    from icp_ml.tracking.exports import exported_folder, read_model

    ledger = Path(run.config.rescore.folder) / "ledger"
    with suppress(IcpError):
        return kept_model(ledger, version)
    with suppress(IcpError):
        model = read_model(exported_folder(run.config.tracking, version), version)
        keep_models([model], ledger)
        return model
    return None


def _highest_number(folder: Path, last: LastList) -> int:
    """Give the highest number that a cycle has; where the ledger was asked, it knows the unpublished ones."""
    from icp_ml.data.ledger.cycles import published_cycles, read_cycle
    from icp_ml.data.ledger.partitions import partition_paths

    recorded = {} if last.is_of_ledger else partition_paths(folder / "ledger")
    places = [(one.parent.name, one) for one in published_cycles(folder)] + list(recorded.items())
    numbers: dict[str, int] = {}
    for name, place in places:
        with suppress(DataError):  # record and check name what is damaged
            numbers[name] = read_cycle(place).number
    n_damaged = len({name for name, _ in places} - numbers.keys())
    return max([last.number, *numbers.values()]) + n_damaged
