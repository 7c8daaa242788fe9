"""Put together what a training makes: the recipe, the model, and the case that it is judged by."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.settings import Config

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.checks import Finding
    from icp_ml.evaluation.backtest import Sample
    from icp_ml.evaluation.judging import Case, Told
    from icp_ml.model.candidate import Model
    from icp_ml.model.observed import Unit
    from icp_ml.model.recipe import Recipe, TrainingSet
    from icp_ml.model.training import Fit
    from pipelines.readiness import Prepared

FIRST_ROWS = "prospects are compared as far as they were read: the first {n:,} rows of a longer list"


def recipe_of(config: Config, findings: list[Finding]) -> Recipe:
    """Give what steers the fit; protected attributes that nobody acknowledged stay out of the matrix."""
    from icp_ml.model.recipe import Recipe

    protected = [
        one.place for one in findings if one.code == "protected_attribute" and not one.is_acknowledged
    ]
    exclude = tuple(dict.fromkeys([*config.features.exclude, *protected]))
    features = config.features.model_copy(update={"exclude": exclude})
    return Recipe(features, config.model, config.seed, config.n_jobs, config.rubric)


def assemble(run: Run, fit: Fit, found: Prepared) -> Model:
    """Make the model that will be tested and, unchanged, registered."""
    from dataclasses import replace

    from icp_ml.evaluation.held_out import out_of_fold
    from icp_ml.model.base_rates import base_rates
    from icp_ml.model.candidate import Model
    from icp_ml.model.observed import observe
    from icp_ml.model.remembering import exemplars_of
    from icp_ml.scoring import check_reached, frozen_tiers

    config, training, cut = run.config, found.training, found.splits[0].cut
    declared = config.model.base_rate
    of_prospects = None if declared is None else _of_prospects(config, fit, found)
    rates = base_rates(float(training.is_best.mean()), declared, of_prospects)
    seen = out_of_fold(fit, training)
    check_reached(rates, config.scoring.tiers, seen)
    learnt = {
        "best": found.labels.meaning,
        "condition": found.labels.condition,
        "n_rows": len(training.rows),
        "n_best": int(training.is_best.sum()),
        "cut": None if cut is None else str(cut.date()),
        "n_rounds": fit.n_rounds,
        "n_leaves": fit.recipe.n_leaves,
        "pairs": fit.recipe.has_pairs,
        "log_loss": {kind: one.log_loss for kind, one in fit.kinds.items()},
        "features": config.features.model_dump(mode="json"),
        "model": config.model.model_dump(mode="json"),
    }
    one = fit.candidate
    model = Model(
        kind=one.kind,
        encoder=one.encoder,
        scorer=one.scorer,
        calibration=one.calibration,
        rates=rates,
        tiers=frozen_tiers(rates, config.scoring.tiers, seen),
        facts={**facts_of(run), **learnt},
        prospects=raw_form(config),
        observed=observe(one.encoder, training, config.scoring.min_observed, unit_of(config)),
    )
    return replace(model, exemplars=exemplars_of(model, training, config.model, config.seed))


def unit_of(config: Config) -> Unit:
    """Say what one label row is."""
    return "deals" if config.label.definition == "won" else "customers"


def facts_of(run: Run) -> dict[str, Any]:
    """Say what a reader wants to know of any model: whose it is, and what it was asked."""
    from icp_ml.segments import segment_digest, segment_facts

    config = run.config
    segment = config.segments[run.segment]
    return {
        "data": config.data.name,
        "today": str(config.today),
        "label": config.label.model_dump(mode="json"),
        "label_digest": segment_digest(segment),
        "tiers": config.scoring.tiers.model_dump(mode="json"),
        "n_reasons": config.scoring.n_reasons,
        **segment_facts(run.segment, segment),
    }


def raw_form(config: Config) -> dict[str, Any]:
    """Keep how raw prospect rows are read, so that the model answers one by itself."""
    from icp_ml.data.mapping import mapped_fields, raw_columns

    name = "prospects" if config.data.prospects is not None else "customers"
    return {
        "columns": {
            key: one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for key, one in raw_columns(name, config.data).items()
        },
        "fields": {key: asdict(one) for key, one in mapped_fields(name, config.data).items()},
        "missing": list(config.data.missing),
        "currency": config.data.currency,
        "rates_on": None if config.data.rates_on is None else str(config.data.rates_on),
    }


def case_of(run: Run, found: Prepared, made: tuple[Fit, Model], findings: list[Finding]) -> Case:
    """Test the candidate, draw its learning curve, and score a random part of the prospects."""
    from icp_ml.evaluation.held_out import Tiering, run_tests
    from icp_ml.evaluation.judging import Case
    from icp_ml.evaluation.learning import learning_curve
    from icp_ml.model.training import fit_candidate, n_steps
    from pipelines.progress import counter

    config, (fit, model) = run.config, made
    recipe = recipe_of(config, findings)
    cheap, tiering = _cheap(fit), Tiering(config.scoring.tiers, model.rates)
    n_parts = sum(share < 1 for share in config.evaluation.learning_curve_shares)
    n_told = n_steps(recipe) * (len(found.splits) - 1) + n_steps(cheap) * n_parts
    with counter(n_told, "evaluation", "step") as progress:

        def refit(part: TrainingSet) -> Fit:
            return fit_candidate(part, recipe, progress)

        def refit_cheaply(part: TrainingSet) -> Fit:
            return fit_candidate(part, cheap, progress)

        tests = run_tests(found.rows, found.splits, fit, refit, tiering)
        curve = learning_curve(found.training, fit, refit_cheaply, config.evaluation, config.seed)
    return Case(model, fit, found.training, tests, _sample(config, model, found), curve)


def told_of(run: Run, found: Prepared, fit: Fit, findings: list[Finding]) -> Told:
    """Say what the report tells in words of others."""
    from icp_ml.evaluation.judging import Told
    from icp_ml.label.described import described
    from icp_ml.settings import RubricLabelSettings

    assert not isinstance(run.config.label, RubricLabelSettings)
    noun = unit_of(run.config).removesuffix("s")
    unused = unused_notes(found.rows, fit, recipe_of(run.config, findings).features.exclude)
    prospects = found.case.prospects
    first = [] if prospects is None or prospects.is_whole else [FIRST_ROWS.format(n=len(prospects.rows))]
    notes = [*run.config.data.notes, *found.notes, *unused, *first]
    return Told(found.labels.meaning, noun, notes, described(run.config.label, found.labels))


def unused_notes(rows: TrainingSet, fit: Fit, exclude: tuple[str, ...]) -> list[str]:
    """Say which columns could be features and are not: empty ones, and dates mostly from later."""
    used = {attribute.name for one in fit.kinds.values() for attribute in one.encoder.attributes}
    is_undated = rows.rows["as_of"].isna().mean() > 0.5
    undated, empty = "most rows have no day that its age could count to", "no value is known"
    ahead = undated if is_undated else "most dates lie after the day they should describe"
    return [
        f"{field.words}: not learnt from; {ahead if rows.accounts[name].notna().any() else empty}"
        for name, field in rows.fields.items()
        if field.is_feature and name not in used and name not in exclude
    ]


def _cheap(fit: Fit) -> Recipe:
    """Fit one seed of the chosen kind and shape alone, with as many rounds to choose from."""
    from dataclasses import replace

    model = fit.recipe.model
    one = {"kinds": (fit.chosen,), "n_seeds": 1, "max_trees": max(model.max_trees // model.n_seeds, 1)}
    return replace(fit.recipe, model=model.model_copy(update=one))


def _of_prospects(config: Config, fit: Fit, found: Prepared) -> Any:
    """Give the candidate's probability of each prospect that was read; None without any."""
    import pandas as pd

    from icp_ml.model.recipe import TrainingSet

    rows = _new_prospects(found, config)
    if rows is None:
        return None
    as_of = pd.DataFrame({"as_of": pd.Series(pd.Timestamp(config.today), index=rows.index).dt.as_unit("s")})
    return fit.candidate.probability_of(TrainingSet(rows, as_of, found.rows.fields))


def _sample(config: Config, model: Model, found: Prepared) -> Sample | None:
    """Score prospects drawn at random from those that were read."""
    import pandas as pd

    from icp_ml.evaluation.backtest import scored_sample

    rows = _new_prospects(found, config)
    if rows is None:
        return None
    drawn = rows.sample(min(config.evaluation.n_control, len(rows)), random_state=config.seed)
    return scored_sample(model, drawn.reset_index(drop=True), pd.Timestamp(config.today))


def _new_prospects(found: Prepared, config: Config) -> pd.DataFrame | None:
    """Give the prospects that were read and are no customers; None without any."""
    from icp_ml.matching import known_accounts, match_keys

    if found.case.prospects is None:
        return None
    rows = found.case.prospects.rows
    customers = known_accounts(found.tables.rows["customers"], config.matching)
    rows = rows.loc[customers.recognise(match_keys(rows)) == ""].reset_index(drop=True)
    return rows if len(rows) else None
