"""Kill a scheduled run at random moments, and see that nothing is lost.

    python -m benchmarks.kills FOLDER [N_KILLS [SEED]]

FOLDER gets a small demo company with a model and a first night. Then, again and again: the second night
begins, is killed (SIGKILL) at a moment drawn uniformly over its time, every other time with all its worker
processes; what it left is checked, and a run to the end is compared, file by file, with an undisturbed night.
Each run is a process of its own, forked from one that has imported the packages and nothing else: importing
them would be half of the time, and nothing can be lost in it.
"""

from __future__ import annotations

import json
import os
import random
import runpy
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from importlib import import_module
from pathlib import Path

LIST = Path("var/rescored/demo")
KEPT = Path("kept")
NIGHT = ("today=2026-01-02", "n_jobs=2", "scoring.batch_rows=80")
IMPORTED = ("hydra", "lightgbm", "mlflow", "numba", "pandas", "pyarrow.parquet", "scipy.stats", "sqlalchemy")
NOT_COMPARED = ("heartbeat.json", ".heartbeat.json.lock", ".lock")
LONGER = 1.02  # than the median night: a few kills come when all is done


def main(folder: Path, n_kills: int, seed: int) -> None:
    """Make the workplace, kill, and print a line for each kill and one for all."""
    prepare(folder)
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder / "tmp")
    (folder / "tmp").mkdir(exist_ok=True)
    for name in IMPORTED:
        import_module(name)
    first_night()
    seconds = statistics.median(undisturbed() for _ in range(3))
    wanted = content(KEPT / "second")
    print(f"an undisturbed night: {seconds:.1f} s, {len(wanted)} files", flush=True)
    draw, seen = random.Random(seed), Counter[str]()
    for number in range(1, n_kills + 1):
        moment, whole_group = draw.uniform(0, seconds * LONGER), number % 2 == 0
        phase = killed(moment, whole_group)
        faults = [*faults_now(), *faults_next(wanted)]
        seen.update([phase, "wrong"] if faults else [phase])
        print(
            f"{number}: {moment:.2f} s, {'all' if whole_group else 'main'}: {phase}; {faults[:9] or 'right'}",
            flush=True,
        )
    print(f"{n_kills} kills, seed {seed}: {dict(seen)}", flush=True)


def prepare(folder: Path) -> None:
    """Make a small demo company and train on it, where that was not done."""
    if (folder / "models").is_dir():
        return
    from icp_ml.data.demo import generate, write

    folder.mkdir(parents=True, exist_ok=True)
    write(generate(7, n_customers=2_000, n_prospects=1_200), folder / "var/demo")
    train = [sys.executable, "-m", "pipelines.train", "experiment=quick", "n_jobs=1"]
    subprocess.run(train, cwd=folder, check=True)


