"""Charts of a profile: how much more often each group is best, and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from icp_ml.charts import themed
from icp_ml.profile.card import Card, Group

COLOURS = {"core": "var(--accent)", "niche": "var(--second)", "anti": "var(--bad)", "other": "var(--grey)"}
ROW = 34  # pixels of a group
SIDES = {
    "share of best": "var(--accent)",
    "share of customers": "var(--grey)",
    "share of prospects": "var(--second)",
}


def lift_chart(card: Card) -> tuple[Any, str]:
    """Draw lift against share: each group a dot with its interval, the further right the larger."""
    import altair as alt

    lines = [
        {
            "group": one.name,
            "kind": one.kind,
            "share": one.n / max(card.n, 1),
            "lift": one.lift,
            "low": one.low,
            "high": one.high,
        }
        for one in card.groups
        if one.kind != "other"
    ]
    shades = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    base = alt.Chart(pd.DataFrame(lines)).encode(
        x=alt.X("share:Q", title="share of customers", axis=alt.Axis(format="%")),
        color=alt.Color("kind:N", scale=shades, legend=None),
        tooltip=[
            alt.Tooltip("group:N"),
            alt.Tooltip("lift:Q", format=".2f"),
            alt.Tooltip("low:Q", format=".2f"),
            alt.Tooltip("high:Q", format=".2f"),
            alt.Tooltip("share:Q", format=".1%"),
        ],
    )
    one = alt.Chart(pd.DataFrame([{"lift": 1}])).mark_rule(color="var(--grey)", strokeDash=[4, 4])
    reach = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("low:Q", title="times as often best as the average"), y2="high:Q"
    )
    dots = base.mark_circle(size=90, opacity=1).encode(y="lift:Q")
    texts = base.mark_text(align="left", dx=8, dy=-1).encode(y="lift:Q", text="group:N")
    chart = alt.layer(one.encode(y="lift:Q"), reach, dots, texts).properties(width=400, height=300)
    return themed(chart, "Lift of each group against its share of customers"), lift_alt(card.groups)


def lift_alt(groups: Sequence[Group]) -> str:
    """Say the chart for those who cannot see it."""
    said = (f"{one.name} {one.lift:.1f} ({one.low:.1f} to {one.high:.1f})" for one in groups)
    return f"Lift with its interval: {'; '.join(said)}"


def share_chart(card: Card) -> tuple[Any, str]:
    """Draw how much of the best, of all customers and of the prospects each group holds."""
    import altair as alt

    lines = []
    for one in card.groups:
        shares = [one.n_best / max(card.n_best, 1), one.n / max(card.n, 1), one.prospect_share]
        for name, share in zip(SIDES, shares, strict=True):
            if card.n_prospects or name != "share of prospects":
                lines.append({"group": one.name, "of": name, "share": share})
    names = [one for one in SIDES if card.n_prospects or one != "share of prospects"]
    chart = (
        alt.Chart(pd.DataFrame(lines))
        .mark_bar()
        .encode(
            y=alt.Y("group:N", sort=[one.name for one in card.groups], title=None),
            yOffset=alt.YOffset("of:N", sort=names),
            x=alt.X("share:Q", title=None, axis=alt.Axis(format="%")),
            color=alt.Color(
                "of:N", scale=alt.Scale(domain=names, range=[SIDES[one] for one in names]), sort=names
            ),
            tooltip=[alt.Tooltip("group:N"), alt.Tooltip("of:N"), alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(width=340, height=ROW * max(len(card.groups), 2))
    )
    said = (f"{one['group']} {one['share']:.0%} {str(one['of']).removeprefix('share ')}" for one in lines)
    return themed(chart, "How much each group holds"), f"Shares of each group: {'; '.join(said)}"
