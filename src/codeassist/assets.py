"""Finds versioned files of ``data/`` and ``models/`` and the folder for compiled caches.

An installed wheel carries both folders inside the package; an editable install finds them at the repository root.
"""

from __future__ import annotations

import hashlib
import json
import os
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


def read_model(relative: str) -> dict[str, object]:
    """Read the ``model.json`` of a model folder after checking it against the folder's manifest.

    Parameters
    ----------
    relative
        Folder below the asset root, for example ``"models/reportability/1"``.

    Raises
    ------
    AssetError
        If a file is missing or a byte of the model differs from what the manifest's sha256 says.
    """
    folder = find_asset(relative)
    try:
        content = (folder / "model.json").read_bytes()
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{relative} has no readable model.json and manifest.json; reinstall the package"
        raise AssetError(msg) from error
    found, expected = hashlib.sha256(content).hexdigest(), manifest["files"]["model.json"]
    if found != expected:
        msg = f"{relative}/model.json has sha256 {found[:12]}, its manifest says {expected[:12]}; reinstall the package"
        raise AssetError(msg)
    model: dict[str, object] = json.loads(content)
    return model
