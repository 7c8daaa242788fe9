"""Find the column that tells accounts apart, and the one that points to them from other tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from icp_ml.data.proposals import unwanted, vocabulary
from icp_ml.data.proposals.forms import shown
from icp_ml.data.proposals.headings import has_word, sureness
from icp_ml.data.proposals.samples import Column, Sample
from icp_ml.errors import count

NEAR_UNIQUE = 0.8
MIN_OVERLAP, SURE_OVERLAP = 0.05, 0.3


@dataclass(frozen=True)
class Key:
    """The column of account_id, none where it was not found, why, and what is wrong with it."""

    column: Column | None
    why: str
    warning: str = ""


def account_key(sample: Sample, substitutes: Sequence[Column], pointing: Sequence[Sample]) -> Key:
    """Choose the id of a table of accounts.

    Parameters
    ----------
    sample : Sample
    substitutes : sequence of Column
        The domain and the name, which serve where there is no id.
    pointing : sequence of Sample
        The tables that speak of these accounts; where they clearly use another column, it is that one.
    """
    ranked = [(column, "") for column in _id_like(sample)]
    ranked += [
        (one, "no id was found: the web domain or name serves, both may change") for one in substitutes
    ]
    ranked += [(one, "no id was found; these are unique") for one in _plain_unique(sample, substitutes)]
    good = [(one, why) for one, why in ranked if one.unique_share == 1.0 and one.n_given == len(one.raw)]
    good += [pair for pair in ranked if pair not in good and pair[0].unique_share >= NEAR_UNIQUE]
    if not good:
        return Key(None, "no column is unique and always there", "account_id: found no column for it")
    chosen = good[0]
    if pointing and _overlap(chosen[0], pointing) < MIN_OVERLAP:
        chosen = next((pair for pair in good if _overlap(pair[0], pointing) >= SURE_OVERLAP), chosen)
    return _described(*chosen)


def pointing_key(sample: Sample, synonyms: str, accounts: Column | None) -> Key:
    """Choose the column of an outcome table whose values occur most among the customers' ids."""
    by_heading = sorted(
        (one for one in sample.columns if sureness(one.heading, synonyms) and one.n_given),
        key=lambda one: (-sureness(one.heading, synonyms), one.unique_share > 0.99, one.position),
    )
    shares = {one.heading: overlap(one, accounts) for one in sample.columns} if accounts is not None else {}
    best = max(shares, key=lambda heading: shares[heading], default=None)
    if best is not None and shares[best] >= MIN_OVERLAP:
        return Key(sample.column(best), f"{shares[best]:.0%} of the rows name one of the customers read")
    if not by_heading:
        return Key(None, "no column names accounts", "account_id: found no column for it")
    said = "by its heading; hardly any value is one of the customers read" if shares else "by its heading"
    warning = f"account_id: hardly any value of {shown([by_heading[0].heading])} is a customer's id"
    return Key(by_heading[0], said, warning if shares else "")


def overlap(column: Column, accounts: Column) -> float:
    """Give the share of rows with a value whose value is an account's id."""
    n_known = sum(column.ids.values())
    return sum(n for one, n in column.ids.items() if one in accounts.ids) / n_known if n_known else 0.0


def is_repeated(column: Column) -> bool:
    """Say whether accounts stand in several rows."""
    return column.unique_share < 1.0


def _overlap(column: Column, pointing: Sequence[Sample]) -> float:
    return max((overlap(other, column) for sample in pointing for other in sample.columns), default=0.0)


def _id_like(sample: Sample) -> list[Column]:
    synonyms = [one.strip() for one in vocabulary.FIRMOGRAPHICS["account_id"].split(";")]

    def rank(column: Column) -> tuple[int, int, int]:
        places = [at for at, one in enumerate(synonyms) if sureness(column.heading, one) == 3]
        return -sureness(column.heading, "; ".join(synonyms)), min(places, default=999), column.position

    return sorted((one for one in sample.columns if rank(one)[0] < 0), key=rank)


def _plain_unique(sample: Sample, taken: Sequence[Column]) -> list[Column]:
    """List columns of short unique words that are no row numbers, in their order."""
    return [
        one
        for one in sample.columns
        if one not in taken
        and one.n_given == len(one.raw)
        and not has_word(one.heading, unwanted.ROW_NUMBERS)
        and not any(" " in text or len(text) > 64 for text in one.counts)
        and any(sign.isalpha() for text in list(one.counts)[:20] for sign in text)
        and one.unique_share == 1.0
    ]


def _described(column: Column, why: str) -> Key:
    n_rows, n_known = len(column.raw), sum(column.ids.values())
    n_missing, n_repeats = n_rows - n_known, n_known - len(column.ids)
    said = f"{len(column.ids):,} different values in {count(n_rows, 'row')}"
    said += f", {n_missing:,} missing" if n_missing else ""
    said += f", {n_repeats:,} repeat an id" if n_repeats else ""
    repeats = count(n_repeats, "row repeats", "rows repeat")
    absent = count(n_missing, "row has", "rows have")
    warnings = [f"{repeats} an id, which training refuses"] if n_repeats else []
    warnings += [f"{absent} none and will be left out"] if n_missing else []
    warning = f"account_id: {'; '.join(warnings)}" if warnings else ""
    return Key(column, "; ".join(filter(None, [said, why])), warning)
