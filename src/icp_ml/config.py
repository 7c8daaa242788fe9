"""Compose the configuration with Hydra, check all of it at once, run a pipeline, give its exit status."""

from __future__ import annotations

import logging
import os
import select
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from icp_ml.collecting import look_for_garbage_seldom
from icp_ml.data.secrets import masked
from icp_ml.errors import ConfigError, ExitCode, IcpError
from icp_ml.failures import SHOW_TRACEBACK, translated, wrong_settings
from icp_ml.notify.hiding import overrides_without_addresses, without_addresses
from icp_ml.segments import segment_name
from icp_ml.settings import Config

UNHEARD = 141  # as a shell says of what SIGPIPE ended
CONF = Path(__file__).resolve().parents[2] / "conf"


@dataclass(frozen=True)
class Run:
    """A checked configuration, and how it was asked for.

    Attributes
    ----------
    config : Config
    composed : str
        The composed YAML, unresolved and masked, so that no secret stands in it.
    overrides : tuple of str
        What the command line changed, masked.
    segment : str
        The one segment that this run is of; empty: all of them.
    """

    config: Config
    composed: str
    overrides: tuple[str, ...]
    segment: str = ""

    def segments(self) -> list[Run]:
        """Give a run for each segment: its definition as `label`, and models and experiment of its name."""
        return [self] if self.segment else [self._of(name) for name in self.config.segments]

    def named(self, words: str) -> str:
        """Put the segment's name before what is said of it, where there are several."""
        return f"{self.segment}: {words}" if self.segment and len(self.config.segments) > 1 else words

    def _of(self, name: str) -> Run:
        tracking, segment = self.config.tracking, self.config.segments[name]
        named = {
            "experiment": segment_name(tracking.experiment, name, "/"),
            "registered_model": segment_name(tracking.registered_model, name),
        }
        changed = {"label": segment.label, "tracking": tracking.model_copy(update=named)}
        return replace(self, config=self.config.model_copy(update=changed), segment=name)


Pipeline = Callable[[Run], int | None]


def run_pipeline(pipeline: Pipeline) -> None:
    """Run a pipeline as a command: compose, check, run, and leave with the exit status of what happened.

    In a multirun every job runs; the status is that of the worst.
    """
    look_for_garbage_seldom()
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra's own errors reach us instead of its printer
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    statuses: list[int] = []

    def job(composed: Any) -> None:
        _say_which_job()
        statuses.append(_status_of(lambda: _with_copies(pipeline, checked(composed))))

    def compose_and_run() -> None:
        import hydra

        hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job)()

    sys.exit(worst([_status_of(compose_and_run), *statuses]))


def _with_copies(pipeline: Pipeline, run: Run) -> int | None:
    """Run a pipeline that finds copies of what lies elsewhere, kept as long as it runs; TMPDIR says where."""
    from icp_ml.data.copies import with_copies

    with TemporaryDirectory(prefix="icp_ml-") as folder:
        here = run.config.model_copy(update={"data": with_copies(run.config.data, Path(folder))})
        return pipeline(replace(run, config=here))


def worst(statuses: Iterable[int]) -> int:
    """Give the exit status that matters most: a failure before alarms, alarms before success."""
    return max(statuses, key=lambda one: (one not in (ExitCode.OK, ExitCode.ALARMS), one))


def exit_with(action: Callable[[], int | None]) -> None:
    """Run an action that composes no configuration, and leave with the exit status of what happened."""
    sys.exit(_status_of(action))


def checked(composed: Any) -> Run:
    """Check a composed configuration.

    Raises
    ------
    ConfigError
        Naming every wrong setting at once.
    """
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import OmegaConf
    from pydantic import ValidationError

    lacking = _missing(OmegaConf.to_container(composed, resolve=False), "")
    if lacking:
        details = [f"{name}: has no value" for name in lacking]
        raise ConfigError(
            "the configuration is incomplete.", details, f"Give it, for example: {lacking[0]}=..."
        )
    values = OmegaConf.to_container(composed, resolve=True)
    try:
        config = Config.model_validate(values)
    except ValidationError as failure:
        raise wrong_settings(failure.errors()) from failure
    overrides = _overrides() if HydraConfig.initialized() else ()
    _check_label_counts(config, overrides)
    shown = without_addresses(OmegaConf.to_container(composed, resolve=False))
    return Run(config, masked(OmegaConf.to_yaml(shown)), overrides)


def _overrides() -> tuple[str, ...]:
    """List what the command line changed as it was written: no value from the environment in it."""
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import OmegaConf

    written: Any = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)
    return tuple(map(masked, overrides_without_addresses(written)))


def _say_which_job() -> None:
    """Head each job of a multirun with what makes it differ."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    logging.getLogger("hydra").setLevel(logging.ERROR)  # its own heading for the next job
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        differs = masked(HydraConfig.get().job.override_dirname)
        print(f"job {HydraConfig.get().job.num + 1}: {differs}", flush=True)


def _missing(value: Any, path: str) -> list[str]:
    """List the dotted names of mandatory values that nobody gave."""
    if isinstance(value, dict):
        return [name for key, one in value.items() for name in _missing(one, f"{path}.{key}".lstrip("."))]
    return [path] if value == "???" else []


class Say:
    """Collect what a stage says: parts of its one line, and notes that follow it."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.notes: list[str] = []

    def __call__(self, part: str, notes: Iterable[str] = ()) -> None:
        """Add to the line; add notes."""
        self.parts.append(part)
        self.notes += notes


@contextmanager
def stage(name: str) -> Iterator[Say]:
    """Print one line for a stage when it ends: what it says, and its seconds; then its notes."""
    say = Say()
    start = perf_counter()
    yield say
    print(f"{name}: {'; '.join(say.parts)} ({perf_counter() - start:.1f} s)", flush=True)
    for note in say.notes:
        print(f"  note: {note}", flush=True)


def _status_of(action: Callable[[], int | None]) -> int:
    try:
        status = int(action() or ExitCode.OK)
        sys.stdout.flush()
        return status
    except IcpError as failure:
        return _reported(failure)
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return 130
    except Exception as failure:
        is_unheard = isinstance(failure, BrokenPipeError) and _is_output_closed()
        return UNHEARD if is_unheard else _reported(translated(failure))


def _is_output_closed() -> bool:
    """Say whether nobody reads what is printed, as behind `| head`; what is left of it then goes nowhere."""
    with suppress(OSError, ValueError, AttributeError):  # no file, or no poll here
        asked = select.poll()
        asked.register(sys.stdout.fileno(), 0)
        if asked.poll(0):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return True
    return False


def _reported(failure: IcpError) -> int:
    if os.environ.get(SHOW_TRACEBACK):
        traceback.print_exc()
    print(f"error: {masked(str(failure))}", file=sys.stderr)
    return failure.exit_code


def _check_label_counts(config: Config, overrides: Iterable[str]) -> None:
    """Stop where the command line changes a definition that no segment has."""
    changed = [one for one in overrides if one.startswith(("label=", "label."))]
    if changed and config.label not in [one.label for one in config.segments.values()]:
        what = f"{changed[0]} changes nothing: each segment has a definition of its own."
        names = [f"segments.{name}.label" for name in config.segments]
        fix = f"Change {' or '.join(names)} instead, or take segments=one."
        raise ConfigError(what, fix=fix)
