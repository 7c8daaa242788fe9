"""Say outcomes in words: a compact table for the terminal, and what a reader must know of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from icp_ml.errors import count
from icp_ml.evaluation.cells import with_bounds
from icp_ml.evaluation.words import NOT_DEFINED, TIMES, percent
from icp_ml.outcomes.found import Bounded, Figures, Outcomes, SegmentOutcomes, TierLine, View

NOUNS = {"won": ("deal closed", "deals closed"), "best": ("customer judged", "customers judged")}
LEFT_OUT = {
    "unscored": "not scored by then",
    "gone": "not on the list by then",
    "customers": "customers already",
}
NO_EXPLORATION = (
    "scoring.exploration_share is 0: no account is drawn at random, so all figures are of accounts that "
    "somebody chose to work, most often by their tier."
)


def heading(view: View, backtest_days: int) -> str:
    """Say what is compared with which score."""
    if view.event == "best":
        return "Customers who are best by the definition, by the score before they became customers"
    if view.seen_from == "created":
        return f"Deals won{_proxy(view)}, by the score when each was created"
    return f"Deals won{_proxy(view)}, by the score {backtest_days} days before each closed"


def _proxy(view: View) -> str:
    return " (a proxy)" if view.is_proxy else ""


def counted(view: View) -> str:
    """Say how many rows there are, and what was left out."""
    left = [f"{n:,} {LEFT_OUT[name]}" for name, n in view.left_out.items() if n]
    of_these = f", {', '.join(left)}" if left else ""
    return f"{count(view.n_known, *NOUNS[view.event])}{of_these}; {_came(view.whole, view.event)}"


def _came(found: Figures, event: str) -> str:
    return f"{found.n:,} compared ({found.n_true:,} {event}, {count(found.n_accounts, 'account')})"


def cautions(segment: SegmentOutcomes, outcomes: Outcomes) -> list[str]:
    """Say what the figures are not."""
    said = []
    if any(one.is_proxy for one in segment.views):
        said.append(
            f"Won is a proxy: the models learnt who is best, {segment.best}, among those who become "
            "customers. How tiers compare with each other can be read from deals won; how large the shares "
            "are, and whether probabilities are right, cannot."
        )
    share = outcomes.exploration_share
    if share:
        said.append(
            f"Only worked accounts have deals. Figures are unbiased only on the {percent(share)} of accounts "
            "that are drawn at random and worked whatever their score; they are told apart."
        )
    else:
        said.append(f"Only worked accounts have deals. {NO_EXPLORATION}")
    return [*said, *segment.notes]


def lines(outcomes: Outcomes) -> Iterator[str]:
    """Write all of it for a terminal."""
    for segment in outcomes.segments:
        if len(outcomes.segments) > 1:
            yield f"{segment.name}:"
        for view in segment.views:
            yield f"{heading(view, outcomes.backtest_days)}: {counted(view)}"
            yield from _aligned(_view_rows(view, outcomes))
        yield from (f"  note: {one}" for one in cautions(segment, outcomes))


def _view_rows(view: View, outcomes: Outcomes) -> list[Sequence[str]]:
    """Give the tiers of all rows, and a line for each model and for those drawn at random."""
    if not view.whole.tiers:
        if view.whole.n:
            return [["", f"too few for figures: fewer than {outcomes.min_deals}"]]
        return []
    confidence = percent(outcomes.confidence)
    head = ["", "n", view.event, f"share ({confidence} interval)", f"of all {view.event}", "lift"]
    rows: list[Sequence[str]] = [head, *(tier_row(one) for one in view.whole.tiers)]
    if len(view.versions) > 1:
        rows += [_short(f"model {one.whose}", one) for one in view.versions]
    if view.exploration is not None:
        rows.append(_short("drawn at random", view.exploration))
    return [*rows, *[["", one] for one in said_of(view.whole)]]


def tier_row(line: TierLine) -> list[str]:
    """Give the cells of a tier."""
    figures = [share_text(line.precision), share_text(line.held), times_text(line.lift)]
    return [line.tier, f"{line.n:,}", f"{line.n_true:,}", *(figures if line.n else ["", "", ""])]


def _short(name: str, found: Figures) -> list[str]:
    """Give a line for some rows: their top tier."""
    top = found.top
    counts = [name, f"{found.n:,}", f"{found.n_true:,}"]
    if top is None:
        return [*counts, "too few for figures"]
    said = f"{top.tier}: {share_text(top.precision)}" if top.n else f"{top.tier}: none"
    return [*counts, said, share_text(top.held), times_text(top.lift)]


def said_of(found: Figures) -> list[str]:
    """Say how well scores ranked, and whether probabilities were right."""
    said = []
    if found.auc.value is not None:
        said.append(f"ROC AUC {with_bounds('roc_auc', found.auc.interval)}")
    if found.calibration is not None:
        ratio, error = found.calibration.ratio.interval, found.calibration.error.interval
        more = f"observed over expected {ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})"
        said.append(f"{more}; calibration error {with_bounds('calibration_error', error)}")
    return said


def share_text(found: Bounded) -> str:
    """Write a share with its bounds."""
    if found.value is None:
        return NOT_DEFINED
    one = found.interval
    return f"{percent(one.value)} ({percent(one.low)} to {percent(one.high)})"


def times_text(found: Bounded) -> str:
    """Write a lift with its bounds."""
    if found.value is None:
        return NOT_DEFINED
    one = found.interval
    bounds = "" if found.low is None else f" ({one.low:.2f} to {one.high:.2f})"
    return f"{one.value:.2f} {TIMES}{bounds}"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Set cells below one another; a row of two is a name and a sentence."""
    whole = [one for one in rows if len(one) > 2]
    n_columns = max((len(one) for one in whole), default=0)
    widths = [max(len(one[at]) for one in whole if at < len(one)) for at in range(n_columns)]
    for row in rows:
        if len(row) == 2:
            yield f"  {row[1]}"
        else:
            yield "  " + "  ".join(_padded(cell, at, widths[at]) for at, cell in enumerate(row)).rstrip()


def _padded(cell: str, at: int, width: int) -> str:
    return cell.rjust(width) if at in (1, 2) else cell.ljust(width)
