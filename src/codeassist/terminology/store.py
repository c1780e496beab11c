"""Compiled files: named numpy arrays in one memory-mapped file, written once and shared by every process.

The code set keeps its arrays here, and so may every module that derives arrays from it (axes, term index). A file is
written atomically under a content key, opened in about a millisecond, and built again when it is damaged.

Layout: magic, header length, crc32 of the header, file size; a JSON header; the arrays, each aligned to 64 bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import mmap
import os
import struct
import sys
import tempfile
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codeassist.assets import cache_root
from codeassist.errors import AssetError
from codeassist.terminology.cache_pruning import mark_used, prune

_LOG = logging.getLogger(__name__)
_MAGIC = b"CASTORE1"
_PREFIX = struct.Struct("<8sIIQ")
_ALIGNMENT = 64

Array = NDArray[Any]
Arrays = Mapping[str, Array | bytes]
Progress = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0 to 1."""


class TextTable:
    """This is a read-only sequence of texts kept as one UTF-8 block and its offsets."""

    def __init__(self, offsets: Array, block: Array) -> None:
        self._offsets = offsets.data
        self._block = block.data

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, index: int) -> str:
        start, end = self._offsets[index], self._offsets[index + 1]
        return str(self._block[start:end], "utf-8")

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))


class CompiledStore:
    """This is an open compiled file: read-only arrays by name, and a small mapping of plain values in ``meta``."""

    def __init__(self, buffer: mmap.mmap | bytes, header: Mapping[str, Any], path: Path | None) -> None:
        self.path = path
        self.key: str = header["key"]
        self.meta: Mapping[str, Any] = header["meta"]
        self._buffer = buffer
        self._places: Mapping[str, tuple[str, list[int], int]] = header["arrays"]
        self._start = _align(_PREFIX.size + header["length"])

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def __getitem__(self, name: str) -> Array:
        dtype, shape, offset = self._places[name]
        count = int(np.prod(shape, dtype=np.int64))
        if not count:
            return np.empty(shape, dtype=np.dtype(dtype))
        array: Array = np.frombuffer(self._buffer, dtype=np.dtype(dtype), count=count, offset=self._start + offset)
        return array.reshape(shape)

    def names(self) -> tuple[str, ...]:
        """Return the names of the arrays, in the order in which they were written."""
        return tuple(self._places)

    def texts(self, name: str) -> TextTable:
        """Return texts that were written with :func:`pack_texts` under this name."""
        return TextTable(self[f"{name}.offsets"], self[f"{name}.block"])

    def get_bytes(self, name: str) -> bytes:
        """Return a copy of a value that was written as bytes."""
        return self[name].tobytes()


