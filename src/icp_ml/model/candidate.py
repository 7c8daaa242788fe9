"""A trained model: all of it text and JSON, so that loading one executes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from icp_ml.errors import DataError
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Floats
from icp_ml.model.boosting import load_boosters, log_odds_by_seed, mean_contributions
from icp_ml.model.calibration import Calibration
from icp_ml.parsing import PARSER_VERSION

MODEL_VERSION = 1
DIGEST_LENGTH = 12
ESTIMATES = "P(best | becomes a customer, firmographics)"


@dataclass(frozen=True)
class Tiers:
    """Frozen cut-offs: where Best fit and Good fit begin in probability, and the completeness they need."""

    best_fit: float
    good_fit: float
    min_completeness: float


@dataclass(frozen=True)
class Model:
    """A fitted encoder, its boosters, their calibration and the frozen tiers.

    Attributes
    ----------
    encoder : Encoder
    boosters : tuple of str
        LightGBM's text, one a seed.
    calibration : Calibration
    tiers : Tiers
    base_rate : float
        Share of best among the training rows.
    facts : mapping
        What a reader wants to know of it (data set, label, dates, counts); plain JSON.
    prospects : mapping
        The mapping of the prospects' columns it was trained beside; lets it answer a raw row.
    """

    encoder: Encoder
    boosters: tuple[str, ...]
    calibration: Calibration
    tiers: Tiers
    base_rate: float
    facts: Mapping[str, Any]
    prospects: Mapping[str, Any]

    @cached_property
    def version(self) -> str:
        """Digest of all content: two models with one version are the same model."""
        digest = hashlib.sha256()
        for name, text in sorted(self.to_files().items()):
            digest.update(f"{name}\0{text}\0".encode())
        return digest.hexdigest()[:DIGEST_LENGTH]

    @cached_property
    def _loaded(self) -> list[Any]:
        return load_boosters(self.boosters)

    def explain(self, matrix: Floats, n_threads: int) -> tuple[Floats, float]:
        """Give each attribute's contribution to the calibrated log-odds, and the base value.

        Returns
        -------
        contributions : ndarray of float64, shape (n_rows, n_attributes)
        base : float
            A row's contributions plus this are its calibrated log-odds.
        """
        by_column = mean_contributions(self._loaded, matrix, n_threads)
        attribute_of = self.encoder.attribute_of_column
        starts = np.flatnonzero(np.diff(attribute_of, prepend=-1))
        by_attribute = (
            np.add.reduceat(by_column[:, :-1], starts, axis=1) if len(matrix) else np.empty((0, len(starts)))
        )
        raw_base = float(by_column[0, -1]) if len(matrix) else 0.0
        return (
            self.calibration.slope * by_attribute,
            self.calibration.slope * raw_base + self.calibration.intercept,
        )

    def log_odds(self, matrix: Floats, n_threads: int) -> Floats:
        """Give each seed's calibrated log-odds, shape (n_rows, n_seeds); their mean is the score's."""
        return self.calibration.log_odds(log_odds_by_seed(self._loaded, matrix, n_threads))

    def to_files(self) -> dict[str, str]:
        """Write the model as named texts; the same model gives the same texts."""
        files = {
            "encoder.json": self.encoder.to_json(),
            "prospects.json": json.dumps(dict(self.prospects), ensure_ascii=False, indent=1, sort_keys=True),
            **{f"trees_{seed}.txt": text for seed, text in enumerate(self.boosters)},
        }
        content = {
            "version": MODEL_VERSION,
            "parser_version": PARSER_VERSION,
            "estimates": ESTIMATES,
            "base_rate": self.base_rate,
            "calibration": asdict(self.calibration),
            "tiers": asdict(self.tiers),
            "n_boosters": len(self.boosters),
            "facts": dict(self.facts),
            "digests": {name: _digest(text) for name, text in files.items()},
        }
        return {"model.json": json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), **files}

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
            return cls(
                Encoder.from_json(files["encoder.json"]),
                tuple(files[f"trees_{seed}.txt"] for seed in range(content["n_boosters"])),
                Calibration(**content["calibration"]),
                Tiers(**content["tiers"]),
                content["base_rate"],
                content["facts"],
                json.loads(files["prospects.json"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as failure:
            fix = "Export it again from the tracking store, or train again."
            raise DataError("the model's files are incomplete or damaged.", [repr(failure)], fix) from failure


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_digests(files: Mapping[str, str], digests: Mapping[str, str]) -> None:
    """Refuse texts that were changed: LightGBM ends the whole process over a damaged tree."""
    changed = [name for name, digest in digests.items() if _digest(files[name]) != digest]
    if changed:
        raise ValueError(f"{', '.join(changed)}: not as written")


def _check_version(what: str, found: int, known: int) -> None:
    if found != known:
        fix = "Train again with this version of icp_ml, or score with the one that trained it."
        raise DataError(f"the model has {what} {found}; this code knows {known}.", fix=fix)
