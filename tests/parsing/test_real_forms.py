"""The forms that real exports are in: what each of the public data sets writes, with other figures."""

import math

import pandas as pd
import pytest
from support import shared_data

from benchmarks.understood import PROSE, SOURCES, understood
from icp_ml.parsing import parse_column, values
from icp_ml.settings import ColumnSettings

DMY, MDY = {"date_order": "dmy"}, {"date_order": "mdy"}
DAY = pd.Timestamp
FORMS = [
    ("auto_sales_b2b", "date", MDY, "03/25/04", DAY(2004, 3, 25)),
    ("auto_sales_b2b", "money", {}, "2765.9", 2765.9),
    ("crunchbase", "date", {}, "2011-07", DAY(2011, 7, 1)),
    ("crunchbase", "date", {}, "2011-Q3", DAY(2011, 7, 1)),
    ("crunchbase", "year", {}, "2011.0", 2011),
    ("crunchbase", "country", {}, "IND", "IN"),
    ("crunchbase", "list", {"separator": "|"}, "Media|Mobile|", "Media|Mobile"),
    ("crunchbase", "money", {}, "1750000.0", 1_750_000),
    ("crunchbase", "date", {}, "1014-03-01", None),
    ("crunchbase", "date", {}, "2914-03-01", None),
    ("fortune1000", "country", {}, "U.S.", "US"),
    ("fortune1000", "domain", {}, "www.stock.foo.com", "foo.com"),
    ("fortune1000", "yes_no", {}, "yes", 1),
    ("glassdoor", "number", {}, "501 to 1000 employees", math.sqrt(501 * 1000)),
    ("glassdoor", "number", {}, "10000+ employees", 10_000),
    ("glassdoor", "money", {}, "$50 to $100 million (USD)", math.sqrt(50e6 * 100e6)),
    ("glassdoor", "money", {}, "$500 million to $1 billion (USD)", math.sqrt(500e6 * 1e9)),
    ("glassdoor", "money", {}, "Less than $1 million (USD)", 1e6),
    ("glassdoor", "money", {}, "$53K-$91K (Glassdoor est.)", math.sqrt(53e3 * 91e3)),
    ("glassdoor", "money", {}, "Employer Provided Salary:$120K-$145K", math.sqrt(120e3 * 145e3)),
    ("inc5000", "money", {}, "18.3 MM", 18.3e6),
    ("inc5000", "number", {}, "1,182", 1182),
    ("maven_crm", "country", {}, "Philipines", "PH"),
    ("maven_crm", "country", {}, "Korea", "KR"),
    ("olist", "date", DMY, "26-02-2018 19:58", DAY(2018, 2, 26, 19, 58)),
    ("olist", "number", {}, "May-20", 10),
    ("olist", "number", {}, "01-May", math.sqrt(5)),
    ("olist", "number", {}, "200+", 200),
    ("olist", "yes_no", {}, "False", 0),
    ("online_retail", "id", {}, "17850.0", "17850"),
    ("online_retail", "country", {}, "EIRE", "IE"),
    ("online_retail", "country", {}, "RSA", "ZA"),
    ("ppp_loans", "money", {}, "a $5-10 million", math.sqrt(5e6 * 10e6)),
    ("ppp_loans", "money", {}, "d $350,000-1 million", math.sqrt(350e3 * 1e6)),
    ("ppp_loans", "money", {}, "j <$10,000", 10_000),
    ("ppp_loans", "money", {}, " $31,700 ", 31_700),
    ("ppp_loans", "industry_code", {"system": "naics"}, "622110.0", "622110"),
    ("ppp_loans", "date", MDY, "4/3/20", DAY(2020, 4, 3)),
    ("remote_companies", "number", {}, "20-50+", math.sqrt(20 * 50)),
    ("remote_companies", "number", {}, "~100 currently", 100),
    ("remote_companies", "number", {}, "200+ (as of January 2020)", 200),
    ("remote_companies", "list", {"separator": "; "}, "infrastructure; php", "infrastructure|php"),
    ("remote_companies", "list", {"separator": "\n"}, "* WordPress\n* PHP\n* Sass", "PHP|Sass|WordPress"),
    ("schneider", "number", {}, "-0.25992", -0.25992),
    ("shimoku", "date", {}, "2019-11-17", DAY(2019, 11, 17)),
    ("startup_success", "date", MDY, "1/1/2007", DAY(2007, 1, 1)),
    ("unicorns", "money", {}, "$180B", 180e9),
    ("unicorns", "date", DMY, "07-04-2017", DAY(2017, 4, 7)),
    ("wholesale", "money", {}, "12669", 12_669),
]


@pytest.mark.parametrize(("source", "kind", "settings", "text", "value"), FORMS)
def test_the_forms_of_public_files(source, kind, settings, text, value):
    column = ColumnSettings.model_validate({"from": source, **settings})
    parsed = parse_column(pd.Series([text]), kind, column, ("", "-", "n/a"))
    if value is None:
        assert (parsed.n_known, parsed.not_understood) == (0, {text: 1})
    else:
        assert parsed.values[0] == (pytest.approx(value) if isinstance(value, int | float) else value)


LONG = (
    "online_retail_uci/online_retail.csv.gz"  # half a million rows take seconds to read; the benchmark does
)


@pytest.mark.parametrize("name", [one for one in SOURCES if one != LONG])
def test_nearly_all_of_the_public_files_is_understood(name):
    folder, _, file = name.partition("/")
    for case, parsed in understood(shared_data(folder) / file, SOURCES[name]):
        n_given = parsed.n_known + sum(parsed.not_understood.values())
        assert parsed.n_known > PROSE.get(case.heading, 0.99) * n_given, case.heading


@pytest.mark.parametrize("kind", ["number", "money", "date", "country", "domain", "category"])
def test_each_distinct_value_is_parsed_once(kind, monkeypatch):
    calls = []
    name = "_parse_value"
    real = getattr(values, name)
    monkeypatch.setattr(values, name, lambda value, *rest: (calls.append(value), real(value, *rest))[1])
    raw = pd.Series([f"\u00e9 {at % 900}-{at % 900 + 5}" for at in range(100_000)], dtype="str")
    parse_column(raw, kind, ColumnSettings(source="met nowhere before"), ())
    assert len(calls) == raw.nunique() == 900
