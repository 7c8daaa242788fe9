"""A real browser for the tests: Debian's Chromium, offline, driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PHONE, DESK = (375, 812), (1280, 900)


@contextmanager
def opened(page: Path | str, size: tuple[int, int] = DESK, scheme: str = "light") -> Iterator[Any]:
    """Open a file or an address; fail on any error that its scripts raise, and on a file's own requests."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed: sudo setup/debian chromium")
    is_file = isinstance(page, Path)
    failures: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=[*QUIET])
        view = {"width": size[0], "height": size[1]}
        shown: Any = browser.new_page(viewport=view, color_scheme=scheme, offline=is_file)
        shown.on("pageerror", lambda failure: failures.append(str(failure)))
        if is_file:
            shown.on(
                "request",
                lambda one: failures.append(one.url) if not one.url.startswith(("file:", "data:")) else None,
            )
        shown.goto(page.resolve().as_uri() if is_file else str(page))
        yield shown
        browser.close()
    assert not failures, failures
