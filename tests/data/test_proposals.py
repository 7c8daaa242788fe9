"""What make init proposes: the right columns and formats, with reasons, in YAML that always loads."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from support import SHARED

from icp_ml.config import CONF, checked
from icp_ml.data.demo import generate, write
from icp_ml.data.proposals import Proposal, name_of, propose
from icp_ml.data.proposals.headings import is_writable
from icp_ml.data.proposals.writing import scalar
from icp_ml.data.tables import read_table
from icp_ml.errors import ConfigError, DataError, IcpError, UnavailableError
from icp_ml.settings import ColumnSettings, DataSettings

REAL = SHARED
DEMO_FILES = ("customers.csv", "orders.csv.gz", "deals.csv", "signals.parquet", "prospects.csv")
FIVE = ["A1", "B2", "C3", "D4", "E5"]
TABLES = ("customers", "orders", "deals", "signals", "prospects")


def table(
    path: Path, columns: dict[str, Sequence[str]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """Write columns as a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(list(columns))
        writer.writerows(zip(*columns.values(), strict=True))
    return path


def loaded(proposal: Proposal, folder: Path, name: str = "mine") -> DataSettings:
    """Compose the real configuration with a proposed mapping, and check it."""
    path = folder / "searched" / "data" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(proposal.text, encoding="utf-8")
    overrides = [f"data={name}", f"hydra.searchpath=[file://{folder}/searched]"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(compose("config", overrides)).config.data


def customers_of(folder: Path, columns: dict[str, Sequence[str]]) -> tuple[dict[str, ColumnSettings], str]:
    """Propose a mapping for one file of accounts; give its columns and its text."""
    proposal = propose([table(folder / "customers.csv", {"Account ID": FIVE} | columns)], "mine")
    mapping = loaded(proposal, folder)
    assert mapping.customers is not None
    return mapping.customers.columns, proposal.text


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Proposal, DataSettings]:
    folder = tmp_path_factory.mktemp("demo")
    write(generate(seed=42, n_customers=1_500, n_prospects=1_500), folder)
    proposal = propose([folder / name for name in DEMO_FILES], "mine")
    return proposal, loaded(proposal, folder)


def lines_of(mapping: DataSettings) -> dict[str, ColumnSettings]:
    """Give each mapped column under table.column."""
    found = ((name, getattr(mapping, name)) for name in TABLES)
    return {f"{name}.{column}": one for name, part in found if part for column, one in part.columns.items()}


def test_the_demos_mapping_is_recovered_but_for_the_name_and_words_of_a_further_column(
    demo: tuple[Proposal, DataSettings],
) -> None:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        by_hand = checked(compose("config", ["data=demo"])).config.data
    expected, found = lines_of(by_hand), lines_of(demo[1])
    differ = {one for one in expected if found.get(one) != expected[one]}
    assert len(expected) == 60
    assert differ == {"customers.web_visits", "prospects.web_visits"}
    assert set(found) - set(expected) == {"customers.monthly_web_visits", "prospects.monthly_web_visits"}


def test_the_demos_formats_are_recovered(demo: tuple[Proposal, DataSettings]) -> None:
    mapping = demo[1]
    assert mapping.customers is not None and mapping.prospects is not None
    assert (mapping.customers.delimiter, mapping.customers.encoding) == (";", "cp1252")
    assert (mapping.prospects.delimiter, mapping.prospects.encoding) == (",", "utf-8-sig")
    assert set(mapping.missing) == {"", "-", "n/a", "unknown"}


def test_what_selling_fills_is_left_out_with_the_reason(demo: tuple[Proposal, DataSettings]) -> None:
    text = demo[0].text
    assert (
        "    # last_activity: Last Activity  # left out: filled by selling, would leak the outcome\n" in text
    )
    assert "    # account_status: Account Status  # left out: an outcome, and would leak it\n" in text
    assert "    # account_owner: Account Owner  # left out: about your own people and process\n" in text


