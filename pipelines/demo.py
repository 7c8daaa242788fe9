"""Draw the embedded demo data and write them as a company's exports would look."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline, stage

N_CUSTOMERS, N_PROSPECTS = 5_000, 50_000


def demo(run: Run) -> None:
    """Write the demo's files to data.root."""
    from pathlib import Path

    from icp_ml.data.demo import generate, write

    with stage("demo") as say:
        tables = generate(run.config.seed, N_CUSTOMERS, N_PROSPECTS)
        write(tables, Path(run.config.data.root))
        say(f"{N_CUSTOMERS:,} customers and {N_PROSPECTS:,} prospects in {run.config.data.root}")


if __name__ == "__main__":
    run_pipeline(demo)