def first_night() -> None:
    """Score a first list, then change the sources: rows go, come and change."""
    prospects = Path("var/demo/prospects.csv")
    if not Path("var/demo/whole.csv").is_file():
        shutil.copyfile(prospects, "var/demo/whole.csv")
    whole = Path("var/demo/whole.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    prospects.write_text("".join(whole[:-40]), encoding="utf-8-sig")
    shutil.rmtree(LIST, ignore_errors=True)
    assert ended(begun("today=2026-01-01")) == 0, said()
    shutil.rmtree(KEPT, ignore_errors=True)
    shutil.copytree(LIST, KEPT / "first", symlinks=True)
    newer = [swapped(line) if at % 50 == 7 else line for at, line in enumerate(whole) if at % 97 != 5]
    prospects.write_text("".join(newer), encoding="utf-8-sig")


def swapped(line: str) -> str:
    """Change what numbers a row has, so that its score is another one."""
    start, *cells = line.split(",")
    return ",".join([start, *(f"1{one}" if one.isdigit() and len(one) < 5 else one for one in cells)])


def undisturbed() -> float:
    """Score the second night without a fault and keep it; give its seconds."""
    restore()
    started = time.monotonic()
    assert ended(begun(*NIGHT)) in (0, 10), said()
    seconds = time.monotonic() - started
    if (KEPT / "second").is_dir():
        found, wanted = content(LIST), content(KEPT / "second")
        assert found == wanted, [one for one in wanted if found.get(one) != wanted[one]]
    shutil.rmtree(KEPT / "second", ignore_errors=True)
    shutil.copytree(LIST, KEPT / "second", symlinks=True)
    return seconds


def restore() -> None:
    """Go back to the morning after the first night."""
    shutil.rmtree(LIST)
    shutil.copytree(KEPT / "first", LIST, symlinks=True)


def killed(moment: float, whole_group: bool) -> str:
    """Begin the second night and kill it; say how far it was."""
    restore()
    process = begun(*NIGHT)
    time.sleep(moment)
    is_over = os.waitpid(process, os.WNOHANG)[0] != 0
    if not is_over:
        (os.killpg if whole_group else os.kill)(process, signal.SIGKILL)
        os.waitpid(process, 0)
    wait_for_workers(process)
    return "over" if is_over else phase_now()


def phase_now() -> str:
    """Say how far a killed run came."""
    if list(LIST.glob("ledger/cycle=2026-01-02*")):
        return "recorded"
    if str((LIST / "latest").readlink()).startswith("2026-01-02"):
        return "published"
    working = list(LIST.glob(".working-*"))
    if not working:
        return "before the first part"
    is_made = (working[0] / "cycle").is_dir() or (working[0] / "refused.csv").is_file()
    return "list being made" if is_made else "parts being scored"


def wait_for_workers(group: int) -> None:
    """Wait until the workers have noticed; one that does not would write beside the next run."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("a worker outlived its run")


def faults_now() -> list[str]:
    """Say what is wrong with what a killed run left: neither the old nor the new, or damaged."""
    from icp_ml.data.ledger.folder import FolderLedger
    from icp_ml.data.publish import latest
    from icp_ml.data.state import open_state
    from pipelines.past_runs import read_past

    newest = latest(LIST)
    if newest is None:
        return ["no list"]
    kept = KEPT / ("second" if newest.name.startswith("2026-01-02") else "first")
    faults = [f"list: {one}" for one in differing(content(kept / newest.name), content(newest))]
    state = open_state(newest)
    faults += ["no state"] if state is None else []
    ledger = FolderLedger(LIST / "ledger")
    faults += [f"ledger: {one}" for one in ledger.check()]
    recorded = content(LIST / "ledger", "cycle=*")
    faults += [
        f"ledger: {one}" for one, what in recorded.items() if content(KEPT / "second/ledger")[one] != what
    ]
    past = read_past(LIST)
    return faults + ([] if past.last_good else ["heartbeat"])


def faults_next(wanted: dict[str, bytes]) -> list[str]:
    """Run to the end; say what is not as after an undisturbed night."""
    status = ended(begun(*NIGHT))
    faults = [] if status in (0, 10) else [f"status {status}: {said()}"]
    faults += differing(wanted, content(LIST))
    left = [one.name for one in LIST.glob(".[!lh]*")]
    past = json.loads((LIST / "heartbeat.json").read_text(encoding="utf-8"))
    return [*faults, *left, *(["heartbeat"] if past["running"] or past["n_failed"] else [])]


def content(folder: Path, start: str = "") -> dict[str, bytes]:
    """Read what a folder holds, but for signs of life."""
    found = (
        folder.rglob("*") if not start else (path for one in folder.glob(start) for path in one.rglob("*"))
    )
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in found
        if path.is_file() and path.name not in NOT_COMPARED
    }


def differing(wanted: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    """Name the files that differ."""
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def begun(*overrides: str) -> int:
    """Begin a night in a process and a group of its own."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    with Path("said.txt").open("w", encoding="utf-8") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
        sys.argv = ["rescore", *overrides]
        try:
            runpy.run_module("pipelines.rescore", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(int(end.code or 0))
        finally:
            os._exit(99)
    return 0


def ended(process: int) -> int:
    """Wait for a night; give its exit status."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def said() -> str:
    """Give what the last night said."""
    return Path("said.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    place, n_kills, seed = [*sys.argv[1:], *("50", "7")[len(sys.argv) - 2 :]]
    main(Path(place).resolve(), int(n_kills), int(seed))
