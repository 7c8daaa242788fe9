"""Find the encoding and the delimiter of a text file, and say why."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from icp_ml.data.endings import EXCEL_ENDINGS, PARQUET_ENDINGS
from icp_ml.data.sources import open_bytes
from icp_ml.errors import DataError, UnavailableError
from icp_ml.settings import FileSettings

SAMPLE_BYTES = 1 << 24
DELIMITER_ROWS = 200
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "a UTF-8 byte order mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "a UTF-16 byte order mark"),
    (codecs.BOM_UTF16_BE, "utf-16", "a UTF-16 byte order mark"),
)
LEGACY = ["cp1252", "cp1250", "cp1251", "cp1253", "cp932", "gb18030", "big5", "cp949"]
CENTRAL_EUROPEAN = bytes((0xF8, 0xEC, 0xB3, 0xB9, 0xBF))
"""Czech and Polish letters in cp1250; in cp1252 they would be rare letters and raised digits."""
NORDIC = 0xE5
MAX_BROKEN_SHARE = 0.01


@dataclass(frozen=True)
class Format:
    """A file, how to read it, and why so.

    Attributes
    ----------
    settings : FileSettings
    why : dict of str to str
        By setting (delimiter, encoding, sheet); only settings with an entry are written.
    """

    path: Path
    settings: FileSettings
    why: dict[str, str]


def format_of(path: Path) -> Format:
    """Detect how a file is to be read.

    Raises
    ------
    UnavailableError
        There is no such file.
    DataError
        It cannot be opened.
    """
    if not path.is_file():
        raise UnavailableError(f"{path} is not there.", fix="Name files that exist.")
    if path.suffix.lower() in PARQUET_ENDINGS:
        return Format(path, FileSettings(path=str(path)), {})
    if path.suffix.lower() in EXCEL_ENDINGS:
        return _excel_format(path)
    if path.suffix.lower() in (".xls", ".xlsb", ".ods", ".json", ".pdf"):
        raise DataError(f"{path.name} is not CSV, Parquet or .xlsx.", fix="Export it as one of these.")
    return _text_format(path)


def encoding_of(start: bytes) -> tuple[str, str]:
    """Give the encoding of a text that starts with these bytes, and why.

    charset-normalizer decides between scripts; between the Latin ones it is unsure on tables, so there
    the letters of Czech and Polish decide.
    """
    for mark, name, why in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return name, why
    if start.isascii():
        return "utf-8", "only ASCII was seen"
    if _is_utf8(start):
        return "utf-8", "every letter was valid UTF-8"
    return _legacy_encoding(start)


def delimiter_of(text: str) -> tuple[str, str]:
    """Give the sign between the cells: that which cuts most rows into as many cells as the first."""
    found = {sign: _widths(text, sign) for sign in DELIMITERS}

    def merit(sign: str) -> tuple[float, int]:
        widths = found[sign]
        if not widths or widths[0] < 2:
            return 0.0, 0
        share = sum(width == widths[0] for width in widths) / len(widths)
        return round(share, 1), widths[0]

    best = max(DELIMITERS, key=merit)
    widths = found[best]
    if merit(best)[1] == 0:
        return ",", "one column: no delimiter was found"
    n_right = sum(width == widths[0] for width in widths)
    return best, f"{DELIMITERS[best]}: {n_right:,} of the first {len(widths):,} rows have {widths[0]} cells"


def _text_format(path: Path) -> Format:
    try:
        with open_bytes(path) as stream:
            start = stream.read(SAMPLE_BYTES)
    except (OSError, EOFError) as failure:
        raise DataError(f"{path.name} cannot be read: {failure}.", fix="Export it again.") from failure
    if not start.strip():
        raise DataError(f"{path.name} is empty.", fix="Export it again.")
    encoding, why_encoding = encoding_of(start)
    text = start.decode(encoding, errors="replace")
    if "\x00" in text[:10_000]:
        raise DataError(f"{path.name} is no text: it holds zero bytes.", fix="Export it as CSV or Parquet.")
    delimiter, why_delimiter = delimiter_of(text)
    settings = FileSettings(path=str(path), delimiter=delimiter, encoding=encoding)
    return Format(path, settings, {"delimiter": why_delimiter, "encoding": why_encoding})


def _excel_format(path: Path) -> Format:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True)
        sizes = {sheet.title: (sheet.max_row or 0) * (sheet.max_column or 0) for sheet in book.worksheets}
        book.close()
    except (OSError, ValueError, KeyError, BadZipFile) as failure:
        raise DataError(
            f"{path.name} is not a readable Excel file: {failure}.", fix="Save it as .xlsx again."
        ) from failure
    if not sizes:
        raise DataError(f"{path.name} has no sheet of cells.", fix="Export it as CSV.")
    largest = max(sizes, key=lambda title: sizes[title])
    why = f"the largest of {len(sizes)} sheets" if len(sizes) > 1 else "its only sheet"
    return Format(path, FileSettings(path=str(path), sheet=largest), {"sheet": why})


def _is_utf8(start: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _legacy_encoding(start: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    text = start.decode("utf-8", errors="replace")
    n_broken = text.count("\ufffd")
    n_whole = sum(not sign.isascii() for sign in text) - n_broken
    if n_whole and n_broken / n_whole < MAX_BROKEN_SHARE:
        return "utf-8", f"UTF-8 but for {n_broken:,} broken bytes, read as U+FFFD"
    lines = b"\n".join(line for line in start.splitlines() if not line.isascii())[: 1 << 17]
    words = re.sub(rb'[\t;,|"]', b" ", lines)  # tabs and the like look like noise to charset-normalizer
    best = None if _is_mostly_ascii(lines) else from_bytes(words, cp_isolation=LEGACY).best()
    if best is None or best.encoding in ("cp1250", "cp1252", "cp1253"):
        return _latin_encoding(lines)
    return best.encoding, "not UTF-8; charset-normalizer's guess, look at the accents"


def _is_mostly_ascii(lines: bytes) -> bool:
    """Say whether most letters beyond ASCII stand alone among ASCII ones, as in Latin scripts only."""
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", lines)]
    return sum(runs) <= 1.5 * len(runs)


def _latin_encoding(lines: bytes) -> tuple[str, str]:
    high = Counter(byte for byte in lines if byte > 127)
    share = sum(high[byte] for byte in CENTRAL_EUROPEAN) / max(sum(high.values()), 1)
    if share > 0.15 and not high[NORDIC]:
        return "cp1250", "not UTF-8; Windows, Central Europe, by its Czech or Polish letters"
    return "cp1252", "not UTF-8; Windows, Western Europe, by its letters"


def _widths(text: str, delimiter: str) -> list[int]:
    """Count the cells of the first rows; a row that the sample may have cut is left out."""
    csv.field_size_limit(1 << 20)
    rows: list[int] = []
    try:
        for row in csv.reader(
            io.StringIO(re.sub(r"\x00", "", text[: 1 << 20]), newline=""), delimiter=delimiter
        ):
            rows += [len(row)] if row else []
            if len(rows) > DELIMITER_ROWS:
                return rows[:DELIMITER_ROWS]
    except csv.Error:
        pass
    return rows
