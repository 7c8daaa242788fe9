"""Put the gates of a promotion together: what is on paper, then the accounts, then the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from pipelines.attempting import Evidence, Ground, Pair

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.evaluation.comparing import Compared
    from icp_ml.evaluation.dossier import Dossier
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.model.recipe import TrainingSet


def paper_gates(run: Run, client: MlflowClient, pair: Pair, evidence: Evidence) -> list[Gate]:
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


def judged(run: Run, pair: Pair, ground: Ground, gates: Sequence[Gate], is_by_hand: bool) -> Dossier:
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
