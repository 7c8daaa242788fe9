"""Say who the best customers are: a page to read, a worksheet to decide on, filters for a list."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import DataError, count
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from icp_ml.model.candidate import Model
    from pipelines.picturing import Made

NOT_LEARNT = "nothing is learnt: points are declared in conf/rubric, so there is no profile to find in them"

OF_NO_USE = (
    "The test of the model found no signal: it ranks customers that it never saw no better than chance. So "
    "no groups are named, and single differences in the tables below may be chance."
)


def profile(run: Run) -> None:
    """Write the ideal customer profile of each segment."""
    for_each_segment(run, _profile)


def profile_folder(run: Run) -> Path:
    """Give the folder of a segment's profiles."""
    from icp_ml.segments import segment_name

    return Path(segment_name(run.config.profile.folder, run.segment, "/"))


def _profile(run: Run) -> None:
    from icp_ml.data.publish import MANIFEST, latest, locked, publication, read_json
    from pipelines.picturing import make_profile

    config = run.config
    model = _model(run)
    if model is None:
        print(f"{run.named('profile')}: {NOT_LEARNT}.")
        return
    folder, key = profile_folder(run), _key(run, model)
    with locked(folder):
        before = latest(folder)
        manifest = {} if before is None else read_json(before / MANIFEST)
        if manifest.get("key") == key:
            print(f"{run.named('profile')}: nothing has changed since; in {folder / 'latest'}")
            print(manifest["statement"])
            return
        with publication(folder, f"{config.today}_{key[:8]}", key[:12]) as working:
            made = make_profile(run, model, working)
            _written(run, made, (working, before), key)
    print(f"{run.named('profile')}: in {folder / 'latest'}")
    print(made.card.statement)


def _model(run: Run) -> Model | None:
    """Load the champion; None where it is a declared rubric."""
    from icp_ml.settings import RubricLabelSettings
    from icp_ml.tracking.store import load
    from pipelines.listing import check_model

    if isinstance(run.config.label, RubricLabelSettings):
        return None
    with stage(run.named("model")) as say:
        model = load(run.config.tracking)
        check_model(run, model)
        learnt = count(int(model.facts.get("n_rows", 0)), "label row")
        say(f"{model.version}, learnt from {learnt}" if model.calibration else f"{model.version}, a rubric")
    return None if model.calibration is None else model


def _key(run: Run, model: Model) -> str:
    """Digest all that a profile depends on: the same key gives the same bytes."""
    from icp_ml.data.table_digests import table_digest
    from icp_ml.segments import segment_digest

    config = run.config
    names = ("customers", "orders", "deals", "signals", "prospects")
    content: list[Any] = [
        version("icp_ml"),
        {name: table_digest(name, config.data) for name in names if getattr(config.data, name) is not None},
        model.version,
        segment_digest(config.segments[run.segment]),
        [str(config.today), config.seed, config.evaluation.confidence],
        config.profile.model_dump(mode="json", exclude={"folder"}),
        config.data.model_dump(mode="json"),
        config.matching.model_dump(mode="json"),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _written(run: Run, made: Made, places: tuple[Path, Path | None], key: str) -> None:
    """Write all files; page and facts lie beside the model too."""
    from icp_ml.data.profiled import csv_text
    from icp_ml.data.publish import MANIFEST, write_json, write_text
    from icp_ml.profile.documents import documents_of

    folder, before = places
    with stage(run.named("pages")) as say:
        earlier = None if before is None else _earlier(before)
        if before is not None and earlier is None:
            print(f"  note: {before.name}: no profile that can be read, so nothing is said of what changed")
        warning = "" if made.is_signal else OF_NO_USE
        told = (earlier, run.config.evaluation.confidence, warning)
        texts = documents_of(made.card, made.kinds, made.filters, told)
        texts |= {"cross_tables.csv": csv_text(made.card.crosses)}
        for name, text in texts.items():
            write_text(folder / name, text)
        write_json(folder / MANIFEST, {"key": key, "statement": made.card.statement})
        if made.run_id:
            _log(run, made.run_id, texts)
        kept = ", two of them beside the model in MLflow too" if made.run_id else ""
        say(f"{count(len(texts) + 2, 'file')}{kept}")


def _earlier(before: Path) -> str | None:
    """Give the stored profile before; None where it cannot be read, which stops no new one."""
    from icp_ml.profile.storing import earlier_card

    try:
        text = (before / "profile.json").read_text(encoding="utf-8")
        earlier_card(text)
    except (OSError, UnicodeError, DataError):
        return None
    return text


def _log(run: Run, run_id: str, texts: dict[str, str]) -> None:
    """Keep page and facts beside the model too."""
    from icp_ml.tracking.store import store

    with store(run.config.tracking) as client:
        for name in ("profile.html", "profile.json"):
            client.log_text(run_id, texts[name], f"profile/{name}")


if __name__ == "__main__":
    run_pipeline(profile)
