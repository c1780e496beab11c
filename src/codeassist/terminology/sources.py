"""The files that an edition is made from, and their compilation into a ``CodeSet``."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from codeassist.core.codes import ICD10CM
from codeassist.errors import AssetError
from codeassist.terminology.bundled import find_bundled, read_code_list
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.compile import COMPILER_VERSION, compile_arrays
from codeassist.terminology.index_file import IndexFile, read_index
from codeassist.terminology.index_terms import make_index_terms
from codeassist.terminology.order_file import list_codes, merge_order, read_order
from codeassist.terminology.release import INDEX_ROLES
from codeassist.terminology.store import Arrays, Progress, hash_file, load_or_build
from codeassist.terminology.tabular import TabularList, read_tabular

_INDEX_COMPILERS = sorted(Path(__file__).parent.glob("index_*"))


@dataclass(frozen=True, slots=True)
class EditionSource:
    """This is one installed edition before compilation: when it is in force, where it came from, its files by role.

    ``sha256`` holds what an imported file must hash to; the bundled edition's files are the package's own business.
    """

    edition: str
    valid_from: dt.date
    valid_to: dt.date
    source: str
    is_imported: bool
    files: Mapping[str, Traversable]
    sha256: Mapping[str, str]


def find_bundled_source() -> EditionSource:
    """Return the edition inside the installed package ``simple-icd-10-cm``."""
    release = find_bundled()
    start = release.valid_from
    year = start.year + (start.month >= 10)
    edition = str(year) if start.month == 10 else f"{year}-{start.month:02}"
    files = {"tabular": release.tabular} | ({"code_list": release.code_list} if release.code_list else {})
    return EditionSource(
        edition, start, dt.date(year, 9, 30), "simple-icd-10-cm", is_imported=False, files=files, sha256={}
    )


def load_source(source: EditionSource, *, progress: Progress | None = None) -> CodeSet:
    """Open the compiled code set of an edition, compiling it first if that was not done or the cache is damaged.

    Raises
    ------
    AssetError
        If an imported file was changed after its import.
    DataFileError
        If a file cannot be read.
    """
    tell = progress or _tell_nobody
    key = _make_key(source)
    store = load_or_build(f"codeset-{source.edition}", key=key, build=lambda: _build(source, tell))
    return CodeSet(store)


def _make_key(source: EditionSource) -> str:
    parts = [f"codeset {COMPILER_VERSION} {source.edition} {source.valid_from} {source.valid_to} {source.source}"]
    parts += [f"{role} {_hash_checked(source, role)}" for role in sorted(source.files)]
    if "tabular" not in source.files:
        parts.append(_make_key(find_bundled_source()))
    if source.files.keys() & set(INDEX_ROLES):
        parts += [f"{path.name} {hash_file(path)}" for path in _INDEX_COMPILERS]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _hash_checked(source: EditionSource, role: str) -> str:
    file = source.files[role]
    found = hash_file(file) if isinstance(file, Path) else hashlib.sha256(file.read_bytes()).hexdigest()
    if source.sha256.get(role, found) != found:
        msg = f"edition {source.edition}: {file.name} was changed after its import; import the release again"
        raise AssetError(msg)
    return found


def _build(source: EditionSource, tell: Progress) -> tuple[Arrays, Mapping[str, Any]]:
    tell(f"reading edition {source.edition}", 0.0)
    tabular, base = _read_codes(source)
    tell(f"reading the index of edition {source.edition}", 0.4)
    files = _read_index_files(source)
    terms = make_index_terms(files)
    tell(f"compiling edition {source.edition}", 0.5)
    arrays = compile_arrays(tabular, terms)
    known = {entry.code for entry in tabular.entries}
    meta = {
        "system": ICD10CM,
        "edition": source.edition,
        "valid_from": source.valid_from.isoformat(),
        "valid_to": source.valid_to.isoformat(),
        "source": source.source,
        "contents": [role for role in source.files if role != "code_list"],
        "notes_from": base,
        "index_years": sorted({file.year for file in files if file.year}),
        "index_terms": sum(len(texts) for code, texts in terms.items() if code in known),
        "index_codes_absent": sum(code not in known for code in terms),
        "index_terms_absent": sum(len(texts) for code, texts in terms.items() if code not in known),
    }
    tell(f"edition {source.edition} is compiled", 1.0)
    return arrays, meta


def _read_codes(source: EditionSource) -> tuple[TabularList, str]:
    """Return the codes of an edition, and the edition whose tabular list they were read from."""
    order = source.files.get("order")
    rows = read_order(order.read_bytes(), order.name) if order else ()
    base = source if "tabular" in source.files else find_bundled_source()
    file, code_list = base.files["tabular"], base.files.get("code_list")
    confirmed = read_code_list(code_list.read_bytes()) if code_list else None
    if rows and base is source:
        confirmed = list_codes(rows)
    tabular = read_tabular(file.read_bytes(), file.name, confirmed=confirmed)
    return merge_order(tabular, rows) if rows else tabular, base.edition


def _read_index_files(source: EditionSource) -> tuple[IndexFile, ...]:
    files = [source.files[role] for role in INDEX_ROLES if role in source.files]
    return tuple(read_index(file.read_bytes(), file.name) for file in files)


def _tell_nobody(_doing: str, _share: float) -> None:
    return None
