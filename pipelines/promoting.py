"""Decide whether a challenger takes the champion's place: what promote and the end of train share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from icp_ml.config import Run, stage
from pipelines.attempting import Evidence, Ground, Pair, ground_of

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.evaluation.comparing import Compared
    from icp_ml.evaluation.dossier import Dossier
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.model.recipe import TrainingSet

OUTCOMES = {
    ("dry run", True): "would take the place of",
    ("dry run", False): "would not take the place of",
    ("promoted", True): "is the champion, instead of",
    ("refused", False): "stays the challenger of",
}


class Decided(NamedTuple):
    """What came of it: whether the challenger passed, in a line, and in more."""

    is_passed: bool
    line: str
    notes: Sequence[str] = ()


def decide(run: Run, evidence: Evidence, is_by_hand: bool) -> Decided:
    """Compare the challenger with the champion, write who would move, and promote where every gate is passed.

    What has been compared is on record: the same pair on the same accounts gives the same decision.

    Parameters
    ----------
    run : Run
        Of one segment that has a champion and another challenger.
    evidence : Evidence
    is_by_hand : bool
        Whether somebody asked: then who would move is written even where a gate has failed before.

    Raises
    ------
    LockedError
        Another run decides, or has decided meanwhile.
    UnavailableError
        A model is of other data or of another segment.
    """
    from icp_ml.data.publish import locked
    from icp_ml.tracking.store import store
    from pipelines.moving import promotion_folder

    with locked(promotion_folder(run)), store(run.config.tracking) as client:
        pair = _pair(run, client)
        gates = _paper_gates(run, client, pair, evidence)
        ground = ground_of(run, client, pair, evidence, gates)
        known = [one for one in ground.earlier if one.key == ground.attempt.key and one.outcome == "refused"]
        if known and not run.config.evaluation.promotion.is_dry_run:
            return Decided(
                False, f"refused before, on the same accounts: {known[0].words}; see {known[0].where}"
            )
        dossier = _judged(run, pair, ground, gates, is_by_hand)
        return _settle(run, client, pair, (ground, dossier))


def promote_if_better(run: Run, evidence: Evidence) -> None:
    """Decide at the end of a training, whatever may hinder it: the training itself is done.

    Nothing is decided where the challenger is the champion, or evaluation.promotion.is_automatic says no.
    """
    from icp_ml.errors import IcpError
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store

    settings = run.config.tracking
    with store(settings) as client:
        champion, challenger = (find(client, settings, alias) for alias in (CHAMPION, CHALLENGER))
    is_another = champion and challenger and champion.model_version != challenger.model_version
    if not (is_another and run.config.evaluation.promotion.is_automatic):
        return
    with stage(run.named("promotion")) as say:
        try:
            say(decide(run, evidence, False).line)
        except IcpError as failure:
            say(f"not decided: {failure.what}", [failure.fix])


def _settle(run: Run, client: MlflowClient, pair: Pair, found: tuple[Ground, Dossier]) -> Decided:
    """Write the dry run, keep the attempt, and only then move the alias."""
    from icp_ml.tracking.decisions import Decision, promote, record_attempt, refuse
    from pipelines.moving import promotion_folder, write_dossier

    (ground, dossier), config = found, run.config
    is_dry, is_passed = config.evaluation.promotion.is_dry_run, not dossier.failed
    name = f"{config.today}_{ground.attempt.key[:8]}"
    where = str(write_dossier(dossier, promotion_folder(run), name))
    outcome = "dry run" if is_dry else "promoted" if is_passed else "refused"
    if dossier.compared is not None:
        attempt = replace(ground.attempt, outcome=outcome, words=dossier.words, where=where)
        record_attempt(client, config.tracking, pair.challenger, attempt)
    if not is_dry:
        decision = Decision(
            "promoted" if is_passed else "refused",
            pair.challenger,
            pair.champion,
            dossier.words,
            config.today,
            where,
        )
        (promote if is_passed else refuse)(client, config.tracking, decision)
    champion, challenger = pair.names
    verb = OUTCOMES[outcome, is_passed]
    said = f"{config.tracking.registered_model} {challenger} {verb} {champion}: {dossier.words}; see {where}"
    return Decided(is_passed, said, dossier.lines())


def _pair(run: Run, client: MlflowClient) -> Pair:
    from icp_ml.errors import DataError
    from icp_ml.tracking.decisions import stored_model
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find
    from pipelines.listing import check_model

    settings = run.config.tracking
    found = [find(client, settings, alias) for alias in (CHAMPION, CHALLENGER)]
    champion, challenger = (one for one in found if one is not None)
    new = stored_model(settings, challenger)
    try:
        old = stored_model(settings, champion)
    except DataError as failure:
        what = f"the champion of {settings.registered_model}, {champion.number}, cannot be compared with."
        fix = "Go back with make rollback; or remove the alias champion in make ui and promote a first one."
        raise DataError(what, [failure.what, *failure.details], fix) from failure
    for model in (old, new):
        check_model(run, model)
    return Pair(champion, challenger, (old, new))


def _paper_gates(run: Run, client: MlflowClient, pair: Pair, evidence: Evidence) -> list[Gate]:
    """Ask what needs no look at any account."""
    from icp_ml.checks import unacknowledged
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.tracking.decisions import rolled_back_on

    trained = client.get_run(pair.challenger.run_id).data.tags.get("gates")
    back = rolled_back_on(client, run.config.tracking, pair.challenger.model_version)
    open_ones = [one.key for one in unacknowledged(evidence.findings, "stop", "alarm")]
    training = "passed its gates" if trained == "passed" else "failed its gates when it was trained"
    gone = (
        "never taken back"
        if back is None
        else f"it was taken back on {back}: remove its tag rolled_back first"
    )
    checks = f"nobody acknowledged {', '.join(open_ones)}" if open_ones else "no stop, and no open alarm"
    return [
        _question(run, pair),
        Gate("training", trained == "passed", training),
        Gate("rollback", back is None, gone),
        Gate("checks", not open_ones, checks),
    ]


def _question(run: Run, pair: Pair) -> Gate:
    """Ask whether both answer today's question, or that somebody accepts that they do not."""
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.segments import segment_digest

    old, new = pair.models
    digests = {one.facts["label_digest"] for one in pair.models}
    is_declared = run.config.label.definition == "rubric"
    today = segment_digest(run.config.segments[run.segment])
    if digests == {today} and not is_declared:
        return Gate("question", True, "both answer the same question")
    said = f"best now means {new.facts['best']}, where it meant {old.facts['best']}"
    if old.facts["best"] == new.facts["best"]:
        said = "the rubric, or what best means today, is another"
    is_accepted = run.config.evaluation.promotion.accepts_other_label
    rest = (
        "both are judged by today's definition"
        if is_accepted
        else "evaluation.promotion.accepts_other_label=true accepts it"
    )
    return Gate("question", is_accepted, f"they answer different questions ({said}); {rest}")


