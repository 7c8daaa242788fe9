"""A trained model: all of it text and JSON, so that loading one executes nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from icp_ml.errors import DataError
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Floats, log_odds
from icp_ml.forest import Explanation, Forest
from icp_ml.model.base_rates import BaseRates
from icp_ml.model.blending import Blend
from icp_ml.model.calibration import Calibration, probability
from icp_ml.model.digests import digest_of, version_of
from icp_ml.model.exemplars import Exemplars
from icp_ml.model.linear import Linear
from icp_ml.model.observed import Observed
from icp_ml.parsing import PARSER_VERSION
from icp_ml.settings import ModelKind

MODEL_VERSION = 3
CONDITION = "becomes a customer"
POINTS = "points of the declared rubric (no probability)"


@dataclass(frozen=True)
class Tiers:
    """Frozen cut-offs: where Best fit and Good fit begin, and the completeness they need.

    They are probabilities; of a declared rubric, points.
    """

    best_fit: float
    good_fit: float
    min_completeness: float


@dataclass(frozen=True)
class Model:
    """A fitted encoder, its scorer, their calibration and the frozen tiers.

    Attributes
    ----------
    kind : ModelKind
    encoder : Encoder
    scorer : Forest, Linear or Blend
    calibration : Calibration, optional
        None for a declared rubric, which gives points and no probability.
    rates : BaseRates, optional
        None for a declared rubric.
    tiers : Tiers
    facts : mapping
        What a reader wants to know of it (data set, label, dates, counts); plain JSON.
    prospects : mapping
        The mapping of the prospects' columns it was trained beside; lets it answer a raw row.
    observed : Observed
        The rows it was trained on, counted; none of a declared rubric.
    exemplars : Exemplars, optional
        Customers that it remembers; a declared rubric has none.
    """

    kind: ModelKind
    encoder: Encoder
    scorer: Forest | Linear | Blend
    calibration: Calibration | None
    rates: BaseRates | None
    tiers: Tiers
    facts: Mapping[str, Any]
    prospects: Mapping[str, Any]
    observed: Observed
    exemplars: Exemplars | None = None

    @cached_property
    def version(self) -> str:
        """Digest of all content: two models with one version are the same model."""
        return version_of(self.to_files())

    @property
    def estimates(self) -> str:
        """Say what a score means, and on what condition."""
        if self.calibration is None:
            return POINTS
        return f"P(best | {self.facts.get('condition', CONDITION)}, firmographics)"

    @property
    def shift(self) -> float:
        """Give what a declared base rate adds to the calibrated log-odds."""
        return 0.0 if self.rates is None else self.rates.shift

    def shifted(self, fit_probability: Floats) -> Floats:
        """Shift calibrated probabilities by a declared base rate."""
        if self.shift == 0:
            return fit_probability
        with np.errstate(divide="ignore"):
            return probability(log_odds(fit_probability) + self.shift)

    def explain(self, matrix: Floats, n_threads: int) -> Explanation:
        """Give each attribute's contribution to the score, the base value, and each seed's log-odds.

        Returns
        -------
        Explanation
            Calibrated: a row's contributions, of shape (n_rows, n_attributes), plus the base value are its
            score's log-odds, shifted by a declared base rate. The log-odds are as of `log_odds`, not shifted.
            Of a declared rubric, all of it in points.
        """
        raw = self.scorer.explain(matrix, n_threads)
        if self.calibration is None:
            return raw
        base = self.calibration.slope * raw.base + self.calibration.intercept + self.shift
        return Explanation(
            self.calibration.slope * raw.contributions, base, self.calibration.log_odds(raw.log_odds)
        )

    def log_odds(self, matrix: Floats, n_threads: int) -> Floats:
        """Give each seed's calibrated log-odds, shape (n_rows, n_seeds), before any declared base rate.

        Their mean is the score's; of a declared rubric, it is points.
        """
        raw = self.scorer.log_odds(matrix, n_threads)
        return raw if self.calibration is None else self.calibration.log_odds(raw)

    def to_files(self) -> dict[str, str]:
        """Write the model as named texts; the same model gives the same texts."""
        files = {
            "encoder.json": self.encoder.to_json(),
            "prospects.json": _json(dict(self.prospects)),
            "observed.json": self.observed.to_json(),
            **self.scorer.to_files(),
        }
        if self.exemplars is not None:
            files["exemplars.json"] = self.exemplars.to_json()
        content = {
            "version": MODEL_VERSION,
            "parser_version": PARSER_VERSION,
            "kind": self.kind,
            "estimates": self.estimates,
            "base_rates": self.rates and asdict(self.rates),
            "calibration": self.calibration and asdict(self.calibration),
            "tiers": asdict(self.tiers),
            "facts": dict(self.facts),
            "digests": {name: digest_of(text) for name, text in files.items()},
        }
        return {"model.json": _json(content), **files}

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> Self:
        """Read what `to_files` wrote.

        Raises
        ------
        DataError
            A file is lacking or damaged, or another version of this package wrote them.
        """
        try:
            content = json.loads(files["model.json"])
            _check_version("format", content["version"], MODEL_VERSION)
            _check_version("parser version", content["parser_version"], PARSER_VERSION)
            _check_digests(files, content["digests"])
            calibration, rates = content["calibration"], content["base_rates"]
            encoder = Encoder.from_json(files["encoder.json"])
            return cls(
                content["kind"],
                encoder,
                _scorer(files, content["digests"], encoder),
                calibration and Calibration(**calibration),
                rates and BaseRates(**rates),
                Tiers(**content["tiers"]),
                content["facts"],
                json.loads(files["prospects.json"]),
                Observed.from_json(files["observed.json"]),
                _exemplars(files, content["digests"]),
            )
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ) as failure:
            fix = "Export it again from the tracking store, or train again."
            raise DataError("the model's files are incomplete or damaged.", [repr(failure)], fix) from failure


def _scorer(files: Mapping[str, str], names: Mapping[str, str], encoder: Encoder) -> Forest | Linear | Blend:
    groups = tuple(encoder.attribute_of_column.tolist())
    n_boosters = sum(name.startswith("trees_") for name in names)
    forest = Forest(tuple(files[f"trees_{seed}.txt"] for seed in range(n_boosters)), groups)
    if "linear.json" not in names:
        return forest
    linear = Linear.from_json(files["linear.json"], groups)
    if "blend.json" not in names:
        return linear
    return Blend(forest, linear, **json.loads(files["blend.json"]))


def _exemplars(files: Mapping[str, str], names: Mapping[str, str]) -> Exemplars | None:
    return Exemplars.from_json(files["exemplars.json"]) if "exemplars.json" in names else None


def _json(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)


def _check_digests(files: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """Refuse texts that were changed: LightGBM ends the whole process over a damaged tree."""
    changed = [name for name, digest in digests.items() if digest_of(files[name]) != digest]
    if changed:
        raise ValueError(f"{', '.join(changed)}: not as written")


def _check_version(what: str, found: int, known: int) -> None:
    if found != known:
        fix = "Train again with this version of icp_ml, or score with the one that trained it."
        raise DataError(f"the model has {what} {found}; this code knows {known}.", fix=fix)
