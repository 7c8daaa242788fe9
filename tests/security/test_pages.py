"""No text of a company's data runs in a page, whichever column it stands in."""

from __future__ import annotations

import pandas as pd
import pytest
from browser import opened
from support import QUICK, called

ATTACKS = (
    "<script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    '"><svg onload="document.title=\'run\'">',
    "javascript:document.title='run'",
    "</script><script>document.title='run'</script>",
    "{{ 7*191 }} {% raw %}",
)
TABLES = {
    "customers": (
        {"sep": ";", "encoding": "cp1252"},
        ("Account Name", "Industry", "City", "Tech Stack", "Description", "Website"),
    ),
    "prospects": ({"encoding": "utf-8-sig"}, ("company", "sector", "city", "technologies", "about", "url")),
}


@pytest.fixture
def hostile(workplace):
    """Put an attack into every text of the demo, the same for one value wherever it stands."""
    for name, (form, columns) in TABLES.items():
        path = workplace / f"var/demo/{name}.csv"
        rows = pd.read_csv(path, dtype=str, keep_default_na=False, **form)
        for column in columns:
            rows[column] = [
                one and f"{one} {ATTACKS[sum(one.encode()) % len(ATTACKS)].replace(';', '')}"
                for one in rows[column]
            ]
        rows.to_csv(path, index=False, **form)
    return workplace


def test_no_page_runs_what_stands_in_the_data(hostile):
    for verb, given in (("train", QUICK), ("predict", ()), ("browse", ()), ("profile", ()), ("label", ())):
        done = called(verb, *given, *(("tracking.model=challenger",) if verb != "train" else ()))
        assert done.returncode in (0, 10), f"{verb}: {done.stderr}"
    pages = sorted(one for one in hostile.rglob("*.html") if "latest" not in one.parts)
    assert {one.name for one in pages} >= {"page.html", "profile.html", "report.html"}
    assert any("onerror" in one.read_text(encoding="utf-8") for one in pages)
    for path in pages:
        with opened(path) as page:
            assert page.title() != "run", path
            assert page.locator("img[src=x], svg[onload]").count() == 0, path
            assert page.locator("a[href^=javascript]").count() == 0, path
            assert "1337" not in page.title()
