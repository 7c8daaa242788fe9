from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small import label_rows_of, settings

from icp_ml.features.encoder import Encoder, fit_encoder
from icp_ml.features.orders import rank_of_level
from icp_ml.features.places import country_of, market_group, utc_hours
from icp_ml.schema import FIRMOGRAPHICS

DAY = pd.Timestamp("2024-07-01")


def texts(**columns) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array(values, "str") for name, values in columns.items()})


def fitted(accounts: pd.DataFrame, is_best, **changed) -> Encoder:
    fields = {name: FIRMOGRAPHICS[name] for name in accounts}
    features = settings().features.model_copy(update={"n_frequent": 0, "smoothing": 10.0} | changed)
    return fit_encoder(accounts, label_rows_of(is_best, np.arange(len(accounts))), fields, features, 1)[0]


def encoded(encoder: Encoder, column: str, accounts: pd.DataFrame) -> list[float]:
    return encoder.transform(accounts, DAY)[:, encoder.columns.index(column)].tolist()


def odds(share: float, overall: float) -> float:
    return float(np.log(share / (1 - share)) - np.log(overall / (1 - overall)))


CODES = ["541511"] * 20 + ["541512"] * 10 + ["441110"] * 29 + ["541300"]
BEST = [True] * 12 + [False] * 8 + [True] * 8 + [False] * 31 + [True]
OVERALL = 21.5 / 61


def test_a_finer_level_is_shrunk_to_the_one_above_it() -> None:
    encoder = fitted(texts(industry_code=CODES), BEST)
    sector = (21 + 10 * OVERALL) / (31 + 10)
    group = (20 + 10 * sector) / (30 + 10)  # 541 and 54151 have the same rows as the level above
    code = (12 + 10 * group) / (20 + 10)
    shown = texts(industry_code=["541511"])
    assert encoder.columns == [f"industry_code:{one}" for one in ("share1", "share3", "share", "rows")]
    assert encoded(encoder, "industry_code:share1", shown) == pytest.approx([odds(sector, OVERALL)], rel=1e-5)
    assert encoded(encoder, "industry_code:share3", shown) == pytest.approx([odds(group, OVERALL)], rel=1e-5)
    assert encoded(encoder, "industry_code:share", shown) == pytest.approx([odds(code, OVERALL)], rel=1e-5)


def test_a_level_that_was_never_seen_says_what_the_level_above_it_says() -> None:
    encoder = fitted(texts(industry_code=CODES), BEST)
    unseen, sector, rare = (texts(industry_code=[code]) for code in ("549999", "54", "541300"))
    for column in ("industry_code:share", "industry_code:share1"):
        assert encoded(encoder, column, unseen) == encoded(encoder, column, sector)
    assert encoded(encoder, "industry_code:share", rare) == encoded(encoder, "industry_code:share", sector)
    assert encoded(encoder, "industry_code:share", texts(industry_code=["92"])) == [0.0]


def test_depths_that_cut_rows_alike_have_one_column() -> None:
    codes = texts(industry_code=["541511", "441110"] * 20)
    assert fitted(codes, [True, False] * 20).columns == ["industry_code:share", "industry_code:rows"]


def test_a_city_is_another_one_in_another_country_and_adds_to_its_region() -> None:
    places = texts(country=["US", "GB"] * 20, city=["Cambridge"] * 40)
    encoder = fitted(places, [True, False] * 20)
    (city,) = (one for one in encoder.attributes if one.name == "city")
    assert [n for name, n in city.counts.items() if name.endswith("cambridge")] == [20, 20]


def test_a_city_says_what_it_adds_to_its_country() -> None:
    places = texts(country=["US"] * 40, city=["Cambridge"] * 20 + ["Boston"] * 10 + ["Erie"] * 10)
    encoder = fitted(places, [True, True, False, True] * 5 + [False] * 20)
    shown = texts(
        country=["US", "US", "US", None, "US"], city=["Cambridge", "Erie", "New", "Cambridge", None]
    )
    best, rest, new, elsewhere, missing = encoded(encoder, "city:share", shown)
    assert best > 0 > rest
    assert (new, elsewhere) == (0.0, 0.0)
    assert np.isnan(missing)


def test_a_region_id_names_its_country() -> None:
    regions = texts(region=["US-CA", "US-NY", "DE-BY", "DE-BE"] * 10)
    encoder = fitted(regions, [True, True, False, False] * 10)
    new = encoded(encoder, "region:share", texts(region=["US-OR", "DE-HH", "XX-1"]))
    assert new[0] > 0 > new[1]
    assert new[2] == 0


def test_an_excluded_column_is_not_behind_a_finer_one() -> None:
    places = texts(country=["US", "GB"] * 20, city=["Cambridge"] * 40)
    encoder = fitted(places, [True, False] * 20, exclude=("country",))
    assert [one.name for one in encoder.attributes] == ["city"]
    assert encoder.attributes[0].above == ()


def test_market_groups_are_a_level_above_countries() -> None:
    encoder = fitted(texts(country=["DE", "AT", "US", "MX"] * 10), [True, True, False, False] * 10)
    assert encoder.columns[:3] == ["country:share1", "country:share", "country:rows"]
    swiss = texts(country=["CH"])
    assert encoded(encoder, "country:share", swiss) == encoded(encoder, "country:share1", swiss) != [0.0]


@pytest.mark.parametrize(
    ("country", "region", "group", "hours"),
    [
        ("de", None, "dach", 1.0),
        ("us", "us-ca", "north america", -8.0),
        ("us", "ca", "north america", -8.0),
        ("us", None, "north america", None),
        (None, "us-ny", None, -5.0),
        (None, "ny", None, None),
        (None, "ar", None, None),
        ("in", "in-ka", "south asia", 5.5),
        ("au", "au-sa", "oceania", 9.5),
        ("br", "br-am", "latin america", -4.0),
        ("ru", "ru-pri", "russia and central asia", 10.0),
        ("atlantis", None, None, None),
    ],
)
def test_a_place_has_a_market_group_and_a_standard_time(country, region, group, hours) -> None:
    assert market_group(country) == group
    found = utc_hours(country, region)
    assert np.isnan(found) if hours is None else found == hours


def test_a_regions_bare_name_names_no_country() -> None:
    assert [country_of(one) for one in ("us-ca", "california", "ny", None)] == ["us", None, None, None]


@pytest.mark.parametrize(
    ("name", "lower", "higher"),
    [
        ("funding_stage", "pre-seed", "seed"),
        ("funding_stage", "series a", "series_b"),
        ("funding_stage", "series c", "private equity"),
        ("funding_stage", "grant", "post-ipo equity"),
        ("customer_size", "smb", "mid-market"),
        ("customer_size", "medium", "enterprise"),
    ],
)
def test_stages_and_sizes_have_an_order(name: str, lower: str, higher: str) -> None:
    assert rank_of_level(name, lower) < rank_of_level(name, higher)


def test_a_stage_that_nobody_knows_has_no_rank() -> None:
    encoder = fitted(texts(funding_stage=["Seed", "Series A", "own words"] * 10), [True, False, False] * 10)
    ranks = encoded(encoder, "funding_stage:order", texts(funding_stage=["Seed", "own words", None]))
    assert ranks[0] == rank_of_level("funding_stage", "seed")
    assert np.isnan(ranks[1:]).all()
