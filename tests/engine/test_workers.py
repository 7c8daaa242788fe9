"""Worker processes of this machine."""

from __future__ import annotations

import time

import pytest
from support import QUICK, compose

from icp_ml.engine import workers
from pipelines.listing import prepare
from pipelines.scoring import _work


def fails_or_writes_late(ready, path):
    if path is None:
        raise OSError(28, "No space left on device")
    time.sleep(0.5)
    path.write_text("late")


def test_no_worker_writes_on_once_a_run_has_failed(workplace) -> None:
    run, out = compose(*QUICK), workplace / "out"
    out.mkdir()
    work = _work(run.config, prepare(run), out)
    with pytest.raises(OSError, match="No space left"), workers(run.config.engine, 2, work) as mapped:
        list(mapped(fails_or_writes_late, [out / "first", None, out / "second"]))
    left = sorted(out.iterdir())
    time.sleep(1.5)
    assert sorted(out.iterdir()) == left
