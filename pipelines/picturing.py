"""Make a profile stage by stage, and write all that it consists of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, stage
from icp_ml.errors import count

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.model.candidate import Model
    from icp_ml.profile.archetypes import Kinds
    from icp_ml.profile.card import Card, Fidelity, Group
    from icp_ml.profile.making import Customers
    from pipelines.profiling import Listed, Prospects
    from pipelines.readiness import Attempt

NONE_FOUND = "none found"
NOTHING_SAID = "In these data nothing known of a company tells the best customers from the rest."


@dataclass(frozen=True)
class Made:
    """All that the stages made; `run_id` is of the run that trained the model, "" where it is not known."""

    card: Card
    kinds: Kinds
    filters: Sequence[Any]
    is_signal: bool
    run_id: str = ""


def make_profile(run: Run, model: Model, folder: Path) -> Made:
    """Make the profile; the prospects are listed into the folder as they come."""
    from icp_ml.data.profiled import prospect_lines
    from pipelines.profiling import Prospects, customers_of, list_prospects
    from pipelines.readiness import attempt

    tried = attempt(run, is_strict=True)
    _check(tried)
    customers = customers_of(tried, model)
    assert tried.tables is not None
    prospects = Prospects(run, tried.tables.tables["customers"].rows)
    verdict, run_id = _trained(run, model)
    with stage(run.named("list")) as say:
        say(_new_line(prospects))
    groups, fidelity = _groups(run, model, (customers, prospects), verdict)
    kinds = _kinds(run, model, customers, verdict)
    with stage(run.named("prospects")) as say, prospect_lines(folder / "prospects.csv") as write:
        listed = list_prospects(prospects, (model, customers, groups, kinds), write)
        say(_tier_line(listed))
    made = _made(run, (model, tried, verdict), (customers, groups, fidelity), (kinds, listed))
    return replace(made, run_id=run_id)


def _check(tried: Attempt) -> None:
    from icp_ml.checks import stop_if_any

    stop_if_any(tried.stopped)


def _trained(run: Run, model: Model) -> tuple[str, str]:
    """Give the verdict of the model's test, and the run that made it; "" where this store knows neither."""
    from icp_ml.tracking.runs import trained_by
    from icp_ml.tracking.store import store

    settings = run.config.tracking
    if "/" in settings.model:
        return "", ""
    with store(settings) as client:
        found = trained_by(client, settings.registered_model, model.version)
    return ("", "") if found is None else (found.data.tags.get("verdict", ""), str(found.info.run_id))


def _new_line(prospects: Prospects) -> str:
    if prospects.run.config.data.prospects is None:
        return "no list of prospects is mapped"
    new = prospects.new
    left = f"{count(new.n_customers, 'customer')} and {count(new.n_repeats, 'repeat')}"
    return f"{count(new.n, 'new prospect')}; left out {left}"


def _tier_line(listed: Listed) -> str:
    from icp_ml.scoring import TIERS

    tiers = ", ".join(f"{listed.tiers[one]:,} {one}" for one in TIERS if listed.tiers[one])
    return f"{listed.side.n:,} in groups; {tiers}" if tiers else "nobody"


def _groups(
    run: Run, model: Model, found: tuple[Customers, Prospects], verdict: str
) -> tuple[tuple[Group, ...], Fidelity]:
    """Distil the model; where its test found nothing, no group is claimed."""
    from icp_ml.profile.grouping import distil

    config, (customers, prospects) = run.config, found
    with stage(run.named("groups")) as say:
        evidence = _evidence(run, model, customers, prospects.new.sample)
        groups, fidelity = distil(evidence, config.profile, config.evaluation.confidence, config.seed)
        if verdict == NONE_FOUND:
            groups = _everyone(groups, customers)
        kinds = [one.kind for one in groups]
        named = ", ".join(f"{kinds.count(one)} {one}" for one in ("core", "niche", "anti"))
        say(f"{named}; they explain {fidelity.r2:.0%} of the model" if len(groups) > 1 else "none")
    return groups, fidelity


def _everyone(groups: Sequence[Group], customers: Customers) -> tuple[Group, ...]:
    n, n_best = len(customers.rows), int(customers.is_best.sum())
    rate = n_best / n
    return (replace(groups[-1], n=n, n_best=n_best, rate=rate, lift=1.0, low=1.0, high=1.0),)


