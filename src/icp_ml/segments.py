"""Parts of the business with a definition of best and a model of their own: how they are named."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from icp_ml.settings import SegmentSettings

DEFAULT = "default"
"""The segment that carries no name: where there is only one, nothing is called after it."""

DIGEST_LENGTH = 12


def segment_name(whole: str, segment: str, joiner: str = "_") -> str:
    """Name a segment's own: `icp_ml_demo` becomes `icp_ml_demo_europe`; the default keeps the plain name."""
    return whole if segment == DEFAULT else f"{whole}{joiner}{segment}"


def segment_digest(segment: SegmentSettings) -> str:
    """Digest whom a segment covers and who is best there: models of one digest answer the same question.

    Without filters it is the digest of the definition alone.
    """
    content: dict[str, Any] = segment.model_dump(mode="json")
    if not (segment.where or segment.outcomes):
        content = content["label"]
    written = json.dumps(content, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGEST_LENGTH]


def segment_facts(name: str, segment: SegmentSettings) -> dict[str, Any]:
    """Say in a model's facts whom it was trained on."""
    content = segment.model_dump(mode="json")
    return {"segment": name, "where": content["where"], "outcomes": content["outcomes"]}
