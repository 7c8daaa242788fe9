"""The demo data: repeatable, believable, learnable and as messy as promised."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf
from sklearn.metrics import roc_auc_score

from icp_ml.data.demo import DemoTables, generate, write
from icp_ml.data.tables import Findings, read_table, table_batches
from icp_ml.schema import OUTCOMES
from icp_ml.settings import DataSettings

CONF = Path(__file__).parents[2] / "conf" / "data" / "demo.yaml"
FILES = ("customers.csv", "orders.csv.gz", "deals.csv", "signals.parquet", "prospects.csv", "vendor.csv")
LISTS = ("competitors.csv", "pilot.csv", "named.csv")
TODAY = pd.Timestamp("2026-01-01")
HORIZON = pd.Timedelta(days=365)


@pytest.fixture(scope="module")
def demo() -> DemoTables:
    """Draw customers in full number, a fifth of the prospects."""
    return generate(seed=42, n_customers=5_000, n_prospects=10_000)


@pytest.fixture(scope="module")
def folder(demo: DemoTables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the demo's files."""
    written = tmp_path_factory.mktemp("demo")
    write(demo, written)
    return written


@pytest.fixture(scope="module")
def mapping(folder: Path) -> DataSettings:
    """Load the real mapping, pointed at the files of this test."""
    conf = OmegaConf.create({"data": OmegaConf.load(CONF)})
    conf.data.root = str(folder)
    return DataSettings.model_validate(OmegaConf.to_container(conf.data, resolve=True))


@pytest.fixture(scope="module")
def first_year(demo: DemoTables) -> pd.DataFrame:
    """Judge mature customers: the day of the first order, 365-day margin, whether best, and the truth."""
    orders = demo.orders.assign(
        day=pd.to_datetime(demo.orders["order_date"]),
        margin=_numbers(demo.orders["net_amount"]) - _numbers(demo.orders["cost_of_sale"]).fillna(0),
    )
    start = orders.groupby("customer")["day"].min().rename("start")
    age = orders["day"] - orders["customer"].map(start)
    margin = orders[age < HORIZON].groupby("customer")["margin"].sum()
    mature = pd.concat([start, margin], axis=1)[start + HORIZON <= TODAY]
    is_best = mature.groupby(mature["start"].dt.year)["margin"].rank(pct=True) > 0.8
    return mature.assign(is_best=is_best).join(demo.truth.set_index("account_id"))


def _numbers(texts: pd.Series) -> pd.Series:
    return pd.to_numeric(texts.str.replace(",", ""))


def _bytes(seed: int, folder: Path) -> dict[str, bytes]:
    write(generate(seed, n_customers=150, n_prospects=400), folder)
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _bare(domains: pd.Series) -> pd.Series:
    return domains.str.strip().str.lower().str.replace(r"^(https?://)?(www\.)?|/$", "", regex=True)


def test_one_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    once, again = _bytes(7, tmp_path / "once"), _bytes(7, tmp_path / "again")
    assert once == again
    assert set(once) == {*FILES, *LISTS, "truth.parquet"}


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    once, other = _bytes(7, tmp_path / "once"), _bytes(8, tmp_path / "other")
    assert {name for name in once if once[name] == other[name]} <= {"named.csv"}  # of ids, which are counted


def test_writing_leaves_no_unfinished_file(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, *LISTS, "truth"])


@pytest.mark.parametrize("name", ["customers", "orders", "deals", "signals"])
def test_a_longer_prospect_list_leaves_the_rest_as_it_was(name: str) -> None:
    few, many = generate(3, 120, 100), generate(3, 120, 900)
    pd.testing.assert_frame_equal(getattr(few, name), getattr(many, name))


def test_every_count_is_as_asked(demo: DemoTables) -> None:
    assert (len(demo.customers), len(demo.signals), len(demo.prospects)) == (8_000, 5_000, 10_000)
    assert demo.orders["customer"].nunique() == 5_000
    assert len(demo.truth) == 8_000 + 10_000


@pytest.mark.parametrize("size", [(1, 1), (20, 3), (30, 0)])
def test_tiny_demos_work(size: tuple[int, int]) -> None:
    assert len(generate(1, *size).prospects) == size[1]


def test_enough_customers_are_old_enough_to_judge(first_year: pd.DataFrame) -> None:
    assert len(first_year) >= 4_000
    assert set(first_year["start"].dt.year) >= {2021, 2022, 2023, 2024}


def test_a_perfect_model_would_be_good_and_not_perfect(first_year: pd.DataFrame) -> None:
    auc = roc_auc_score(first_year["is_best"], first_year["propensity"])
    assert 0.83 < auc < 0.87


def test_the_propensity_is_a_probability_of_being_best(first_year: pd.DataFrame) -> None:
    tenth = pd.qcut(first_year["propensity"], 10, labels=False)
    by_tenth = first_year.groupby(tenth)[["propensity", "is_best"]].mean()
    assert (by_tenth["propensity"] - by_tenth["is_best"]).abs().max() < 0.06


