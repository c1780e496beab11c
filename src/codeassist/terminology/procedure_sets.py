"""The sets of procedure codes that a user has imported: install, list, remove, load.

Each lies under ``cache_root()/editions/<system>/<edition>`` as plain tables with their sha256; nothing of them comes
with the package.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codeassist.assets import cache_root
from codeassist.errors import AssetError, ConfigError, DataFileError
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.procedure_files import KINDS, PTP, FileKind, Row, is_procedure_file, read_procedure_file
from codeassist.terminology.store import hold_lock, write_atomically

SYSTEMS = ("CPT", "HCPCS", "MPFS", "NCCI")
_MANIFEST = "edition.json"
_BLANKS = re.compile(r"[\t\r\n]+")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_LARGEST = 400_000_000
# Two codes, whether a modifier may part them, and the end of the line.
_PAIR_WIDTH = 12


@dataclass(frozen=True, slots=True)
class ProcedureSet:
    """This is one imported set as a person sees it: ``rows`` counts what each of its files holds."""

    system: str
    edition: str
    source: str
    rows: Mapping[str, int]


class PairTable:
    """This is the table of code pairs that NCCI does not pay together, as sorted lines of one width.

    The published file has millions of pairs; they are looked up where they lie.
    """

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)

    def find(self, first: str, second: str) -> bool | None:
        """Return whether a modifier may part two codes, or ``None`` if there is no edit between them."""
        key, low, high = f"{first}{second}".encode(), 0, len(self._content) // _PAIR_WIDTH
        while low < high:
            middle = (low + high) // 2
            if bytes(self._content[middle * _PAIR_WIDTH :][:10]) < key:
                low = middle + 1
            else:
                high = middle
        line = bytes(self._content[low * _PAIR_WIDTH :][:_PAIR_WIDTH])
        return line[10:11] == b"1" if line[:10] == key else None


@dataclass(frozen=True, slots=True)
class InstalledCodes:
    """This is what the newest imported sets say of codes.

    ``texts`` holds the text shown for a code, ``other_texts`` every further wording of it, ``pairs`` the codes that
    NCCI does not pay together, ``most_units`` the most units of a code on one day.
    """

    editions: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    other_texts: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    pairs: PairTable = field(default_factory=lambda: PairTable(b""))
    most_units: Mapping[str, int] = field(default_factory=dict)


def holds_procedure_file(path: Path) -> bool:
    """Tell whether a file or zip file holds one of the published files about procedure codes."""
    return any(is_procedure_file(content) for _, content in _list_members(path))


def import_procedure_set(path: Path, *, edition: str | None = None) -> tuple[ProcedureSet, ...]:
    """Install the published files about procedure codes that a file or zip file holds.

    Parameters
    ----------
    path
        A licensed CPT descriptor file, the CMS HCPCS file, the fee schedule, or an NCCI edit file; a zip file may hold
        several.
    edition
        Year of the set; read from the names if omitted.

    Notes
    -----
    A second import for the same edition adds to the first, so the three CPT files can come one after the other.

    Raises
    ------
    DataFileError
        If there is nothing to import, or no name tells the year.
    """
    found: dict[FileKind, tuple[str, list[Row]]] = {}
    for name, content in _list_members(path):
        if is_procedure_file(content):
            kind, rows = read_procedure_file(content, name)
            found[kind] = (name, rows)
    if not found:
        msg = f"{path.name} holds no file of procedure codes"
        raise DataFileError(msg)
    year = edition or _find_year((path.name, *(name for name, _ in found.values())))
    if year is None or not re.fullmatch(r"20\d\d[0-9A-Za-z.-]{0,12}", year):
        msg = f"{path.name}: no name tells the year of the set; give the edition, for example 2026"
        raise DataFileError(msg)
    with hold_lock(_root() / "import.lock"):
        for kind, (_, rows) in found.items():
            _install(kind, year, path.name, rows)
    systems = sorted({kind.system for kind in found})
    return tuple(each for each in list_procedure_sets() if each.system in systems and each.edition == year)


def list_procedure_sets() -> tuple[ProcedureSet, ...]:
    """Return the imported sets, by system and edition."""
    return tuple(
        _read_manifest(path) for system in SYSTEMS for path in sorted((_root() / system).glob(f"*/{_MANIFEST}"))
    )


def remove_procedure_set(name: str) -> None:
    """Remove an imported set, named by system and edition, for example ``"CPT-2026"``.

    Raises
    ------
    ConfigError
        If it is not installed.
    """
    for each in list_procedure_sets():
        if f"{each.system}-{each.edition}" == name:
            shutil.rmtree(_root() / each.system / each.edition)
            return
    installed = ", ".join(f"{each.system}-{each.edition}" for each in list_procedure_sets()) or "none"
    msg = f"{name[:30]!r} is no imported set of procedure codes; installed: {installed}"
    raise ConfigError(msg)


def load_installed_codes() -> InstalledCodes:
    """Load the newest imported set of each system.

    Raises
    ------
    AssetError
        If a file was changed after its import.
    """
    newest = {each.system: each for each in list_procedure_sets()}
    tables = {
        (kind.system, kind.role): list(_read_rows(newest[kind.system], kind))
        for kind in KINDS
        if kind.system in newest and kind.role in newest[kind.system].rows and kind != PTP
    }
    has_pairs = "NCCI" in newest and PTP.role in newest["NCCI"].rows
    pairs = PairTable(_read_checked(newest["NCCI"], PTP) if has_pairs else b"")
    return _make(tables, {system: each.edition for system, each in newest.items()}, pairs)


def _make(tables: Mapping[tuple[str, str], list[Row]], editions: Mapping[str, str], pairs: PairTable) -> InstalledCodes:
    texts: dict[tuple[str, str], list[str]] = {}
    for role in ("long", "medium", "short", "consumer"):
        for code, text in tables.get(("CPT", role), ()):
            texts.setdefault(("CPT", code), []).append(text)
    for code, short, long, _, ended in tables.get(("HCPCS", "codes"), ()):
        if not ended or ended[:4] >= editions["HCPCS"][:4]:
            texts[("HCPCS", code)] = [long, short]
    return InstalledCodes(
        editions=editions,
        texts={key: found[0] for key, found in texts.items()},
        other_texts={key: tuple(found[1:]) for key, found in texts.items()},
        pairs=pairs,
        most_units={r[0]: int(r[1]) for r in tables.get(("NCCI", "mue"), ())},
    )


def _root() -> Path:
    return cache_root() / "editions"


def _list_members(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the text files of a zip file, a folder or a single file."""
    if path.is_dir():
        for item in sorted(path.iterdir()):
            if item.is_file() and _is_text(item.name):
                yield item.name, item.read_bytes()
    elif path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                if _is_text(info.filename) and info.file_size <= _LARGEST:
                    yield info.filename, archive.read(info)
    elif path.is_file() and _is_text(path.name):
        yield path.name, path.read_bytes()


