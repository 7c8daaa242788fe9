"""What tells a company: its domain, its registration number, its name and place."""

import pytest

from icp_ml.matching.keys import registration_key


@pytest.mark.parametrize(
    ("number", "is_known"),
    [("HRB 12346", False), ("HRA 1234 B", False), ("Amtsgericht Ulm HRB 12346", True), ("GB 01234567", True)],
)
def test_a_german_register_number_joins_only_with_its_court(number, is_known):
    assert (registration_key(number) is not None) is is_known
