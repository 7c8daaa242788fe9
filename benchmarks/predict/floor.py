"""Read a list and write as many rows as were scored: python -m benchmarks.predict.floor LIST SCORED OUTPUT.

No program that reads this list and writes such a file does less: pyarrow reads the one on all cores, and
writes the first rows of the other, over and over, until there are as many as were read.
"""

from __future__ import annotations

import sys

from pyarrow import csv

N_WRITTEN_AT_ONCE = 10_000


def main(path: str, scored: str, output: str) -> None:
    """Read and write."""
    over_lines = csv.ParseOptions(newlines_in_values=True)
    left = csv.read_csv(path, parse_options=over_lines).num_rows
    with csv.open_csv(scored, parse_options=over_lines) as stream:
        rows = next(iter(stream)).slice(0, N_WRITTEN_AT_ONCE)
    with csv.CSVWriter(output, rows.schema) as target:
        while left > 0:
            target.write_batch(rows.slice(0, left))
            left -= len(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
