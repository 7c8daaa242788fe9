"""The comparison with a script: it must give the answers of the product, or its speed says nothing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from support import command

from benchmarks.predict.composed import composed
from benchmarks.predict.measuring import Measured, measured
from benchmarks.predict.run import against
from benchmarks.predict.script import explained, read_accounts, strongest
from benchmarks.predict.stages import STAGES, Clock, place_of
from icp_ml.tracking.exports import read_model

N_ROWS = 200
HOLD = "import time; held = bytearray(150 << 20); time.sleep(1)"
IN_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{HOLD}'], check=True)"


def test_the_script_gives_the_scores_and_the_attributes_that_predict_gives(workplace):
    lines = Path("var/demo/prospects.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    Path("list.csv").write_text("".join(lines[: N_ROWS + 1]), encoding="utf-8")
    given = ("data.prospects.path=list.csv", "scoring.format=parquet")
    done = command("predict", *given, cwd=workplace)
    assert done.returncode == 0, done.stderr
    ours = pq.read_table("var/scored/demo/latest/scored.parquet").to_pandas()
    (folder,) = Path("models/icp_ml_demo").iterdir()
    config, model = composed(*given).config, read_model(folder)
    accounts = read_accounts(config)
    log_odds, contributions = explained(accounts, model, pd.Timestamp(config.today))
    assert accounts["account_id"].tolist() == ours["account_id"].tolist()
    scores = 1 / (1 + np.exp(-log_odds))
    assert scores == pytest.approx(ours["fit_probability"].to_numpy(), abs=1e-9)
    for side, sign in (("reasons_for", 1), ("reasons_against", -1)):
        theirs = [
            [model.encoder.attributes[at].name for at in row] for row in strongest(sign * contributions)
        ]
        assert theirs == [[one["attribute"] for one in found] for found in ours[side]]


@pytest.mark.parametrize("code", [HOLD, IN_A_CHILD], ids=["own", "of a child"])
def test_memory_is_that_of_a_command_and_of_the_processes_that_it_starts(code):
    found, _ = measured("timeit", "-n", "1", "-r", "1", code)
    assert 150 < found.peak_mb < 300
    assert found.seconds > 1


def test_a_command_that_fails_ends_the_measurement_with_what_it_said():
    with pytest.raises(SystemExit, match="ended with status 1"):
        measured("timeit", "-n", "1", "-r", "1", "raise ValueError('no')")


@pytest.mark.parametrize("name", [name for names in STAGES.values() for name in names])
def test_the_functions_of_the_stages_are_where_they_are_looked_up(name):
    owner, function = place_of(name)
    assert callable(getattr(owner, function))


def test_the_seconds_of_a_stage_are_without_those_of_the_stages_within():
    clock = Clock()
    inner = clock.timed("inner", lambda: sum(range(2_000_000)))
    each = clock.timed("inner", lambda: (sum(range(1_000_000)) for _ in range(2)))
    clock.timed("outer", lambda: (inner(), list(each())))()
    assert clock.seconds["outer"] < 0.2 * clock.seconds["inner"]


def test_beyond_its_rows_the_script_is_drawn_out_in_a_straight_line():
    predict = {("predict", n): Measured(2 + n * 1e-4, 3 + n * 2e-4, 100) for n in (1_000, 1_000_000)}
    script = {("script", n): Measured(1 + n * 1e-3, 1 + n * 1e-3, 100) for n in (1_000, 100_000)}
    floor = {("floor", n): Measured(0.5, 0.5, 100) for n in (1_000, 1_000_000)}
    table = against(predict | script | floor, [1_000, 1_000_000], [1_000, 100_000])
    assert table[2:] == [
        "| 1,000 | 2.1 | 2.0 | 1.0 x | 0.6 x | 0.5 |",
        "| 1,000,000 | 102.0 | about 1,001.0 | 9.8 x | 4.9 x | 0.5 |",
        "| each further | | | 10.0 x | 5.0 x | |",
    ]
