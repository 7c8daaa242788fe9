"""Keep a local store usable after its folder was moved: MLflow remembers artifacts by absolute path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)
"""Where MLflow 3.17 writes a local artifact address."""


def follow_move(uri: str, artifact_folder: Path) -> None:
    """Point a SQLite store at the artifacts beside it, where it still remembers another place.

    Does nothing unless the artifact folder lies beside the database and the remembered one does not.

    Parameters
    ----------
    uri : str
        SQLAlchemy address of the SQLite database.
    artifact_folder : Path
        Where the artifacts are now.
    """
    import sqlalchemy as sa

    folder = artifact_folder.resolve()
    beside = Path(uri.removeprefix("sqlite:///")).parent
    if not folder.is_relative_to(beside) or not folder.is_dir():
        return
    engine = sa.create_engine(uri)
    try:
        with engine.begin() as connection:
            found = connection.execute(
                sa.text("select distinct artifact_location from experiments")
            ).scalars()
            old = [one for one in found if one.startswith("file:") and one != folder.as_uri()]
            for root in (one for one in old if one.endswith(f"/{folder.name}")):
                if not _path(root).is_relative_to(beside):
                    _replace(connection, root, folder.as_uri())
    finally:
        engine.dispose()


def _path(address: str) -> Path:
    from urllib.parse import unquote, urlparse

    return Path(unquote(urlparse(address).path))


def _replace(connection: Connection, old: str, new: str) -> None:
    import sqlalchemy as sa

    for table, column in PLACES:
        places = sa.table(table, sa.column(column))
        address = places.c[column]
        statement = sa.update(places).where(address.startswith(old, autoescape=True))
        connection.execute(statement.values({column: sa.func.replace(address, old, new)}))
