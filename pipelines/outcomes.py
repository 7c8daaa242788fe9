"""Say what became of the accounts that were scored: closed deals against what had been predicted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import ConfigError, IcpError, UnavailableError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from icp_ml.label import Labels
    from icp_ml.outcomes import Asked, Outcomes, SegmentOutcomes

JSON, PAGE = "outcomes.json", "outcomes.html"
SHIFTED = (
    "model.base_rate shifts the probabilities to the prospects' base rate, which those who have deals do not "
    "show: probabilities are not compared."
)


class Entries(Protocol):
    """What of a ledger is read here."""

    def entries(self, accounts: set[str] | None = None, since: str | None = None) -> Iterable[pa.Table]:
        """Give the entries of some accounts, in order of cycles."""


def outcomes(run: Run) -> None:
    """Compare, print a table, and publish it with a page.

    Raises
    ------
    ConfigError
        No deals are mapped, or not how they ended.
    UnavailableError
        Nothing was ever scored on a schedule.
    """
    from icp_ml.data.ledger import open_ledger
    from icp_ml.outcomes.words import lines

    config = run.config
    if not has_deals(run):
        what = f"conf/data/{config.data.name}.yaml maps no deals with closed_at and is_won."
        raise ConfigError(what, fix="Map them: they say what became of the accounts that were scored.")
    ledger = open_ledger(config.rescore)
    if not ledger.cycles():
        raise UnavailableError(f"{config.rescore.folder} holds no ledger.", fix="Run make rescore first.")
    with stage("outcomes") as say:
        found = _published(run, ledger, None)
        n_closed = sum(view.n_known for one in found.segments for view in one.views[:1])
        say(f"{n_closed:,} deals closed by {config.today}; in {Path(config.outcomes.folder) / 'latest'}")
    for line in lines(found):
        print(line, flush=True)


def has_deals(run: Run) -> bool:
    """Say whether the deals are mapped, and how they ended."""
    from icp_ml.data.mapping import mapped_fields

    mapping = run.config.data
    return mapping.deals is not None and {"closed_at", "is_won"} <= set(mapped_fields("deals", mapping))


def outcomes_of(run: Run, ledger: Entries) -> Outcomes | None:
    """Give the outcomes of a scheduled run; None where no deals are mapped.

    Where nothing closed since the last time, and no setting changed, they are those of the last time: only
    the deals are read. What best is by the definition is then as of that day too.
    """
    return _published(run, ledger, _closed(run)) if has_deals(run) else None


def _published(run: Run, ledger: Entries, known: Mapping[str, pd.DataFrame] | None) -> Outcomes:
    """Publish what is new; with `known` deals, what was found before on the same ones is given again."""
    from icp_ml.data.publish import MANIFEST, latest, locked, publication, write_json, write_text

    config, folder = run.config, Path(run.config.outcomes.folder)
    deals = _closed(run) if known is None else known
    key = _key(run, deals)
    with locked(folder):
        before = latest(folder)
        stored = None if before is None else _stored(before, key)
        if stored is not None and known is not None:
            return stored
        found = _measured(run, ledger, deals)
        if stored == found:
            return found
        from icp_ml.outcomes.documents import page  # draws, which most nights need not

        with publication(folder, str(config.today), key[:12]) as working:
            write_text(working / JSON, found.to_json())
            write_text(working / PAGE, page(found, config.data.name))
            write_json(working / MANIFEST, {"key": key})
    return found


def _stored(folder: Path, key: str) -> Outcomes | None:
    """Give what was found before of the same deals and settings; None where that cannot be read."""
    from icp_ml.data.publish import MANIFEST
    from icp_ml.outcomes import Outcomes

    try:
        if json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("key") != key:
            return None
        return Outcomes.from_json((folder / JSON).read_text(encoding="utf-8"))
    except (OSError, ValueError, IcpError):
        return None


def _key(run: Run, deals: Mapping[str, pd.DataFrame]) -> str:
    """Digest the closed deals and all settings that figures depend on."""
    from icp_ml.segments import segment_digest

    config = run.config
    content = [
        version("icp_ml"),
        {name: rows.to_csv(index=False) for name, rows in deals.items()},
        {name: segment_digest(one) for name, one in config.segments.items()},
        config.outcomes.model_dump(mode="json", exclude={"folder"}),
        [config.evaluation.n_bootstrap, config.seed, config.scoring.exploration_share],
        config.model.base_rate,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _closed(run: Run) -> dict[str, pd.DataFrame]:
    """Read the deals that are closed, and of each segment those that count in it."""
    from icp_ml.data.segments import covers
    from icp_ml.data.tables import read_table
    from icp_ml.outcomes import closed_deals

    config = run.config
    rows = read_table("deals", config.data).rows
    counting = {name: one.model_copy(update={"where": one.outcomes}) for name, one in config.segments.items()}
    kept = covers(rows, "deals", counting, config.data)
    return {name: closed_deals(rows.loc[is_kept], config.today) for name, is_kept in kept.items()}


def _measured(run: Run, ledger: Entries, deals: Mapping[str, pd.DataFrame]) -> Outcomes:
    """Read the entries of all accounts in question once, and measure each segment."""
    from icp_ml.outcomes import Outcomes, entry_rows

    config = run.config
    labelled = {one.segment: _labelled(one) for one in run.segments()}
    accounts = {account for rows in deals.values() for account in rows["account_id"]}
    for labels, _ in labelled.values():
        accounts |= set() if labels is None else set(labels.rows["account_id"])
    entries = entry_rows(ledger.entries(accounts=accounts))
    segments = [
        _segment(
            one, (deals[one.segment], entries.loc[entries["segment"] == one.segment]), labelled[one.segment]
        )
        for one in run.segments()
    ]
    asked, share = config.outcomes, config.scoring.exploration_share
    settings = (asked.confidence, asked.min_deals, asked.backtest_days, share)
    return Outcomes(config.today, *settings, tuple(segments))


def _segment(
    run: Run, made: tuple[pd.DataFrame, pd.DataFrame], labelled: tuple[Labels | None, str]
) -> SegmentOutcomes:
    """Measure deals won; and who is best, where that is another thing and known."""
    from icp_ml.outcomes import SegmentOutcomes, best_view, won_views

    (deals, entries), (labels, note) = made, labelled
    asked, is_proxy = _asked(run), not learns_won(run)
    views = won_views(deals, entries, asked, is_proxy)
    if labels is not None:
        views.append(best_view(labels.rows, entries, asked))
    notes = [one for one in (note, SHIFTED if asked.is_shifted else "") if one]
    return SegmentOutcomes(run.segment, _best(run, labels), tuple(views), tuple(notes))


def learns_won(run: Run) -> bool:
    """Say whether what a segment's models learn is whether a deal is won, and nothing else."""
    from icp_ml.label.needs import active
    from icp_ml.settings import WonSettings

    label = run.config.label
    return isinstance(label, WonSettings) and not active(label.never_best)


