"""Measure which duplicates are found and which strangers joined: python -m benchmarks.matching FOLDER.

FOLDER holds the public data sets crunchbase_2013 and crunchbase_2015. Real duplicates: a company of the
first is one of the second where their permalinks end alike; only name, place and founding year are shown to
the matching. Where permalinks differ, one first funding day, or one founding day with one amount raised,
still says "the same". Planted ones: companies of the second, each changed in one way. Strangers: companies
of one city whose names are nearly the same, each with a web site of its own (not shown to the matching).
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import OSA

from icp_ml.config import CONF
from icp_ml.matching import known_accounts, match_keys, same_companies
from icp_ml.matching.keys import company_domains
from icp_ml.matching.lookup import Lookup
from icp_ml.matching.names import core_name
from icp_ml.matching.pairs import Pairs, same_name
from icp_ml.parsing.texts import parse_domain
from icp_ml.settings import ColumnSettings, MatchingSettings

CUTS = (0.8, 0.83, 0.85, 0.87, 0.9, 0.95, 1.0)
N_PLANTED = 4_000
SEED = 42
NEAR = 0.8  # likeness of whole names, from which on strangers are hard to tell
PLACE = ("country", "region", "city")
SHORT = {
    "technologies": "tech",
    "services": "svcs",
    "international": "intl",
    "systems": "sys",
    "labs": "laboratories",
}
FORMS = ("Inc.", "GmbH", "Ltd", "LLC", "S.A.", "Corp.", "B.V.", "Co., Ltd.", "Pty Ltd", "AG")
ACCENTS = str.maketrans("aeou", "áéöü")


def main() -> None:
    """Print all tables."""
    folder = Path(sys.argv[1])
    old, new = read_2013(folder), read_2015(folder)
    print("\n".join(["", *recurring(old, new), "", *lost(old, new)]))
    print("\n".join(["", *planted(new), "", *strangers(new), "", *speed(old, new)]))


def read_2013(folder: Path) -> pd.DataFrame:
    """Read the companies of 2013; the file has the line ends of an old Mac."""
    path = folder / "crunchbase_2013/crunchbase-companies.csv"
    rows = pd.read_csv(path, encoding="mac_roman", lineterminator="\r", dtype=str, keep_default_na=False)
    return _accounts(rows, "/company/")


def read_2015(folder: Path) -> pd.DataFrame:
    """Read the companies of 2015, with their web domains."""
    rows = pd.read_csv(folder / "crunchbase_2015/companies.csv", dtype=str, keep_default_na=False)
    form = ColumnSettings.model_validate("homepage_url")
    sites = {one: parse_domain(one, form) for one in rows["homepage_url"].unique()}
    return _accounts(rows, "/organization/").assign(site=rows["homepage_url"].map(sites).astype("str"))


def _accounts(rows: pd.DataFrame, prefix: str) -> pd.DataFrame:
    own = {"country": "country_code", "region": "state_code", "city": "city", "name": "name"}
    kept = {ours: rows[theirs].replace("", None) for ours, theirs in own.items()}
    slug = rows["permalink"].str.removeprefix(prefix)
    kept["founded_year"] = pd.to_numeric(rows["founded_at"].str[:4], errors="coerce")
    facts = {one: rows[one] for one in ("founded_at", "first_funding_at", "funding_total_usd")}
    accounts = pd.DataFrame({"account_id": rows["permalink"], **kept, "slug": slug, **facts})
    return accounts.astype({name: "str" for name in accounts if name != "founded_year"})


def settings(cut: float) -> MatchingSettings:
    """Give the real settings with another threshold."""
    import yaml

    content = yaml.safe_load((CONF / "matching/companies.yaml").read_text())
    return MatchingSettings.model_validate(content | {"min_name_similarity": cut})


def matched(left: pd.DataFrame, right: pd.DataFrame, cut: float) -> Pairs:
    """Pair the accounts of two lists without their domains."""
    hidden = [one.drop(columns="site", errors="ignore") for one in (left, right)]
    return same_name(match_keys(hidden[0]), Lookup(match_keys(hidden[1])), settings(cut))[0]


def recurring(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Give precision and recall on the companies of 2013 in the list of 2015."""
    n_true = int(old["slug"].isin(new["slug"]).sum())
    lines = [
        f"{len(old):,} companies of 2013, {n_true:,} of them among the {len(new):,} of 2015.\n",
        "| min_name_similarity | pairs | precision, by permalink | with the same money or day | recall |",
        "|---:|---:|---:|---:|---:|",
    ]
    for cut in CUTS:
        pairs = matched(old, new, cut)
        ours, theirs = old.iloc[pairs.at_left], new.iloc[pairs.at_right]
        is_same = ours["slug"].to_numpy() == theirs["slug"].to_numpy()
        is_backed = is_same | _share_a_fact(ours, theirs)
        recall = ours["slug"][is_same].nunique() / n_true
        shares = f"{is_same.mean():.4f} | {is_backed.mean():.4f} | {recall:.4f}"
        lines.append(f"| {cut:g} | {len(is_same):,} | {shares} |")
    return lines


