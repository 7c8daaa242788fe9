"""Say which leaks the checks name, which clean features they flag: python -m benchmarks.leaks FOLDER.

FOLDER holds the public data sets. What is a leak was judged by hand, column by column, from what is known of
the data; the reason stands beside it, and the checks are not told. The words for headings were written with
some of these sets in view, so what they add here flatters. The two files of shimoku_offers share six columns.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from icp_ml.checks import Finding
from icp_ml.config import CONF, Run
from icp_ml.settings import DataSettings
from pipelines.readiness import attempt, examined

LEAK_CODES = {
    "almost_label", "feature_auc", "predicted_by_missingness", "known_later", "post_sale_heading",
    "protected_attribute", "columns_differ", "id_like", "new_levels",
}  # fmt: skip
"""What speaks of a leak; many levels, gaps and constant columns are other complaints."""

AFTER = "written after the outcome"
LATER = "grew after the day the row speaks of"
PROTECTED = "protected attribute"
FORM = "from the same loan application as the outcome"


@dataclass(frozen=True)
class Bare:
    """A file without a mapping in conf/data: which column is the outcome, and what the others are."""

    file: str
    is_best: Callable[[pd.DataFrame], Any]
    kinds: Mapping[str, str]
    as_of: str = ""
    today: str = "2024-01-01"


@dataclass(frozen=True)
class DataSet:
    """A public data set, and the leaks in it with the reason of each, by our name of the column."""

    name: str
    folder: str
    leaks: Mapping[str, str]
    bare: Bare | None = None


def _top(column: str, share: float) -> Callable[[pd.DataFrame], Any]:
    return lambda rows: rows[column].rank(ascending=False, pct=True) <= share


OFFERS = {
    "use_case": "category", "price": "number", "discount_code": "category", "pain": "category",
    "loss_reason": "category", "close_date": "date",
}  # fmt: skip
LEADS = {
    "source": "category", "status_leads": "category", "discarded_nurturing_reason": "category",
    "acquisition_campaign": "category", "converted": "category", "city": "category",
    "has_discount": "category", "days_in_process": "number",
}  # fmt: skip
STANDARDISED = (
    "product_a_sold_in_the_past", "product_b_sold_in_the_past", "product_a_recommended", "product_a",
    "product_c", "product_d", "cust_hitrate", "cust_interactions", "cust_contracts", "opp_month", "opp_old",
    "competitor_z", "competitor_x", "competitor_y", "cust_in_iberia",
)  # fmt: skip
SOLD = "set while selling"

DATA_SETS = (
    DataSet(
        "startup_success",
        "startup_success",
        {
            "closed_at": AFTER,
            "last_funding_at": LATER,
            "age_last_funding": LATER,
            "age_last_milestone": LATER,
            "relationships": LATER,
            "funding_rounds": LATER,
            "funding_total": LATER,
            "milestones": LATER,
            "is_top500": LATER,
        },
    ),
    DataSet(
        "ppp_loans",
        "ppp_loans",
        {
            "race_ethnicity": PROTECTED,
            "gender": PROTECTED,
            "veteran": PROTECTED,
            "jobs": FORM,
            "lender": "known with the loan only",
        },
    ),
    DataSet("maven_crm", "maven_crm", {}),
    DataSet("crunchbase", "crunchbase_2015", {"funding_total": LATER, "funding_rounds": LATER}),
    DataSet("olist", "olist_funnel", {}),
    DataSet(
        "shimoku_offers",
        "shimoku_offers",
        {"loss_reason": AFTER, "close_date": AFTER, "price": SOLD, "discount_code": SOLD},
        Bare(
            "offers.csv",
            lambda rows: rows["status"].map({"Closed Won": True, "Closed Lost": False}),
            OFFERS,
            as_of="created_date",
        ),
    ),
    DataSet(
        "shimoku_offers, joined with leads",
        "shimoku_offers",
        {
            "loss_reason": AFTER,
            "close_date": AFTER,
            "days_in_process": AFTER,
            "price": SOLD,
            "discount_code": SOLD,
            "has_discount": SOLD,
        },
        Bare(
            "offers_joined_leads.csv",
            lambda rows: rows["status"].map({"Closed Won": True, "Closed Lost": False}),
            OFFERS | LEADS,
            as_of="created_date",
        ),
    ),
    DataSet(
        "schneider_won_lost",
        "schneider_won_lost",
        {"cust_hitrate": "the share of offers won, perhaps with this one"},
        Bare(
            "dataset.csv",
            lambda rows: rows["target_variable"] == 1,
            dict.fromkeys(STANDARDISED, "number"),
        ),
    ),
    DataSet(
        "inc5000 (fastest fifth)",
        "inc5000",
        {
            "rank": "the outcome in another form",
            "growth": "the outcome itself",
            "index": "a running number in the order of the outcome",
            "profile": "an address of one company",
        },
        Bare(
            "inc5000_2019.csv",
            _top("growth", 0.2),
            {
                "rank": "number", "growth": "number", "index": "number", "profile": "category",
                "state": "category", "revenue": "number", "industry": "category", "workers": "number",
                "previous_workers": "number", "founded": "year", "yrs_on_list": "number", "metro": "category",
                "city": "category",
            },
        ),
    ),
    DataSet(
        "fortune1000 (profitable)",
        "fortune1000",
        {
            "profits_m": "the outcome in another form",
            "femaleceo": PROTECTED,
            "profitspercentchange": "the outcome in another form",
        },
        Bare(
            "fortune1000_2023.csv",
            lambda rows: rows["profitable"] == "yes",
            {
                "sector": "category", "industry": "category", "founder_is_ceo": "category",
                "femaleceo": "category", "growth_in_jobs": "category", "number_of_employees": "number",
                "revenues_m": "number", "revenuepercentchange": "number", "profits_m": "number",
                "profitspercentchange": "number", "assets_m": "number", "headquartersstate": "category",
                "companytype": "category",
            },
        ),
    ),
    DataSet(
        "crunchbase_2013 (acquired or public)",
        "crunchbase_2013",
        dict.fromkeys(
            ("last_funding_at", "last_milestone_at", "funding_total_usd", "funding_rounds"), LATER
        ),
        Bare(
            "crunchbase-companies.csv",
            lambda rows: rows["status"].isin(["acquired", "ipo"]),
            {
                "category_code": "category", "funding_total_usd": "number", "country_code": "category",
                "state_code": "category", "region": "category", "city": "category",
                "funding_rounds": "number", "last_funding_at": "date", "last_milestone_at": "date",
            },
            as_of="first_funding_at",
        ),
    ),
)  # fmt: skip


def main() -> None:
    """Print one line a data set and one a kind of leak, then every finding."""
    shared = Path(sys.argv[1])
    print("| data set | features | leaks | named | missed | clean | flagged as leaks | other warnings |")
    print("|---|---:|---:|---:|---|---:|---|---:|")
    details, kinds, totals = [], [], Counter[str]()
    for one in DATA_SETS:
        features, found = findings_of(one, shared)
        leaks = set(one.leaks) & features
        flagged = {finding.place for finding in found if finding.code in LEAK_CODES} & features
        others = sum(finding.code not in LEAK_CODES for finding in found)
        missed, wrong = sorted(leaks - flagged), sorted(flagged - leaks)
        counts = {"leaks": len(leaks), "named": len(leaks & flagged), "clean": len(features - leaks)}
        totals.update(counts, wrong=len(wrong), others=others)
        cells = [
            one.name,
            len(features),
            counts["leaks"],
            counts["named"],
            ", ".join(missed),
            counts["clean"],
        ]
        print(f"| {' | '.join(str(cell) for cell in [*cells, ', '.join(wrong), others])} |")
        details += [f"- {one.name}: {finding}" for finding in found]
        kinds += [(one.leaks[name], name in flagged) for name in leaks]
    print(
        f"| all | | {totals['leaks']} | {totals['named']} | | {totals['clean']} | {totals['wrong']} "
        f"| {totals['others']} |\n"
    )
    print("\n".join([*_by_kind(kinds), "", *details]))


def _by_kind(kinds: list[tuple[str, bool]]) -> list[str]:
    judged, named = Counter(kind for kind, _ in kinds), Counter(kind for kind, is_named in kinds if is_named)
    lines = [f"| {kind} | {n} | {named[kind]} |" for kind, n in sorted(judged.items())]
    return ["| why it is a leak | columns | named |", "|---|---:|---:|", *lines]


def findings_of(one: DataSet, shared: Path) -> tuple[set[str], list[Finding]]:
    """Run the checks on a data set as make validate does; give its features and what was found."""
    folder = shared / one.folder
    with TemporaryDirectory() as place, redirect_stdout(StringIO()):
        run = _run_of(one, folder) if one.bare is None else _bare_run(one.bare, folder, Path(place))
        found = attempt(run)
        features = {} if found.case is None else found.case.features_in_use
        return set(features), examined(run, found)


def _run_of(one: DataSet, folder: Path) -> Run:
    return _composed(f"data={one.name}", f"data.root={folder}").segments()[0]


def _composed(*overrides: str) -> Run:
    import hydra

    from icp_ml.config import checked

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config", list(overrides)))


def _bare_run(bare: Bare, folder: Path, place: Path) -> Run:
    """Give rows numbers, write the outcome beside them, and map all of it."""
    rows = pd.read_csv(folder / bare.file, encoding="utf-8-sig", encoding_errors="replace", low_memory=False)
    headings = {_ours(name): str(name) for name in rows.columns}
    best = bare.is_best(rows.rename(columns={heading: name for name, heading in headings.items()}))
    rows = rows.assign(row_number=range(len(rows)), best=best)
    rows[rows["best"].notna()].to_csv(place / "rows.csv", index=False)
    features = {name: {"from": headings[name], "kind": kind} for name, kind in bare.kinds.items()}
    path = str(place / "rows.csv")
    described = {"as_of": headings[bare.as_of]} if bare.as_of else {}
    mapping = {
        "name": "bare",
        "root": str(place),
        "today": bare.today,
        "missing": [""],
        "customers": {"path": path, "columns": {"account_id": "row_number", **features}},
        "signals": {"path": path, "columns": {"account_id": "row_number", "is_best": "best", **described}},
    }
    run = _composed("data=demo", "label=flag").segments()[0]
    settings = DataSettings.model_validate(mapping)
    return replace(run, config=run.config.model_copy(update={"data": settings, "today": settings.today}))


def _ours(heading: Any) -> str:
    return str(heading).strip("_% ").replace(" ", "_").replace("/", "_").lower()


if __name__ == "__main__":
    main()
