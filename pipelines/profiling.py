"""Read customers and prospects for a profile: who is new on the list, and what the model says of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.model.candidate import Model
    from icp_ml.profile.archetypes import Kinds
    from icp_ml.profile.card import Group
    from icp_ml.profile.making import Customers
    from icp_ml.profile.typical import Side
    from icp_ml.schema import Field
    from pipelines.readiness import Attempt


@dataclass(frozen=True)
class NewProspects:
    """Who of the list is new: no customer, and no repeat of an earlier row.

    Attributes
    ----------
    is_new : array of bool, shape (n_rows of the segment,)
    n_customers, n_repeats : int
        Rows that are left out.
    sample : pandas.DataFrame
        Some of the new ones, drawn by their ids alone.
    """

    is_new: Any
    n_customers: int
    n_repeats: int
    sample: pd.DataFrame

    @property
    def n(self) -> int:
        """Count them."""
        return int(self.is_new.sum())


@dataclass
class Listed:
    """What was counted of the new prospects, batch by batch."""

    side: Side
    groups: Counter[str] = field(default_factory=Counter)
    fit_units: Counter[str] = field(default_factory=Counter)
    filters: Counter[tuple[str, str]] = field(default_factory=Counter)
    kinds: Counter[int] = field(default_factory=Counter)
    tiers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Prospects:
    """The list of prospects of a segment, read anew each time it is gone through."""

    run: Run
    known: pd.DataFrame  # all customers

    def batches(self) -> Iterator[pd.DataFrame]:
        """Give the rows that the segment covers."""
        from icp_ml.data.segments import covers
        from icp_ml.data.tables import Findings, table_batches

        config = self.run.config
        if config.data.prospects is None:
            return
        segment = {self.run.segment: config.segments[self.run.segment]}
        for batch in table_batches("prospects", config.data, config.scoring.batch_rows, Findings()):
            is_covered = covers(batch.rows, "prospects", segment, config.data)[self.run.segment]
            yield batch.rows.loc[is_covered].reset_index(drop=True)

    @cached_property
    def new(self) -> NewProspects:
        """Say who is new; memory holds the keys of all rows, and the sample."""
        import numpy as np
        import pandas as pd

        from icp_ml.data.repeats import ListKeys, repeats_in
        from icp_ml.matching import known_accounts, match_keys
        from icp_ml.matching.keys import ROW_KEYS

        settings = self.run.config.matching
        customers = known_accounts(self.known, settings)
        keys: list[pd.DataFrame] = []
        is_known: list[Any] = []
        sample = _Sample(self.run.config.profile.n_prospects)
        for rows in self.batches():
            mine = match_keys(rows)
            is_known.append(customers.recognise(mine) != "")
            sample.add(rows.loc[~is_known[-1]], sum(map(len, keys)))
            keys.append(mine[[*ROW_KEYS]])
        if not keys:
            return NewProspects(np.zeros(0, dtype=bool), 0, 0, pd.DataFrame())
        originals = repeats_in(ListKeys(pd.concat(keys, ignore_index=True)), settings).originals
        is_new = ~np.concatenate(is_known)
        n_customers = int((~is_new).sum())
        is_new[np.fromiter(originals, dtype=np.intp, count=len(originals))] = False
        n_repeats = len(is_new) - n_customers - int(is_new.sum())
        return NewProspects(is_new, n_customers, n_repeats, sample.of(is_new))

    def new_batches(self) -> Iterator[pd.DataFrame]:
        """Give the new ones."""
        start = 0
        for rows in self.batches():
            is_new = self.new.is_new[start : start + len(rows)]
            start += len(rows)
            yield rows.loc[is_new].reset_index(drop=True)


class _Sample:
    """Rows drawn by the digest of their id: the same ones in whatever order the list comes."""

    def __init__(self, n_rows: int) -> None:
        self.n_rows = 2 * n_rows  # repeats go later
        self.kept: pd.DataFrame | None = None

    def add(self, rows: pd.DataFrame, start: int) -> None:
        import pandas as pd

        from icp_ml.matching.keys import hashed

        marked = rows.assign(_place=rows.index + start, _draw=hashed(rows["account_id"]))
        whole = marked if self.kept is None else pd.concat([self.kept, marked], ignore_index=True)
        self.kept = whole.sort_values(["_draw", "_place"], kind="stable").head(self.n_rows)

    def of(self, is_new: Any) -> pd.DataFrame:
        """Give those of the sample that are new, in the order of the list."""
        assert self.kept is not None
        found: pd.DataFrame = self.kept.loc[is_new[self.kept["_place"].to_numpy()]].head(self.n_rows // 2)
        return found.sort_values("_place").drop(columns=["_place", "_draw"]).reset_index(drop=True)


def customers_of(tried: Attempt, model: Model) -> Customers:
    """Score the label rows."""
    from icp_ml.profile.making import Customers, fitted

    assert tried.rows is not None and tried.tables is not None
    rows, table = tried.rows, tried.tables.tables["customers"]
    fit, _, counted = fitted(model, rows.accounts, rows.rows["as_of"])
    return Customers(rows.rows, rows.accounts, table.rows, rows.fields, table.fields, fit, counted)


def list_prospects(
    prospects: Prospects,
    made: tuple[Model, Customers, Sequence[Group], Kinds],
    write: Callable[[pd.DataFrame], None],
) -> Listed:
    """Give each new prospect its group and the kind it resembles; count, and write line by line."""
    import pandas as pd

    from icp_ml.label.levels import account_levels
    from icp_ml.profile.conditions import assign
    from icp_ml.profile.making import fit_units, fitted
    from icp_ml.profile.typical import Side
    from pipelines.progress import counter

    model, customers, groups, kinds = made
    listed, today = Listed(Side()), pd.Timestamp(prospects.run.config.today)
    with counter(prospects.new.n, "prospects", "row") as tick:
        for rows in prospects.new_batches():
            fit, tier, counted = fitted(model, rows, today)
            names = assign(groups, rows, customers.shared, today)
            kind = kinds.nearest(rows, counted)
            days = pd.DataFrame({"account_id": rows["account_id"], "as_of": today})
            levels = account_levels(rows, customers.shared, customers.whole)
            listed.side.add(days, rows, customers.shared, levels)
            listed.groups.update(names)
            for name in set(names):
                listed.fit_units[name] += fit_units(fit[names == name])
            listed.tiers.update(tier)
            listed.filters.update(_kept(groups, rows, customers.shared, (today, tier)))
            listed.kinds.update(kind[pd.Series(tier).isin(["Best fit", "Good fit"]).to_numpy()].tolist())
            write(_lines(rows, names, [*(one.name for one in kinds.archetypes), ""], (kind, tier, fit)))
            tick(len(rows))
    return listed


def _kept(
    groups: Sequence[Group], rows: pd.DataFrame, fields: Mapping[str, Field], seen: tuple[Any, Any]
) -> Counter[tuple[str, str]]:
    """Count the rows that each filter keeps, by tier."""
    import numpy as np

    from icp_ml.profile.conditions import are_met
    from icp_ml.profile.filters import WHOLE

    day, tier = seen
    claimed = [one for one in groups if one.kind != "other"]
    masks = {one.name: are_met(one.conditions, rows, fields, day) for one in claimed}
    wanted = [masks[one.name] for one in claimed if one.kind != "anti"]
    masks |= {WHOLE: np.any(wanted, axis=0)} if wanted else {}
    return Counter((name, one) for name, is_kept in masks.items() for one in tier[is_kept].tolist())


def _lines(
    rows: pd.DataFrame, groups: Any, kinds: Sequence[str], found: tuple[Any, Any, Any]
) -> pd.DataFrame:
    import pandas as pd

    kind, tier, fit = found
    return pd.DataFrame(
        {
            "account_id": rows["account_id"],
            "name": rows.get("name", pd.Series("", index=rows.index)),
            "group": groups,
            "archetype": [kinds[at] for at in kind.tolist()],
            "tier": tier,
            "fit_probability": fit,
        }
    )
