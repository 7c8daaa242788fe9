"""Propose a mapping for a user's files: what each file and column is, in what form, and why."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from icp_ml.data.endings import COMPRESSED_ENDINGS


@dataclass(frozen=True)
class Proposal:
    """A mapping to write, and what to tell of it."""

    text: str
    summary: tuple[str, ...]
    next_command: str


def propose(paths: Sequence[Path], name: str) -> Proposal:
    """Look at the files and propose conf/data/NAME.yaml.

    Raises
    ------
    UnavailableError
        A file is not there.
    DataError
        A file cannot be read, or holds no rows.
    """
    from icp_ml.data.proposals.currencies import money_of, with_currencies
    from icp_ml.data.proposals.roles import roles_of
    from icp_ml.data.proposals.samples import sample_of
    from icp_ml.data.proposals.summary import next_command, summary_lines
    from icp_ml.data.proposals.tables import tables_of
    from icp_ml.data.proposals.writing import Heading, mapping_text

    roles = roles_of([sample_of(path) for path in dict.fromkeys(paths)])
    tables = tables_of(roles)
    missing = ["", *dict.fromkeys(token.casefold() for table in tables for token in table.tokens)]
    money = money_of(tables)
    tables = tables if money is None else [with_currencies(table, money) for table in tables]
    text = mapping_text(Heading(name, root_of(paths), missing, money), tables)
    return Proposal(text, tuple(summary_lines(roles, tables)), next_command(name, tables))


def root_of(paths: Sequence[Path]) -> str:
    """Give the folder that all files lie in; relative as long as all paths are."""
    folders = [str(path.parent) for path in paths]
    if len({path.is_absolute() for path in paths}) > 1:
        folders = [str(Path(folder).resolve()) for folder in folders]
    return os.path.commonpath(folders) or "."


def name_of(path: Path) -> str:
    """Make a name of a file's name: "Kunden 2024.csv.gz" gives kunden_2024."""
    stem = path.name
    while Path(stem).suffix.lower() in COMPRESSED_ENDINGS:
        stem = Path(stem).stem
    from icp_ml.data.proposals.headings import slug

    return re.sub(r"[^a-z0-9_]", "", slug(Path(stem).stem, 1))