@pytest.mark.parametrize(
    ("heading", "ours", "values"),
    [
        ("Company size", "employees", ["1-10", "51-200", "11-50", "200+", "1,200"]),
        ("Mitarbeiter", "employees", ["10", "20", "30", "40", "50"]),
        ("Effectif", "employees", ["10", "20", "30", "40", "50"]),
        ("Número de empleados", "employees", ["10", "20", "30", "40", "50"]),
        ("Umsatz", "revenue", ["1 Mio", "2 Mio", "3 Mio", "4 Mio", "5 Mio"]),
        ("Chiffre d'affaires", "revenue", ["1", "2", "3", "4", "5"]),
        ("Est. Annual Revenue (USD)", "revenue", ["$1M", "$2M", "$3M", "$4M", "$5M"]),
        ("HQ country", "country", ["DE", "France", "USA", "Spain", "GB"]),
        ("País", "country", ["Alemania", "France", "USA", "España", "GB"]),
        ("WEBSITE", "domain", ["a.com", "b.com", "c.com", "d.com", "www.e.com"]),
        ("Gründungsjahr", "founded_year", ["1990", "2001", "1875", "2010", "2020"]),
        ("Gruendungsjahr", "founded_year", ["1990", "2001", "1875", "2010", "2020"]),
        ("Branche", "industry", ["Retail", "Retail", "Chemie", "Bau", "Bau"]),
        ("PLZ", "postal_code", ["10115", "20095", "80331", "50667", "60311"]),
    ],
)
def test_headings_are_recognised(heading: str, ours: str, values: list[str], tmp_path: Path) -> None:
    columns, _ = customers_of(tmp_path, {heading: values})
    assert columns[ours].source == heading


def test_a_heading_counts_only_where_its_values_fit(tmp_path: Path) -> None:
    sizes = ["small", "medium", "large", "small", "small"]
    columns, _ = customers_of(tmp_path, {"Company size": sizes, "Website": ["yes", "no", "no", "yes", "no"]})
    assert "employees" not in columns and "domain" not in columns
    assert columns["company_size"].kind == "category"
    assert columns["website"].kind == "yes_no"


@pytest.mark.parametrize(
    ("values", "decimal", "why"),
    [
        (["1.234,56", "99,5", "7", "8", "9"], ",", "decimal comma: 2 rows"),
        (["1,234.56", "99.5", "7", "8", "9"], ".", ""),
        (["1,200", "2,300", "7", "8", "9"], ".", "ambiguous: '1,200' could have a decimal comma"),
        (["1.200", "2.300", "7", "8", "9"], ",", "ambiguous: '1.200'; decimal comma assumed"),
        (["0.120", "2.300", "7", "8", "9"], ".", ""),
        (["1.200.000", "2.300", "7", "8", "9"], ",", "decimal comma: 1 row"),
    ],
)
def test_the_decimal_sign_is_what_the_values_say(
    values: list[str], decimal: str, why: str, tmp_path: Path
) -> None:
    columns, text = customers_of(tmp_path, {"Annual revenue": values})
    assert columns["revenue"].decimal == decimal
    assert why in text


def test_industry_codes_say_nothing_of_decimals(tmp_path: Path) -> None:
    sizes = ["10.000+", "1.001-5.000", "1-9", "10-49", "50-99"]
    codes = ["62.01", "28.11", "46.90", "20.11", "62.02"]
    columns, _ = customers_of(tmp_path, {"Mitarbeiter": sizes, "WZ": codes})
    assert columns["employees"].decimal == ","


@pytest.mark.parametrize(
    ("values", "order", "why"),
    [
        (["31/01/2024", "05/06/2024", "07/08/2023"], "dmy", "2 days above 12 stand first"),
        (["01/31/2024", "02/28/2024", "07/08/2023"], "mdy", "4 days above 12 stand second"),
        (["01/02/2024", "05/06/2024", "07/08/2023"], "dmy", "ambiguous: no day above 12; dmy assumed"),
        (["2024-01-31", "2024-05-06", "2023-01-01"], "ymd", ""),
    ],
)
def test_the_order_of_dates_is_what_the_values_say(
    values: list[str], order: str, why: str, tmp_path: Path
) -> None:
    columns, text = customers_of(tmp_path, {"Last funding date": [*values, values[0], values[1]][:5]})
    assert columns["last_funding_at"].date_order == order
    assert why in text


def test_a_unit_in_the_heading_is_written(tmp_path: Path) -> None:
    columns, text = customers_of(tmp_path, {"Umsatz (TEUR)": ["100", "200", "300", "400", "500"]})
    assert columns["revenue"].unit == 1000
    assert "unit by 'teur' in the heading" in text


