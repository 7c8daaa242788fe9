"""What a labelling found, in Markdown for a person."""

from __future__ import annotations

from collections.abc import Iterable

from icp_ml.label.labels import Labels


def labels_markdown(title: str, labels: Labels, notes: Iterable[str]) -> str:
    """Write the label report: the definition in words, counts, each cohort, and what to beware of."""
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    lines = [
        f"# Who is best: {title}",
        "",
        f"Best is {labels.meaning}.",
        "",
        f"- label rows: {n:,}, {n_best:,} of them best ({n_best / n:.1%})",
        f"- too young to judge, left out: {labels.n_young:,}",
        f"- described on: {_period(labels)}",
    ]
    if len(labels.by_cohort):
        lines += ["", "| cohort | customers | best | share of best | value | value held by best |"]
        lines += ["|---|---:|---:|---:|---:|---:|"]
        lines += [
            f"| {row.cohort} | {row.n:,} | {row.n_best:,} | {row.share_best:.1%} | {row.value:,.0f} "
            f"| {row.value_share_of_best:.1%} |"
            for row in labels.by_cohort.itertuples()
        ]
    noted = list(notes)
    return "\n".join([*lines, *(["", "## Notes", ""] if noted else []), *(f"- {note}" for note in noted), ""])


def _period(labels: Labels) -> str:
    as_of = labels.rows["as_of"]
    if as_of.isna().all():
        return "no date is known"
    return f"{as_of.min():%Y-%m-%d} to {as_of.max():%Y-%m-%d}"