def _evidence(run: Run, model: Model, customers: Customers, sample: pd.DataFrame) -> Any:
    import numpy as np
    import pandas as pd

    from icp_ml.profile.distilling import Evidence, fields_used
    from icp_ml.profile.making import fitted

    today, cut = pd.Timestamp(run.config.today), model.facts.get("cut")
    as_of = customers.rows["as_of"]
    unseen = np.zeros(len(as_of), dtype=bool) if cut is None else (as_of >= pd.Timestamp(cut)).to_numpy()
    if not len(sample):
        sample = customers.accounts.head(0)
    return Evidence(
        accounts=customers.accounts,
        rows=customers.rows,
        fit=customers.fit,
        is_unseen=unseen,
        prospects=sample,
        prospect_fit=fitted(model, sample, today)[0] if len(sample) else np.zeros(0),
        fields=fields_used(customers.shared, model.encoder, sample),
        today=today,
        best_fit=model.tiers.best_fit,
    )


def _kinds(run: Run, model: Model, customers: Customers, verdict: str) -> Kinds:
    from icp_ml.profile.archetypes import kinds_of, no_kinds
    from icp_ml.profile.likeness import likeness_of

    with stage(run.named("archetypes")) as say:
        likeness = likeness_of(model, customers.accounts, customers.shared)
        best = customers.best()
        if verdict == NONE_FOUND:
            kinds = no_kinds(
                best, likeness, "Nothing tells the best customers apart, so nothing groups them."
            )
        else:
            kinds = kinds_of(best, likeness, run.config.profile, run.config.seed)
        n = len(kinds.archetypes)
        say(f"{count(n, 'kind')} of {len(best.rows):,} best customers" if n else "one kind of best customers")
    return kinds


def _made(
    run: Run,
    learnt: tuple[Model, Attempt, str],
    found: tuple[Customers, Sequence[Group], Fidelity],
    counted: tuple[Kinds, Listed],
) -> Made:
    """Put the card and its filters together."""
    import pandas as pd

    from icp_ml.profile.archetypes import counted_kinds
    from icp_ml.profile.card import Card
    from icp_ml.profile.conditions import assign
    from icp_ml.profile.making import counted_filters, counted_groups, crosses_of, examples_of
    from icp_ml.profile.statement import statement
    from icp_ml.profile.typical import typical_values

    config, (model, tried, verdict) = run.config, learnt
    (customers, groups, fidelity), (kinds, listed) = found, counted
    groups = counted_groups(groups, listed.groups, listed.fit_units, listed.side.n)
    names = assign(groups, customers.accounts, customers.shared, customers.rows["as_of"])
    sides = (customers.side(customers.is_best), customers.side(~customers.is_best), listed.side)
    card = Card(
        title=run.named(config.data.name),
        statement=NOTHING_SAID if verdict == NONE_FOUND else statement(groups),
        best=str(model.facts["best"]),
        estimates=model.estimates,
        model_version=model.version,
        label_digest=str(model.facts["label_digest"]),
        today=config.today,
        n=len(customers.rows),
        n_best=int(customers.is_best.sum()),
        n_prospects=listed.side.n,
        groups=groups,
        fidelity=fidelity,
        archetypes=counted_kinds(kinds, listed.kinds),
        crosses=crosses_of(customers, listed.side, config.evaluation.confidence),
        typical=typical_values(*sides, customers.shared),
        examples=examples_of(groups, names, customers, config.profile.n_examples),
        notes=_notes(run, model, tried),
    )
    today, counts = pd.Timestamp(config.today), (listed.filters, listed.tiers)
    filters = counted_filters(groups, customers.shared, today, counts)
    return Made(card, kinds, filters, verdict != NONE_FOUND)


def _notes(run: Run, model: Model, tried: Attempt) -> list[str]:
    from icp_ml.segments import segment_digest

    config = run.config
    asked = segment_digest(config.segments[run.segment])
    other = "Best is defined otherwise now than when the model was trained: train again, then profile."
    told = [*config.data.notes, *(tried.labels.notes if tried.labels is not None else ())]
    return [
        *([other] if asked != model.facts["label_digest"] else []),
        *told,
    ]