def test_minus_one_is_missing_only_where_it_is_the_only_negative_value(tmp_path: Path) -> None:
    columns, _ = customers_of(
        tmp_path,
        {"Employees": ["5", "-1", "7", "-1", "9"], "Growth": ["5", "-1", "7", "-3", "9"]},
    )
    assert columns["employees"].missing == ("", "-1")
    assert columns["growth"].missing is None


def test_none_is_missing_in_figures_and_a_level_among_words(tmp_path: Path) -> None:
    """Ownership "None" may be a level, and country "NA" is Namibia's code."""
    columns, _ = customers_of(
        tmp_path,
        {
            "Employees": ["5", "None", "7", "None", "9"],
            "Ownership": ["None", "Public", "None", "Private", "Private"],
            "Country": ["NA", "DE", "NA", "ZA", "ZA"],
        },
    )
    assert columns["employees"].missing == ("", "None")
    assert columns["ownership"].missing is None and columns["country"].missing is None


def test_the_currency_of_most_amounts_is_proposed_and_that_of_a_heading(tmp_path: Path) -> None:
    given = {
        "Revenue": ["$5M", "$7M", "€3 Mio", "9000", "n/a"],
        "Budget (TEUR)": ["1", "2", "3", "4", "5"],
    }
    proposal = propose([table(tmp_path / "a.csv", {"Account ID": FIVE} | given)], "mine")
    mapping = loaded(proposal, tmp_path)
    assert mapping.customers is not None
    assert (mapping.currency, mapping.customers.columns["budget"].currency) == ("EUR", None)
    assert "EUR in 6 values, USD in 2 values; amounts that name none are taken for EUR" in proposal.text
    revenue = read_table("customers", mapping).rows["revenue"].tolist()
    assert revenue[2:4] == [3e6, 9000] and 0 < revenue[0] != 5e6


def test_a_heading_in_another_currency_is_declared(tmp_path: Path) -> None:
    given = {"Revenue": ["$5M", "$7M", "$8M", "9000", "1"], "Budget (GBP)": ["1", "2", "", "", ""]}
    columns, text = customers_of(tmp_path, given)
    assert columns["budget"].currency == "GBP"
    assert "GBP by the heading" in text


def test_no_currency_is_proposed_where_none_is_named(tmp_path: Path) -> None:
    _, text = customers_of(tmp_path, {"Revenue": ["5M", "7M", "8", "9000", "1"]})
    assert "\ncurrency:" not in text and "\nrates_on:" not in text


@pytest.mark.parametrize(
    ("heading", "values", "system"),
    [
        ("NAICS", ["541511", "541512", "3115", "31", "622110"], "naics"),
        ("SIC Code", ["7372", "111", "3571", "7372", "7372"], "sic"),
        ("NACE Rev. 2 code", ["62.01", "6201", "01.11", "62.01", "62.01"], "nace"),
        ("WZ 2008", ["62.01.0", "62.02", "1.11", "62.01", "62.01"], "nace"),
        ("Industry code", ["541511", "541512", "311511", "541511", "622110"], "naics"),
        ("Industry code", ["62.01", "62.02", "01.11", "62.01", "62.01"], "nace"),
        ("Industry code", ["7372", "3571", "7372", "5411", "5411"], None),
    ],
)
def test_the_system_of_industry_codes_is_proposed(
    heading: str, values: list[str], system: str | None, tmp_path: Path
) -> None:
    columns, _ = customers_of(tmp_path, {heading: values})
    assert columns["industry_code"].system == system


def test_a_second_column_of_codes_is_one_of_codes_and_no_number(tmp_path: Path) -> None:
    given = {"NAICS": ["541511"] * 3 + ["311511"] * 2, "SIC": ["7372"] * 3 + ["111"] * 2}
    columns, _ = customers_of(tmp_path, given)
    assert (columns["sic"].kind, columns["sic"].system) == ("industry_code", "sic")


