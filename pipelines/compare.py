"""Set the last trainings side by side, in the terminal and as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import UnavailableError
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from icp_ml.tracking.comparing import Comparison


def compare(run: Run) -> None:
    """Compare the trainings of each segment."""
    for_each_segment(run, _compare)


def _compare(run: Run) -> None:
    from functools import partial

    from icp_ml.tracking.comparing import set_side_by_side
    from icp_ml.tracking.comparison_text import comparison_text
    from icp_ml.tracking.past import past_runs, read_test_rows
    from icp_ml.tracking.store import store

    config = run.config
    with store(config.tracking) as client:
        past = past_runs(client, config.tracking)
        if not past:
            raise UnavailableError(
                f"{config.tracking.experiment} holds no training.", fix="Run make train first."
            )
        rows_of = partial(read_test_rows, client)
        found = set_side_by_side(config.tracking.experiment, past, rows_of, config.evaluation, config.seed)
    print(comparison_text(found))
    print(f"\nalso in {_written(run, found)} (.md, .csv and .json); the charts are in make ui", flush=True)


def _written(run: Run, found: Comparison) -> Path:
    """Write the comparison in its three forms; give their place without the ending."""
    from icp_ml.data.publish import write_text
    from icp_ml.data.scored_text import safe_rows
    from icp_ml.segments import segment_name
    from icp_ml.tracking.comparing import comparison_json, comparison_table
    from icp_ml.tracking.comparison_text import comparison_markdown

    folder = Path(segment_name(run.config.tracking.compare_folder, run.segment, "/"))
    write_text(folder / "compare.md", comparison_markdown(found))
    write_text(folder / "compare.csv", safe_rows(comparison_table(found)).to_csv(index=False))
    write_text(folder / "compare.json", json.dumps(comparison_json(found), indent=2, ensure_ascii=False))
    return folder / "compare"


if __name__ == "__main__":
    run_pipeline(compare)
