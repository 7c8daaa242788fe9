"""How best was defined, setting by setting, for a reader of a report."""

from __future__ import annotations

from icp_ml.label.labels import Labels
from icp_ml.label.needs import active
from icp_ml.label.never_best import WORDS
from icp_ml.settings import AbcXyzSettings, ScorecardSettings, ValueSettings, WonSettings
from icp_ml.settings.label import NeverBestSettings, OutcomeSettings

Pairs = list[tuple[str, str]]
COHORTS = {
    "all": "all customers",
    "year": "those who became customers in the same year",
    "quarter": "those who became customers in the same quarter",
}


def described(settings: OutcomeSettings, labels: Labels) -> Pairs:
    """Name the settings of a definition in words, and whom it left out."""
    return [
        ("Definition", settings.definition.replace("_", " ")),
        *_own(settings),
        ("Never best", _never_best(settings.never_best, labels)),
        *_lost(settings, labels),
        *([("Left out", f"{labels.n_young:,} too young to judge")] if labels.n_young else []),
    ]


def _own(settings: OutcomeSettings) -> Pairs:
    """Give what this kind of definition alone has."""
    if isinstance(settings, ValueSettings):
        return [("Top share", _share(settings.top_share)), *_horizon(settings)]
    if isinstance(settings, ScorecardSettings):
        counted = [
            f"{name.replace('_', ' ')} {one.weight:g}{' (low is good)' if one.good == 'low' else ''}"
            for name, one in settings.outcomes.items()
        ]
        weights = [("Outcomes and weights", ", ".join(counted)), ("Top share", _share(settings.top_share))]
        return [*weights, *_horizon(settings)]
    if isinstance(settings, AbcXyzSettings):
        volume = f"A holds {_share(settings.a_share)} of the volume, A and B {_share(settings.b_share)}"
        regular = (
            f"standard deviation over mean: X up to {settings.x_max_cv:g}, Y up to {settings.y_max_cv:g}"
        )
        cells = ", ".join(settings.best_cells)
        return [("Best cells", cells), ("Volume", volume), ("Regularity", regular), *_horizon(settings)]
    return []


def _horizon(settings: ValueSettings | ScorecardSettings | AbcXyzSettings) -> Pairs:
    days = f"{settings.horizon_days:,} days from becoming a customer"
    return [("Counted over", days), ("Compared with", COHORTS[settings.cohort])]


def _never_best(settings: NeverBestSettings, labels: Labels) -> str:
    """Say who is rest whatever the definition says, and how many that were."""
    met = [WORDS[name].format(limit=getattr(settings, name)) for name in active(settings)]
    if not met:
        return "nobody is excepted"
    n = int(labels.regrets["n_best"].iloc[-1]) if len(labels.regrets) else 0
    weight = f", in the fit with weight {settings.weight:g}" if settings.weight != 1 else ""
    return f"who {' or '.join(met)}: {n:,} would be best and are rest{weight}"


def _lost(settings: OutcomeSettings, labels: Labels) -> Pairs:
    if isinstance(settings, WonSettings):
        return []
    if settings.lost_deals_weight is None:
        return [("Accounts that only lost deals", "left out")]
    return [
        (
            "Accounts that only lost deals",
            f"{labels.n_lost:,}, as rest, weight {settings.lost_deals_weight:g}",
        )
    ]


def _share(value: float) -> str:
    return f"{100 * value:g} %"
