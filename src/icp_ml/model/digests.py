"""Whether a model's files are those that were written: found by their digests before any is understood."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping

DIGEST_LENGTH = 12
CONTENT = "model.json"


def digest_of(text: str) -> str:
    """Digest one file."""
    return hashlib.sha256(text.encode()).hexdigest()


def version_of(files: Mapping[str, str]) -> str:
    """Digest all files of a model: two models with one version are the same model."""
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:DIGEST_LENGTH]


def changed_files(files: Mapping[str, str], version: str) -> Iterator[str]:
    """Say which files are not those of the model of a version, each with what is wrong.

    Parameters
    ----------
    files : mapping of str to str
        By name; `model.json` names the others with their digests.
    version : str
        Of the model that it must be. Without it nothing would tell that `model.json` was changed too.
    """
    try:
        digests = dict(json.loads(files[CONTENT])["digests"])
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as failure:
        yield f"{CONTENT}: cannot be read ({type(failure).__name__})"
        return
    found = {name: digest_of(text) for name, text in files.items() if name != CONTENT}
    wrong = [
        *(f"{name}: is not there" for name in digests if name not in found),
        *(f"{name}: does not belong to it" for name in found if name not in digests),
        *(
            f"{name}: is not what {CONTENT} says of it"
            for name, one in found.items()
            if digests.get(name, one) != one
        ),
    ]
    yield from wrong
    if not wrong and version_of(files) != version:
        yield f"{CONTENT}: was changed (its digest is {version_of(files)}, not {version})"
