"""Write a page to look through the newest scored list: its top, account by account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import DataError, UnavailableError, count, examples
from pipelines.manifests import read_manifest

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.browse.content import Part
    from icp_ml.data.tables import Batch

CHANGED_FROM = 1e-4
"""In probability or points: a list in CSV has four decimals."""


def browse(run: Run) -> None:
    """Write `page.html` beside the list that was published last."""
    from icp_ml.browse.content import page_content
    from icp_ml.data.publish import latest, write_text
    from icp_ml.data.tables import mapped_fields
    from icp_ml.pages import browse_page

    scored = Path(run.config.scoring.folder)
    with stage("browse") as say:
        folder = latest(scored)
        if folder is None:
            raise UnavailableError(f"{scored} holds no scored list.", fix="Run make predict first.")
        manifest = read_manifest(folder)
        parts = list(_parts(run, folder, manifest))
        fields = mapped_fields("prospects", run.config.data)
        facts = {
            "data": run.config.data.name,
            "scored_on": manifest["today"],
            "n_scored": manifest["rows_scored"],
        }
        page = browse_page(page_content(parts, fields, facts))
        write_text(folder / "page.html", page)
        n_rows = sum(len(one.listed) for one in parts)
        n_changes = sum(bool(one) for part in parts for one in part.changes)
        size = len(page.encode()) / 1e6
        told = f"{count(n_rows, 'account')}, {n_changes:,} with what would change their tier"
        say(f"{told}; {size:.1f} MB in {scored / 'latest' / 'page.html'}")


def _parts(run: Run, folder: Path, manifest: dict[str, Any]) -> Iterator[Part]:
    """Read, score again and tell of the accounts at the top, segment by segment.

    Raises
    ------
    UnavailableError
        The list has no row to show, or the model that scored it is not at hand.
    DataError
        The prospects are no longer what they were when they were scored.
    """
    from icp_ml.data.scored_top import own_rows, top_of_list

    top = top_of_list(folder, run.config.browse.n_rows)
    if top.empty:
        raise UnavailableError("the list ranks nobody.", fix="Look at refused.csv and the rules beside it.")
    runs = {one.segment: one for one in run.segments()}
    lacking = sorted(set(top["segment"]) - set(runs))
    if lacking:
        what = f"the list was scored with other segments: {examples(lacking)}."
        raise UnavailableError(what, fix="Choose those it was scored with: segments=...")
    config, is_csv = run.config, (folder / "scored.csv").is_file()
    accounts = own_rows(top, config.data, config.segments, is_csv, _prospects(run, manifest["rows_in"]))
    for name, rows in top.groupby("segment"):
        listed = rows.reset_index(drop=True)
        yield _part(runs[str(name)], listed, accounts[str(name)], manifest["today"])


def _prospects(run: Run, n_rows: int) -> Iterator[Batch]:
    """Read the prospects, and show how far."""
    from icp_ml.data.checks import Findings
    from icp_ml.data.tables import table_batches
    from pipelines.progress import counter

    with counter(n_rows, "prospects", "row") as tick:
        for batch in table_batches("prospects", run.config.data, run.config.scoring.batch_rows, Findings()):
            yield batch
            tick(len(batch.rows))


def _part(run: Run, listed: pd.DataFrame, accounts: pd.DataFrame, today: str) -> Part:
    import pandas as pd

    from icp_ml.browse.changes import tier_changes
    from icp_ml.browse.content import Part
    from icp_ml.data.tables import mapped_fields
    from icp_ml.scoring import encode, score_encoded
    from icp_ml.tracking.versions import load_version

    config = run.config
    model = load_version(config.tracking, str(listed["model_version"].iloc[0]))
    encoded = encode(model, accounts, pd.Timestamp(today))
    scored = score_encoded(model, encoded, config.scoring.n_reasons)
    _check_unchanged(listed, scored)
    fields = mapped_fields("prospects", config.data)
    changes = tier_changes(model, encoded, fields, config.browse.n_changes)
    return Part(model, listed, accounts, scored, changes)


def _check_unchanged(listed: pd.DataFrame, scored: pd.DataFrame) -> None:
    """Stop where accounts are no longer what they were when they were scored."""
    is_other = (listed["score"] - scored["rank_score"]).abs() > CHANGED_FROM
    if is_other.any():
        ids = scored.loc[is_other, "account_id"]
        what = f"{count(len(ids), 'account')} of the list's top {len(listed):,} have other values now."
        details = [f"for example {examples(ids)}"]
        raise DataError(what, details, "Score the list again: make predict.")


if __name__ == "__main__":
    run_pipeline(browse)
