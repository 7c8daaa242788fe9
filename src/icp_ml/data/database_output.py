"""Write a scored list into a database table, so that a reader sees the old list or the new one."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.databases import answering, database_name
from icp_ml.data.scored import SCHEMA
from icp_ml.errors import UnavailableError, examples
from icp_ml.settings import TableOutputSettings

LIST_KEY = "list_key"
STAGING = "__next"
NUL_IN_JSON = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u0000"
)  # but not a backslash, itself written as two, and u0000
TABLE_COLUMNS = (*SCHEMA.names, LIST_KEY)


class TableOutput:
    """A database table that a list is written to: into a staging table first, then moved in one transaction.

    Its columns are those of the scored list, and `list_key`: the key in the list's manifest. Lists of reasons
    and of similar accounts are JSON. The table itself stays where there is one, with its indexes, views and
    rights; its rows are replaced, or added to.

    Parameters
    ----------
    settings : TableOutputSettings
    key : str
        Of the list. Rows that bear it already are of a run that was stopped late; they are replaced.
    """

    def __init__(self, settings: TableOutputSettings, key: str) -> None:
        self._settings = settings
        self._key = key

    def check(self) -> None:
        """Stop before the work begins where the table cannot be written.

        Raises
        ------
        UnavailableError
            The database does not answer, or the table is not one of ours: its rows would be lost.
        """
        import sqlalchemy as sa

        with self._connected() as connection:
            table = self._table()
            found = sa.inspect(connection)
            if not found.has_table(table.name, schema=table.schema):
                return
            columns = [str(one["name"]) for one in found.get_columns(table.name, schema=table.schema)]
        lacking = [name for name in TABLE_COLUMNS if name not in columns]
        further = [name for name in columns if name not in TABLE_COLUMNS]
        if lacking or further:
            details = [f"lacking: {examples(lacking)}"] if lacking else []
            details += [f"not of a scored list: {examples(further)}"] if further else []
            place = f"table {table.fullname} in {database_name(self._settings.url)}"
            fix = "Name another table in scoring.output.table, or drop this one."
            raise UnavailableError(f"{place} is not a scored list of this version.", details, fix)

    def staged(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Pass scored tables on, and write each of them into the staging table."""
        staging = self._table(STAGING)
        with self._connected() as connection:
            staging.drop(connection, checkfirst=True)
            staging.create(connection)
        for table in tables:
            with self._connected() as connection:
                insert_rows(connection, staging, _plain(table, self._key))
            yield table

    def publish(self) -> None:
        """Move the staged rows into the table in one transaction, and drop the staging table."""
        import sqlalchemy as sa

        table, staging = self._table(), self._table(STAGING)
        old = sa.delete(table)
        if self._settings.if_exists == "append":
            old = old.where(table.c[LIST_KEY] == self._key)
        with self._connected() as connection:
            table.create(connection, checkfirst=True)
            connection.execute(old)
            rows = sa.select(*(staging.c[name] for name in TABLE_COLUMNS))
            connection.execute(sa.insert(table).from_select(list(TABLE_COLUMNS), rows))
        with self._connected() as connection:
            staging.drop(connection, checkfirst=True)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Give a connection in a transaction, which ends with the block."""
        import sqlalchemy as sa

        with answering(self._settings.url, "did not take the scored list") as engine, engine.begin() as one:
            if engine.dialect.name == "sqlite":  # its driver begins a transaction only before a change
                one.execute(sa.text("PRAGMA busy_timeout = 60000"))
            yield one

    def _table(self, ending: str = "") -> Any:
        import sqlalchemy as sa
        from sqlalchemy.dialects.postgresql import JSONB

        types: dict[Any, Any] = {
            pa.string(): sa.Text(),
            pa.float64(): sa.Double(),
            pa.int64(): sa.BigInteger(),
            pa.bool_(): sa.Boolean(),
            pa.date32(): sa.Date(),
        }
        as_json = sa.Text().with_variant(JSONB(), "postgresql")
        columns = [sa.Column(one.name, types.get(one.type, as_json)) for one in SCHEMA]
        schema, _, name = self._settings.table.rpartition(".")
        kept = sa.Column(LIST_KEY, sa.Text(), nullable=False)
        return sa.Table(name + ending, sa.MetaData(), *columns, kept, schema=schema or None)


def _plain(table: pa.Table, key: str) -> pa.Table:
    """Turn lists into JSON and leave out NUL, which no text in PostgreSQL may hold."""
    columns = []
    for one in table.schema:
        column = table[one.name]
        if pa.types.is_list(one.type):
            column = pa.chunked_array([pa.array(map(_json, column.to_pylist()), pa.string())])
        if pa.types.is_string(column.type):
            column = pc.replace_substring(column, "\0", "")
        columns.append(column)
    return pa.table([*columns, pa.repeat(key, len(table))], names=TABLE_COLUMNS)


def _json(row: list[Any] | None) -> str | None:
    """Write a list as JSON, which has a name for NUL that `jsonb` refuses."""
    return None if row is None else NUL_IN_JSON.sub(r"\1", json.dumps(row, ensure_ascii=False))


def insert_rows(connection: Any, table: Any, rows: pa.Table) -> None:
    """Add rows to a table in the fastest way that the driver has."""
    import sqlalchemy as sa

    if connection.dialect.driver == "psycopg":
        _copy(connection, table, rows)
    elif len(rows):
        connection.execute(sa.insert(table), rows.to_pylist())


def _copy(connection: Any, table: Any, rows: pa.Table) -> None:
    """Add rows by PostgreSQL's COPY; an empty text is quoted, a missing value is not."""
    from pyarrow import csv

    quote = connection.dialect.identifier_preparer
    names = ", ".join(quote.quote(name) for name in rows.column_names)
    written = io.BytesIO()
    csv.write_csv(rows, written, csv.WriteOptions(include_header=False))
    with connection.connection.cursor() as cursor:
        statement = f"COPY {quote.format_table(table)} ({names}) FROM STDIN WITH (FORMAT csv)"
        with cursor.copy(statement) as copying:
            copying.write(written.getbuffer())