def _is_text(name: str) -> bool:
    return name.lower().endswith((".txt", ".csv", ".tsv"))


def _find_year(names: tuple[str, ...]) -> str | None:
    return next((found.group(1) for name in names if (found := _YEAR.search(name))), None)


def _install(kind: FileKind, edition: str, source: str, rows: list[Row]) -> None:
    folder = _root() / kind.system / edition
    folder.mkdir(parents=True, exist_ok=True)
    content = _pack_pairs(folder, rows) if kind == PTP else _to_table(kind, rows)
    write_atomically(folder / f"{kind.role}.tsv", content)
    path = folder / _MANIFEST
    files: dict[str, object] = json.loads(path.read_bytes())["files"] if path.exists() else {}
    count = content.count(b"\n") - (kind != PTP)
    files[kind.role] = {"rows": count, "sha256": hashlib.sha256(content).hexdigest()}
    manifest = {"edition": edition, "source": source, "files": files}
    write_atomically(path, json.dumps(manifest, indent=1, sort_keys=True).encode("ascii"))


def _to_table(kind: FileKind, rows: list[Row]) -> bytes:
    lines = ["\t".join(kind.columns), *("\t".join(_BLANKS.sub(" ", cell) for cell in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _pack_pairs(folder: Path, rows: list[Row]) -> bytes:
    """Return the edits in force as sorted lines, with those of an earlier part of the same quarter."""
    path = folder / f"{PTP.role}.tsv"
    known = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    packed = {f"{row[0]}{row[1]}{'1' if row[4] == '1' else '0'}\n".encode() for row in rows if not row[3]}
    return b"".join(sorted(packed.union(known)))


def _read_manifest(path: Path) -> ProcedureSet:
    try:
        manifest = json.loads(path.read_bytes())
        rows = {str(role): int(each["rows"]) for role, each in manifest["files"].items()}
        return ProcedureSet(path.parent.parent.name, str(manifest["edition"]), str(manifest["source"]), rows)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        msg = f"the imported set in {path.parent} is damaged; delete that folder and import it again"
        raise AssetError(msg) from error


def _read_rows(each: ProcedureSet, kind: FileKind) -> Iterator[Row]:
    _read_checked(each, kind)
    for row in read_table(_root() / each.system / each.edition / f"{kind.role}.tsv", kind.columns):
        yield tuple(row.values())


def _read_checked(each: ProcedureSet, kind: FileKind) -> bytes:
    folder = _root() / each.system / each.edition
    content = (folder / f"{kind.role}.tsv").read_bytes()
    expected = json.loads((folder / _MANIFEST).read_bytes())["files"][kind.role]["sha256"]
    if hashlib.sha256(content).hexdigest() != expected:
        msg = f"{each.system} {each.edition}: {kind.role}.tsv was changed after its import; import it again"
        raise AssetError(msg)
    return content
