"""The manifest of a scored list: what scored it, what became of each row, and what to know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.errors import DataError
from icp_ml.segments import DEFAULT
from icp_ml.settings import Config

if TYPE_CHECKING:
    from icp_ml.data.part_counts import PartCounts
    from icp_ml.data.placing import Placed
    from icp_ml.model.candidate import Model
    from pipelines.listing import Listing


KINDS = {"key": str, "today": str, "segments": dict, "rows_in": int, "rows_scored": int}
"""What later runs ask a manifest for."""
READ_AGAIN = "Restore it, or move its folder and the pointer latest away: the next run writes both anew."


def manifest_of(run: Run, listing: Listing, counts: PartCounts, placed: Placed) -> dict[str, Any]:
    """Say what became of a list.

    rows_in = rows_covered + rows_refused + rows_filtered; of the refused, rows_uncovered are in no segment
    that has a model. rows_scored is the length of the list: a covered row stands in it once for each segment.
    """
    from icp_ml.data.sources import masked
    from icp_ml.rules import rule_facts, rule_lines
    from icp_ml.scoring import LIST_TIERS, TIERS

    asked = (run.config.rules, counts.all_effects(), run.config.today)
    rules, said = rule_facts(*asked), [*listing.rules.notes, *rule_lines(*asked)]
    findings, coverage = counts.findings, counts.coverage
    tiers = sum(counts.tiers.values(), Counter[str]())
    return {
        "key": listing.key,
        "today": str(run.config.today),
        "segments": {name: _facts(name, model, counts) for name, model in listing.models.items()},
        "rows_in": findings.n_rows,
        "rows_covered": coverage.n_covered,
        "rows_scored": counts.n_rows,
        "rows_refused": findings.n_refused + coverage.n_uncovered,
        "rows_uncovered": coverage.n_uncovered,
        "rows_filtered": findings.n_filtered,
        "rows_of_customers": counts.customers.total(),
        "rows_of_customers_by": dict(counts.customers),
        "rows_excluded": sum(one["rows_decided"] for one in rules.values() if one["action"] == "exclude"),
        "rows_of_exploration": placed.n_exploration,
        "tiers": {tier: tiers[tier] for tier in TIERS},
        "list_tiers": {tier: placed.list_tiers[tier] for tier in LIST_TIERS},
        "rules": rules,
        "enrichment": findings.enriched.rows(),
        "known": {name: int(n) for name, n in sorted(findings.n_known.items())},
        "rows_refused_by_reason": dict(counts.refused_by_reason.most_common(50)),
        "notes": [*_notes(run, listing), *said, *coverage.lines(), *findings.lines()],
        "digests": listing.digests,
        "config": masked(run.composed).splitlines(),
    }


def check_not_empty(config: Config, counts: PartCounts) -> None:
    """Stop before an empty list takes the place of a good one."""
    if counts.n_rows:
        return
    from icp_ml.data.sources import place_name

    what = "the list of prospects" if config.data.prospects is None else place_name(config.data.prospects)
    findings = counts.findings
    details = [f"rows: {findings.n_rows:,} read, {findings.n_filtered:,} filtered out"]
    details += [f"{reason}: {n:,} rows refused" for reason, n in counts.refused_by_reason.most_common(5)]
    raise DataError(
        f"{what} holds no row that can be scored.", details, "Export it again; the last list stays."
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a published folder; one from before there were segments is of the default one.

    Raises
    ------
    DataError
        It is damaged.
    """
    from icp_ml.data.publish import read_json

    path = folder / "manifest.json"
    content = read_json(path)
    try:
        if "segments" not in content:
            facts = {name: content[name] for name in ("model_version", "estimates", "tiers")}
            named = {"kind": "boosted_trees", "best": content["model"], "rows": content["rows_scored"]}
            content["segments"] = {DEFAULT: facts | named}
        _check_kinds(content)
    except (KeyError, TypeError, ValueError) as failure:
        detail = f"{type(failure).__name__}: {failure}"
        raise DataError(f"{path} is no manifest.", [detail], READ_AGAIN) from failure
    return content


