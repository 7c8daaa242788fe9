"""Open a file as bytes or text, compressed or not."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from icp_ml.errors import DataError, examples


class OpenedFile(io.BufferedReader):
    """The bytes of a file, decompressed where its first bytes say that it is compressed."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb", buffering=0)
        try:
            unpacked = _unpacked(self._packed, path.name)
            super().__init__(unpacked)
        except BaseException:
            self._packed.close()
            raise
        self.is_packed = unpacked is not self._packed

    @property
    def n_bytes(self) -> int:
        """Say how much of the file itself was read, compressed as it is."""
        return self._packed.tell()

    def close(self) -> None:
        """Close the decompressor and the file."""
        super().close()
        self._packed.close()


def open_bytes(path: Path) -> OpenedFile:
    """Open a file, decompressed where its first bytes say that it is compressed."""
    return OpenedFile(path)


def is_utf8(encoding: str) -> bool:
    """Say whether a name of an encoding is one of UTF-8's."""
    return codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, decompressed by its first bytes; an undecodable byte becomes U+FFFD.

    A byte order mark at the start of UTF-8 is no part of the text, whether declared or not.
    """
    name = "utf-8-sig" if is_utf8(encoding) else encoding
    opened = open_bytes(path)
    try:
        return io.TextIOWrapper(opened, encoding=name, errors="replace", newline="")
    except BaseException:
        opened.close()
        raise


class Recoded:
    """The text of an opened file as bytes of UTF-8."""

    def __init__(self, opened: OpenedFile, encoding: str) -> None:
        self._text = io.TextIOWrapper(opened, encoding=encoding, errors="replace", newline="")

    def read(self, n_characters: int) -> bytes:
        """Read on; fewer characters than asked for are the last ones."""
        return self._text.read(n_characters).encode()


def _unpacked(packed: Any, name: str) -> Any:
    start = packed.read(6)
    packed.seek(0)
    for magic, unpack in _MAGIC.items():
        if start.startswith(magic):
            return unpack(packed, name)
    return packed


def _only_member(packed: Any, name: str) -> Any:
    archive = zipfile.ZipFile(packed)
    members = [one for one in archive.namelist() if not one.endswith("/") and "__MACOSX" not in one]
    if len(members) != 1:
        what = f"{name} holds {len(members)} files: {examples(members)}."
        raise DataError(what, fix="Unpack it and name one of them.")
    return archive.open(members[0])


def _zstandard(packed: Any, name: str) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(packed, mode="r"), "zstd")


_MAGIC: dict[bytes, Callable[[Any, str], Any]] = {
    b"\x1f\x8b": lambda packed, name: gzip.GzipFile(fileobj=packed),
    b"BZh": lambda packed, name: bz2.BZ2File(packed),
    b"\xfd7zXZ\x00": lambda packed, name: lzma.LZMAFile(packed),  # noqa: SIM115 - OpenedFile closes it
    b"PK\x03\x04": _only_member,
    b"\x28\xb5\x2f\xfd": _zstandard,
}