def pack_texts(name: str, texts: Iterable[str]) -> dict[str, Array | bytes]:
    """Return the arrays that hold ``texts``, to be merged into the arrays of a store.

    Examples
    --------
    >>> sorted(pack_texts("title", ["Cholera", "Gout"]))
    ['title.block', 'title.offsets']
    """
    encoded = [text.encode("utf-8") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.uint32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return {f"{name}.offsets": offsets, f"{name}.block": b"".join(encoded)}


def compiled_path(name: str, key: str) -> Path:
    """Return where the compiled file of this name and content key lives."""
    return cache_root() / "compiled" / f"{name}-{key[:32]}.bin"


def load_or_build(
    name: str, *, key: str, build: Callable[[], tuple[Arrays, Mapping[str, Any]]], verify: bool = False
) -> CompiledStore:
    """Open the compiled file of this name and key, building it first if it is absent or damaged.

    Parameters
    ----------
    name
        What the file holds, for example ``"codeset-2026-04"``; part of the file name.
    key
        Hash of everything the content depends on: the sources and the version of the code that compiles them.
    build
        Makes the arrays and ``meta``. Of two processes that start together one builds and the other waits.
    verify
        Compare the sha256 of the content even if the file is unchanged since it was last compared.

    Notes
    -----
    Where the cache folder cannot be written, the arrays are kept in memory and a ``RuntimeWarning`` says so. After a
    build, files that are out of use are deleted (``codeassist.terminology.cache_pruning``).
    """
    path = compiled_path(name, key)
    store = _find_store(path, key, verify=verify)
    if store is None:
        # One lock for all versions of a name, so that locks do not pile up.
        with hold_lock(path.with_name(f"{name}.lock")):
            store = _find_store(path, key, verify=verify)
            if store is None:
                store = _build_store(path, key, build)
                prune(path.parent, name)
    mark_used(path)
    return store


def write_store(path: Path, arrays: Arrays, *, key: str, meta: Mapping[str, Any]) -> None:
    """Write a compiled file in one step: a reader sees the old file or the whole new one, never a part."""
    _write_packed(path, _pack(arrays, meta, key=key))


def open_store(path: Path, *, key: str, verify: bool = False) -> CompiledStore:
    """Open a compiled file and check that it is whole.

    The header is always checked. The sha256 of the arrays is compared when the file changed since it was last
    compared, and whenever ``verify`` is set.

    Raises
    ------
    AssetError
        If the file is absent, damaged, or was written for another key.
    """
    try:
        with path.open("rb") as file:
            buffer = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        msg = f"compiled file {path.name} cannot be opened ({type(error).__name__}); it is built again on the next load"
        raise AssetError(msg) from error
    header = _read_header(buffer, path.name)
    if header["key"] != key:
        msg = f"compiled file {path.name} was made from other sources; delete it and it is built again"
        raise AssetError(msg)
    if verify or _read_stamp(path, _stamp_path(path)) is None:
        _check_content(buffer, header, path.name)
        with contextlib.suppress(OSError):
            _write_stamp(path, _stamp_path(path), "")
    return CompiledStore(buffer, header, path)


def hash_file(path: Path) -> str:
    """Return the sha256 of a file's content, remembered in the cache folder until the file changes."""
    memo = cache_root() / "compiled" / f"hash-{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]}.json"
    known = _read_stamp(path, memo)
    if known is None:
        known = hashlib.sha256(path.read_bytes()).hexdigest()
        with contextlib.suppress(OSError):
            _write_stamp(path, memo, known)
    return known


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file in one step, so that no reader and no crash ever leaves a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=path.name, suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp gives 0600; a cache made by one account must be readable by the others.
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _find_store(path: Path, key: str, *, verify: bool) -> CompiledStore | None:
    if not path.is_file():
        return None
    try:
        return open_store(path, key=key, verify=verify)
    except AssetError as error:
        _LOG.debug("%s", error)
        return None


def _build_store(path: Path, key: str, build: Callable[[], tuple[Arrays, Mapping[str, Any]]]) -> CompiledStore:
    packed = _pack(*build(), key=key)
    try:
        _write_packed(path, packed)
        return open_store(path, key=key)
    except AssetError:
        # Deleted by someone between the two lines; this process has what it needs.
        _LOG.debug("compiled file %s was deleted right after it was written", path.name)
    except OSError as error:
        msg = (
            f"the cache folder {path.parent} cannot be written ({type(error).__name__}), so {path.stem} is compiled "
            "again in every process; set CODEASSIST_CACHE to a folder that can be written"
        )
        warnings.warn(msg, RuntimeWarning, stacklevel=4)
    return CompiledStore(packed, _read_header(packed, path.name), None)


def _write_packed(path: Path, packed: bytes) -> None:
    write_atomically(path, packed)
    # Without the stamp the content is compared once more.
    with contextlib.suppress(OSError):
        _write_stamp(path, _stamp_path(path), "")


def _pack(arrays: Arrays, meta: Mapping[str, Any], *, key: str) -> bytes:
    places: dict[str, tuple[str, list[int], int]] = {}
    parts: list[bytes] = []
    offset = 0
    for name, value in arrays.items():
        array = np.frombuffer(value, dtype=np.uint8) if isinstance(value, bytes) else np.ascontiguousarray(value)
        content = array.tobytes()
        places[name] = (array.dtype.str, list(array.shape), offset)
        parts += [content, b"\0" * (_align(len(content)) - len(content))]
        offset += _align(len(content))
    payload = b"".join(parts)
    fields = {"key": key, "meta": meta, "arrays": places, "sha256": hashlib.sha256(payload).hexdigest()}
    header = json.dumps(fields, ensure_ascii=True, allow_nan=False).encode("ascii")
    start = _align(_PREFIX.size + len(header))
    prefix = _PREFIX.pack(_MAGIC, len(header), zlib.crc32(header), start + len(payload))
    return (prefix + header).ljust(start, b"\0") + payload


def _read_header(buffer: mmap.mmap | bytes, name: str) -> Mapping[str, Any]:
    if len(buffer) >= _PREFIX.size:
        magic, length, checksum, size = _PREFIX.unpack(buffer[: _PREFIX.size])
        text = buffer[_PREFIX.size : _PREFIX.size + length]
        if magic == _MAGIC and size == len(buffer) and zlib.crc32(text) == checksum:
            return {**json.loads(text), "length": length}
    msg = f"compiled file {name} is damaged; it is built again on the next load"
    raise AssetError(msg)


def _check_content(buffer: mmap.mmap, header: Mapping[str, Any], name: str) -> None:
    with memoryview(buffer) as view, view[_align(_PREFIX.size + header["length"]) :] as payload:
        found = hashlib.sha256(payload).hexdigest()
    if found != header["sha256"]:
        msg = f"compiled file {name} does not match its sha256; it is built again on the next load"
        raise AssetError(msg)


def _align(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _stamp_path(path: Path) -> Path:
    return path.with_suffix(".ok")


def _describe_file(path: Path) -> list[int]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _write_stamp(path: Path, stamp: Path, value: str) -> None:
    write_atomically(stamp, json.dumps([_describe_file(path), value]).encode("ascii"))


def _read_stamp(path: Path, stamp: Path) -> str | None:
    """Return what was noted of ``path``, or None if it changed since or nothing readable was noted."""
    try:
        description, value = json.loads(stamp.read_bytes())
    except (OSError, ValueError):
        return None
    return value if isinstance(value, str) and description == _describe_file(path) else None


@contextlib.contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; without one where the file system offers none.

    Two builders without a lock cost time, not correctness: each writes the same bytes in one step.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError:
        yield
        return
    with file:
        with contextlib.suppress(OSError):
            _lock(file.fileno())
        # Closing the file releases the lock.
        yield


if sys.platform == "win32":  # pragma: no cover - CI runs on Linux
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