def _check_kinds(content: Mapping[str, Any]) -> None:
    """See that a manifest holds what other runs ask it for, each of its kind."""
    for name, kind in KINDS.items():
        if not isinstance(content[name], kind) or isinstance(content[name], bool):
            raise TypeError(f"{name} is no {kind.__name__}")
    date.fromisoformat(content["today"])
    for name, facts in content["segments"].items():
        if not isinstance(facts["model_version"], str):
            raise TypeError(f"segments.{name}.model_version is no str")


def summary(manifest: dict[str, Any], folder: Path) -> str:
    """Say what became of a list and where it is, in one line."""
    scored = f"{manifest['rows_covered']:,} of {manifest['rows_in']:,} rows scored"
    left_out = {
        "refused": manifest["rows_refused"] - manifest["rows_uncovered"],
        "covered by no segment": manifest["rows_uncovered"],
    }
    refused = "".join(f", {n:,} {why} (see refused.csv)" for why, n in left_out.items() if n)
    filtered = f", {manifest['rows_filtered']:,} filtered out" if manifest["rows_filtered"] else ""
    segments = manifest["segments"]
    tiers = [
        _tier_line(facts) if len(segments) == 1 else f"{name} {_tier_line(facts)}"
        for name, facts in segments.items()
    ]
    return f"{scored}{refused}{filtered}: {'; '.join(tiers)}; in {folder / 'latest'}"


def changed_models(folder: Path, manifest: dict[str, Any]) -> list[str]:
    """Say which segments other models score than in the newest published list, and what they mean."""
    from icp_ml.data.publish import latest
    from icp_ml.rescore import model_changes

    before = latest(folder)
    return [] if before is None else model_changes(read_manifest(before)["segments"], manifest["segments"])


def _tier_line(facts: dict[str, Any]) -> str:
    return ", ".join(f"{n:,} {tier}" for tier, n in facts["tiers"].items())


def _facts(name: str, model: Model, counts: PartCounts) -> dict[str, Any]:
    """Say what scored a segment, and how its rows came out."""
    from icp_ml.scoring import TIERS

    tiers = counts.tiers.get(name, Counter[str]())
    return {
        "model_version": model.version,
        "kind": model.kind,
        "estimates": model.estimates,
        "best": model.facts["best"],
        "cut_offs": {"Best fit": model.tiers.best_fit, "Good fit": model.tiers.good_fit},
        "rows": tiers.total(),
        "tiers": {tier: tiers[tier] for tier in TIERS},
    }


def _notes(run: Run, listing: Listing) -> Iterator[str]:
    """Say of each segment where the list or the settings do not match what its model was trained with."""
    for one in run.segments():
        if one.segment in listing.lacking:
            yield one.named(
                f"{listing.lacking[one.segment]} Who is covered by nothing else is in refused.csv"
            )
        else:
            yield from map(one.named, _model_notes(one.config, one.segment, listing.models[one.segment]))


def declared_notes(config: Config) -> Iterator[str]:
    """Say what a rubric's points are not, and how to learn from customers once there are some."""
    yield "points of the declared rubric: what you look for, not what customers showed; no probability"
    mapped = [name for name in ("orders", "deals", "signals") if getattr(config.data, name) is not None]
    if mapped:
        fix = "make validate with another label says whether customers are enough to learn from"
        yield f"{', '.join(mapped)} are mapped: {fix}"


def _model_notes(config: Config, segment: str, model: Model) -> Iterator[str]:
    from icp_ml.data.tables import mapped_fields
    from icp_ml.segments import segment_facts

    if model.calibration is None:
        yield from declared_notes(config)
    if model.rates is not None and model.rates.declared is not None:
        rates = model.rates
        yield f"probabilities are shifted to the declared base rate, {rates.declared:g}"
    here = mapped_fields("prospects", config.data)
    attributes = [one for one in model.encoder.attributes if not one.is_derived]
    lacking = [one.words for one in attributes if one.sources and not set(one.sources) & set(here)]
    if lacking:
        yield f"the model knows of {', '.join(lacking)}, which this list is not mapped to have"
    frozen = {"by": "base_rate", **model.facts["tiers"]}  # older models know no other kind
    if frozen != config.scoring.tiers.model_dump(mode="json"):
        yield f"the tiers are those that were frozen with the model, {frozen}; train again to change them"
    where = segment_facts(segment, config.segments[segment])["where"]
    if model.facts.get("where", where) != where:
        yield "the model was trained on customers by other filters than are in conf/segments now; train again"
