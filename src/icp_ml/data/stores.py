"""Object stores and the web, through fsspec: bring their files here, and take ours there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from icp_ml.data.endings import is_hidden, is_table
from icp_ml.data.publish import MANIFEST
from icp_ml.data.secrets import masked
from icp_ml.errors import UnavailableError

WITHOUT_FOLDERS = ("s3", "s3a", "gs", "gcs", "abfs", "az")  # there a folder is part of a name; none is made
EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs"}
SIGNATURE = re.compile(r"(://\S+?\?)[^\s'\"]+")  # what follows the ? of an address may let anybody in


def fetch(path: str, folder: Path) -> None:
    """Copy the files that an address names, one file, a folder or a glob, with the folders they lie in.

    Raises
    ------
    UnavailableError
        The store does not answer, lets nobody in, or has no such file.
    """
    with _store(path) as (store, root):
        found = _found(store, root)
        for one in found:
            target = folder.joinpath(*_names(one))
            target.parent.mkdir(parents=True, exist_ok=True)
            store.get_file(one, str(target))
    if not found:
        fix = "Name a file, a folder or a glob that exists."
        raise UnavailableError(f"{shown_address(path)} is not there.", fix=fix)


def put_folder(folder: Path, address: str, name: str) -> None:
    """Copy a finished folder to `address/name`, its manifest last: where that is, all is.

    Raises
    ------
    UnavailableError
        The store does not answer, or does not let us write.
    """
    files = sorted((one for one in folder.rglob("*") if one.is_file()), key=lambda one: one.name == MANIFEST)
    with _store(address) as (store, root):
        for one in files:
            target = PurePosixPath(root, name, one.relative_to(folder).as_posix())
            if not _protocols(store) & set(WITHOUT_FOLDERS):
                store.makedirs(str(target.parent), exist_ok=True)
            store.put_file(str(one), str(target))


def check_store(address: str) -> None:
    """Stop before the work begins where the client of a store is not installed.

    Raises
    ------
    UnavailableError
    """
    with _store(address):
        pass


def shown_address(address: str) -> str:
    """Give an address without what lets somebody in."""
    return SIGNATURE.sub(r"\1***", masked(address))


@contextmanager
def _store(address: str) -> Iterator[tuple[Any, str]]:
    from fsspec.core import url_to_fs

    try:
        store, root = url_to_fs(address)
        store.invalidate_cache()
        yield store, root
    except Exception as failure:  # each store's client has errors of its own
        detail = (shown_address(str(failure)).splitlines() or [""])[0] or type(failure).__name__
        what = f"{shown_address(address)} cannot be reached."
        raise UnavailableError(what, [detail], _fix(failure, address)) from None


def _fix(failure: Exception, address: str) -> str:
    extra = EXTRAS.get(address.partition("://")[0])
    if isinstance(failure, ImportError):
        return (
            f"Install its client: pip install 'icp_ml[{extra}]'." if extra else "Install its fsspec client."
        )
    return "Check the address, the rights and the network."


def _protocols(store: Any) -> set[str]:
    return {store.protocol} if isinstance(store.protocol, str) else set(store.protocol)


def _found(store: Any, root: str) -> list[str]:
    """List files in the order of their names; of a folder or a glob, without what is hidden."""
    signs = "*" if "://" in root else "*?["  # a ? in an address of the web begins a query
    parts = root.strip("/").split("/")
    if any(sign in root for sign in signs):
        matched = store.glob(root, detail=True)
        files = [name for name, facts in matched.items() if facts["type"] != "directory"]
    elif store.isfile(root):
        return [root]
    else:
        files = [one for one in store.find(root) if is_table(PurePosixPath(one))]
    return sorted(
        one for one in files if not is_hidden(PurePosixPath(one.strip("/")), PurePosixPath(), parts)
    )


def _names(path: str) -> list[str]:
    """Give the folders and the name of a file, so that year=2024 keeps its meaning."""
    plain = urlsplit(path).path if "://" in path else path
    return [part for part in plain.split("/") if part not in ("", ".", "..")]
