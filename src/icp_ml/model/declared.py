"""The model before there are customers: the declared rubric's points, and nothing learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from icp_ml.model.candidate import Model, Tiers
from icp_ml.model.linear import sum_of_points
from icp_ml.model.observed import Observed
from icp_ml.rubric import rubric_encoder, rubric_weights
from icp_ml.schema import Field
from icp_ml.settings import RubricSettings


def rubric_model(
    settings: RubricSettings,
    fields: Mapping[str, Field],
    min_completeness: float,
    facts: Mapping[str, Any],
    prospects: Mapping[str, Any],
) -> Model:
    """Make a model of the declared rubric: it gives points and tiers, and no probability.

    Parameters
    ----------
    settings : RubricSettings
        Points, weights, and the cut-offs of the tiers in points.
    fields : mapping of str to Field
        The columns that prospects have.
    min_completeness : float
        Share of points that must be known for a tier.
    facts, prospects : mapping
        As of any `Model`.

    Raises
    ------
    ConfigError
        A condition speaks of a column that nobody knows, or does not fit its column's kind.
    """
    weights = rubric_weights(settings)
    return Model(
        kind="rubric",
        encoder=rubric_encoder(settings, fields),
        scorer=sum_of_points(weights, np.zeros(len(weights))),
        calibration=None,
        rates=None,
        tiers=Tiers(settings.best_fit, settings.good_fit, min_completeness),
        facts=facts,
        prospects=prospects,
        observed=Observed(),
    )
