"""The file by which a CRM imports the whole of a scored list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from icp_ml.data.crm.cells import FORMS, check_columns, import_cells, imported_rows
from icp_ml.data.scored_text import header_line, joined_lines
from icp_ml.settings import OutputSettings


def check_preset(output: OutputSettings) -> None:
    """Stop where the chosen import is mapped to columns that no scored list has.

    Raises
    ------
    ConfigError
    """
    if output.preset is not None:
        check_columns(output, output.preset)


def with_import_file(tables: Iterable[pa.Table], folder: Path, output: OutputSettings) -> Iterator[pa.Table]:
    """Pass scored tables on, and write them for the import of a CRM where one is chosen.

    The file is UTF-8 without a byte order mark, which Salesforce would take for a part of the first name.
    """
    if output.preset is None:
        yield from tables
        return
    form, columns = FORMS[output.preset], output.presets[output.preset]
    with (folder / f"{output.preset}.csv").open("wb") as stream:
        stream.write(header_line(columns))
        for table in tables:
            kept = imported_rows(table, output)
            if len(kept):
                stream.write(joined_lines(list(import_cells(kept, form, columns).values())))
            yield table
