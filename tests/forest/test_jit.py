from __future__ import annotations

from pathlib import Path

import pytest

from icp_ml.forest import jit


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a path below which nothing can be made; package and home are there."""
    blocked = tmp_path / "a_file"
    blocked.write_text("")
    monkeypatch.setattr(jit, "HERE", blocked / "package")
    monkeypatch.setattr(jit.SETTINGS, "CACHE_DIR", "")
    monkeypatch.setenv("HOME", str(blocked / "home"))
    return blocked


def test_where_nothing_may_be_written_kernels_are_compiled_all_the_same(nowhere, monkeypatch) -> None:
    assert jit.kept_in() is None
    monkeypatch.setattr(jit, "FOLDER", None)

    @jit.compiled
    def doubled(number: int) -> int:
        return 2 * number

    assert doubled(4) == 8


def test_machine_code_goes_home_where_the_package_may_not_be_written(nowhere, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = jit.kept_in()
    assert found is not None and found.parent == tmp_path / ".cache" / "icp_ml"


@pytest.mark.parametrize("is_writable", [True, False])
def test_machine_code_goes_where_numba_is_told_to(is_writable, nowhere, tmp_path, monkeypatch) -> None:
    told = tmp_path / "told" if is_writable else nowhere / "told"
    monkeypatch.setattr(jit.SETTINGS, "CACHE_DIR", str(told))
    found = jit.kept_in()
    assert (found is not None and found.parent == told) is is_writable
