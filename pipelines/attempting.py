"""What a promotion is decided on: two models, the accounts that neither learnt from, their use before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from icp_ml.config import Run
from icp_ml.errors import IcpError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient
    from numpy.typing import NDArray

    from icp_ml.checks import Finding
    from icp_ml.evaluation.promotion import Gate
    from icp_ml.model.candidate import Model
    from icp_ml.model.recipe import TrainingSet
    from icp_ml.tracking.attempts import Attempt
    from icp_ml.tracking.store import Registered

DIGITS = 12
"""Of a hashed account id: two of a million accounts share theirs once in five hundred times."""
NOT_IN_KEY = {"is_automatic", "is_dry_run", "folder"}


class Evidence(NamedTuple):
    """What is known today: the label rows beside their firmographics, and what the checks found."""

    rows: TrainingSet | None
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Pair:
    """Champion and challenger as the registry holds them: the very artifacts."""

    champion: Registered
    challenger: Registered
    models: tuple[Model, Model]

    @property
    def names(self) -> tuple[str, str]:
        """Call them by number and digest."""
        first, second = (f"{one.number} ({one.model_version})" for one in (self.champion, self.challenger))
        return first, second

    @property
    def is_declared(self) -> bool:
        """Say whether nothing is learnt in either."""
        return all(one.calibration is None for one in self.models)


@dataclass(frozen=True)
class Ground:
    """The accounts to compare on.

    Attributes
    ----------
    part : TrainingSet, optional
        Label rows that neither model learnt from; None where today's definition labels nobody.
    attempt : Attempt
        That would be made; its outcome is still open.
    earlier : sequence of Attempt
    """

    part: TrainingSet | None
    attempt: Attempt
    earlier: Sequence[Attempt]

    @property
    def is_used(self) -> NDArray[Any]:
        """Say of each row whether another attempt used its account; by its day where they are lost."""
        import pandas as pd

        assert self.part is not None
        rows = self.part.rows
        others = [one for one in self.earlier if one.is_of != self.attempt.is_of]
        used = {account for one in others for account in one.accounts}
        found = pd.Series(hashed(rows["account_id"]), index=rows.index).isin(used)
        for one in others:
            if not one.accounts:
                found |= rows["as_of"].between(one.first, one.last) if one.first else True
        return found.to_numpy(dtype=bool)

    @property
    def facts(self) -> dict[str, Any]:
        """Say which accounts these are, for a machine."""
        if self.part is None:
            return {}
        one, rows = self.attempt, self.part.rows
        n_best, share = int(rows["is_best"].sum()), float(self.is_used.mean()) if len(rows) else 0.0
        counts = {"n": len(rows), "n_best": n_best, "used_before_share": share}
        return {**counts, "first": one.first, "last": one.last, "digest": one.accounts_digest}


def ground_of(
    run: Run, client: MlflowClient, pair: Pair, evidence: Evidence, gates: Sequence[Gate]
) -> Ground:
    """Find the accounts that neither learnt from, and the attempts that used accounts before."""
    from icp_ml.tracking.attempts import Attempt, attempts

    part = None if evidence.rows is None else _unseen_by_both(client, pair, evidence.rows)
    first, last = ("", "") if part is None else _days(part)
    versions = (pair.champion.model_version, pair.challenger.model_version)
    digest = _digest_of(part)
    accounts = () if part is None else tuple(sorted(set(hashed(part.rows["account_id"]))))
    key = _key(run, (*versions, digest), gates)
    attempt = Attempt(*versions, key, digest, accounts, first, last, "", "", "")
    return Ground(part, attempt, attempts(client, run.config.tracking))


def hashed(accounts: Any) -> list[str]:
    """Hash account ids: enough to tell them apart, and not to read them."""
    return [hashlib.sha256(str(one).encode()).hexdigest()[:DIGITS] for one in accounts]


def _unseen_by_both(client: MlflowClient, pair: Pair, rows: TrainingSet) -> TrainingSet:
    import pandas as pd

    from icp_ml.evaluation.promotion import is_unseen
    from icp_ml.tracking.attempts import held_out_groups

    both = []
    for version, model in zip((pair.champion, pair.challenger), pair.models, strict=True):
        if model.calibration is None:
            continue  # a declared rubric has learnt from nobody
        cut = model.facts["cut"]
        held_out = held_out_groups(client, version)
        both.append(is_unseen(rows.rows, None if cut is None else pd.Timestamp(cut), held_out))
    chosen = (
        pd.DataFrame(both).all().to_numpy(dtype=bool) if both else rows.rows["is_best"].notna().to_numpy()
    )
    return rows.part(chosen.nonzero()[0])


def _days(part: TrainingSet) -> tuple[str, str]:
    days = part.rows["as_of"].dropna()
    return (str(days.min().date()), str(days.max().date())) if len(days) else ("", "")


def _digest_of(part: TrainingSet | None) -> str:
    """Digest accounts, days and labels."""
    if part is None:
        return ""
    rows = part.rows[["account_id", "as_of", "is_best"]].astype(str)
    lines = sorted("\0".join(line) for line in rows.itertuples(index=False))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGITS]


def _key(run: Run, compared: tuple[str, ...], gates: Sequence[Gate]) -> str:
    """Digest all that a decision depends on, but for the draws: another seed is no other evidence."""
    from icp_ml.data.table_digests import table_digest
    from icp_ml.segments import segment_digest

    config = run.config
    try:
        prospects = "" if config.data.prospects is None else table_digest("prospects", config.data)
    except IcpError:
        prospects = ""
    content = [
        compared,
        segment_digest(config.segments[run.segment]),
        config.evaluation.promotion.model_dump(mode="json", exclude=NOT_IN_KEY),
        config.evaluation.confidence,
        [(one.name, one.is_passed) for one in gates],
        prospects,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:DIGITS]
