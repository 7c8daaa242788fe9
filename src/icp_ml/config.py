"""Compose the configuration with Hydra, check all of it at once, run a pipeline, give its exit status."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from icp_ml.errors import ConfigError, ExitCode, IcpError
from icp_ml.settings import (
    DataSettings,
    EvaluationSettings,
    FeaturesSettings,
    LabelSettings,
    ModelSettings,
    RescoreSettings,
    ScoringSettings,
    Settings,
    SplitSettings,
    TrackingSettings,
)

CONF = Path(__file__).resolve().parents[2] / "conf"
SHOW_TRACEBACK = "ICP_ML_TRACEBACK"
NOISE = (
    "Config search path",
    "provider=",
    "See https",
    "To append to your config",
    "full_key",
    "object_type",
)


class Config(Settings):
    """The whole configuration of a run: one attribute for each group in `conf/`."""

    today: date
    seed: int
    n_jobs: int
    data: DataSettings
    label: LabelSettings
    split: SplitSettings
    features: FeaturesSettings
    model: ModelSettings
    evaluation: EvaluationSettings
    tracking: TrackingSettings
    scoring: ScoringSettings
    rescore: RescoreSettings


@dataclass(frozen=True)
class Run:
    """A checked configuration, and how it was asked for.

    Attributes
    ----------
    config : Config
    composed : str
        The composed YAML, unresolved, so that no secret from the environment stands in it.
    overrides : tuple of str
        What the command line changed.
    """

    config: Config
    composed: str
    overrides: tuple[str, ...]


Pipeline = Callable[[Run], int | None]


def run_pipeline(pipeline: Pipeline) -> None:
    """Run a pipeline as a command: compose, check, run, and leave with the exit status of what happened.

    In a multirun every job runs; the status is that of the worst.
    """
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra's own errors reach us instead of its printer
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    statuses: list[int] = []

    def job(composed: Any) -> None:
        _say_which_job()
        statuses.append(_status_of(lambda: pipeline(checked(composed))))

    def compose_and_run() -> None:
        import hydra

        hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(job)()

    composing = _status_of(compose_and_run)
    sys.exit(max([composing, *statuses]))


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
        details = [_complaint(one) for one in failure.errors()]
        noun = "setting" if len(details) == 1 else "settings"
        what = f"the configuration has {len(details)} wrong {noun}."
        raise ConfigError(what, details, "Correct them in conf/ or in ARGS.") from failure
    overrides = tuple(HydraConfig.get().overrides.task) if HydraConfig.initialized() else ()
    return Run(config, OmegaConf.to_yaml(composed, resolve=False), overrides)


def _say_which_job() -> None:
    """Head each job of a multirun with what makes it differ."""
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode

    logging.getLogger("hydra").setLevel(logging.ERROR)  # its own heading for the next job
    if HydraConfig.get().mode == RunMode.MULTIRUN:
        print(f"job {HydraConfig.get().job.num + 1}: {HydraConfig.get().job.override_dirname}", flush=True)


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
        return int(action() or ExitCode.OK)
    except IcpError as failure:
        return _reported(failure)
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        return 130
    except Exception as failure:
        if type(failure).__module__.partition(".")[0] in ("hydra", "omegaconf"):
            return _reported(_composing_error(failure))
        return _reported(_unforeseen(failure))


def _reported(failure: IcpError) -> int:
    if os.environ.get(SHOW_TRACEBACK):
        traceback.print_exc()
    print(f"error: {failure}", file=sys.stderr)
    return failure.exit_code


def _composing_error(failure: Exception) -> ConfigError:
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    unset = re.search(r"Environment variable '(\w+)' not found", str(failure))
    if unset:
        fix = f"Set it before the command: export {unset[1]}=..."
        return ConfigError(f"the environment variable {unset[1]} is not set.", fix=fix)
    useful = [line for line in lines if not line.startswith(NOISE)]
    return ConfigError("the configuration cannot be composed.", useful, "Correct ARGS or the files in conf/.")


def _unforeseen(failure: Exception) -> IcpError:
    if isinstance(failure, OSError):
        where = f"{failure.filename}: " if failure.filename else ""
        return IcpError(f"{where}{failure.strerror or failure}.", fix="Free or permit it, then run again.")
    what = f"{type(failure).__name__}: {str(failure).splitlines()[0] if str(failure) else 'no message'}"
    return IcpError(
        what, fix=f"This is a defect of icp_ml. See where with {SHOW_TRACEBACK}=1 before the command."
    )


def _complaint(found: Any) -> str:
    parts = [str(part) for part in found["loc"]]
    path = ".".join(
        parts[:1] + parts[2:] if parts[0] == "label" else parts
    )  # pydantic names the definition too
    message = found["msg"].removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        return f"{path}: is no setting"
    given = found.get("input")
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) else ""
    return f"{path}: {message[:1].lower()}{message[1:]}{shown}"
