"""Read the answer of an SQL query, and keep secrets out of every message."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from icp_ml.data.raw import RawBatch, column_names, column_positions
from icp_ml.data.secrets import HIDDEN, masked
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import FileSettings

FETCHED_ROWS = 5_000  # that a server sends at once
SQLITE_ERROR = 1  # of its result codes: the statement is wrong; a file that is locked or broken has others
NO_TEXT = ("22021", "22P05")
"""SQLSTATEs of PostgreSQL where a text has no meaning in its encoding."""
WRONG = ("0A", "21", "22", "42")
"""Classes of SQLSTATE that another try does not mend: not supported, cardinality, data, syntax or rights."""


def database_name(url: str) -> str:
    """Name a database in a message, without any secret."""
    import sqlalchemy as sa

    try:
        return masked(sa.make_url(url).render_as_string(hide_password=True))
    except (sa.exc.ArgumentError, ValueError):
        return "the database"


def query_batches(file: FileSettings, wanted: list[str] | None, batch_rows: int) -> Iterator[RawBatch]:
    """Give the rows of a query; all its columns where `wanted` is None.

    Raises
    ------
    UnavailableError
        The address, the driver or the database does not work.
    ConfigError
        The query is wrong.
    DataError
        A text is not in the encoding that it should be in.
    """
    name = database_name(file.url or "")
    with _answer(file) as result:
        header = column_names([str(key) for key in tuple(result.keys())])
        positions = column_positions(header, header if wanted is None else wanted, name)
        n_read = 0
        for part in result.partitions(batch_rows):
            columns = {
                key: pd.Series([row[at] for row in part], dtype=object) for key, at in positions.items()
            }
            places = list(range(n_read + 1, n_read + len(part) + 1))
            n_read += len(part)
            yield RawBatch(name, pd.DataFrame(columns, index=range(len(part))), places)


@contextmanager
def answering(url: str, failed: str) -> Iterator[Any]:
    """Give an engine for a database; what goes wrong in the block is said without any secret.

    Parameters
    ----------
    url : str
        SQLAlchemy address.
    failed : str
        What the database did not do, for the message.

    Raises
    ------
    UnavailableError
        The address, the driver, the database or a statement does not work.
    """
    import sqlalchemy as sa

    broken: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, ImportError, ValueError, TypeError)
    try:
        engine = sa.create_engine(url)
        _check_is_there(engine.url)
        try:
            yield engine
        finally:
            engine.dispose()
    except (*broken, *_driver_errors()) as failure:
        detail = _without_secrets(str(getattr(failure, "orig", None) or failure), url)
        raise UnavailableError(
            f"{database_name(url)} {failed}.", [detail], _fix(failure, url)
        ) from None  # the cause would show the address


@contextmanager
def _answer(file: FileSettings) -> Iterator[Any]:
    """Run a query exactly as it is written: no sign in it stands for a parameter."""
    options = {"stream_results": True, "max_row_buffer": FETCHED_ROWS, "no_parameters": True}
    with (
        answering(file.url or "", "did not answer the query") as engine,
        engine.connect().execution_options(**options) as connection,
        _of_the_query(file.url or ""),
        closing(connection.exec_driver_sql(file.query or "")) as result,
    ):
        yield result


@contextmanager
def _of_the_query(url: str) -> Iterator[None]:
    """Tell what another try does not mend, once the database is there: a wrong query, a broken text."""
    import sqlalchemy as sa

    raised: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, UnicodeError)
    try:
        yield
    except (*raised, *_driver_errors()) as failure:
        own = getattr(failure, "orig", None) or failure
        place, state = database_name(url), str(getattr(own, "sqlstate", None) or "")
        if isinstance(own, UnicodeError) or state in NO_TEXT or "decode to UTF-8" in str(own):
            found = re.search(r"column '([^']*)'", str(own))  # the text itself may be personal
            where = f"a text of column {found[1]!r}" if found else "a text"
            fix = "Correct it there, or convert it in the query."
            raise DataError(f"{place} holds {where} that is not in its encoding.", fix=fix) from None
        if not _is_wrong(failure, own, state):
            raise
        detail = _without_secrets(str(own), url)
        fix = "Correct the query in conf/data, or the rights of its user."
        raise ConfigError(f"{place} refuses the query.", [detail], fix) from None


def _is_wrong(failure: Exception, own: Any, state: str) -> bool:
    """Say whether it is the query: by the SQLSTATE where there is one, else by the kind of error."""
    if state:
        return state[:2] in WRONG
    kinds = {one.__name__ for one in type(failure).__mro__}
    is_of_sqlite = getattr(own, "sqlite_errorcode", None) == SQLITE_ERROR
    return is_of_sqlite or bool(kinds & {"ProgrammingError", "DataError", "ResourceClosedError"})


def _driver_errors() -> tuple[type[Exception], ...]:
    """Name what a driver raises where SQLAlchemy stands not between, as in a COPY."""
    driver: Any = sys.modules.get("psycopg")
    return () if driver is None else (driver.Error,)


def _fix(failure: Exception, url: str) -> str:
    if isinstance(failure, ImportError) and url.startswith("postgresql"):
        return "Install its driver: pip install 'icp_ml[postgresql]'."
    return "Check the address, the driver, the rights and the query or table in conf."


def _check_is_there(url: Any) -> None:
    """Stop before SQLite makes a new, empty database of a name that was mistyped."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return
    if not Path(name).is_file():
        raise UnavailableError(f"{name} is not there.", fix="Correct the address in conf/data.")


def _without_secrets(detail: str, url: str) -> str:
    """Give the first line of a driver's complaint, with nothing of the address that may be secret."""
    shown = masked(detail.replace(url, database_name(url)))
    for secret in _secrets(url):
        shown = shown.replace(secret, HIDDEN)
    return (shown.splitlines() or [""])[0]


def _secrets(url: str) -> list[str]:
    """List the password as written and as decoded; of an address that makes no sense, all its parts."""
    import sqlalchemy as sa

    found = {after.rpartition("@")[0].partition(":")[2] for after in [url.partition("//")[2] or url]}
    try:
        found.add(str(sa.make_url(url).password or ""))
    except (sa.exc.ArgumentError, ValueError):
        found |= set(re.split(r"[:/@]+", url)[1:])
    return sorted((one for one in found if len(one) > 1), key=len, reverse=True)
