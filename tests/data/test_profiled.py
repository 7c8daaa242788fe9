from __future__ import annotations

import pandas as pd

from icp_ml.data.profiled import prospect_lines


def test_lines_come_in_batches_and_no_cell_can_run(tmp_path) -> None:
    rows = pd.DataFrame(
        {
            "account_id": ["A1", "A2"],
            "name": ["=cmd()", None],
            "group": ["Core 1", "Everyone else"],
            "archetype": "",
            "tier": "Best fit",
            "fit_probability": [0.123456, 1.0],
        }
    )
    with prospect_lines(tmp_path / "prospects.csv") as write:
        write(rows.head(1))
        write(rows.tail(1))
    lines = (tmp_path / "prospects.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "account_id,name,group,archetype,tier,fit_probability",
        "A1,'=cmd(),Core 1,,Best fit,0.1235",
        "A2,,Everyone else,,Best fit,1.0000",
    ]
