"""One attribute of an account: what a reason speaks of, and the columns of the matrix that it owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from icp_ml.features.conditions import Condition

Form = Literal[
    "number",
    "yes_no",
    "age",
    "recency",
    "ratio",
    "share",
    "growth",
    "time_zone",
    "decision_maker",
    "completeness",
    "band",
    "levels",
    "ordered",
    "country",
    "industry_code",
    "items",
    "words",
    "pair",
    "rubric",
]
NUMBER_FORMS: tuple[Form, ...] = ("number", "yes_no", "age", "recency")
LEVEL_FORMS: tuple[Form, ...] = ("band", "levels", "ordered", "country", "industry_code")
ITEM_FORMS: tuple[Form, ...] = ("items", "words")
DERIVED_FORMS: tuple[Form, ...] = (
    "ratio",
    "share",
    "growth",
    "time_zone",
    "decision_maker",
    "completeness",
    "band",
    "pair",
)
"""Forms that say again what other columns say, and so count neither as a column nor as one more known."""
STEP = " > "
"""Between the levels of a path, coarse to fine: a city's name means another city in another country."""
TIMES = "×"


@dataclass(frozen=True)
class Reduction:
    """Terms of a text or items of a list, and what each adds to the few dimensions they were reduced to.

    Attributes
    ----------
    terms : tuple of str
        Words, and two words in a row; sorted.
    weights : tuple of float
        Inverse document frequency of each term.
    loadings : tuple of tuple of float
        For each dimension, what each term adds.
    """

    terms: tuple[str, ...]
    weights: tuple[float, ...]
    loadings: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Attribute:
    """What one attribute contributes to the matrix, and what was learnt about it.

    Attributes
    ----------
    name : str
        Our column, or a derived attribute's own name.
    words : str
        What a salesperson calls it.
    form : Form
    sources : tuple of str
        Our columns that it speaks of.
    above : tuple of str
        Coarser columns, coarse to fine, that a level's place is known by: country and region of a city.
    statistics : dict of str to float
        Log-odds difference of each level, item or band from everyone; of a pair's cells from its two parts'
        sum.
    counts : dict of str to int
        Training rows of each.
    frequent : tuple of str
        Levels or items with a column of their own.
    shares : tuple of int
        Depths of a path with a column of their own, 0 for the coarsest; of a pair, the two parts' depths.
    families : tuple of str
        Families of technologies with a column of their own.
    text : Reduction, optional
        Of a text, or of a list of many items.
    conditions : tuple of Condition
        What earns a rubric's point; declared, not learnt.
    """

    name: str
    words: str
    form: Form
    sources: tuple[str, ...]
    above: tuple[str, ...] = ()
    statistics: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    frequent: tuple[str, ...] = ()
    shares: tuple[int, ...] = ()
    families: tuple[str, ...] = ()
    text: Reduction | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def is_derived(self) -> bool:
        """Say whether it is made of columns that are attributes of their own."""
        return self.form in DERIVED_FORMS

    @property
    def example(self) -> str | None:
        """Give a frequent level or item as it stands in the column, None where there is none."""
        return self.frequent[0].rpartition(STEP)[2] if self.frequent else None

    @property
    def columns(self) -> list[str]:
        """Name the matrix columns."""
        if self.form == "band":
            return [self.share_column(0)]
        own = [f"{self.name}={level}" for level in self.frequent]
        if self.form in LEVEL_FORMS:
            order = [f"{self.name}:order"] if self.form == "ordered" else []
            return [*(self.share_column(depth) for depth in self.shares), f"{self.name}:rows", *order, *own]
        if self.form in ITEM_FORMS:
            rare = [f"{self.name}:rare"] if self.form == "items" else []
            n_dimensions = len(self.text.loadings) if self.text else 0
            dimensions = [f"{self.name}:text{number + 1}" for number in range(n_dimensions)]
            families = [f"{self.name}:{family}" for family in self.families]
            summary = [f"{self.name}:mean", f"{self.name}:max", f"{self.name}:n"]
            return [*summary, *rare, *own, *families, *dimensions]
        if self.form == "pair":
            return [f"{self.name}:share", f"{self.name}:rows"]
        return [self.name]

    def share_column(self, depth: int) -> str:
        """Name the column of a depth's shares: the finest is "share" alone."""
        is_finest = depth == max(self.shares)
        return f"{self.name}:share" if is_finest else f"{self.name}:share{depth + 1}"
