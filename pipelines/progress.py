"""Progress bars for what takes more than a few seconds; silent where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

DELAY_SECONDS = 2.0


@contextmanager
def counter(total: int, name: str, unit: str) -> Iterator[Callable[[int], None]]:
    """Show how many of `total` are done, told how many more are; on a terminal, once it takes a while."""
    from tqdm import tqdm

    with tqdm(total=total, desc=name, unit=unit, leave=False, disable=None, delay=DELAY_SECONDS) as bar:
        yield lambda n: (bar.update(n), None)[1]


@contextmanager
def meter(total: int, name: str) -> Iterator[Callable[[int, int], None]]:
    """Show how much of a source is read: call with the share read so far (in `total`) and the rows so far."""
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f}% |{bar}| {postfix} [{elapsed}<{remaining}]"
    bar = tqdm(total=total or None, desc=name, leave=False, disable=None, bar_format=shape if total else None)

    def show(n_bytes: int, n_rows: int) -> None:
        rate = n_rows / max(bar.format_dict["elapsed"], 1e-9)
        bar.set_postfix_str(f"{n_rows:,} rows, {rate:,.0f} rows/s", refresh=False)
        bar.update(n_bytes - bar.n if total else n_rows - bar.n)

    with bar:
        yield show


@contextmanager
def stopwatch(total: int, name: str) -> Iterator[Callable[[str], float]]:
    """Show how many of `total` seconds are spent: call with what to say beside; it gives the seconds."""
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f}% |{bar}| {elapsed} {postfix}"
    start = perf_counter()
    with tqdm(total=total, desc=name, leave=False, disable=None, bar_format=shape) as bar:

        def show(said: str) -> float:
            seconds = perf_counter() - start
            bar.set_postfix_str(said, refresh=False)
            bar.update(min(seconds, total) - bar.n)
            return seconds

        yield show
