"""Keeps the folder of compiled files small: what nobody opened for a month goes, and all but the newest few of a name.

A compiled file is named by the sha256 of its sources, so every change of a table leaves the file of the old one behind.
Each opening marks a file as used. The marks are looked at after a build only, when time was spent anyway.

Nothing here can break another process: who has a file open keeps its content on Linux and macOS, and Windows refuses to
delete it; who comes too late finds no file and compiles it again.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

# Versions of one name that are kept: this one, and those of another checkout or release on the same machine.
NEWEST = 4
DAY = 86_400.0
UNUSED = 30 * DAY
# Whoever opened a file less than an hour ago may start again at once, however many newer files there are.
_IN_USE = 3_600.0
_KEY = "?" * 32
_HELPERS = ("hash-*.json", "*.lock", "*.part")


def mark_used(path: Path) -> None:
    """Note that a compiled file was opened; in a folder that cannot be written nothing is noted."""
    with contextlib.suppress(OSError):
        os.utime(_mark_of(path))


def prune(folder: Path, name: str) -> None:
    """Delete the compiled files that are out of use.

    Parameters
    ----------
    folder
        Where the compiled files are.
    name
        What was just built: of its versions the newest few stay, unless they were used within the hour.
    """
    now = time.time()
    versions = sorted(list_versions(folder, name), key=_last_used, reverse=True)
    for path in versions[NEWEST:]:
        if now - _last_used(path) > _IN_USE:
            delete(path)
    for path in list_versions(folder, "*"):
        if now - _last_used(path) > UNUSED:
            delete(path)
    for pattern in _HELPERS:
        for path in folder.glob(pattern):
            # A lock that somebody waits for may go: two builders cost time, and each writes the same bytes.
            if not path.with_suffix(".bin").exists() and now - _changed(path) > UNUSED:
                _unlink(path)


def list_versions(folder: Path, name: str) -> Iterator[Path]:
    """Yield the compiled files of one name, of whatever sources."""
    return folder.glob(f"{name}-{_KEY}.bin")


def delete(path: Path) -> None:
    """Delete a compiled file and what belongs to it; one that is held open by Windows stays."""
    for each in (path, _mark_of(path), path.with_suffix(".lock")):
        _unlink(each)


def _mark_of(path: Path) -> Path:
    return path.with_suffix(".ok")


def _last_used(path: Path) -> float:
    return max(_changed(path), _changed(_mark_of(path)))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
