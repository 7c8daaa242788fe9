"""What came of the accounts that were scored, in plain JSON types: what is stored is what was said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from icp_ml.errors import DataError
from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.plain import plain


@dataclass(frozen=True)
class Bounded:
    """A figure with its bounds; None where it is not defined."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, found: Interval) -> Bounded:
        """Take what is not a number for not defined."""
        return cls(plain(found.value), plain(found.low), plain(found.high))

    @property
    def interval(self) -> Interval:
        """Give it with NaN for what is not defined."""
        value, low, high = (float("nan") if one is None else one for one in (self.value, self.low, self.high))
        return Interval(value, low, high)


NONE = Bounded(None, None, None)


@dataclass(frozen=True)
class TierLine:
    """A tier: its rows, how many of them came true, their share, its share of all that did, and its lift."""

    tier: str
    n: int
    n_true: int
    precision: Bounded
    held: Bounded
    lift: Bounded


@dataclass(frozen=True)
class BinLine:
    """An equal-count bin of the calibration: mean predicted probability, and the share that came true."""

    n: int
    predicted: float
    observed: Bounded


@dataclass(frozen=True)
class Calibrated:
    """How predicted probabilities compare with shares.

    Attributes
    ----------
    n : int
        Rows whose model was asked what best means today.
    bins : tuple of BinLine
        From the lowest predicted probability to the highest.
    ratio : Bounded
        Observed over expected number: above 1, more came true than was predicted.
    error : Bounded
        Mean absolute gap over the bins, weighted by rows; 0 to 1. Its bounds lie high on few rows.
    """

    n: int
    bins: tuple[BinLine, ...]
    ratio: Bounded
    error: Bounded


@dataclass(frozen=True)
class Figures:
    """The figures of some rows; counts alone where these are fewer than min_deals.

    Attributes
    ----------
    whose : str
        "all", a model version, or "exploration".
    n, n_true, n_accounts : int
        Rows, those that came true, and the accounts that they are of.
    tiers : tuple of TierLine
        Empty where there are too few rows.
    auc : Bounded
        Share of pairs that are ranked right, among the rows of one model; not defined without both classes.
    calibration : Calibrated, optional
        None where the probability is of another event, or there is none.
    """

    whose: str
    n: int
    n_true: int
    n_accounts: int
    tiers: tuple[TierLine, ...] = ()
    auc: Bounded = NONE
    calibration: Calibrated | None = None

    @property
    def top(self) -> TierLine | None:
        """Give the highest tier's line; None where there are too few rows."""
        return self.tiers[0] if self.tiers else None


@dataclass(frozen=True)
class View:
    """One event, seen from one day of each row.

    Attributes
    ----------
    event : str
        "won" (deals) or "best" (customers, by the definition).
    seen_from : str
        "created" or "backtest" of a deal, "customer" of one that became a customer.
    is_proxy : bool
        Whether the event is not what the models learnt.
    n_known : int
        Rows whose event is known.
    left_out : mapping of str to int
        Of these: "unscored" (no entry by that day), "gone" (from the list), "customers" (already).
    whole : Figures
    versions : tuple of Figures
        Of each model, in the order in which they first scored.
    exploration : Figures, optional
        Of the accounts drawn at random; None where none are drawn.
    """

    event: str
    seen_from: str
    is_proxy: bool
    n_known: int
    left_out: Mapping[str, int]
    whole: Figures
    versions: tuple[Figures, ...]
    exploration: Figures | None


@dataclass(frozen=True)
class SegmentOutcomes:
    """What became of a segment's accounts; `best` is its definition in words."""

    name: str
    best: str
    views: tuple[View, ...]
    notes: tuple[str, ...] = ()

    def view(self, event: str, seen_from: str) -> View | None:
        """Give one of the views, where it is there."""
        matching = (one for one in self.views if (one.event, one.seen_from) == (event, seen_from))
        return next(matching, None)


@dataclass(frozen=True)
class Outcomes:
    """What became of the accounts that were scored, by segment."""

    today: date
    confidence: float
    min_deals: int
    backtest_days: int
    exploration_share: float
    segments: tuple[SegmentOutcomes, ...]

    def to_json(self) -> str:
        """Write all of it; the same outcomes give the same text."""
        written = json.dumps(asdict(self), indent=2, ensure_ascii=False, default=str, allow_nan=False)
        return f"{written}\n"

    @classmethod
    def from_json(cls, text: str) -> Outcomes:
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            It is something else.
        """
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(cls).validate_json(text)
        except ValidationError as failure:
            what = "the stored outcomes cannot be read."
            raise DataError(what, [str(failure)[:200]], "Run make outcomes again.") from failure

    def segment(self, name: str) -> SegmentOutcomes | None:
        """Give the outcomes of a segment, where they are there."""
        return next((one for one in self.segments if one.name == name), None)
