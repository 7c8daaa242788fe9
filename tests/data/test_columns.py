"""Amounts and places on their way from a file to our tables, and from a served row."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from icp_ml.data.mapping import mapped_fields
from icp_ml.data.tables import read_table
from icp_ml.errors import ConfigError
from icp_ml.settings import DataSettings

COLUMNS = {"account_id": "id", "revenue": "Umsatz", "country": "Land", "region": "Region"}
ROWS = "id,Umsatz,Land,Region\n1,€3 Mio,Deutschland,Bayern\n2,$8M,USA,CA\n3,5000,,SF Bay\n4,R$9,Brasil,SP\n"


def mapping(folder: Path, **given: Any) -> DataSettings:
    (folder / "a.csv").write_text(ROWS, encoding="utf-8")
    table = {"path": str(folder / "a.csv"), "columns": COLUMNS, "where": given.pop("where", ())}
    content = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("",), "customers": table}
    return DataSettings.model_validate({**content, **given})


def test_amounts_are_in_the_currency_of_the_mapping_on_its_day(tmp_path: Path) -> None:
    table = read_table("customers", mapping(tmp_path, currency="USD", rates_on="2023-12-31"))
    assert table.rows["revenue"].fillna(-1).tolist()[:3] == pytest.approx([3e6 * 1.1050, 8e6, 5000])
    assert table.findings.n_known["revenue"] == 4
    without = read_table("customers", mapping(tmp_path))
    assert without.rows["revenue"].tolist() == [3e6, 8e6, 5000, 9]


def test_a_day_without_rates_stops_before_the_file_is_read(tmp_path: Path) -> None:
    settings = mapping(tmp_path, currency="USD", rates_on="1998-12-31")
    (tmp_path / "a.csv").unlink()
    with pytest.raises(ConfigError, match=r"data\.rates_on is 1998-12-31"):
        read_table("customers", settings)


@pytest.mark.parametrize(
    ("one_of", "kept"),
    [
        (["CA"], ["2"]),
        (["US-CA"], ["2"]),
        (["Bavaria", "California"], ["1", "2"]),
        (["SF Bay"], ["3"]),
        (["NY"], []),
    ],
)
def test_a_filter_names_a_region_as_the_file_does_or_by_its_code(
    one_of: list[str], kept: list[str], tmp_path: Path
) -> None:
    rule = [{"column": "region", "one_of": [*one_of, "Goiás"]}]
    settings = mapping(tmp_path, where=rule)
    if kept:
        assert read_table("customers", settings).rows["account_id"].tolist() == kept


def test_a_served_row_is_parsed_as_that_of_a_list(tmp_path: Path) -> None:
    from icp_ml.tracking.serving import parse_rows

    settings = mapping(tmp_path, currency="USD", rates_on="2023-12-31")
    assert settings.customers is not None
    raw_form = {
        "columns": {
            name: one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for name, one in settings.customers.columns.items()
        },
        "fields": {name: asdict(one) for name, one in mapped_fields("customers", settings).items()},
        "missing": [""],
        "currency": "USD",
        "rates_on": "2023-12-31",
    }
    listed = read_table("customers", settings).rows
    raw = pd.read_csv(tmp_path / "a.csv", dtype=str)
    for at in range(len(raw)):
        served = parse_rows(raw.iloc[[at]].reset_index(drop=True), raw_form)
        pd.testing.assert_frame_equal(served, listed.iloc[[at]].reset_index(drop=True), check_dtype=False)
