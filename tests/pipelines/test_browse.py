from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from browser import PHONE, opened
from support import QUICK, command

HOSTILE = (
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    '"; </script><b>Bold & Sons</b>',
    '=HYPERLINK("http://example.com")',
    "شركة الأمل 🚀",
)


@pytest.fixture(scope="module")
def scored(trained, tmp_path_factory) -> Path:
    """Give a workplace with a scored list of hostile names, and its page."""
    place = tmp_path_factory.mktemp("browse") / "place"
    shutil.copytree(trained, place, symlinks=True)
    path = place / "var" / "demo" / "prospects.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    names = [f"{HOSTILE[at % 5]} {at}" if at % 3 == 0 else name for at, name in enumerate(rows["company"])]
    rows.assign(company=names).to_csv(path, index=False, encoding="utf-8-sig")
    for verb in ("predict", "browse"):
        done = command(verb, *QUICK, "browse.n_rows=700", cwd=place)
        assert done.returncode == 0, done.stderr
    return place


def page_of(place: Path) -> Path:
    return place / "var" / "scored" / "demo" / "latest" / "page.html"


def content_of(place: Path) -> dict:
    text = page_of(place).read_text(encoding="utf-8")
    return json.loads(re.search(r'<script id="content"[^>]*>(.*?)</script>', text, re.S)[1])


def listed(place: Path) -> pd.DataFrame:
    """Give the list's new accounts of the first ranks, with industry and country as the source has them."""
    rows = pd.read_csv(
        page_of(place).with_name("scored.csv"), encoding="utf-8-sig", dtype={"account_id": str}
    )
    rows = rows.loc[rows["fit_rank"].notna()].sort_values("fit_rank", kind="stable").head(700)
    return rows.reset_index(drop=True)


def shown(page) -> int:
    return int(page.locator("#count").inner_text().split(" of ")[0].replace(",", ""))


def choose(page, facet: str, name: str) -> None:
    page.locator(f"[data-facet={facet}] summary").click()
    page.locator(f"[data-facet={facet}] label", has_text=re.compile(f"^{re.escape(name)}")).click()
    page.keyboard.press("Escape")


def counted(page, facet: str) -> dict[str, int]:
    lines = page.locator(f"[data-facet={facet}] .choices label").all()
    parts = [line.locator("span").all_text_contents() for line in lines]
    return {name: int(n.replace(",", "")) for name, n in parts}


def test_filters_count_what_pandas_counts_on_the_same_list(scored) -> None:
    rows, content = listed(scored), content_of(scored)
    industry = [
        content["strings"][at] if at >= 0 else "not known"
        for at in content["values"][content["industry"]]["cells"]
    ]
    own = dict(zip(content["rows"]["id"], (one.casefold() for one in industry), strict=True))
    rows["industry"] = rows["account_id"].map(own)
    with opened(page_of(scored)) as page:
        assert shown(page) == len(rows) == 700
        assert {k: v for k, v in counted(page, "tier").items() if v} == rows["tier"].value_counts().to_dict()
        choose(page, "tier", "Good fit")
        good = rows.loc[rows["tier"] == "Good fit"]
        assert shown(page) == len(good) > 0
        here = {name.casefold(): n for name, n in counted(page, "industry").items() if n}
        assert here == good["industry"].value_counts().to_dict()
        choose(page, "industry", "Software")
        both = good.loc[good["industry"] == "software"]
        assert shown(page) == len(both) > 0
        other = rows.loc[rows["industry"] == "software", "tier"].value_counts().to_dict()
        assert {k: v for k, v in counted(page, "tier").items() if v} == other


def test_an_account_shows_its_reasons_as_the_list_gives_them_and_the_back_button_works(scored) -> None:
    first = listed(scored).iloc[0]
    with opened(page_of(scored)) as page:
        page.locator(".row").first.click()
        panel = page.locator("#account").inner_text()
        for reason in re.findall(r"[^;]+? \([+-]\)", first["reasons_for"]):
            assert reason.strip("; ")[:-4] in panel
        assert first["account_id"] in panel
        assert first["account_id"] in page.url
        page.go_back()
        assert "Choose an account" in page.locator("#account").inner_text()
        page.go_forward()
        assert first["account_id"] in page.locator("#account").inner_text()


def test_an_address_is_a_view_that_can_be_shared(scored) -> None:
    with opened(page_of(scored)) as page:
        choose(page, "tier", "Good fit")
        page.locator("#sort").select_option("name")
        address, n, names = page.url, shown(page), page.locator(".row .name").all_text_contents()
    with opened(page_of(scored)) as page:
        page.goto(address)
        page.reload()
        assert (shown(page), page.locator(".row .name").all_text_contents()) == (n, names)


