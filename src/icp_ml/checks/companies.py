"""Whether one company stands on both sides of the split, and whether web domains name companies at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from icp_ml.checks.case import Case
from icp_ml.checks.findings import Finding
from icp_ml.checks.headings import plain_words
from icp_ml.errors import count, examples
from icp_ml.settings import ChecksSettings


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _words(
    "inc incorporated corp corporation co company companies llc lllp llp lp ltd limited plc pty pvt pte "
    "gmbh mbh ag kg kgaa ohg ug gbr ev eg se sa sas sasu sarl eurl snc sca scop srl spa sapa sl slu sau "
    "cv bv nv vof as asa ab oy oyj aps kk sp zoo doo dba cie bvba sprl spzoo ltda eireli sro kft zrt the "
    "and und et y e"
)
"""Words of a company's name that do not tell it from another: legal forms, articles."""

REGIONS = _words(
    "international intl global worldwide group gruppe groupe holding holdings europe emea apac americas "
    "america usa us uk deutschland germany france espana spain italia italy schweiz suisse switzerland "
    "austria osterreich nederland netherlands belgium polska poland brasil brazil mexico canada china "
    "india japan australia"
)
"""Words that tell a subsidiary from its parent."""

MIN_LETTERS = 4  # of what is left of a name, to be one


def same_company(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Find companies of one name, in one country or as parent and subsidiary, on both sides of the split."""
    if (
        case.split is None
        or case.labels is None
        or case.customers is None
        or "name" not in case.customers.rows
    ):
        return
    rows = case.labels.rows
    named = _company_keys(case.customers.rows).reindex(rows["account_id"])
    train, test = named.iloc[case.split.train], named.iloc[case.split.test]
    is_twin = np.zeros(len(test), dtype=bool)
    for key in ("here", "core"):
        known = train.loc[train[key].notna(), key].unique()
        is_twin |= test[key].isin(known).to_numpy()
    share = float(is_twin.mean()) if len(test) else 0.0
    if share > settings.max_same_company_share:
        said = f"{share:.1%} of {count(len(test), 'test row')} are of companies that stand in training too, "
        yield Finding(
            "same_company_both_sides",
            "name",
            f"{said}for example {examples(test['name'][is_twin].unique())}.",
        )


def _company_keys(customers: pd.DataFrame) -> pd.DataFrame:
    """Give each account its name without legal form: with its country, and of a family without its region.

    The second key is there only where a region was taken from a name of that core: two strangers of one
    name in two countries do not meet by it.
    """
    words = [plain_words(name) if isinstance(name, str) else [] for name in customers["name"]]
    plain = [[word for word in parts if word not in LEGAL_FORMS] for parts in words]
    core = [[word for word in parts if word not in REGIONS] for parts in plain]
    country = customers["country"].fillna("") if "country" in customers else [""] * len(customers)
    here = [
        f"{_glued(parts)} {place}" if _glued(parts) else None
        for parts, place in zip(plain, country, strict=True)
    ]
    regional = {_glued(short) for long, short in zip(plain, core, strict=True) if len(short) < len(long)}
    families = [_glued(parts) if _glued(parts) in regional else None for parts in core]
    keys = {"name": customers["name"].to_numpy(), "here": here, "core": families}
    return _once(pd.DataFrame(keys, index=pd.Index(customers["account_id"])))


def _once(keys: pd.DataFrame) -> pd.DataFrame:
    once: pd.DataFrame = keys.loc[~keys.index.duplicated()]
    return once


def _glued(parts: list[str]) -> str | None:
    glued = "".join(parts)
    return glued if len(glued) >= MIN_LETTERS else None


def free_mail(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Say where many web domains are a mailbox's or a shared site's."""
    if case.free_mail_share > settings.max_free_mail_share:
        said = f"{case.free_mail_share:.0%} of customers' web domains are shared, as gmail.com is."
        yield Finding("free_mail_domain", "domain", said)
