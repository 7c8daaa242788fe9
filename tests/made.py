"""Made-up outcomes, and the real definitions with some settings changed."""

from __future__ import annotations

from datetime import date
from functools import cache

import pandas as pd
from support import compose

TODAY = date(2024, 1, 1)
COLUMNS = ("account_id", "ordered_at", "revenue", "cost")


@cache
def conf(name):
    """Compose a definition of conf/label."""
    return compose(f"label={name}").config.label


def definition(name, **changed):
    """Give a definition of conf/label with some settings changed; `never_best__x` sets x of never_best."""
    found = conf(name)
    never = {key.removeprefix("never_best__"): value for key, value in changed.items() if "__" in key}
    plain = {key: value for key, value in changed.items() if "__" not in key}
    content = found.model_dump() | plain
    return type(found).model_validate(content | {"never_best": content["never_best"] | never})


def typed(lines, columns, days=(), numbers=()):
    table = pd.DataFrame(list(lines), columns=list(columns))
    dtypes = {"account_id": "str"}
    return table.astype(
        {**dtypes, **dict.fromkeys(days, "datetime64[s]"), **dict.fromkeys(numbers, "float64")}
    )


def orders(*lines):
    width = len(lines[0])
    return typed(lines, COLUMNS[:width], days=["ordered_at"], numbers=COLUMNS[2:width])


def deals(*lines):
    names = ("account_id", "created_at", "closed_at", "is_won")
    return typed(lines, names, days=["created_at", "closed_at"], numbers=["is_won"])


def signals(*lines, names=("is_best", "flagged_at")):
    days = [name for name in names if name.endswith("_at") or name == "as_of"]
    numbers = [name for name in names if name not in days]
    return typed(lines, ("account_id", *names), days=days, numbers=numbers)


def customers(*ids, **columns):
    table = pd.DataFrame({"account_id": list(ids), **columns})
    return table.astype({"account_id": "str"})


def best(labels):
    """Give who is best, by account."""
    return dict(zip(labels.rows["account_id"], labels.rows["is_best"], strict=True))


def names_of(labels):
    """Name the best, in order."""
    return sorted(labels.rows.loc[labels.rows["is_best"], "account_id"])
