"""Finds versioned files of ``data/`` and ``models/`` and the folder for compiled caches.

An installed wheel carries both folders inside the package; an editable install finds them at the repository root.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import platformdirs

from codeassist.errors import AssetError

_PACKAGE = Path(__file__).resolve().parent
CACHE_VARIABLE = "CODEASSIST_CACHE"


@lru_cache(maxsize=1)
def asset_root() -> Path:
    """Return the folder that holds ``data`` and ``models``.

    Raises
    ------
    AssetError
        If neither the wheel's copy nor a checkout's folders are there.
    """
    for root in (_PACKAGE / "_assets", _PACKAGE.parents[1]):
        if (root / "data" / "lexicon").is_dir():
            return root
    msg = f"the data folder of codeassist was found neither in {_PACKAGE} nor beside it; reinstall the package"
    raise AssetError(msg)


def find_asset(relative: str) -> Path:
    """Return the path of one file or folder of ``data/`` or ``models/``, for example ``"data/lexicon/2026-04"``.

    Raises
    ------
    AssetError
        If it does not exist.
    """
    path = asset_root() / relative
    if not path.exists():
        msg = f"{relative} is missing from {asset_root()}; reinstall the package"
        raise AssetError(msg)
    return path


def cache_root() -> Path:
    """Return the folder for compiled caches and imported editions; environment variable CODEASSIST_CACHE moves it."""
    given = os.environ.get(CACHE_VARIABLE)
    return Path(given) if given else Path(platformdirs.user_cache_dir("codeassist", appauthor=False))


def hash_tables() -> str:
    """Return one sha256 over every table and model that is read at run time, so over all data that can move a result.

    Notes
    -----
    Which files those are is told by their names, not by a list: a table that is added counts from its first day. A
    wheel and a checkout that hold the same files give the same sha256.
    """
    digest = hashlib.sha256()
    for name, path in sorted(_find_tables()):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def read_model(relative: str) -> dict[str, bytes]:
    """Read the files of a model folder that its manifest lists, each checked against the manifest's sha256.

    Parameters
    ----------
    relative
        Folder below the asset root, for example ``"models/reportability/2"``.

    Raises
    ------
    AssetError
        If a file is missing or malformed, or a byte of the model differs from what the manifest's sha256 says.
    """
    folder = find_asset(relative)
    try:
        expected = dict(json.loads((folder / "manifest.json").read_bytes())["files"])
        files = {name: (folder / name).read_bytes() for name in expected}
    except (OSError, ValueError, LookupError, TypeError) as error:
        msg = f"{relative} has no readable manifest.json with its files; reinstall the package"
        raise AssetError(msg) from error
    for name, content in files.items():
        found = hashlib.sha256(content).hexdigest()
        if found != expected[name]:
            wanted = str(expected[name])[:12]
            msg = f"{relative}/{name} has sha256 {found[:12]}, its manifest says {wanted}; reinstall the package"
            raise AssetError(msg)
    return files


def _find_tables() -> Iterator[tuple[str, Path]]:
    """Yield the run-time files by a name that does not depend on where the package is installed."""
    for folder, pattern in (("data", "*.tsv"), ("models", "manifest.json")):
        root = asset_root() / folder
        yield from ((f"{folder}/{path.relative_to(root).as_posix()}", path) for path in root.rglob(pattern))
    for path in (*_PACKAGE.rglob("*.tsv"), *_PACKAGE.rglob("*.toml")):
        name = path.relative_to(_PACKAGE).as_posix()
        # A wheel's copy of data/ lies in here; it was counted above.
        if not name.startswith("_assets/"):
            yield f"codeassist/{name}", path