def test_sector_beside_industry_is_the_sector_and_alone_the_industry(tmp_path: Path) -> None:
    values = ["Retail", "Retail", "Chemie", "Bau", "Bau"]
    both, _ = customers_of(tmp_path, {"Sector": values, "Industry": values})
    alone, _ = customers_of(tmp_path, {"Sector": values})
    assert (both["sector"].source, both["industry"].source) == ("Sector", "Industry")
    assert alone["industry"].source == "Sector" and "sector" not in alone


@pytest.mark.parametrize(
    ("values", "separator"),
    [
        (["SAP|Jira", "SAP", "Jira|X", "X", "SAP|X"], "|"),
        (["* SAP\n* Jira", "* SAP\n* X", "* X\n* Jira", "* SAP", "* Jira"], "\n"),
        (["['SAP', 'Jira']", "['X']", "['SAP']", "['SAP']", "['X', 'Jira']"], ","),
    ],
)
def test_the_sign_between_items_is_proposed(values: list[str], separator: str, tmp_path: Path) -> None:
    given = {"Account ID": FIVE, "Technologies": values}
    mapping = loaded(propose([table(tmp_path / "a.csv", given)], "mine"), tmp_path)
    assert mapping.customers is not None
    assert mapping.customers.columns["technologies"].separator == separator
    items = set("|".join(read_table("customers", mapping).rows["technologies"]).split("|"))
    assert items == {"SAP", "Jira", "X"}


def test_tokens_that_mean_not_known_are_collected(tmp_path: Path) -> None:
    columns = {"Industry": ["n/a", "Bau", "Bau", "k.A.", "-"], "Employees": ["1", "2", "unknown", "3", "4"]}
    proposal = propose([table(tmp_path / "a.csv", {"Account ID": FIVE} | columns)], "mine")
    assert set(loaded(proposal, tmp_path).missing) == {"", "n/a", "k.a.", "-", "unknown"}


def test_north_america_is_a_value_and_not_a_missing_one(tmp_path: Path) -> None:
    columns, _ = customers_of(tmp_path, {"Territory": ["NA", "EMEA", "NA", "APAC", "EMEA"]})
    assert columns["region" if "region" in columns else "territory"].missing is None


