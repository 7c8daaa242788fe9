"""What a decision about a challenger rests on, in words and as JSON: written before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from icp_ml.errors import count
from icp_ml.evaluation.comparing import Compared
from icp_ml.evaluation.moves import Moves
from icp_ml.evaluation.promotion import Gate
from icp_ml.evaluation.words import figure_text, figure_words, listed, percent

MARKS = {True: "passed", False: "FAILED", None: "not looked at"}


@dataclass(frozen=True)
class Dossier:
    """A challenger beside the champion.

    Attributes
    ----------
    names : tuple of str
        What champion and challenger are called, in this order.
    facts : dict
        For a machine: registered model, versions, day, settings.
    gates : sequence of Gate
    compared : Compared, optional
        None where a gate failed before the accounts were looked at.
    moves : Moves, optional
        None where the list was not scored.
    notes : sequence of str
        What a reader must know.
    """

    names: tuple[str, str]
    facts: dict[str, Any]
    gates: Sequence[Gate]
    compared: Compared | None = None
    moves: Moves | None = None
    notes: Sequence[str] = ()

    @property
    def failed(self) -> list[Gate]:
        """Give the gates that are not passed."""
        return [one for one in self.gates if one.is_passed is False]

    @property
    def words(self) -> str:
        """Say in a line why it passes or not."""
        if not self.failed:
            return next((one.said for one in self.gates if one.name == "better"), "nothing speaks against it")
        return "; ".join(f"{one.name}: {one.said}" for one in self.failed)

    def to_json(self) -> dict[str, Any]:
        """Give all of it for a machine."""
        gates = [{"name": one.name, "is_passed": one.is_passed, "said": one.said} for one in self.gates]
        return {
            **self.facts,
            "is_passed": not self.failed,
            "gates": gates,
            "figures": _figures_json(self.compared),
            "moves": _moves_json(self.moves),
            "notes": list(self.notes),
        }

    def to_markdown(self) -> str:
        """Write it for a person."""
        champion, challenger = self.names
        passes = "passes every gate" if not self.failed else "does not pass"
        lines = [f"# {challenger} beside {champion}", "", f"The challenger {passes}: {self.words}.", ""]
        lines += ["| gate | | |", "|---|---|---|"]
        lines += [f"| {one.name} | {MARKS[one.is_passed]} | {_cell(one.said)} |" for one in self.gates]
        lines += _figure_lines(self.compared) + _move_lines(self.moves)
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes), ""])

    def lines(self) -> list[str]:
        """Say it in a few lines on a terminal."""
        gates = [f"{one.name}: {MARKS[one.is_passed]}, {one.said}" for one in self.gates]
        return [*gates, *([] if self.moves is None else _terminal_lines(self.moves)), *self.notes]


def _terminal_lines(found: Moves) -> list[str]:
    said = []
    for before, counts in found.matrix.iterrows():
        moved = [f"{n:,} to {tier}" for tier, n in counts.items() if n and tier != before]
        said += [f"of {counts.sum():,} {before}: {listed(moved)}"] if moved else []
    return said + _change_words(found)


def _change_words(found: Moves) -> list[str]:
    quantiles = list(found.change_quantiles.values())
    if not quantiles:
        return ["by how much is not said: one of them gives points, no probability"]
    low, _, middle, _, high = (f"{100 * one:+.1f}" for one in quantiles)
    return [f"change in probability, in points: {low} to {high} for nine in ten, {middle} in the middle"]


def _figures_json(found: Compared | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        name: {
            "champion": found.champion[name],
            "challenger": found.challenger[name],
            "difference": found.differences[name].value,
            "low": found.differences[name].low,
            "high": found.differences[name].high,
        }
        for name in found.names
    }


def _moves_json(found: Moves | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "n_accounts": len(found.accounts),
        "n_changed": found.n_changed,
        "share_changed": found.share_changed,
        "top_kept": found.top_kept,
        "matrix": {before: counts.to_dict() for before, counts in found.matrix.iterrows()},
        "segments": found.by_segment.to_dict(orient="index"),
        "change_quantiles": found.change_quantiles,
    }


def _figure_lines(found: Compared | None) -> list[str]:
    if found is None:
        return []
    lines = ["", "| figure | champion | challenger | difference |", "|---|---|---|---|"]
    for name in found.names:
        one = found.differences[name]
        difference, low, high = (figure_text(name, value, True) for value in (one.value, one.low, one.high))
        old, new = (figure_text(name, side[name]) for side in (found.champion, found.challenger))
        lines.append(f"| {figure_words(name)} | {old} | {new} | {difference} ({low} to {high}) |")
    return lines


def _move_lines(found: Moves | None) -> list[str]:
    if found is None:
        return []
    said = f"{found.n_changed:,} of {count(len(found.accounts), 'account')} ({percent(found.share_changed)})"
    lines = [
        "",
        f"{said} change tier; {percent(found.top_kept)} of the top list stay. {_change_words(found)[0]}.",
    ]
    lines += ["", f"| from, to | {' | '.join(found.tiers)} |", f"|---|{'---|' * len(found.tiers)}"]
    for before, counts in found.matrix.iterrows():
        lines.append(f"| {before} | {' | '.join(f'{n:,}' for n in counts)} |")
    lines += ["", "| segment | accounts | up | down |", "|---|---|---|---|"]
    for name, one in found.by_segment.iterrows():
        lines.append(f"| {name} | {one['n']:,} | {one['up']:,} | {one['down']:,} |")
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "/")
