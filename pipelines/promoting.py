"""Decide whether a challenger takes the champion's place: what promote and the end of train share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from icp_ml.config import Run, stage
from icp_ml.settings import TrackingSettings
from pipelines.attempting import Evidence, Ground, Pair, ground_of
from pipelines.gating import judged, paper_gates

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.evaluation.dossier import Dossier

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
        gates = paper_gates(run, client, pair, evidence)
        ground = ground_of(run, client, pair, evidence, gates)
        known = [one for one in ground.earlier if one.key == ground.attempt.key and one.outcome == "refused"]
        if known and not run.config.evaluation.promotion.is_dry_run:
            return Decided(
                False, f"refused before, on the same accounts: {known[0].words}; see {known[0].where}"
            )
        dossier = judged(run, pair, ground, gates, is_by_hand)
        return _settle(run, client, pair, (ground, dossier))


def promote_if_better(run: Run, evidence: Evidence) -> None:
    """Decide at the end of a training, whatever may hinder it: the training itself is done.

    Nothing is decided where the challenger is the champion, or evaluation.promotion.is_automatic says no.
    """
    from icp_ml.errors import IcpError

    if not run.config.evaluation.promotion.is_automatic:
        return
    try:
        if not _has_rival(run.config.tracking):
            return
        with stage(run.named("promotion")) as say:
            say(decide(run, evidence, False).line)
    except IcpError as failure:
        with stage(run.named("promotion")) as say:
            say(f"not decided: {failure.what}", [failure.fix])


def _has_rival(settings: TrackingSettings) -> bool:
    """Say whether there is a champion, and another challenger."""
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store

    with store(settings) as client:
        champion, challenger = (find(client, settings, alias) for alias in (CHAMPION, CHALLENGER))
    return bool(champion and challenger and champion.model_version != challenger.model_version)


def _settle(run: Run, client: MlflowClient, pair: Pair, found: tuple[Ground, Dossier]) -> Decided:
    """Write the dry run, keep the attempt, and only then move the alias."""
    from icp_ml.tracking.attempts import record_attempt
    from icp_ml.tracking.decisions import Decision, promote, refuse
    from pipelines.moving import promotion_folder, write_dossier

    (ground, dossier), config = found, run.config
    is_dry, is_passed = config.evaluation.promotion.is_dry_run, not dossier.failed
    name = f"{config.today}_{ground.attempt.key[:8]}"
    where = str(write_dossier(dossier, promotion_folder(run), name))
    outcome = "dry run" if is_dry else "promoted" if is_passed else "refused"
    was_refused = (ground.attempt.key, "refused") in {(one.key, one.outcome) for one in ground.earlier}
    if dossier.compared is not None and not was_refused:
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
