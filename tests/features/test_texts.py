from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small import label_rows_of, settings

from icp_ml.features.encoder import Encoder, fit_encoder
from icp_ml.features.items import split_texts
from icp_ml.features.texts import fit_reduction, reduced
from icp_ml.schema import FIRMOGRAPHICS

TEXTS = ["cloud data lake", "data lake of clouds", "shops and stores", "stores for shops", "cloud data"]
FEW = settings().features.model_copy(update={"min_count": 2, "n_text_terms": 40, "n_text_dimensions": 2})


def tokens_of(texts: list[str]):
    codes, distinct = pd.factorize(pd.array(texts, "str"))
    return split_texts(codes, list(distinct), "words"), list(distinct)


def reduction(texts: list[str], **changed):
    return fit_reduction(*tokens_of(texts), FEW.model_copy(update=changed))


def test_terms_are_words_and_two_in_a_row_of_enough_rows() -> None:
    assert reduction(TEXTS).terms == ("cloud", "cloud data", "data", "data lake", "lake", "shops", "stores")


def test_the_most_frequent_terms_are_kept_first_in_the_alphabet_of_equals() -> None:
    assert reduction(TEXTS, n_text_terms=3).terms == ("cloud", "cloud data", "data")


def test_texts_of_one_kind_lie_together() -> None:
    found = reduction(TEXTS)
    lake, clouds, shops, stores, none, missing = reduced(
        found, tokens_of(["data lake", "cloud data", "shops", "stores and shops", "unheard of", None])[0]
    )
    assert lake @ clouds > 0.5 < shops @ stores
    assert abs(lake @ shops) < 0.1
    assert none.tolist() == [0, 0]
    assert np.isnan(missing).all()


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [2, 0, 4, 1, 3]])
def test_the_dimensions_do_not_depend_on_the_order_of_rows(order) -> None:
    assert reduction([TEXTS[at] for at in order]) == reduction(TEXTS)


@pytest.mark.parametrize("texts", [["one word", "no other"], ["same text here"] * 5, ["a", "b"]])
def test_too_little_to_reduce_is_left_alone(texts) -> None:
    assert reduction(texts) is None


def test_no_dimension_is_made_where_none_is_asked_for() -> None:
    assert reduction(TEXTS, n_text_dimensions=0) is None


def listed(technologies: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"technologies": pd.array(technologies, "str")})


def with_technologies() -> Encoder:
    accounts = listed(["AWS|Stripe", "Azure|Own tool", "GCP|PayPal", "AWS|PayPal"] * 20)
    rows = label_rows_of([True, False, False, True] * 20, np.arange(80))
    return fit_encoder(
        accounts, rows, {"technologies": FIRMOGRAPHICS["technologies"]}, settings().features, 1
    )[0]


def test_technologies_have_families_and_a_count_of_those_too_rare_to_know() -> None:
    encoder = with_technologies()
    assert encoder.attributes[0].families == ("cloud", "payments")
    shown = encoder.transform(listed(["aws|PAYPAL|New one", "Never|Heard", None]), pd.Timestamp("2024-01-01"))
    place = encoder.columns.index
    columns = [place(f"technologies:{name}") for name in ("n", "rare", "cloud", "payments")]
    np.testing.assert_array_equal(shown[:, columns], [[3, 1, 1, 1], [2, 2, 0, 0], [np.nan] * 4])


def test_families_are_told_by_names_that_are_in_one_family_only() -> None:
    from icp_ml.features.families import FAMILIES, FAMILY_OF

    assert len(FAMILY_OF) == sum(len(names.split("|")) for names in FAMILIES.values())
    assert all(name == name.casefold().strip() for name in FAMILY_OF)