def _share_a_fact(ours: pd.DataFrame, theirs: pd.DataFrame) -> Any:
    same = {
        one: (ours[one].to_numpy() == theirs[one].to_numpy()) & ~ours[one].isin(["", "-"]).to_numpy()
        for one in ("founded_at", "first_funding_at", "funding_total_usd")
    }
    return same["first_funding_at"] | (same["founded_at"] & same["funding_total_usd"])


def lost(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Say why recurring companies were not found, at the threshold of the settings."""
    pairs = matched(old, new, settings_cut())
    ours, theirs = old["slug"].to_numpy()[pairs.at_left], new["slug"].to_numpy()[pairs.at_right]
    twins = old.merge(new, on="slug", suffixes=("", "_2015"))
    missed = twins.loc[~twins["slug"].isin(ours[ours == theirs])]
    before, after = (match_keys(_side(missed, suffix)) for suffix in ("", "_2015"))
    at = np.arange(len(missed))
    both = Pairs(before, after, at, at)
    is_called_so = both.agree("name") | both.agree("ordered")
    places = [both.agree(one) | both.differ(one) for one in ("region", "city")]
    is_comparable = np.logical_or.reduce(places)
    reasons = {
        "called otherwise": ~is_called_so,
        "in another country": is_called_so & both.differ("country"),
        "in another city and region": is_called_so & ~both.differ("country") & is_comparable,
        "no place in common is known": is_called_so & ~both.differ("country") & ~is_comparable,
    }
    lines = [f"| {why} | {int(which.sum()):,} |" for why, which in reasons.items()]
    return [f"| {len(missed):,} of {len(twins):,} lost, because they are | companies |", "|---|---:|", *lines]


def settings_cut() -> float:
    """Give the threshold of the settings."""
    import yaml

    return float(yaml.safe_load((CONF / "matching/companies.yaml").read_text())["min_name_similarity"])


def _side(rows: pd.DataFrame, suffix: str) -> pd.DataFrame:
    return pd.DataFrame({one: rows[f"{one}{suffix}"] for one in ("account_id", "name", *PLACE)})


def planted(new: pd.DataFrame) -> list[str]:
    """Give the share of planted duplicates that is found, by what was changed, and by threshold."""
    rng = np.random.default_rng(SEED)
    known = new.loc[new[["name", *PLACE]].notna().all(axis=1) & (new["name"].str.len() > 3)]
    drawn = known.iloc[rng.choice(len(known), N_PLANTED, replace=False)].reset_index(drop=True)
    header = [
        f"| planted | n | {' | '.join(f'{cut:g}' for cut in CUTS)} |",
        f"|---|{'---:|' * (len(CUTS) + 1)}",
    ]
    lines = []
    for words, change in CHANGES.items():
        changed = pd.DataFrame([change(dict(row), rng) for row in drawn.to_dict("records")])
        names = ["name", *PLACE]
        is_new = (changed[names].fillna("") != drawn[names].fillna("")).any(axis=1).to_numpy()
        before = drawn.loc[is_new].reset_index(drop=True)
        after = changed.loc[is_new].reset_index(drop=True).astype(before.dtypes.to_dict())
        shares = [_found_share(after, before, cut) for cut in CUTS]
        lines.append(f"| {words} | {len(before):,} | {' | '.join(f'{one:.3f}' for one in shares)} |")
    return [*header, *lines]


def _found_share(after: pd.DataFrame, before: pd.DataFrame, cut: float) -> float:
    pairs = matched(after, before, cut)
    return len(np.unique(pairs.at_left[pairs.at_left == pairs.at_right])) / len(before)


def _with_name(change: Callable[[str, Any], str]) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    return lambda row, rng: row | {"name": change(row["name"], rng)}


def _slip(name: str, rng: Any) -> str:
    """Drop, double, swap or change one letter."""
    letters = [at for at, sign in enumerate(name[:-1]) if sign.isalpha() and name[at + 1].isalpha()]
    if not letters:
        return name
    at, kind = int(rng.choice(letters)), int(rng.integers(4))
    middle = ("", name[at] * 2 + name[at + 1], name[at + 1] + name[at], "e" + name[at + 1])
    return name[:at] + (name[at + 1] if kind == 0 else middle[kind]) + name[at + 2 :]


def _reordered(name: str, rng: Any) -> str:
    words = core_name(name).split()
    return " ".join([*words[1:], words[0]]) if len(words) > 1 else name


def _shortened(name: str, rng: Any) -> str:
    return " ".join(SHORT.get(word.casefold(), word) for word in name.split())


CHANGES: dict[str, Callable[[dict[str, Any], Any], dict[str, Any]]] = {
    "legal form added": _with_name(lambda name, rng: f"{name} {rng.choice(FORMS)}"),
    "capitals": _with_name(lambda name, rng: name.upper()),
    "accents": _with_name(lambda name, rng: name.translate(ACCENTS)),
    "spaces left out": _with_name(lambda name, rng: name.replace(" ", "")),
    "a word short for another": _with_name(_shortened),
    "first word last": _with_name(_reordered),
    "one slip": _with_name(_slip),
    "two slips": _with_name(lambda name, rng: _slip(_slip(name, rng), rng)),
    "another city, same region": lambda row, rng: row | {"city": "Elsewhere"},
    "city not known": lambda row, rng: row | {"city": None},
    "another city and region": lambda row, rng: row | {"city": "Elsewhere", "region": "XX"},
    "no place": lambda row, rng: row | dict.fromkeys(PLACE),
}


def strangers(new: pd.DataFrame) -> list[str]:
    """Give the share of near-named strangers that is joined, by threshold."""
    sites = company_domains(new.rename(columns={"site": "domain"})[["domain"]])
    known = new.loc[new[["name", *PLACE]].notna().all(axis=1) & sites.notna()].assign(domain=sites)
    keys = match_keys(known.drop(columns=["site", "domain"])).assign(site=match_keys(known)["domain"])
    keys = keys.loc[keys["core"].notna()].reset_index(drop=True)
    pairs = _near_names(keys)
    pairs = pairs.where(pairs.differ("site") & ~pairs.agree("name") & ~pairs.agree("ordered"))
    pairs = pairs.where(~pairs.differ("country"))
    shares = []
    for cut in CUTS:
        joined, _ = same_name(keys, Lookup(keys), settings(cut))
        together = set(zip(joined.at_right.tolist(), joined.at_left.tolist(), strict=True))
        near = zip(pairs.at_left.tolist(), pairs.at_right.tolist(), strict=True)
        shares.append(sum(pair in together for pair in near))
    header = [
        f"| strangers | n | {' | '.join(f'{cut:g}' for cut in CUTS)} |",
        f"|---|{'---:|' * (len(CUTS) + 1)}",
    ]
    words = f"pairs of one city, names at least {NEAR:g} alike"
    return [*header, f"| {words}: joined | {len(pairs.at_left):,} | {' | '.join(map(str, shares))} |"]


def _near_names(keys: pd.DataFrame) -> Pairs:
    """Compare all names of each city with each other."""
    found = []
    for _, at in keys.groupby("city").indices.items():
        names = [core.replace(" ", "") for core in keys["core"].to_numpy()[at]]
        alike = process.cdist(names, names, scorer=OSA.normalized_similarity, score_cutoff=NEAR)
        one, other = np.nonzero(np.triu(alike, 1))
        found.append(np.column_stack([at[one], at[other]]))
    pairs = np.concatenate(found)
    return Pairs(keys, keys, pairs[:, 0], pairs[:, 1])


def speed(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    """Give rows a second of each step, and the peak memory of all of it."""
    named = new.rename(columns={"site": "domain"})
    steps: dict[str, tuple[int, Callable[[], Any]]] = {
        "keys of a list": (len(named), lambda: match_keys(named)),
        f"{len(old):,} customers learnt": (len(old), lambda: known_accounts(old, settings(settings_cut()))),
    }
    keys, known = match_keys(named), known_accounts(old, settings(settings_cut()))
    steps["recognised among them"] = (len(named), lambda: known.recognise(keys))
    steps["customers matched with each other"] = (
        len(named),
        lambda: same_companies(named, settings(settings_cut())),
    )
    lines = ["| step | rows | seconds | rows/s |", "|---|---:|---:|---:|"]
    for words, (n_rows, step) in steps.items():
        start = perf_counter()
        step()
        seconds = perf_counter() - start
        lines.append(f"| {words} | {n_rows:,} | {seconds:.1f} | {n_rows / seconds:,.0f} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*lines, "", f"Peak memory of all of this: {peak:,.0f} MB."]


if __name__ == "__main__":
    main()
