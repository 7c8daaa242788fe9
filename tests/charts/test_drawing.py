from __future__ import annotations

import json
import os
from pathlib import Path

import altair as alt
import pandas as pd
import pytest

from icp_ml.charts import COLOURS, css_variables, pages_script, png, specification, svg, themed

BARS = alt.Chart(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})).mark_bar(color="var(--accent)").encode(
    x="b:Q", y="a:N"
)  # fmt: skip


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    pages_script.cache_clear()
    return tmp_path


def again() -> str:
    pages_script.cache_clear()
    return pages_script()


def test_the_script_is_kept_and_found_again(cache) -> None:
    first = pages_script()
    (kept,) = (cache / "icp_ml").iterdir()
    assert kept.name.startswith("charts-")
    assert first in kept.read_text(encoding="utf-8")
    changed = kept.stat().st_mtime_ns
    assert again() == first
    assert kept.stat().st_mtime_ns == changed
    assert "</script" not in first


@pytest.mark.parametrize("damage", [b"", b"alert(1)", b"0" * 64 + b"\nalert(1)", b"\xff\xfe\n"])
def test_a_damaged_cache_is_made_again(cache, damage: bytes) -> None:
    first = pages_script()
    (kept,) = (cache / "icp_ml").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage or whole[:-1])
    assert again() == first
    assert kept.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_no_error(cache) -> None:
    (cache / "icp_ml").write_text("a file where the folder should be")
    assert len(pages_script()) > 100_000


def test_a_relative_cache_folder_is_none(cache, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    pages_script()
    assert (tmp_path / "home" / ".cache" / "icp_ml").is_dir()
    assert not os.path.lexists("here")


def test_a_picture_has_no_variable_left_and_a_page_has_only_those() -> None:
    chart = themed(BARS, "A bar", "to read so")
    assert png(chart).startswith(b"\x89PNG")
    assert png(chart) == png(chart)
    assert "var(--accent)" in svg(specification(chart))
    assert "#" not in specification(chart)
    assert all(f"--{name}: {shade.dark};" in css_variables() for name, shade in COLOURS.items())


def test_a_long_title_is_broken_but_no_sign_stands_alone() -> None:
    remark = f"{'word ' * 9}and then 34 % of it, 2.5 \N{MULTIPLICATION SIGN} chance"
    said = json.loads(specification(themed(BARS, remark)))
    lines = said["title"]["text"]
    assert len(lines) > 1
    assert not any(line.lstrip().startswith(("%", "\N{MULTIPLICATION SIGN}")) for line in lines)
    assert max(map(len, lines)) <= 48