def _judged(run: Run, pair: Pair, ground: Ground, gates: Sequence[Gate], is_by_hand: bool) -> Dossier:
    """Look at the accounts where nothing speaks against it yet, and at the list where that helps."""
    from icp_ml.evaluation.dossier import Dossier
    from pipelines.moving import list_moves

    gates, found, moved = [*gates, *_account_gates(run, pair, ground)], None, None
    if ground.part is not None and not _failed(gates):
        found = _compared(run, pair, ground.part)
        gates += _figure_gates(run, found)
    if is_by_hand or not _failed(gates):
        moved, said = list_moves(run, pair.champion.number, pair.models)
        gates += said
    facts = {
        "registered_model": run.config.tracking.registered_model,
        "segment": run.segment,
        "today": str(run.config.today),
        "champion": _version_facts(pair, 0),
        "challenger": _version_facts(pair, 1),
        "accounts": ground.facts,
    }
    return Dossier(pair.names, facts, gates, found, moved, _notes(pair, ground, found))


def _failed(gates: Sequence[Gate]) -> bool:
    return any(one.is_passed is False for one in gates)


def _account_gates(run: Run, pair: Pair, ground: Ground) -> list[Gate]:
    """Ask for enough accounts, and for fresh ones, before any figure is looked at."""
    from icp_ml.evaluation.promotion import Gate, enough_gate, freshness_gate

    settings, today = run.config.evaluation.promotion, run.config.today
    if ground.part is None:
        said = "label=rubric says of no customer whether it is best, so nothing can be compared"
        return [Gate("accounts", None if pair.is_declared else False, said)]
    rows = ground.part.rows
    return [
        enough_gate(rows, settings, today),
        freshness_gate(rows, ground.is_used, settings, today),
    ]


def _compared(run: Run, pair: Pair, part: TrainingSet) -> Compared:
    from icp_ml.evaluation.comparing import compared

    return compared(pair.models, part, run.config.evaluation, run.config.seed)


def _figure_gates(run: Run, found: Compared) -> list[Gate]:
    from icp_ml.evaluation.promotion import better_gate, fairness_gate, margin_gates

    settings = run.config.evaluation.promotion
    return [
        better_gate(found.differences, found.names),
        *margin_gates(found.differences, settings, found.names),
        fairness_gate(found.newly_adverse, settings),
    ]


def _version_facts(pair: Pair, place: int) -> dict[str, Any]:
    version, model = (pair.champion, pair.challenger)[place], pair.models[place]
    names = ("best", "label_digest", "cut")
    return {
        "version": version.number,
        "model_version": version.model_version,
        "kind": model.kind,
        **{name: model.facts.get(name) for name in names},
    }


def _notes(pair: Pair, ground: Ground, found: Compared | None) -> list[str]:
    from icp_ml.evaluation.comparing import not_mapped

    notes = []
    if found is not None and len(found.names) == 1:
        notes.append("a declared rubric gives points and no probability: only the ranking was compared")
    if ground.part is not None:
        gone = {name for one in pair.models for name in not_mapped(one, ground.part.accounts)}
        notes += [f"{name} is not mapped any more: it counts as missing" for name in sorted(gone)]
    return notes
