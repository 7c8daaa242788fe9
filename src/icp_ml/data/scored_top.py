"""Read the top of a published list, whatever its form, and its accounts' own values, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import csv, parquet

from icp_ml.data.scored import SCHEMA
from icp_ml.data.scored_text import FORMULA_STARTS, safe_cell
from icp_ml.data.segments import covers
from icp_ml.data.sources import place_name
from icp_ml.data.tables import Batch, mapped_fields
from icp_ml.errors import DataError, UnavailableError, count, examples
from icp_ml.settings import DataSettings, SegmentSettings

READ = (
    *("account_id", "segment", "fit_probability", "fit_rank", "rubric_points", "tier", "list_tier"),
    *("worth_finding", "is_customer", "duplicate_of", "is_excluded", "exclusion_reason", "rule"),
    *("model_tier", "model_version"),
)
KEY = ["segment", "account_id"]
"""What a row of a list is of."""
TEXTS = ("worth_finding", "exclusion_reason", "rule", "tier", "list_tier", "model_tier", "segment")


def top_of_list(folder: Path, n_rows: int) -> pd.DataFrame:
    """Give the accounts of a published list that rank highest, and those who may not be worked beside them.

    Parameters
    ----------
    folder : Path
        Published.
    n_rows : int
        Ranked accounts, over all segments by their ranks; and at most as many excluded ones, whose score
        reaches the last of these. What repeats another row is left out.

    Returns
    -------
    pandas.DataFrame
        The columns of READ and `score` (what the list is ranked by), ranked accounts first; account ids as
        the list has them.

    Raises
    ------
    UnavailableError
        The folder holds no list.
    """
    ranked, others = pd.DataFrame(), pd.DataFrame()
    for batch in _batches(folder):
        rows = batch.loc[batch["duplicate_of"].isna()]
        is_ranked = rows["fit_rank"].notna()
        ranked = pd.concat([ranked, rows.loc[is_ranked & (rows["fit_rank"] <= n_rows)]])
        ranked = ranked.sort_values(["fit_rank", "segment"], kind="stable").head(n_rows)
        others = pd.concat([others, rows.loc[~is_ranked & rows["score"].notna()]])
        others = others.sort_values("score", ascending=False, kind="stable").head(n_rows)
    if len(ranked) and len(others):
        least = ranked.groupby("segment")["score"].min()
        others = others.loc[others["score"] >= others["segment"].map(least)]
    together = pd.concat([ranked, others]).drop_duplicates(KEY)
    return together.reset_index(drop=True)


def _batches(folder: Path) -> Iterator[pd.DataFrame]:
    """Give the rows of a list batch by batch."""
    if (folder / "scored.csv").is_file():
        tables = _csv_tables(folder / "scored.csv")
    else:
        paths = sorted([*folder.glob("scored.parquet"), *folder.glob("scored/*.parquet")])
        if not paths:
            fix = "Run make predict again."
            raise UnavailableError(f"{folder} holds no scored list.", fix=fix)
        tables = (
            pa.Table.from_batches([batch])
            for path in paths
            for batch in parquet.ParquetFile(path).iter_batches(columns=list(READ))
        )
    for table in tables:
        rows = table.select(list(READ)).to_pandas()
        yield rows.assign(score=rows["fit_probability"].fillna(rows["rubric_points"]))


def _csv_tables(path: Path) -> Iterator[pa.Table]:
    kinds = {name: SCHEMA.field(name).type for name in READ}
    options = csv.ConvertOptions(
        include_columns=list(READ),
        column_types=kinds,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
        true_values=["yes"],
        false_values=["no"],
    )
    parsing = csv.ParseOptions(newlines_in_values=True)
    for batch in csv.open_csv(path, parse_options=parsing, convert_options=options):
        table = pa.Table.from_batches([batch])
        for name in TEXTS:
            texts = pa.array([_as_written(one) for one in table[name].to_pylist()], pa.string())
            table = table.set_column(table.column_names.index(name), name, texts)
        yield table


def _as_written(text: str | None) -> str | None:
    """Take away the sign that keeps a spreadsheet from running a cell."""
    is_kept_safe = text is not None and text.startswith("'") and text[1:].startswith(FORMULA_STARTS)
    return text[1:] if text is not None and is_kept_safe else text


def own_rows(
    top: pd.DataFrame,
    mapping: DataSettings,
    segments: Mapping[str, SegmentSettings],
    is_csv: bool,
    batches: Iterable[Batch],
) -> dict[str, pd.DataFrame]:
    """Read the accounts of a list again from where the prospects are.

    Parameters
    ----------
    top : pandas.DataFrame
        As `top_of_list` gives it.
    mapping : DataSettings
    segments : mapping of str to SegmentSettings
        Those that the list has; of accounts that repeat, the first that a segment covers counts, as in the
        list.
    is_csv : bool
        Whether the list's ids are those of a spreadsheet.
    batches : iterable of Batch
        The prospects, as `table_batches` gives them.

    Returns
    -------
    dict of str to pandas.DataFrame
        By segment: our columns, one row for each of its accounts, in the order of `top`.

    Raises
    ------
    DataError
        Some are no longer there.
    """
    order = {str(name): rows["account_id"] for name, rows in top.groupby("segment")}
    wanted = {name: set(ids) for name, ids in order.items()}
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in wanted}
    for batch in batches:
        keys = batch.rows["account_id"].map(safe_cell) if is_csv else batch.rows["account_id"]
        may_be = keys.isin(set().union(*wanted.values()))
        rows = batch.rows.loc[may_be].assign(key=keys.loc[may_be])
        if len(rows):
            for name, is_covered in covers(rows, "prospects", segments, mapping).items():
                if name in wanted:
                    found[name].append(rows.loc[is_covered & rows["key"].isin(wanted[name]).to_numpy()])
    fields = mapped_fields("prospects", mapping)
    whole = {name: _first_of_each(parts, ["key", *fields]) for name, parts in found.items()}
    _check_all_there(top, whole, mapping)
    return {name: whole[name].loc[order[name]].reset_index(drop=True) for name in wanted}


def _first_of_each(parts: list[pd.DataFrame], names: list[str]) -> pd.DataFrame:
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    return rows.drop_duplicates("key").set_index("key")


def _check_all_there(top: pd.DataFrame, found: Mapping[str, pd.DataFrame], mapping: DataSettings) -> None:
    gone = [
        account
        for name, rows in top.groupby("segment")
        for account in rows["account_id"]
        if account not in found[str(name)].index
    ]
    if gone and mapping.prospects is not None:
        where = place_name(mapping.prospects)
        what = f"{count(len(gone), 'account')} of the list's top {len(top):,} are no longer in {where}."
        raise DataError(what, [f"for example {examples(gone)}"], "Score the list again: make predict.")