@pytest.mark.parametrize(
    ("encoding", "expected", "city"),
    [
        ("utf-8", "utf-8", "Köln"),
        ("utf-8-sig", "utf-8-sig", "Köln"),
        ("cp1252", "cp1252", "Köln"),
        ("cp1252", "cp1252", "Orléans"),
        ("cp1252", "cp1252", "Tromsø på Åland"),
        ("cp1250", "cp1250", "Přerov a Řež"),
        ("cp1251", "cp1251", "Москва и Новосибирск"),
        ("utf-16", "utf-16", "Köln"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(
    encoding: str, expected: str, city: str, delimiter: str, tmp_path: Path
) -> None:
    columns = {"Account ID": FIVE, "City": [city] * 3 + ["Berlin, West", "Rom; Lazio"]}
    proposal = propose([table(tmp_path / "a.csv", columns, delimiter, encoding)], "mine")
    mapping = loaded(proposal, tmp_path)
    assert mapping.customers is not None
    assert (mapping.customers.encoding, mapping.customers.delimiter) == (expected, delimiter)
    assert read_table("customers", mapping).rows["city"][0] == city


def test_a_german_export_reads_as_a_german_means_it(tmp_path: Path) -> None:
    accounts = {
        "Kundennummer": ["10001", "10002", "10003", "10004", "10005"],
        "Firma": ["Müller GmbH", "Groß KG", "Käse AG", "Bär OHG", "Öl SE"],
        "Mitarbeiter": ["1.200", "50", "2.500", "k.A.", "80"],
        "Umsatz": ["1.500.000,50", "2.000.000,00", "", "750,25", "1,5 Mio"],
        "Land": ["Deutschland", "Österreich", "Schweiz", "DE", "DE"],
    }
    orders = {
        "Auftragsnummer": ["1", "2", "3", "4"],
        "Kunde": ["10001", "10001", "10002", "10005"],
        "Datum": ["31.01.2024", "05.02.2024", "28.02.2024", "01.03.2024"],
        "Betrag": ["1.000,50", "20,00", "300,00", "-20,00"],
    }
    paths = [
        table(tmp_path / "Kunden.csv", accounts, ";", "cp1252"),
        table(tmp_path / "Aufträge.csv", orders, ";", "cp1252"),
    ]
    mapping = loaded(propose(paths, "mine"), tmp_path)
    customers, lines = read_table("customers", mapping).rows, read_table("orders", mapping).rows
    assert customers["employees"].tolist()[:3] == [1200, 50, 2500]
    assert customers["revenue"].tolist()[::4] == [1_500_000.5, 1_500_000]
    assert customers["country"].tolist() == ["DE", "AT", "CH", "DE", "DE"]
    assert lines["ordered_at"][1] == pd.Timestamp(2024, 2, 5)
    assert lines["revenue"].sum() == 1300.5


def test_one_list_of_accounts_serves_as_customers_and_until_corrected_as_prospects(tmp_path: Path) -> None:
    path = table(tmp_path / "firms.csv", {"Account ID": FIVE, "City": ["Rome"] * 3 + ["Oslo"] * 2})
    proposal = propose([path], "mine")
    mapping = loaded(proposal, tmp_path)
    assert mapping.customers is not None and mapping.prospects is not None
    assert mapping.prospects.columns == mapping.customers.columns
    assert "columns: *columns" in proposal.text and "# set the path to the list to score" in proposal.text


def test_accounts_without_an_id_are_told_by_domain_or_name(tmp_path: Path) -> None:
    domains = [f"{one}.com" for one in FIVE]
    columns = {
        "Company": ["A", "A", "B", "C", "D"],
        "Website": domains,
        "Employees": ["1", "2", "3", "4", "5"],
    }
    proposal = propose([table(tmp_path / "a.csv", columns)], "mine")
    mapping = loaded(proposal, tmp_path)
    assert mapping.customers is not None and mapping.customers.columns["account_id"].source == "Website"
    assert "no id was found: the web domain or name serves" in proposal.text


def test_a_required_column_that_is_not_there_is_said_aloud_and_left_open(tmp_path: Path) -> None:
    columns = {"Industry": ["Bau"] * 5, "Employees": ["1", "2", "3", "4", "5"]}
    proposal = propose([table(tmp_path / "a.csv", columns)], "mine")
    assert "  check customers: account_id: found no column for it" in proposal.summary
    assert "account_id: ???" in proposal.text
    with pytest.raises(ConfigError, match=r"data\.customers\.columns\.account_id: has no value"):
        loaded(proposal, tmp_path)


def test_the_key_of_orders_is_the_column_that_names_customers(tmp_path: Path) -> None:
    accounts = table(tmp_path / "a.csv", {"Account ID": FIVE, "City": ["Rome"] * 4 + ["Oslo"]})
    orders = {
        "Customer": ["x", "y", "z"],
        "Bill to": ["A1", "A1", "B2"],
        "Order No": ["1", "2", "3"],
        "Order date": ["2024-01-01", "2024-01-02", "2024-01-03"],
        "Amount": ["1", "2", "3"],
    }
    mapping = loaded(propose([accounts, table(tmp_path / "o.csv", orders)], "mine"), tmp_path)
    assert mapping.orders is not None and mapping.orders.columns["account_id"].source == "Bill to"


def test_stages_say_which_deals_are_won(tmp_path: Path) -> None:
    deals = {
        "Account": FIVE,
        "Created Date": ["2024-01-01"] * 5,
        "Close Date": ["2024-02-01"] * 5,
        "Stage": ["6 - Closed Won", "7 - Lost", "2 - Demo", "6 - Closed Won", "1 - New"],
    }
    proposal = propose([table(tmp_path / "deals.csv", deals)], "mine")
    rows = read_table("deals", loaded(proposal, tmp_path)).rows
    assert rows["is_won"].fillna(-1).tolist() == [1, 0, -1, 1, -1]
    assert proposal.next_command == 'make label ARGS="data=mine label=won"'


def test_a_flag_of_the_best_becomes_a_signal(tmp_path: Path) -> None:
    columns = {"Account ID": FIVE, "City": ["Rome"] * 5, "Account tier": ["A", "B", "C", "A", "B"]}
    proposal = propose([table(tmp_path / "a.csv", columns)], "mine")
    mapping = loaded(proposal, tmp_path)
    assert read_table("signals", mapping).rows["is_best"].tolist() == [1, 0, 0, 1, 0]
    assert mapping.customers is not None and "account_tier" not in mapping.customers.columns
    assert "label=flag" in proposal.text


def test_other_files_can_be_read_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Account ID": FIVE, "Employees": [1, 2, 3, 4, 5], "City": ["Rome"] * 5})
    frame.to_excel(tmp_path / "a.xlsx", index=False, sheet_name="Kunden #2024")
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    for name in ("a.xlsx", "a.parquet", "a.csv.gz"):
        rows = read_table("customers", loaded(propose([tmp_path / name], "mine"), tmp_path)).rows
        assert rows["employees"].tolist() == [1, 2, 3, 4, 5]


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "headings.csv").write_text("a,b\n")
    with pytest.raises(DataError, match=r"empty\.csv is empty"):
        propose([tmp_path / "empty.csv"], "mine")
    with pytest.raises(DataError, match=r"headings\.csv has headings and no rows"):
        propose([tmp_path / "headings.csv"], "mine")
    with pytest.raises(UnavailableError, match="is not there"):
        propose([tmp_path / "nowhere.csv"], "mine")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Kunden 2024.csv.gz", "kunden_2024"),
        ("MyCustomers.xlsx", "my_customers"),
        ("2024.csv", "column_2024"),
    ],
)
def test_a_mapping_is_named_after_its_first_file(file: str, name: str) -> None:
    assert name_of(Path(file)) == name


