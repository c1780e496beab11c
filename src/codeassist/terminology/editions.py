"""The editions installed on this machine: list, pick by date of service, import, remove, load.

One edition comes with the package ``simple-icd-10-cm``; others are imported from official releases and kept under
``cache_root()/editions``, each in a folder of its own with the sha256 of its files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from codeassist.assets import cache_root
from codeassist.core.codes import ICD10CM
from codeassist.errors import AssetError, ConfigError, DataFileError
from codeassist.terminology.cache_pruning import delete, list_versions
from codeassist.terminology.codeset import CodeSet, IndexSummary
from codeassist.terminology.release import INDEX_ROLES, ROLES, Release, open_release, parse_edition
from codeassist.terminology.sources import EditionSource, find_bundled_source, load_source
from codeassist.terminology.store import Progress, compiled_path, hold_lock, write_atomically

_MANIFEST = "edition.json"
_EXPECTED = "expected the tabular list (XML) or the order file of ICD-10-CM"
_IMPORT_COMMAND = "codeassist codes import FILE"


@dataclass(frozen=True, slots=True)
class EditionInfo:
    """This is one installed edition as a person sees it.

    ``contents`` names the kinds of files it was made from; ``notes_from`` is the edition whose instruction notes it
    carries, another one where the release had no tabular list; ``index`` sums up its Alphabetic Index.
    """

    edition: str
    valid_from: dt.date
    valid_to: dt.date
    billable_count: int
    source: str
    imported: bool
    contents: tuple[str, ...] = ()
    notes_from: str = ""
    index: IndexSummary = field(default_factory=IndexSummary)


def load_codeset(edition: str | None = None, *, progress: Progress | None = None) -> CodeSet:
    """Open the code set of one installed edition; the newest if none is named.

    Parameters
    ----------
    edition
        Name of the edition, for example ``"2026-04"``.
    progress
        Called with what is being done and the share done, only if the edition must be compiled first.

    Raises
    ------
    ConfigError
        If the edition is not installed; the message names those that are.
    """
    return load_source(_get_source(edition), progress=progress)


def list_editions(*, progress: Progress | None = None) -> tuple[EditionInfo, ...]:
    """Return the installed editions, oldest first."""
    return tuple(_describe(source, progress) for source in _list_sources())


def pick_edition(date: dt.date | None) -> tuple[str, str]:
    """Return the edition in force on a date of service, and a note if none is.

    Parameters
    ----------
    date
        Date of service; for inpatients, of discharge. None picks the newest edition.

    Returns
    -------
    tuple[str, str]
        The edition, and an empty note. Outside every installed edition: the nearest one, and a note that says so.
    """
    sources = _list_sources()
    if date is None:
        return sources[-1].edition, ""
    day = date.date() if isinstance(date, dt.datetime) else date
    in_force = [source for source in sources if source.valid_from <= day <= source.valid_to]
    if in_force:
        return in_force[-1].edition, ""
    # The later of two editions that are equally near.
    nearest = min(reversed(sources), key=lambda source: _count_days(source, day))
    note = (
        f"date of service {day} lies outside every installed edition of {ICD10CM}; the nearest was used, "
        f"{nearest.edition}, in force from {nearest.valid_from} to {nearest.valid_to}; "
        f"import the release in force on that date with: {_IMPORT_COMMAND}"
    )
    return nearest.edition, note


def import_release(
    path: Path | str, *, edition: str | None = None, only_index: bool = False, progress: Progress | None = None
) -> EditionInfo:
    """Install an official ICD-10-CM release: a zip file, a folder, or one file of it.

    Parameters
    ----------
    path
        The release as published by CMS or CDC.
    edition
        Fiscal year such as ``"2027"``, or ``"2027-04"`` for its update of April; read from the names if omitted.
    only_index
        Take nothing but the Alphabetic Index and its tables.
    progress
        Called with what is being done and the share done.

    Notes
    -----
    A second import for the same edition adds to the first, so the zip file with the order file and the one with the
    tabular list can come one after the other. Nothing is installed unless everything could be read.

    An index may be added to any installed edition that ``edition`` names, of whatever year the index is: codes that the
    edition does not have are left out.

    Raises
    ------
    DataFileError
        If the release holds nothing that can be imported, or a file of it cannot be read; the message says what each
        file is.
    """
    release = open_release(Path(path))
    roles = INDEX_ROLES if only_index else ROLES
    found = {role: item for role in roles if (item := release.read_role(role)) is not None}
    if not found:
        expected = "expected an index file (XML) of ICD-10-CM" if only_index else _EXPECTED
        msg = f"{release.path.name} holds no ICD-10-CM {'index' if only_index else 'release'}; {release.explain()}; "
        raise DataFileError(msg + expected)
    if {"tabular", "order"} & found.keys():
        name = _choose_edition(release, edition)
    else:
        name = _choose_indexed(release, edition)
    with hold_lock(_editions_root() / "import.lock"):
        return _install(name, release.path.name, {role: content for role, (_, content) in found.items()}, progress)


def remove_edition(edition: str) -> None:
    """Remove an imported edition and what was compiled from it.

    Raises
    ------
    ConfigError
        If it is not installed, or comes with ``simple-icd-10-cm``.
    """
    folders = {manifest.parent.name: manifest.parent for manifest in _editions_root().glob(f"*/{_MANIFEST}")}
    if edition not in folders:
        source = _get_source(edition)
        msg = f"edition {source.edition} comes with the package {source.source} and cannot be removed"
        raise ConfigError(msg)
    shutil.rmtree(folders[edition])
    for path in list_versions(compiled_path("", "").parent, f"[a-z]*-{edition}"):
        delete(path)


def _editions_root() -> Path:
    return cache_root() / "editions" / ICD10CM


def _list_sources() -> list[EditionSource]:
    """Return the installed editions by first day in force; an imported one stands before the bundled of its name."""
    sources = {find_bundled_source().edition: find_bundled_source()}
    root = _editions_root()
    for manifest in sorted(root.glob(f"*/{_MANIFEST}")) if root.is_dir() else ():
        source = _read_manifest(manifest)
        # An index that was added to the bundled edition has no codes of its own: with another bundle it waits.
        if source.files.keys() & {"tabular", "order"} or source.edition in sources:
            sources[source.edition] = source
    return sorted(sources.values(), key=lambda source: source.valid_from)


def _get_source(edition: str | None) -> EditionSource:
    sources = _list_sources()
    if edition is None:
        return sources[-1]
    for source in sources:
        if source.edition == edition:
            return source
    names = ", ".join(source.edition for source in sources)
    hint = f"import its release with: {_IMPORT_COMMAND}"
    msg = f"edition {edition[:20]!r} of {ICD10CM} is not installed; installed: {names}; {hint}"
    raise ConfigError(msg)


def _describe(source: EditionSource, progress: Progress | None) -> EditionInfo:
    codeset = load_source(source, progress=progress)
    # An index alone was added to the bundled tabular list.
    roles = source.files.keys() | (set() if source.files.keys() & {"tabular", "order"} else {"tabular"})
    contents = tuple(role for role in ROLES if role in roles)
    return EditionInfo(
        source.edition,
        source.valid_from,
        source.valid_to,
        len(codeset),
        source.source,
        source.is_imported,
        contents,
        codeset.notes_from,
        codeset.index,
    )


def _choose_edition(release: Release, given: str | None) -> str:
    told = release.find_edition()
    edition = given or told
    if edition is None:
        msg = f"{release.path.name}: no name in the release tells its fiscal year; give the edition, for example 2027"
        raise DataFileError(msg)
    parse_edition(edition)
    if told and told[:4] != edition[:4]:
        msg = f"{release.path.name} is of fiscal year {told[:4]}, not {edition}; leave the edition out or correct it"
        raise DataFileError(msg)
    return edition


def _choose_indexed(release: Release, given: str | None) -> str:
    """Return the installed edition that an index is added to."""
    edition = given or release.find_edition()
    installed = [source.edition for source in _list_sources()]
    if edition in installed:
        return str(edition)
    shown = f"edition {edition[:20]}" if edition else "the edition it belongs to"
    msg = f"{release.path.name} holds only an index, and {shown} is not installed; "
    msg += f"name the edition to add it to, for example: --edition {installed[-1]} (installed: {', '.join(installed)})"
    raise DataFileError(msg)


def _count_days(source: EditionSource, day: dt.date) -> int:
    return max((source.valid_from - day).days, (day - source.valid_to).days)


def _install(edition: str, source_name: str, contents: Mapping[str, bytes], progress: Progress | None) -> EditionInfo:
    target = _editions_root() / edition
    work = _make_folder(target.parent)
    try:
        _write_edition(work, edition, source_name, contents, target)
        info = _describe(_read_manifest(work / _MANIFEST), progress)
        if target.exists():
            target.replace(work / "replaced")
        work.replace(target)
        shutil.rmtree(target / "replaced", ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return info


def _make_folder(parent: Path) -> Path:
    try:
        folder = Path(tempfile.mkdtemp(prefix=".import-", dir=parent))
    except OSError as error:
        msg = f"{parent} cannot be written ({type(error).__name__}); set CODEASSIST_CACHE to a folder that can be"
        raise AssetError(msg) from error
    folder.chmod(0o755)
    return folder


def _write_edition(folder: Path, edition: str, source_name: str, contents: Mapping[str, bytes], previous: Path) -> None:
    """Write the files of an edition and its manifest; what an earlier import brought and this one lacks is kept."""
    files: dict[str, str] = {}
    for role in ROLES:
        name = f"{role}.txt" if role == "order" else f"{role}.xml"
        content = contents.get(role)
        if content is None and (previous / name).is_file():
            content = (previous / name).read_bytes()
        if content is not None:
            write_atomically(folder / name, content)
            files[name] = hashlib.sha256(content).hexdigest()
    manifest = {"edition": edition, "source": _add_source(edition, source_name, contents, previous), "files": files}
    write_atomically(folder / _MANIFEST, json.dumps(manifest, indent=1).encode("ascii"))


def _add_source(edition: str, name: str, contents: Mapping[str, bytes], previous: Path) -> str:
    """Return where an edition is from: an index that is added leaves the codes from where they were."""
    if {"tabular", "order"} & contents.keys():
        return name
    known = _get_source(edition).source
    return known if name in known.split(" + ") else f"{known} + {name}"


def _read_manifest(path: Path) -> EditionSource:
    try:
        manifest = json.loads(path.read_bytes())
        edition, source = str(manifest["edition"]), str(manifest["source"])
        sha256 = {Path(name).stem: str(digest) for name, digest in manifest["files"].items()}
        files = {Path(name).stem: path.parent / Path(name).name for name in manifest["files"]}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        msg = f"the imported edition in {path.parent} is damaged; delete that folder and import the release again"
        raise AssetError(msg) from error
    missing = [file.name for file in files.values() if not file.is_file()]
    if missing:
        msg = f"edition {edition}: {', '.join(missing)} is missing from {path.parent}; import the release again"
        raise AssetError(msg)
    start, end = parse_edition(edition)
    return EditionSource(edition, start, end, source, is_imported=True, files=files, sha256=sha256)
