"""Made-up accounts, and the real settings of matching."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd
from support import compose

from icp_ml.settings import MatchingSettings

COLUMNS = ("name", "domain", "registration_id", "country", "region", "city", "postal_code")


@cache
def settings(**changed: Any) -> MatchingSettings:
    found: MatchingSettings = compose().config.matching
    return found.model_copy(update=changed)


def account(account_id: str, name: str | None = None, **known: Any) -> dict[str, Any]:
    return {"account_id": account_id, "name": name, **known}


def table(accounts: Iterable[dict[str, Any]]) -> pd.DataFrame:
    texts = ["account_id", *COLUMNS, "parent_id"]
    rows = pd.DataFrame(list(accounts), columns=[*texts, "founded_year"])
    return rows.astype({**dict.fromkeys(texts, "str"), "founded_year": "float64"})
