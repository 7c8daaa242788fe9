"""Score the list with champion and challenger, and write who would move, before anything changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run
from icp_ml.errors import IcpError, UnavailableError

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.evaluation.dossier import Dossier
    from icp_ml.evaluation.moves import Moves
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.model.candidate import Model
    from pipelines.listing import Listing

SCORING = ".scoring"
COMPARED = (
    *("account_id", "name", "segment", "fit_probability", "rubric_points", "tier", "is_customer"),
    *("model_version", "scored_at"),
)


def promotion_folder(run: Run) -> Path:
    """Give the folder of a segment's promotions."""
    folder = Path(run.config.evaluation.promotion.folder)
    return folder / run.segment if len(run.config.segments) > 1 else folder


def list_moves(run: Run, number: str, models: tuple[Model, Model]) -> tuple[Moves | None, list[Gate]]:
    """Score the list as predict does, by champion and by challenger; give who moves, and the gates of it.

    Where no list is mapped nothing is looked at, and that is said.

    Parameters
    ----------
    run : Run
        Of one segment.
    number : str
        The champion's version.
    models : tuple of Model
        Champion and challenger.

    Raises
    ------
    UnavailableError
        The list that is mapped is not there, or was written to while it was scored: that decides nothing.
    """
    from icp_ml.evaluation.moves import moves, stability_gates
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.scoring import TIERS
    from pipelines.listing import prepare

    settings = run.config.evaluation.promotion
    if run.config.data.prospects is None:
        return None, [Gate("list", None, "no list of prospects is mapped")]
    quiet = _plainly(run, number)
    listing = prepare(quiet)
    try:
        before, after = (_entry(quiet, listing, one) for one in models)
    except UnavailableError:
        raise
    except IcpError as failure:
        return None, [Gate("list", False, failure.what)]
    found = moves(before, after, TIERS, settings.top_share)
    return found, stability_gates(found, settings)


def write_dossier(dossier: Dossier, folder: Path, name: str) -> Path:
    """Write the decision and who moves into `folder/name`, in one step."""
    from icp_ml.data.publish import write_json

    half, target = folder / f".{name}.half", folder / name
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    write_json(half / "decision.json", dossier.to_json())
    (half / "decision.md").write_text(dossier.to_markdown(), encoding="utf-8")
    if dossier.moves is not None:
        _write_table(dossier.moves.who, half / "who_moves.csv")
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)
    return target


def _write_table(who: pd.DataFrame, path: Path) -> None:
    """Write a table with no cell that a spreadsheet would run."""
    from icp_ml.data.scored_text import safe_cell

    safe = {name: who[name].map(safe_cell) for name in ("account_id", "name", "segment")}
    who.assign(**safe).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def _plainly(run: Run, number: str) -> Run:
    """Score for these figures alone: no imports, no order, nothing worth finding."""
    config = run.config
    output = config.scoring.output.model_copy(
        update={"sort": "list", "preset": None, "table": None, "copy_to": None}
    )
    changed = {"output": output, "format": "parquet", "n_worth_finding": 0}
    scoring = config.scoring.model_copy(update=changed)
    tracking = config.tracking.model_copy(update={"model": number})
    return replace(run, config=config.model_copy(update={"scoring": scoring, "tracking": tracking}))


def _entry(run: Run, listing: Listing, model: Model) -> pd.DataFrame:
    from icp_ml.data.scored import read_scored
    from pipelines.scoring import score_list

    with _working(promotion_folder(run) / SCORING) as folder:
        score_list(run, replace(listing, models={run.segment: model}), folder)
        return read_scored(folder / "scored.parquet", COMPARED)


@contextmanager
def _working(folder: Path) -> Iterator[Path]:
    """Give an empty folder that goes afterwards; what a killed run left there goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
