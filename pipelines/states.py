"""What a list leaves for the next one: digests of all that its rows depend on but themselves."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.settings import Config

if TYPE_CHECKING:
    from icp_ml.data.state_facts import StateFacts
    from pipelines.listing import Listing


ELSEWHERE: Any = {
    **dict.fromkeys(("today", "notes", "root", "customers", "orders", "deals", "signals"), True),
    "prospects": {"path", "url", "query", "sheet", "delimiter", "encoding"},
}
"""Settings of the mapping that change nothing of what a prospect's row means: its cells are digested."""


def state_facts(config: Config, listing: Listing, form: str) -> StateFacts:
    """Digest what a row's understanding, and what its score, depend on but the row and the day.

    Reasons are kept in the form in which the list's parts are written.
    """
    from icp_ml.data.state_facts import StateFacts

    code = code_digest()
    where = {name: one.model_dump(mode="json", include={"where"}) for name, one in config.segments.items()}
    mapping = config.data.model_dump(mode="json", exclude=ELSEWHERE)
    reading = [code, listing.beside_digest, mapping, list(where.items())]
    scoring = {
        name: _digest([code, model.version, config.scoring.n_reasons, form])
        for name, model in listing.models.items()
    }
    return StateFacts(_digest([*reading, list(listing.models)]), scoring)


@cache
def code_digest() -> str:
    """Digest the code of the package: rows that other code scored are scored again."""
    import icp_ml

    folder = Path(icp_ml.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
