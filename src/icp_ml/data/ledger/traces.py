"""Which files still name an account, after it was taken out of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from icp_ml.data.ledger.naming import names_id
from icp_ml.data.ledger.naming_lines import IDS, NO_HEADINGS, Headings
from icp_ml.data.publish import WORKING, latest, results
from icp_ml.data.retention import REMOVED
from icp_ml.settings import Config


def headings_of(config: Config) -> Headings:
    """Give the headings of ids, in the files that are read and in those for a CRM, as they are mapped."""
    columns = [] if config.data.prospects is None else [config.data.prospects.columns["account_id"]]
    presets = config.scoring.output.presets.values()
    return Headings(
        frozenset(source for one in columns for source in one.sources),
        frozenset(theirs for preset in presets for theirs, ours in preset.items() if ours in IDS),
    )


def lists_naming(folder: Path, account: str, headings: Headings) -> tuple[list[Path], Path | None]:
    """Give the published lists of a folder that name an account, and apart from them the newest one.

    Working folders that a run left behind are among the first: nobody is at work under the lock.
    """
    newest = latest(folder)
    naming = [one for one in _lists(folder) if names_account(one, account, headings)]
    older = [one for one in naming if one.resolve() != newest]
    return older, newest if len(older) < len(naming) else None


def is_listed(folder: Path, account: str, headings: Headings) -> bool:
    """Say whether a list of a folder has an account, by its id alone."""
    return any(
        names_id(path, account, headings, is_strict=True) for one in _lists(folder) for path in _files(one)
    )


def names_account(folder: Path, account: str, headings: Headings = NO_HEADINGS) -> bool:
    """Say whether any file below a folder names an account; one that cannot be read may."""
    return any(names_id(path, account, headings) for path in _files(folder))


def _lists(folder: Path) -> list[Path]:
    left = sorted([*folder.glob(f"{WORKING}*"), *folder.glob(f"{REMOVED}*")])
    return [*results(folder), *left]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