def test_the_planted_profile_is_rare_and_pays(demo: DemoTables, first_year: pd.DataFrame) -> None:
    share = demo.truth.groupby("table")["in_icp"].mean()
    assert 0.005 < share["prospect"] < 0.05 < share["customer"] < 0.15
    assert first_year.loc[first_year["in_icp"], "is_best"].mean() > 3 * first_year["is_best"].mean()


def test_account_managers_are_right_more_often_than_not(demo: DemoTables) -> None:
    judged = demo.signals[demo.signals["best_customer"] != ""]
    flag = judged["best_customer"].str.lower().str.startswith("y")
    truth = demo.truth.set_index("account_id")["propensity"].loc[judged["account"]]
    assert 0.76 < roc_auc_score(flag, truth) < 0.87
    assert judged["reviewed_on"].notna().all()
    assert (judged["reviewed_on"] < TODAY).all()


def test_won_deals_come_before_the_first_order(demo: DemoTables, first_year: pd.DataFrame) -> None:
    won = demo.deals[demo.deals["Won"].str.lower().str.startswith("y")].set_index("Account")
    assert won.index.is_unique
    closed = pd.to_datetime(won["Closed"]).loc[first_year.index]
    assert (closed < first_year["start"]).all()
    assert (pd.to_datetime(won["Created"]) < pd.to_datetime(won["Closed"])).all()


def test_every_deal_and_order_has_its_account(demo: DemoTables) -> None:
    accounts = set(demo.customers["Account ID"])
    assert accounts == set(demo.deals["Account"])
    assert set(demo.orders["customer"]) == set(demo.signals["account"]) <= accounts


def test_nothing_happens_after_today(demo: DemoTables) -> None:
    assert demo.orders["order_date"].max() < "2026-01-01"
    assert demo.deals["Created"].max() < "2026-01-01"
    assert demo.signals["churn_date"].max() < TODAY


def test_the_files_have_the_forms_that_the_mapping_names(folder: Path) -> None:
    crm = (folder / "customers.csv").read_bytes()
    assert "München" in crm.decode("cp1252")
    assert crm.count(b";") > 20 * 8_000
    assert (folder / "prospects.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert (folder / "orders.csv.gz").read_bytes()[4:8] == b"\0\0\0\0"  # no time in the gzip header


@pytest.mark.parametrize("name", ["customers", "prospects"])
def test_files_read_back_as_they_were_written(demo: DemoTables, folder: Path, name: str) -> None:
    form = {"sep": ";", "encoding": "cp1252"} if name == "customers" else {"encoding": "utf-8-sig"}
    read = pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False, **form)
    assert read.to_numpy().tolist() == getattr(demo, name).to_numpy().tolist()


@pytest.mark.parametrize("name", ["customers", "orders", "deals", "signals"])
def test_the_mapping_understands_every_value(mapping: DataSettings, name: str) -> None:
    table = read_table(name, mapping)
    assert not any(table.findings.not_understood.values())
    assert len(table.rows) > 4_000


@pytest.mark.parametrize(("name", "n_rows"), [("customers", 8_000), ("prospects", 9_965)])
def test_the_vendor_fills_gaps_of_customers_and_prospects_alike(
    mapping: DataSettings, name: str, n_rows: int
) -> None:
    findings = Findings()
    list(table_batches(name, mapping, 20_000, findings))
    vendor = findings.enriched.tables["vendor"]
    assert findings.enriched.n_accounts == n_rows
    assert 0.43 < vendor.found.total() / n_rows < 0.47
    assert vendor.found["name"] > 0.02 * n_rows
    filled = {column: cells["filled"] / n_rows for column, cells in vendor.cells.items()}
    assert 0.025 < filled["employees"] < 0.05
    assert 0.08 < filled["technologies"] < 0.13


def test_the_vendor_knows_nothing_of_the_outcome(demo: DemoTables) -> None:
    is_known = _bare(demo.prospects["url"]).isin(demo.vendor["website"]).to_numpy()
    propensity = demo.truth[demo.truth["table"] == "prospect"]["propensity"].to_numpy()
    assert abs(propensity[is_known].mean() - propensity[~is_known].mean()) < 0.01


def test_the_vendors_flaws_are_left_out_and_counted(mapping: DataSettings) -> None:
    (table,) = read_table("customers", mapping).findings.enriched.tables.values()
    assert [line.partition(" ")[0] for line in table.remarks] == ["30", "30", "15", "employees:"]


def test_the_mapping_gives_both_tables_the_same_firmographics(mapping: DataSettings) -> None:
    assert mapping.customers is not None
    assert mapping.prospects is not None
    assert set(mapping.customers.columns) - set(mapping.prospects.columns) == {"contact_roles"}


