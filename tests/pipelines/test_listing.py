"""What a stopped run leaves behind is gone on with where it is of the very same list, and only there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from support import compose

from icp_ml.data.rules import PreparedRules
from icp_ml.data.sources import source_state
from icp_ml.matching import KnownAccounts
from pipelines.listing import Listing, published

KEY = "0123456789abcdef"


def part_left(path: Path, folder: Path, *overrides: str) -> bool:
    """Begin a run on a list, say whether a part was there already, leave one, and be stopped."""
    config = compose(f"data.prospects.path={path}", *overrides).config
    assert config.data.prospects is not None
    state = source_state(config.data.prospects)
    listing = Listing({}, {}, KnownAccounts(), PreparedRules(), {}, KEY, state)
    with pytest.raises(KeyboardInterrupt), published(config, folder, listing) as working:
        assert working is not None
        found = (working / "part").exists()
        (working / "part").touch()
        raise KeyboardInterrupt
    return found


def write_again(path: Path) -> None:
    """Write the same bytes at another time."""
    path.write_bytes(path.read_bytes())
    os.utime(path, ns=(0, 1))


@pytest.mark.parametrize(
    ("change", "overrides", "goes_on"),
    [
        (None, (), True),
        (None, ("n_jobs=1", "engine=dask"), True),
        (None, ("scoring.batch_rows=7",), False),
        (write_again, (), False),
    ],
)
def test_parts_are_taken_over_where_nothing_touched_the_list_since(
    tmp_path: Path, change: Any, overrides: tuple[str, ...], goes_on: bool
) -> None:
    path, folder = tmp_path / "list.csv", tmp_path / "out"
    path.write_text("prospect_id\nP1\n", encoding="utf-8")
    assert not part_left(path, folder)
    if change is not None:
        change(path)
    assert part_left(path, folder, *overrides) is goes_on
    assert len(list(folder.glob(".working-*"))) == 1
