"""Set past trainings side by side: what changed in the settings, in the figures, and on the same accounts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from icp_ml.evaluation.paired import Paired, paired_difference
from icp_ml.evaluation.plain import plain_figures
from icp_ml.settings import EvaluationSettings
from icp_ml.tracking.past import PastRun

TestRows = Callable[[str], pd.DataFrame | None]


@dataclass(frozen=True)
class Compared:
    """One training beside the reference.

    Attributes
    ----------
    past : PastRun
    paired : Paired, optional
        Its difference to the reference.
    why_not : str
        Why there is no difference, in words.
    """

    past: PastRun
    paired: Paired | None
    why_not: str

    @property
    def model(self) -> str:
        """Name its model: its digest."""
        return self.past.tags.get("model_version", "")


@dataclass(frozen=True)
class Comparison:
    """Trainings side by side, the newest first.

    Attributes
    ----------
    experiment : str
    runs : sequence of Compared
    reference : int, optional
        Which of `runs` the others are compared with, from 0.
    figures : sequence of str
        Those to show.
    confidence : float
        Of every interval.
    """

    experiment: str
    runs: Sequence[Compared]
    reference: int | None
    figures: Sequence[str]
    confidence: float

    @property
    def is_champion(self) -> bool:
        """Say whether the reference is the champion."""
        return self.reference is not None and "champion" in self.runs[self.reference].past.aliases

    def changed_settings(self) -> dict[str, dict[str, list[int]]]:
        """Give each setting whose value differs, and for each value, written as JSON, the runs (from 1).

        A setting that only some runs have, as those of another label, is none of them where those agree.
        """
        found = {name: self._values(name) for name in self._setting_names()}
        return {name: values for name, values in found.items() if len(values) > 1}

    def partial_settings(self) -> list[str]:
        """Name the settings that only some runs have, all with one value."""
        with_any = [one for one in self.runs if one.past.settings]
        found = {name: self._values(name) for name in self._setting_names()}
        return [
            name
            for name, values in found.items()
            if len(values) == 1 and len(next(iter(values.values()))) < len(with_any)
        ]

    def _setting_names(self) -> list[str]:
        return list(dict.fromkeys(name for one in self.runs for name in one.past.settings))

    def _values(self, name: str) -> dict[str, list[int]]:
        values: dict[str, list[int]] = {}
        for number, one in enumerate(self.runs, 1):
            if name in one.past.settings:
                written = json.dumps(one.past.settings[name], ensure_ascii=False, default=str)
                values.setdefault(written, []).append(number)
        return values


def set_side_by_side(
    experiment: str, past: Sequence[PastRun], rows_of: TestRows, settings: EvaluationSettings, seed: int
) -> Comparison:
    """Compare trainings with the champion; where it was never tested, with the newest that was.

    Parameters
    ----------
    experiment : str
    past : sequence of PastRun
        The newest first.
    rows_of : callable
        Gives a run's scored test rows, None where there are none.
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    reference = _reference(past)
    base = None if reference is None else past[reference]
    base_rows = None if base is None else rows_of(base.run_id)
    runs = []
    for one in past:
        why_not = _why_not(one, base)
        rows = None if why_not else rows_of(one.run_id)
        if rows is None or base_rows is None:
            runs.append(Compared(one, None, why_not or "test rows are not kept"))
            continue
        paired = paired_difference(rows, base_rows, settings, seed)
        runs.append(Compared(one, paired, _too_little(paired)))
    lift = f"lift_at_{100 * settings.shares[0]:g}"
    shown = ("roc_auc", "average_precision", "log_loss", lift, "calibration_error")
    return Comparison(experiment, runs, reference, shown, settings.confidence)


def _reference(past: Sequence[PastRun]) -> int | None:
    tested = [at for at, one in enumerate(past) if one.figure("roc_auc") and one.status == "FINISHED"]
    champions = [at for at in tested if "champion" in past[at].aliases]
    return next(iter([*champions, *tested]), None)


def _why_not(one: PastRun, base: PastRun | None) -> str:
    """Say why a training cannot be compared with the reference; "" where it can."""
    if one.status != "FINISHED":
        return "it did not finish"
    if one.figure("roc_auc") is None:
        return "it was not tested: nothing is learnt"
    if base is None or one.run_id == base.run_id:
        return "the others are compared with it"
    if one.tags.get("label_digest") != base.tags.get("label_digest"):
        return f"another question: best means {one.tags.get('best', 'something else')}"
    if one.tags.get("model_version") == base.tags.get("model_version"):
        return "the same model"
    return ""


def _too_little(paired: Paired) -> str:
    if not paired.n_shared:
        return "no account stands in both tests"
    return "" if paired.figures else f"{paired.n_shared:,} shared accounts, all best or all rest"


def comparison_json(found: Comparison) -> dict[str, Any]:
    """Give a comparison in plain JSON types."""
    return {
        "experiment": found.experiment,
        "confidence": found.confidence,
        "reference": None if found.reference is None else found.reference + 1,
        "runs": [_run_json(number, one, found.figures) for number, one in enumerate(found.runs, 1)],
        "changed_settings": {
            name: [{"value": json.loads(value), "runs": numbers} for value, numbers in values.items()]
            for name, values in found.changed_settings().items()
        },
        "settings_of_some_runs": found.partial_settings(),
    }


def _run_json(number: int, one: Compared, figures: Sequence[str]) -> dict[str, Any]:
    known = {name: interval for name in figures if (interval := one.past.figure(name)) is not None}
    counts = {} if one.paired is None else {name: asdict(one.paired)[name] for name in COUNTS}
    differences = {} if one.paired is None else one.paired.figures
    return {
        "run": number,
        **facts(one),
        "figures": plain_figures(known),
        **counts,
        "differences": plain_figures({name: differences[name] for name in figures if name in differences}),
        "no_difference_because": one.why_not or None,
    }


COUNTS = ("n_shared", "n_best", "n_relabelled")


def facts(one: Compared) -> dict[str, str]:
    """Give what a run is, by heading."""
    past = one.past
    tagged = ("verdict", "gates", "label_digest", "data_digest", "code_version")
    return {
        "name": past.name,
        "started_at": past.started_at.isoformat(timespec="seconds"),
        "status": past.status.lower(),
        "version": past.number,
        "model": one.model,
        "aliases": " ".join(past.aliases),
        **{name: past.tags.get(name, "") for name in tagged},
        "run_id": past.run_id,
    }


def comparison_table(found: Comparison) -> pd.DataFrame:
    """Give one line a run: what it is, figures and differences with their bounds, settings that differ."""
    lines = []
    for number, one in enumerate(found.runs, 1):
        written: dict[str, Any] = {"run": number, **facts(one)}
        known = {name: one.past.figure(name) for name in found.figures}
        written |= _bounded("", {name: interval for name, interval in known.items() if interval})
        if one.paired is not None:
            written |= {name: asdict(one.paired)[name] for name in COUNTS}
            written |= _bounded("difference_", one.paired.figures, found.figures)
        written["no_difference_because"] = one.why_not
        for name in [*found.changed_settings(), *found.partial_settings()]:
            value = one.past.settings.get(name, "")
            written[name] = value if isinstance(value, str) else json.dumps(value, default=str)
        lines.append(written)
    return pd.DataFrame(lines)


def _bounded(group: str, known: Mapping[str, Any], shown: Sequence[str] = ()) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in [one for one in shown or known if one in known]:
        interval = known[name]
        found[f"{group}{name}"] = interval.value
        found |= {f"{group}{name}_low": interval.low, f"{group}{name}_high": interval.high}
    return found
