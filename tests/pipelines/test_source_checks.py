"""What only the last list can tell: an export that broke off, lost its values, or a clock set back."""

from __future__ import annotations

import json
from datetime import date

import pytest
from support import called, compose

from icp_ml.errors import DataError, UnavailableError
from pipelines.source_checks import check_day, check_list, check_sources

THEN = {
    "today": "2026-01-01", "rows_in": 3_000, "rows_refused": 30, "rows_refused_by_reason": {},
    "known": {"account_id": 3_000, "employees": 2_800, "revenue": 15, "city": 0},
}  # fmt: skip


@pytest.fixture(scope="module")
def composed():
    return compose()


@pytest.fixture
def settings(composed):
    return composed.config.rescore


def test_a_list_like_the_last_one_passes(settings) -> None:
    check_list(THEN, THEN, settings)
    check_list(THEN, None, settings)
    check_list(THEN, {name: what for name, what in THEN.items() if name != "known"}, settings)
    check_list(THEN | {"known": {}}, THEN, settings)  # a mapping that asks for less


FIX = "Export it again; where it is meant, accept it once with rescore.accepts_rows=true."
UNLIKE = [
    (
        {"rows_in": 120, "rows_refused": 1},
        "rows: 120, 0.04 times the last list's 3,000 (rescore.min_rows_ratio=0.5)",
    ),
    (
        {"rows_in": 30_000, "rows_refused": 300},
        "rows: 30,000, 10 times the last list's 3,000 (rescore.max_rows_ratio=3)",
    ),
    (
        {"rows_refused": 1_200, "rows_refused_by_reason": {"account_id: missing": 1_170, "short": 30}},
        "refused: 40.0% of the rows, before 1.0% (rescore.max_refused_rise=0.1): "
        "account_id: missing (1,170); short (30)",
    ),
    (
        {"known": THEN["known"] | {"employees": 0}},
        "employees: no value is known, in the last list 2,800 of 3,000",
    ),
]


@pytest.mark.parametrize(("now", "said"), UNLIKE)
def test_what_is_unlike_is_said_to_the_letter(settings, now: dict, said: str) -> None:
    with pytest.raises(DataError) as failure:
        check_list(THEN | now, THEN, settings)
    assert str(failure.value) == (
        f"the list is unlike the last one, of 2026-01-01, in 1 respect.\n  {said}\n{FIX}"
    )
    check_list(THEN | now, THEN, settings.model_copy(update={"accepts_rows": True}))


def test_all_that_is_unlike_is_said_at_once(settings) -> None:
    with pytest.raises(DataError) as failure:
        check_list(
            THEN | {"rows_in": 600, "rows_refused": 500, "known": dict.fromkeys(THEN["known"], 0)},
            THEN,
            settings,
        )
    assert [one.partition(":")[0] for one in failure.value.details] == [
        "rows", "refused", "account_id", "employees"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("n_rows", "is_like"), [(1_500, True), (1_499, False), (9_000, True), (9_001, False)]
)
def test_the_bounds_belong_to_what_is_accepted(settings, n_rows: int, is_like: bool) -> None:
    now = THEN | {"rows_in": n_rows, "rows_refused": 0}
    if is_like:
        check_list(now, THEN, settings)
    else:
        with pytest.raises(DataError):
            check_list(now, THEN, settings)


def test_few_known_values_may_be_gone_by_chance(settings) -> None:
    check_list(THEN | {"known": THEN["known"] | {"revenue": 0}}, THEN, settings)


def publish(folder, day):
    made = folder / f"{day}_ab12cd34"
    made.mkdir(parents=True)
    (made / "manifest.json").write_text(
        json.dumps(THEN | {"key": "k", "today": day, "segments": {}, "rows_scored": 1})
    )
    (folder / "latest").symlink_to(made.name)


@pytest.mark.parametrize("day", ["2026-01-01", "2025-12-31", "2025-12-24"])
def test_time_may_stand_still_or_jump_ahead(composed, tmp_path, day: str) -> None:
    publish(tmp_path / "out", day)
    check_day(composed.config, tmp_path / "out")
    check_day(composed.config, tmp_path / "never")


def test_a_clock_that_was_set_back_is_refused(composed, tmp_path) -> None:
    publish(tmp_path / "out", "2026-01-02")
    assert composed.config.today == date(2026, 1, 1)
    with pytest.raises(UnavailableError) as failure:
        check_day(composed.config, tmp_path / "out")
    assert str(failure.value) == (
        f"today is 2026-01-01, and the newest list in {tmp_path / 'out'} is of 2026-01-02.\n"
        "Set the clock, or today=...; where the list's day is wrong, move 2026-01-02_ab12cd34 away."
    )


def test_a_broken_export_of_any_source_is_found_before_the_work(workplace) -> None:
    run = compose()
    check_sources(run)
    for source in (
        run.config.data.prospects,
        run.config.data.customers,
        *run.config.data.enrichment.values(),
    ):
        path = workplace / source.path
        whole = path.read_bytes()
        path.write_bytes(whole[: whole.rstrip().rfind(b",") - 1])
        with pytest.raises(DataError, match=f"^{path.name} ends in the middle of a row"):
            check_sources(run)
        path.write_bytes(whole)


def test_the_manifest_counts_the_known_values_of_each_column(workplace) -> None:
    assert called("predict").returncode == 0
    manifest = json.loads((workplace / "var/scored/demo/latest/manifest.json").read_text())
    known = manifest["known"]
    assert known["account_id"] == manifest["rows_in"] - manifest["rows_refused_by_reason"].get(
        "account_id: missing", 0
    )
    assert 0 < known["revenue"] < known["account_id"]