FORMS = [
    ("employee_count", r"\d{1,4}", 0.3),
    ("employee_count", r"\d{1,3},\d{3}", 0.01),
    ("employee_count", r"[\d,]+-[\d,]+", 0.1),
    ("employee_count", r"10,000\+", 0.0001),
    ("employee_count", r"\d+\.\dk", 0.003),
    ("est_revenue", r"\d{5,}", 0.15),
    ("est_revenue", r"[\d,]+,\d{3}", 0.08),
    ("est_revenue", r"\$[\d.]+ MM", 0.03),
    ("est_revenue", r"€[\d.]+ Mio", 0.02),
    ("est_revenue", r"\$\d+M-\$\d+M", 0.02),
    ("est_revenue", r"\d+k", 0.0005),
    ("country", r"[A-Z][a-z]+( [A-Z][a-z]+)?", 0.4),
    ("country", r"[A-Z]{2}", 0.2),
    ("country", r"USA|UK", 0.05),
    ("sector", r"[A-Z &-]+", 0.05),
    ("sector", r"[a-z &-]+", 0.05),
    ("url", r"https?://.*", 0.1),
    ("company", r".*, (Inc\.|GmbH|.+)", 0.1),
    ("company", r'.*".*".*', 0.004),
    ("company", r".*;.*", 0.004),
    ("company", r".*[éÉäöüÜåãñ].*", 0.01),
    ("about", r"(?s).*\n.*", 0.001),
    ("about", r'(?s).*".*', 0.02),
    ("last_round_date", r"\d{4}-\d\d-\d\d", 0.3),
    ("technologies", r"[^,]+(, [^,]+)+", 0.5),
]


@pytest.mark.parametrize(("column", "form", "share"), FORMS)
def test_the_mess_is_there(demo: DemoTables, column: str, form: str, share: float) -> None:
    is_like_it = demo.prospects[column].str.fullmatch(re.compile(form))
    assert is_like_it.mean() >= share


@pytest.mark.parametrize(
    ("column", "share"), [("est_revenue", 0.30), ("funding_usd", 0.40), ("technologies", 0.25), ("url", 0.03)]
)
def test_missing_values_are_as_frequent_as_said(demo: DemoTables, column: str, share: float) -> None:
    is_missing = demo.prospects[column].isin(["", "-", "n/a", "unknown"])
    assert abs(is_missing.mean() - share) < 0.03
    assert set(demo.prospects.loc[is_missing, column]) == {"", "-", "n/a", "unknown"}


def test_missing_values_tell_nothing_of_the_outcome(demo: DemoTables) -> None:
    truth = demo.truth[demo.truth["table"] == "prospect"]["propensity"].to_numpy()
    is_missing = demo.prospects["est_revenue"].isin(["", "-", "n/a", "unknown"]).to_numpy()
    assert abs(truth[is_missing].mean() - truth[~is_missing].mean()) < 0.015


def test_some_values_are_padded_with_white_space(demo: DemoTables) -> None:
    padded = demo.prospects["city"] != demo.prospects["city"].str.strip()
    assert 0.01 < padded.mean() < 0.03


def test_dates_in_the_crm_are_day_first(demo: DemoTables) -> None:
    dates = demo.customers["Last Funding Date"].str.strip()
    dates = dates[dates.str.fullmatch(r"\d\d/\d\d/\d{4}")]
    assert dates.str.slice(0, 2).astype(int).max() == 31
    assert dates.str.slice(3, 5).astype(int).max() == 12


def test_some_rows_are_flawed(demo: DemoTables) -> None:
    assert (demo.prospects["prospect_id"] == "").sum() == 20
    assert (demo.prospects["employee_count"] == "-5").sum() == 15


def test_some_prospects_are_customers_and_some_come_twice(demo: DemoTables) -> None:
    theirs = _bare(demo.prospects["url"])
    theirs = theirs[theirs.str.contains(".", regex=False)]
    ours = _bare(demo.customers["Website"])
    assert 0.015 < theirs.isin(ours).mean() < 0.025
    assert 0.006 < theirs.duplicated().mean() < 0.014
    assert theirs.str.endswith(".example").all()


def test_no_two_accounts_share_a_domain_or_an_id(demo: DemoTables) -> None:
    domains = _bare(demo.customers["Website"])
    assert domains[domains.str.contains(".", regex=False)].is_unique
    assert demo.customers["Account ID"].is_unique


def test_prospects_hold_no_outcome(mapping: DataSettings) -> None:
    assert mapping.prospects is not None
    outcomes = {column for table in OUTCOMES.values() for column in table} - {"account_id", "revenue"}
    assert not outcomes & set(mapping.prospects.columns)


def test_the_truth_stays_apart(demo: DemoTables) -> None:
    hidden = {"propensity", "in_icp", "would_be_best"}
    assert hidden <= set(demo.truth)
    for name in ("customers", "orders", "deals", "signals", "prospects"):
        assert not hidden & set(getattr(demo, name).columns)


def test_credit_notes_and_unknown_costs_are_there(demo: DemoTables) -> None:
    revenue, cost = _numbers(demo.orders["net_amount"]), _numbers(demo.orders["cost_of_sale"])
    assert 0.01 < (revenue < 0).mean() < 0.04
    assert 0.08 < cost.isna().mean() < 0.12
    assert np.isfinite(revenue).all()