def test_hostile_names_are_shown_as_they_are_and_run_nothing(scored) -> None:
    with opened(page_of(scored)) as page:
        for name in HOSTILE:
            page.locator("#search").fill(name)
            assert shown(page) > 0, name
            page.locator(".row").first.click()
            assert page.locator("#account h2").inner_text().startswith(name)
            page.emulate_media(media="print")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            page.emulate_media(media="screen")
        assert page.evaluate("document.title") != "run"
        assert page.locator("#account b, #rows img, #rows script").count() == 0


def test_on_paper_words_are_not_broken_for_the_sake_of_a_wide_rank(scored) -> None:
    width = (
        "name => document.querySelector(`#printed tr > :nth-child(${name})`).getBoundingClientRect().width"
    )
    with opened(page_of(scored), size=(680, 1000)) as page:
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate(width, 1) < 60 < page.evaluate(width, 2)
        assert page.evaluate("document.documentElement.scrollWidth") <= 680


def test_no_filter_hangs_over_the_list_once_it_was_printed(scored) -> None:
    with opened(page_of(scored)) as page:
        page.locator("#search").fill("a 12")
        page.pdf()
        assert page.locator("details[open]").count() == 0


def test_the_downloaded_list_is_the_filtered_one_and_no_cell_runs_as_a_formula(scored) -> None:
    with opened(page_of(scored)) as page:
        page.locator("#search").fill("hyperlink")
        n = shown(page)
        with page.expect_download() as download:
            page.locator("#download").click()
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(lines) == n > 0
    assert all(one["name"].startswith("'=HYPERLINK") for one in lines)


def test_keys_move_open_search_and_close(scored) -> None:
    with opened(page_of(scored)) as page:
        for key in ("ArrowDown", "ArrowDown", "Enter"):
            page.keyboard.press(key)
        assert page.locator("#account h2").count() == 1
        assert page.locator(".row.is-active .rank").inner_text() == "2"
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        for _ in range(2):
            page.keyboard.press("Escape")
        assert page.locator("#account h2").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_list_then_the_account_and_never_scrolls_sideways(scored, scheme: str) -> None:
    with opened(page_of(scored), size=PHONE, scheme=scheme) as page:
        assert not page.locator("#account").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        page.locator(".row").first.click()
        assert page.locator("#account h2").is_visible()
        assert page.evaluate("document.querySelector('#account').scrollWidth") <= 375
        page.locator("#close").click()
        assert page.locator(".row").first.is_visible()


def test_again_it_gives_the_same_bytes_and_touches_nothing_else(scored) -> None:
    folder = page_of(scored).parent
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    done = command("browse", *QUICK, "browse.n_rows=700", cwd=scored)
    assert done.returncode == 0, done.stderr
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


@pytest.mark.parametrize("form", ["parquet", "parquet_folder"])
def test_every_form_of_the_list_gives_the_same_page(scored, tmp_path, form: str) -> None:
    place = tmp_path / "place"
    shutil.copytree(scored, place, symlinks=True)
    for verb in ("predict", "browse"):
        done = command(verb, *QUICK, "browse.n_rows=700", f"scoring.format={form}", cwd=place)
        assert done.returncode == 0, done.stderr
    assert content_of(place) == content_of(scored)


def _lose_the_model(place: Path) -> None:
    shutil.rmtree(place / "models")
    shutil.rmtree(place / "var" / "tracking")


def _lose_rows(place: Path) -> None:
    path = place / "var" / "demo" / "prospects.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8-sig")


def _change_values(place: Path) -> None:
    path = place / "var" / "demo" / "prospects.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows.assign(sector="Agriculture").to_csv(path, index=False, encoding="utf-8-sig")


def _lose_the_list(place: Path) -> None:
    shutil.rmtree(place / "var" / "scored")


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (_lose_the_model, 69, "the model that scored this list is not at hand"),
        (_lose_rows, 65, "are no longer in prospects.csv"),
        (_change_values, 65, "have other values now"),
        (_lose_the_list, 69, "holds no scored list"),
    ],
)
def test_what_is_not_as_it_was_scored_is_said_and_the_page_stays(
    scored, tmp_path, fault, status, said
) -> None:
    place = tmp_path / "place"
    shutil.copytree(scored, place, symlinks=True)
    fault(place)
    done = command("browse", *QUICK, cwd=place)
    assert done.returncode == status, done.stderr
    assert said in done.stderr
