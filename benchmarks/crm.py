"""Say what the CRM file of a night costs: python -m benchmarks.crm N_ROWS CHANGED_PERCENT.

Thread time without the making of the rows, the file of what the CRM was given, and the peak memory.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import thread_time

import pyarrow as pa
from hydra import compose, initialize_config_dir

from icp_ml.config import CONF, checked
from icp_ml.data.crm import CrmPlan, crm_plan, write_changed
from icp_ml.data.scored import SCHEMA

BATCH_ROWS = 20_000
REASON = {
    "attribute": "industry",
    "words": "Industry: software, 31 %",
    "contribution": 0.5,
    "rate": 0.31,
    "n_customers": 212,
}


def main(n_rows: int, changed_percent: int) -> None:
    """Write a first night and one in which some rows changed."""
    asked = plan()
    start = thread_time()
    rows = sum(len(one) for one in tables(n_rows, 0))
    making = thread_time() - start
    print(f"{rows:,} rows; memory before: {_memory_mb()} MB")
    with TemporaryDirectory() as place:
        for night, percent in enumerate((0, changed_percent, changed_percent)):
            folder, before = Path(place) / str(night), Path(place) / str(night - 1)
            folder.mkdir()
            start = thread_time()
            report = write_changed(tables(n_rows, percent), folder, before if night else None, asked)
            seconds = thread_time() - start - making
            size = (folder / "crm" / "salesforce_given.parquet").stat().st_size / 2**20
            print(f"{report.summary()}: {seconds:.1f} s, {size:.0f} MB given, {_memory_mb()} MB at most")


def plan() -> CrmPlan:
    """Plan an upsert by an external id."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = checked(compose("config", ["rescore.crm.preset=salesforce"])).config
    theirs = config.scoring.output.presets["salesforce"]
    columns = {"Ext__c": "account_id"} | {name: ours for name, ours in theirs.items() if ours != "account_id"}
    output = config.scoring.output.model_copy(update={"presets": {"salesforce": columns}})
    found = crm_plan(config.rescore.crm, output, date(2026, 1, 1))
    assert found is not None
    return found


def tables(n_rows: int, changed_percent: int) -> Iterator[pa.Table]:
    """Make a list of which so many in a hundred rows have another tier."""
    for start in range(0, n_rows, BATCH_ROWS):
        places = range(start, min(start + BATCH_ROWS, n_rows))
        given = {
            "account_id": [f"P{at:08}" for at in places],
            "name": [f"Firm {at}" for at in places],
            "fit_probability": [at * 37 % 10_007 / 10_007 for at in places],
            "tier": ["Best fit" if at % 100 < changed_percent else "Bad fit" for at in places],
            "reasons_for": [[REASON]] * len(places),
            "scored_at": [date(2026, 1, 1)] * len(places),
        }
        gap = [None] * len(places)
        yield pa.Table.from_arrays(
            [pa.array(given.get(one.name, gap), one.type) for one in SCHEMA], schema=SCHEMA
        )


def _memory_mb() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
