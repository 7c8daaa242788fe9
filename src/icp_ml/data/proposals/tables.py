"""Write down what was found as the lines of a table's mapping: each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from icp_ml.data.proposals import unwanted, vocabulary
from icp_ml.data.proposals.features import Feature, feature_of, leak_reason
from icp_ml.data.proposals.keys import Key, pointing_key
from icp_ml.data.proposals.lines import Line, feature_line, key_line, match_line, out_of_range
from icp_ml.data.proposals.matching import Match, match_columns
from icp_ml.data.proposals.reading import read_as, same_heading
from icp_ml.data.proposals.roles import Role, customers_key
from icp_ml.data.proposals.samples import Column
from icp_ml.schema import FIRMOGRAPHICS, OUTCOMES

MAX_STATES = 8


@dataclass(frozen=True)
class TableProposal:
    """One table of the mapping."""

    table: str
    role: Role
    lines: tuple[Line, ...]
    warnings: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    shares_columns: bool = False
    is_out: bool = False

    def line(self, ours: str) -> Line | None:
        """Give the line of a column of ours, where it is in use."""
        return next((one for one in self.lines if one.ours == ours and not one.is_out), None)


def tables_of(roles: Sequence[Role]) -> list[TableProposal]:
    """Propose every table that the files hold, in the schema's order; prospects always beside customers."""
    by_table = {role.table: role for role in roles if role.table}
    found: dict[str, TableProposal] = {}
    key = Key(None, "")
    if "customers" in by_table:
        key = customers_key(by_table["customers"], roles)
        found |= _accounts(by_table, key, roles)
    for table in OUTCOMES:
        if table in by_table:
            found[table] = _outcome(by_table[table], key.column)
    if "customers" in found and "signals" not in found:
        found |= _flags(by_table["customers"], key)
    return [found[one] for one in ("customers", *OUTCOMES, "prospects") if one in found]


def _accounts(by_table: Mapping[str, Role], key: Key, roles: Sequence[Role]) -> dict[str, TableProposal]:
    customers = by_table["customers"]
    matches = customers.matches
    features = _features(customers, key, matches)
    if "prospects" not in by_table:
        one = _account_table(customers, key, matches, features)
        alias = TableProposal("prospects", customers, (), shares_columns=True)
        return {"customers": replace(one, shares_columns=True), "prospects": alias}
    role = by_table["prospects"]
    their_key = customers_key(role, roles)
    theirs = {ours: _as_kind(role, one, matches) for ours, one in role.matches.items()}
    ours_features, their_features = _paired(features, _features(role, their_key, theirs))
    return {
        "customers": _account_table(customers, key, matches, ours_features),
        "prospects": _account_table(role, their_key, theirs, their_features),
    }


def _as_kind(role: Role, match: Match, customers: Mapping[str, Match]) -> Match:
    """Read a prospects' column as the kind, and with the system of codes, that the customers' has."""
    other = customers.get(match.ours)
    if other is None:
        return match
    if "system" in other.reading.settings and "system" not in match.reading.settings:
        settings = {**match.reading.settings, "system": other.reading.settings["system"]}
        return replace(match, reading=replace(match.reading, settings=settings))
    if other.reading.kind == match.reading.kind:
        return match
    return replace(match, reading=read_as(match.reading.column, other.reading.kind, role.hints))


def _features(role: Role, key: Key, matches: Mapping[str, Match]) -> list[Feature]:
    """Look at the columns that are not ours; their names are made to differ."""
    used = {one.heading for one in matches.values()} | ({key.column.heading} if key.column else set())
    names: set[str] = set(FIRMOGRAPHICS)
    features = []
    for column in role.sample.columns:
        if column.heading in used:
            continue
        feature = feature_of(column, role.hints)
        name = feature.name if feature.name not in names else f"{feature.name}_{column.position}"
        names.add(name)
        features.append(replace(feature, name=name))
    return features


def _paired(customers: list[Feature], prospects: list[Feature]) -> tuple[list[Feature], list[Feature]]:
    """Give the prospects' features the customers' names; what only one of them has is left out."""
    partners: dict[str, Feature] = {}
    for theirs in prospects:
        alike = [one for one in customers if one.name not in partners and _is_same(one, theirs)]
        alike.sort(key=lambda one: one.name != theirs.name)
        if alike:
            partners[alike[0].name] = theirs
    names = {id(theirs): name for name, theirs in partners.items()}
    kept = [
        one if one.name in partners else _left_out(one, "the prospects have no such column")
        for one in customers
    ]
    matched = [
        replace(one, name=names[id(one)])
        if id(one) in names
        else _left_out(one, "the customers have no such column")
        for one in prospects
    ]
    return kept, matched