@given(st.text())
@example("no")
@example("${oc.env:HOME}")
@example("1:30")
@example("\x85\u2028\ufeff")
def test_any_text_is_given_back_by_the_yaml(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    if not text or not is_writable(text):
        return
    written = OmegaConf.create(f"column: {scalar(text)}\nlist: [{scalar(text)}]")
    assert OmegaConf.to_container(written, resolve=True) == {"column": text, "list": [text]}


NASTY = st.sampled_from(
    ["no", "yes", "NO", "null", "Revenue: 2024", "${x}", "a # b", "???", "", "- a", "{", "'", '"', "\\", "id"]
)
KNOWN = st.sampled_from(
    ["Name", "employees", "Status", "created date", "amount", "is best", "Datum", "Customer ID", "state"]
)
CELL = st.one_of(
    NASTY, st.text(max_size=8), st.sampled_from(["1", "-1", "1,5", "31.12.2024", "a.com", "yes"])
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_heading_and_no_content_makes_a_mapping_that_does_not_load(
    tmp_path: Path, data: st.DataObject
) -> None:
    headings = data.draw(st.lists(st.one_of(NASTY, KNOWN, st.text(max_size=12)), min_size=1, max_size=6))
    n_rows = data.draw(st.integers(1, 6))
    rows = [data.draw(st.lists(CELL, min_size=len(headings), max_size=len(headings))) for _ in range(n_rows)]
    path = tmp_path / "file.csv"
    with path.open("w", encoding="utf-8", errors="replace", newline="") as stream:
        csv.writer(stream).writerows([headings, *rows])
    try:
        proposal = propose([path], "mine")
    except IcpError:
        return
    try:
        loaded(proposal, tmp_path)
    except ConfigError as failure:
        assert failure.what == "the configuration is incomplete."
        assert "???" in proposal.text


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the public data sets are not at {REAL}")
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["crunchbase_2015/companies.csv"], {"customers": 66368, "prospects": 66368}),
        (["auto_sales_b2b/sales_data_sample.csv"], {"orders": 2823}),
        (["inc5000/inc5000_2021.csv"], {"customers": 5000, "prospects": 5000}),
        (["fortune1000/fortune1000_2023.csv"], {"customers": 1000, "prospects": 1000}),
        (
            ["maven_crm/accounts.csv", "maven_crm/sales_pipeline.csv", "maven_crm/products.csv"],
            {"customers": 85, "deals": 7212, "prospects": 85},
        ),
    ],
)
def test_real_exports_are_read_by_what_was_proposed(
    files: list[str], expected: dict[str, int], tmp_path: Path
) -> None:
    mapping = loaded(propose([REAL / one for one in files], "mine"), tmp_path)
    found = {name: len(read_table(name, mapping).rows) for name in TABLES if getattr(mapping, name)}
    assert found == expected
