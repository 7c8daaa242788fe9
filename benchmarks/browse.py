"""Measure the page of scored prospects: python -m benchmarks.browse [overrides], where make browse wrote one.

Prints processor seconds of what takes longest of writing it, its size, and how long it takes in Chromium
(as the tests drive it, offline): until it is ready after it was opened, and until what was asked is drawn,
the first time that it is asked. Medians over several openings, with the shortest and longest; what else the
machine does counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import process_time
from typing import TypeVar

import hydra
import pandas as pd

from icp_ml.browse.changes import tier_changes
from icp_ml.config import CONF, checked
from icp_ml.data.checks import Findings
from icp_ml.data.publish import latest
from icp_ml.data.scored_top import own_rows, top_of_list
from icp_ml.data.tables import Batch, mapped_fields, table_batches
from icp_ml.scoring import encode
from icp_ml.settings import Config
from icp_ml.tracking.versions import load_version
from pipelines.manifests import read_manifest
from tests.browser import opened

REPEATS = 7
OPENED = "performance.getEntriesByType('navigation')[0].domComplete"
DRAWN = "await new Promise(done => requestAnimationFrame(() => setTimeout(done)));"
TIMED = (
    "async () => {{ const began = performance.now(); {act} " + DRAWN + " return performance.now() - began; }}"
)
ACTS = {
    "filter": "document.querySelector('[data-facet=tier] input').click();",
    "search": """const box = document.querySelector('#search'); box.value = 'a';
        box.dispatchEvent(new Event('input', {bubbles: true}));""",
    "sort by name": """const by = document.querySelector('#sort'); by.value = 'name';
        by.dispatchEvent(new Event('change', {bubbles: true}));""",
}
"""What a person does, one after the other."""
Result = TypeVar("Result")


def main() -> None:
    """Print the seconds of writing the page, its size, and the milliseconds of its answers."""
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        config = checked(hydra.compose("config", sys.argv[1:])).config
    folder = latest(Path(config.scoring.folder))
    if folder is None:
        sys.exit(f"{config.scoring.folder} holds no scored list: make predict, make browse")
    measure_writing(config, folder)
    measure_page(folder / "page.html")


def measure_writing(config: Config, folder: Path) -> None:
    """Print the processor seconds of the three steps."""
    top = timed("finding the top", lambda: top_of_list(folder, config.browse.n_rows))
    is_csv = (folder / "scored.csv").is_file()

    def batches() -> Iterator[Batch]:
        return table_batches("prospects", config.data, config.scoring.batch_rows, Findings())

    accounts = timed(
        "reading the prospects again",
        lambda: own_rows(top, config.data, config.segments, is_csv, batches()),
    )
    today, fields = pd.Timestamp(read_manifest(folder)["today"]), mapped_fields("prospects", config.data)
    for name, listed in top.groupby("segment"):
        model = load_version(config.tracking, str(listed["model_version"].iloc[0]))
        encoded = encode(model, accounts[str(name)], today)
        with_words = f"changes of tier ({name}, {len(listed):,} accounts)"
        timed(with_words, lambda: tier_changes(model, encoded, fields, config.browse.n_changes))  # noqa: B023


def timed(what: str, step: Callable[[], Result]) -> Result:
    """Do a step, and print its processor seconds."""
    began = process_time()
    result = step()
    print(f"{what:<45} {process_time() - began:>6.1f} s", flush=True)
    return result


def measure_page(page: Path) -> None:
    """Print the size of the page, and how long it takes to answer."""
    print(f"{'page':<45} {page.stat().st_size / 1e6:>6.1f} MB")
    found: dict[str, list[float]] = {what: [] for what in ("opened", *ACTS)}
    for _ in range(REPEATS):
        with opened(page) as shown:
            shown.wait_for_selector("body[data-ready=yes]")
            found["opened"].append(shown.evaluate(OPENED))
            for what, act in ACTS.items():
                found[what].append(shown.evaluate(TIMED.format(act=act)))
    for what, each in found.items():
        print(f"{what:<45} {median(each):>6.0f} ms   ({min(each):.0f} to {max(each):.0f})")


if __name__ == "__main__":
    main()
