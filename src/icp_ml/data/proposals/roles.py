"""Say which of our tables each file is, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from icp_ml.data.proposals import vocabulary
from icp_ml.data.proposals.forms import Hints, hints_of, shown
from icp_ml.data.proposals.headings import fold, has_word, sureness
from icp_ml.data.proposals.keys import MIN_OVERLAP, Key, account_key, is_repeated, overlap
from icp_ml.data.proposals.matching import Match, find_kind, match_columns
from icp_ml.data.proposals.reading import Reading
from icp_ml.data.proposals.samples import Column, Sample

MAX_FIRMOGRAPHICS_OF_SIGNALS = 2
MIN_FIRMOGRAPHICS = 2
MIN_IDS = 20
OUTCOME_TABLES = ("orders", "deals", "signals")


@dataclass(frozen=True, eq=False)
class Role:
    """A file and the table it was taken for ("" for none)."""

    sample: Sample
    hints: Hints
    table: str
    why: str

    @cached_property
    def matches(self) -> Mapping[str, Match]:
        """Give our columns of that table found in the file."""
        return match_columns(self.sample, self.table or "customers", self.hints)

    @cached_property
    def product_of(self) -> tuple[Reading, Reading] | None:
        """Give quantity and unit price, which make an amount where there is none."""
        quantity = find_kind(self.sample, vocabulary.QUANTITY, "number", self.hints)
        price = find_kind(self.sample, vocabulary.UNIT_PRICE, "number", self.hints)
        return (quantity, price) if quantity and price else None


def roles_of(samples: Sequence[Sample]) -> list[Role]:
    """Take each file for one table; no table is given twice."""
    roles = [_role(sample) for sample in samples]
    for table in OUTCOME_TABLES:
        rivals = [one for one in roles if one.table == table]
        best = max(rivals, key=lambda one: len(one.matches), default=None)
        roles = [_unused(one, best) if one in rivals and one is not best else one for one in roles]
    if not any(one.table == "customers" for one in roles):
        roles = [replace(one, table="customers") if one.table == "signals" else one for one in roles]
    return _with_accounts(roles)


def customers_key(role: Role, roles: Sequence[Role]) -> Key:
    """Choose the account's id of a file of accounts."""
    substitutes = [role.matches[one].reading.column for one in ("domain", "name") if one in role.matches]
    pointing = [one.sample for one in roles if one.table in OUTCOME_TABLES]
    return account_key(role.sample, substitutes, pointing if role.table == "customers" else [])


def _role(sample: Sample) -> Role:
    hints = hints_of(sample.columns)
    for table, test in (("deals", _why_deals), ("orders", _why_orders), ("signals", _why_signals)):
        role = Role(sample, hints, table, "")
        if why := test(role):
            return replace(role, why=why)
    return Role(sample, hints, "customers", "")


def _why_deals(role: Role) -> str:
    found = role.matches
    dates = [found[one].heading for one in ("created_at", "closed_at") if one in found]
    if "is_won" in found and dates:
        return f"{shown([found['is_won'].heading])} says won or lost, {shown(dates)} when"
    if "closed_at" in found and has_word(role.sample.path.stem, vocabulary.DEAL_NAMES):
        return f"its name speaks of deals and {shown(dates)} says when"
    return ""


def _why_orders(role: Role) -> str:
    found = role.matches
    amount = found["revenue"].heading if "revenue" in found else ""
    if not amount and role.product_of:
        amount = role.product_of[0].column.heading
    synonyms = vocabulary.OUTCOMES["orders"]["account_id"]
    keys = [one for one in role.sample.columns if sureness(one.heading, synonyms) and one.n_given]
    is_orders = "order_id" in found or any(is_repeated(one) for one in keys)
    if "ordered_at" in found and amount and keys and is_orders:
        return f"{shown([found['ordered_at'].heading])} is a date and {shown([amount])} an amount"
    return ""


def _why_signals(role: Role) -> str:
    found = {ours: one for ours, one in role.matches.items() if ours not in ("as_of", "flagged_at")}
    firmographics = set(match_columns(role.sample, "customers", role.hints)) - {"name", "known_on"}
    is_most = len(role.matches) >= 0.5 * (len(role.sample.columns) - 1)
    if found and is_most and len(firmographics) <= MAX_FIRMOGRAPHICS_OF_SIGNALS:
        return f"{shown([one.heading for one in found.values()], 3)} tell how customers do"
    return ""


def _unused(role: Role, taken: Role | None) -> Role:
    said = f"; {taken.sample.path.name} was taken" if taken else ""
    return replace(role, table="", why=f"looks like {role.table}{said}")


def _with_accounts(roles: list[Role]) -> list[Role]:
    """Choose customers and prospects among the files of accounts."""
    accounts = [one for one in roles if one.table == "customers"]
    usable = [one for one in accounts if _n_firmographics(one) >= MIN_FIRMOGRAPHICS] or accounts[:1]
    named = [one for one in usable if has_word(fold(one.sample.path.stem), vocabulary.PROSPECT_NAMES)]
    outcomes = [one.sample for one in roles if one.table in OUTCOME_TABLES]

    def merit(role: Role) -> tuple[bool, float, int]:
        return role not in named, round(_named_share(role, outcomes), 1), _n_firmographics(role)

    customers = max(usable, key=merit, default=None)
    others = [one for one in usable if one is not customers]
    others = [one for one in others if one in named or not _speaks_of(one, customers)]
    prospects = max(others, key=lambda one: (one in named, _n_firmographics(one)), default=None)
    return [_accounts_role(one, customers, prospects) if one in accounts else one for one in roles]


def _accounts_role(role: Role, customers: Role | None, prospects: Role | None) -> Role:
    recognised = [one.heading for one in role.matches.values()]
    why = f"{shown(recognised, 3)} describe companies" if recognised else "no column was recognised"
    if role is customers:
        return replace(role, why=why)
    if role is prospects:
        by_name = has_word(fold(role.sample.path.stem), vocabulary.PROSPECT_NAMES)
        said = f"its name says {by_name!r}" if by_name else "a second list of companies"
        return replace(role, table="prospects", why=f"{why}, {said}")
    few = _n_firmographics(role) < MIN_FIRMOGRAPHICS
    joined = "it speaks of the customers; add it to them with joins"
    about = joined if _speaks_of(role, customers) else "map it by hand"
    why = "too few columns that describe companies" if few else f"one more list of companies: {about}"
    return replace(role, table="", why=why)


def _speaks_of(role: Role, customers: Role | None) -> bool:
    """Say whether a table's rows are the customers' again."""
    if customers is None:
        return False
    keys = [one for one in customers.sample.columns if one.n_given and not is_repeated(one)][:20]
    pairs = ((one, key) for one in role.sample.columns for key in keys if len(one.ids) > MIN_IDS)
    return any(overlap(one, key) >= MIN_OVERLAP for one, key in pairs)


def _n_firmographics(role: Role) -> int:
    return len(set(role.matches) - {"known_on"})


def _named_share(role: Role, outcomes: Sequence[Sample]) -> float:
    """Give how surely the outcome tables speak of these accounts."""
    keys: list[Column] = [one for one in role.sample.columns if one.n_given and not is_repeated(one)][:20]
    pointing = [other for sample in outcomes for other in sample.columns]
    return max((overlap(other, key) for key in keys for other in pointing), default=0.0)