def _best(run: Run, labels: Labels | None) -> str:
    from icp_ml.label.won import MEANING

    if labels is not None:
        return labels.meaning
    definition = run.config.label.definition
    said = {"won": MEANING, "rubric": "what the declared rubric looks for"}
    return said.get(definition, f"as label={definition} says")


def _asked(run: Run) -> Asked:
    from icp_ml.outcomes import Asked
    from icp_ml.segments import segment_digest

    config = run.config
    return Asked(
        config.outcomes,
        config.evaluation,
        config.seed,
        config.scoring.exploration_share,
        segment_digest(config.segments[run.segment]),
        config.model.base_rate is not None,
    )


def _labelled(run: Run) -> tuple[Labels | None, str]:
    """Say who of the customers is best by the definition, where deals won do not say it; or why not."""
    from icp_ml.data.outcomes import label_tables
    from icp_ml.data.pooling import pooled
    from icp_ml.data.segments import in_segment
    from icp_ml.label import label_rows
    from icp_ml.settings import RubricLabelSettings

    config = run.config
    if learns_won(run) or isinstance(config.label, RubricLabelSettings):
        return None, ""
    try:
        whole = pooled(label_tables(config.data, config.label), config.matching)
        tables = in_segment(whole, run.segment, config.segments[run.segment], config.data)
        return label_rows(tables.rows, config.label, config.today), ""
    except IcpError as failure:
        return None, f"who is best by the definition is not known: {failure.what}"


if __name__ == "__main__":
    run_pipeline(outcomes)