def _is_same(one: Feature, other: Feature) -> bool:
    if one.reading is None or other.reading is None or one.reading.kind != other.reading.kind:
        return False
    return one.name == other.name or same_heading(one.column.heading, other.column.heading)


def _left_out(feature: Feature, why: str) -> Feature:
    return feature if feature.reading is None else replace(feature, reading=None, left_out=why)


def _account_table(
    role: Role, key: Key, matches: Mapping[str, Match], features: Sequence[Feature]
) -> TableProposal:
    lines = [key_line(key)]
    if "name" not in matches and key.column and any(" " in text for text in key.column.counts):
        lines.append(Line("name", key.column.heading, {}, "the id is a name"))
    lines += [match_line(match) for match in matches.values()]
    lines += [feature_line(feature) for feature in features]
    warnings = [key.warning] if key.warning else []
    warnings += [said for match in matches.values() if (said := out_of_range(match))]
    tokens = [token for match in matches.values() for token in match.reading.tokens]
    tokens += [token for one in features if one.reading for token in one.reading.tokens]
    return TableProposal(role.table, role, tuple(lines), tuple(warnings), tuple(tokens))


def _outcome(role: Role, accounts: Column | None) -> TableProposal:
    fields = OUTCOMES[role.table]
    key = pointing_key(role.sample, vocabulary.OUTCOMES[role.table]["account_id"], accounts)
    lines, warnings = [key_line(key)], [key.warning] if key.warning else []
    taken = key.column.heading if key.column else None
    matches = {ours: one for ours, one in role.matches.items() if one.heading != taken}
    for ours, ours_field in fields.items():
        if ours in matches:
            lines.append(match_line(matches[ours], is_account=False))
        elif ours != "account_id" and ours_field.is_required:
            line = _stand_in(role, ours, matches)
            lines.append(line)
            warnings += (
                [f"{ours}: found no column for it"] if line.source is None and not line.settings else []
            )
    used = {one.source for one in lines}
    others = [one.heading for one in role.sample.columns if one.heading not in used]
    lines += [Line("", one, {}, "not used", True) for one in others]
    tokens = tuple(token for one in matches.values() for token in one.reading.tokens)
    return TableProposal(role.table, role, tuple(lines), tuple(warnings), tokens)


def _stand_in(role: Role, ours: str, matches: Mapping[str, Match]) -> Line:
    """Find what can serve where a required column of outcomes is not there."""
    if ours == "revenue" and role.product_of:
        quantity, price = role.product_of
        settings = {"product_of": [quantity.column.heading, price.column.heading], **price.settings}
        return Line(ours, None, settings, "no amount was found: quantity times unit price")
    if ours == "created_at" and "closed_at" in matches:
        closed = match_line(matches["closed_at"], is_account=False)
        return replace(closed, ours=ours, comment="no date of creation was found: the closing date stands in")
    return Line(ours, None, {}, "needed: give the column's heading")


def _flags(role: Role, key: Key) -> dict[str, TableProposal]:
    """Propose a signals table where the accounts' own file flags the best."""
    flag = match_columns(role.sample, "signals", role.hints).get("is_best")
    if flag is None or flag.heading in {one.heading for one in role.matches.values()}:
        return _possible_flag(role, key)
    line = match_line(flag, is_account=False)
    said = f"{line.comment}; use it with label=flag, if it is what you call best"
    dated = Line(
        "as_of", None, {}, "a date column that orders the accounts: label=flag needs it, or orders", True
    )
    lines = (key_line(key), replace(line, comment=said), dated)
    tokens = flag.reading.tokens
    return {"signals": TableProposal("signals", role, lines, (), tokens)}


def _possible_flag(role: Role, key: Key) -> dict[str, TableProposal]:
    """Propose, as a comment, a signals table by a column like status that may tell who is best."""
    few = [one for one in role.sample.columns if 2 <= len(one.counts) <= MAX_STATES]
    states = [one for one in few if leak_reason(one.heading) == unwanted.OUTCOME]
    if not states or key.column is None:
        return {}
    values = list(states[0].counts)
    said = "keep the values that mean best; label=flag then learns from it, given as_of or orders"
    lines = (key_line(key), Line("is_best", states[0].heading, {"yes_values": values}, said))
    return {"signals": TableProposal("signals", role, lines, is_out=True)}
