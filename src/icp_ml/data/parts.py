"""The parts of a list while it is scored: files that a run which was killed finds again."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import gethostname

from pydantic import TypeAdapter

from icp_ml.data.layers import layer_name
from icp_ml.data.part_counts import PartCounts

COUNTS = TypeAdapter(PartCounts)
NUMBER = re.compile(r"([0-9]+)\.json")


@contextmanager
def finished(path: Path) -> Iterator[Path]:
    """Give a name of this process's own to write to; the file gets its real name when it is whole.

    A worker whose run is over may still write a part that the next run's workers write too.
    """
    half = path.with_name(f"{path.name}.{gethostname()}.{os.getpid()}")
    yield half
    half.replace(path)


@dataclass(frozen=True)
class PartFiles:
    """Where the files of each part are; what is half written has another name.

    A part is done when its counts are there: they are written last. What later lists may take over is named
    by the layer that this list adds, too.
    """

    folder: Path
    layer: int = 0

    def scored(self, number: int) -> Path:
        """Name the file of a part's scored rows."""
        return self.folder / f"{number:07}.arrow"

    def refused(self, number: int) -> Path:
        """Name the file of a part's refused rows, without a header."""
        return self.folder / f"{number:07}.refused"

    def inputs(self, number: int) -> Path:
        """Name the file of a part's rows that no list had before, as they were read."""
        return self.folder / layer_name(self.layer, number, "inputs")

    def reasons(self, number: int) -> Path:
        """Name the file of the reasons of those of its rows that were scored anew."""
        return self.folder / layer_name(self.layer, number, "reasons")

    def list_tiers(self, number: int) -> Path:
        """Name the file of the tiers that a part's rows have in the list."""
        return self.folder / f"{number:07}.tiers.npy"

    def entries(self, number: int) -> Path:
        """Name the file of what the ledger keeps of a part."""
        return self.folder / f"{number:07}.entries"

    def entered(self, number: int) -> Path:
        """Name the file of the inputs that these are of, where the ledger has them not."""
        return self.folder / f"{number:07}.entered"

    def met(self, number: int) -> Path:
        """Name the file of the places that a part's accounts had in the last list."""
        return self.folder / f"{number:07}.met.npy"

    def placed(self, number: int) -> Path:
        """Name the file of a part's rows as they will be published."""
        return self.folder / f"{number:07}.placed"

    def counts(self, number: int) -> Path:
        """Name the file of what was counted in a part."""
        return self.folder / f"{number:07}.json"

    def write_counts(self, number: int, counts: PartCounts) -> None:
        """Write what was counted, in one step: from now on the part is done."""
        with finished(self.counts(number)) as half:
            half.write_bytes(COUNTS.dump_json(counts))

    def read_counts(self, number: int) -> PartCounts:
        """Read what was counted in a part."""
        return COUNTS.validate_json(self.counts(number).read_bytes())

    def done(self) -> list[int]:
        """List the parts that are done, in order."""
        found = (NUMBER.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(one[1]) for one in found if one)
