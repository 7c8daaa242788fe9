"""Stop a scheduled run whose sources broke off or whose list is unlike the last one, which then stays.

What a file says of itself (not there, empty, truncated, a column gone) stops where it is read. Here stands
what only the last list can tell.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from icp_ml.config import Run
from icp_ml.errors import DataError, UnavailableError, count
from icp_ml.settings import Config, RescoreSettings

EXPECTED = 20.0
"""Known values that a list of this length would have: with fewer, none at all may be chance (e^-20)."""


def check_sources(run: Run) -> None:
    """Check before the work that the clock goes forward and that no text file broke off.

    Raises
    ------
    UnavailableError
        The newest list is of a later day, or a source is not there.
    DataError
        A file ends in the middle of a row.
    """
    from icp_ml.data.broken_off import check_ending

    config = run.config
    check_day(config, Path(config.rescore.folder))
    tables = [one for one in (config.data.prospects, config.data.customers) if one is not None]
    for table in tables:
        for source in (table, *table.joins):
            check_ending(source)
    for source in config.data.enrichment.values():
        check_ending(source)


def check_day(config: Config, folder: Path) -> None:
    """Refuse to go back in time: what is new, changed or gone since a later list would be told wrongly.

    Raises
    ------
    UnavailableError
        The newest list is of a later day than `today`.
    """
    from icp_ml.data.publish import latest
    from pipelines.manifests import read_manifest

    newest = latest(folder)
    if newest is None:
        return
    day = date.fromisoformat(read_manifest(newest)["today"])
    if config.today < day:
        what = f"today is {config.today}, and the newest list in {folder} is of {day}."
        fix = f"Set the clock, or today=...; where the list's day is wrong, move {newest.name} away."
        raise UnavailableError(what, fix=fix)


def check_list(manifest: dict[str, Any], before: dict[str, Any] | None, settings: RescoreSettings) -> None:
    """Refuse a list that is so unlike the last one that its sources are likely to be broken.

    Call it after the list was scored and before it is published.

    Parameters
    ----------
    manifest, before : dict
        Of this list and of the last one, where there is one.
    settings : RescoreSettings

    Raises
    ------
    DataError
        Naming everything that is unlike, with the figures of both.
    """
    if before is None or settings.accepts_rows:
        return
    found = [*_rows(manifest, before, settings), *_refused(manifest, before, settings)]
    found += _lost(manifest, before)
    if found:
        what = f"the list is unlike the last one, of {before['today']}, in {count(len(found), 'respect')}."
        fix = "Export it again; where it is meant, accept it once with rescore.accepts_rows=true."
        raise DataError(what, found, fix)


def _rows(manifest: dict[str, Any], before: dict[str, Any], settings: RescoreSettings) -> list[str]:
    now, then = manifest["rows_in"], before["rows_in"]
    if not then:
        return []
    ratio = now / then
    name = "min_rows_ratio" if ratio < settings.min_rows_ratio else "max_rows_ratio"
    if settings.min_rows_ratio <= ratio <= settings.max_rows_ratio:
        return []
    bound = getattr(settings, name)
    return [f"rows: {now:,}, {ratio:.3g} times the last list's {then:,} (rescore.{name}={bound:g})"]


def _refused(manifest: dict[str, Any], before: dict[str, Any], settings: RescoreSettings) -> list[str]:
    now, then = (one["rows_refused"] / max(one["rows_in"], 1) for one in (manifest, before))
    if now - then <= settings.max_refused_rise:
        return []
    reasons = "; ".join(f"{reason} ({n:,})" for reason, n in _commonest(manifest))
    bound = f"rescore.max_refused_rise={settings.max_refused_rise:g}"
    why = f": {reasons}" if reasons else ""
    return [f"refused: {now:.1%} of the rows, before {then:.1%} ({bound}){why}"]


def _commonest(manifest: dict[str, Any]) -> list[tuple[str, int]]:
    return list(manifest["rows_refused_by_reason"].items())[:3]


def _lost(manifest: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Name the columns that are mapped in both lists, known in the last one, and empty in this one."""
    now, then = manifest.get("known", {}), before.get("known", {})
    n_now, n_then = manifest["rows_in"], before["rows_in"]
    return [
        f"{name}: no value is known, in the last list {then[name]:,} of {n_then:,}"
        for name in now
        if not now[name] and then.get(name, 0) * n_now >= EXPECTED * max(n_then, 1)
    ]
