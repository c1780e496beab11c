"""Opens an official ICD-10-CM release, a zip file or a folder, and says what each file in it is."""

from __future__ import annotations

import datetime as dt
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from codeassist.errors import DataFileError

ROLES = ("tabular", "order", "index", "external_causes", "neoplasms", "drugs")
INDEX_ROLES = ("index", "external_causes", "neoplasms", "drugs")
_LARGEST = 200_000_000
_HEAD = 4096
_MOST_FILES = 200
_DESCRIPTION_BY_SUFFIX = {
    ".pdf": "a document for people",
    ".xlsx": "a spreadsheet; codeassist reads the XML and text files",
    ".xls": "a spreadsheet; codeassist reads the XML and text files",
    ".docx": "a document for people",
    ".xsd": "a schema of the XML files",
    ".zip": "a zip file inside the release; unpack it and import what it holds",
}
_DESCRIPTION_BY_ROLE = {
    "tabular": "the tabular list",
    "order": "the order file",
    "index": "the Alphabetic Index",
    "external_causes": "the index of external causes",
    "neoplasms": "the neoplasm table",
    "drugs": "the table of drugs and chemicals",
}
# What the head of a file shows it to be: a role, or why it is not imported. The first that matches counts.
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (meaning, re.compile(sign, re.DOTALL | re.IGNORECASE))
    for meaning, sign in (
        ("tabular", r"<ICD10CM\.tabular\b"),
        ("neoplasms", r"<ICD10CM\.index\b.*<head[^>]*>\s*Neoplasm"),
        ("drugs", r"<ICD10CM\.index\b.*<head[^>]*>\s*Substance"),
        ("external_causes", r"<ICD10CM\.index\b.*<title>[^<]*External\s+Cause"),
        ("index", r"<ICD10CM\.index\b"),
        ("an ICD-10-PCS file (procedures), not ICD-10-CM", r"<ICD10PCS"),
        # Both order files have the same columns; only procedures have seven characters under three.
        ("an ICD-10-PCS file (procedures), not ICD-10-CM", r"\A\d{5} [0-9A-Z]{3} {5}0 [^\n]*\n\d{5} [0-9A-Z]{7} 1 "),
        ("order", r"\A\s*\d{5} [A-Z]\d[0-9A-Z] {5}[01] "),
        ("an addenda file (changes only); the whole order file is needed", r"\A\s*(?:Add|Delete|Revise)\b"),
        ("a list of codes exempt from present-on-admission reporting", r"\A[^\n]*POA"),
        ("a table of equivalents (GEM) between ICD-9 and ICD-10", r"\A[0-9A-Z]{3,7} +[0-9A-Z]{3,7} +[01]{5}\s"),
        (
            "a list of billable codes; the order file holds them and their headers",
            r"\A[A-Z]\d[0-9A-Z]{1,5} +[A-Z][a-z]",
        ),
    )
)


_VERSION = re.compile(r"<version>\s*(20\d\d)")
_YEAR = re.compile(r"(?:FY|(?<!\d)20)(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class ReleaseFile:
    """This is one file of a release; ``role`` is None for a file that is not imported, ``description`` says why."""

    name: str
    role: str | None
    description: str


class Release:
    """This is an opened release: its files, and the content of those that are imported."""

    def __init__(self, path: Path, files: tuple[ReleaseFile, ...], read: Callable[[str, int], bytes]) -> None:
        self.path = path
        self.files = files
        self._read = read

    def read_role(self, role: str) -> tuple[str, bytes] | None:
        """Return the name and content of the file with this role, or None.

        Raises
        ------
        DataFileError
            If two files have the role, or the file is larger than any official one.
        """
        names = [file.name for file in self.files if file.role == role]
        if len(names) > 1:
            msg = f"{self.path.name} holds {len(names)} files that are each {_DESCRIPTION_BY_ROLE[role]}: "
            msg += f"{', '.join(names)}; import one release at a time"
            raise DataFileError(msg)
        if not names:
            return None
        content = self._read(names[0], _LARGEST + 1)
        if len(content) > _LARGEST:
            msg = f"{names[0]} unpacks to more than {_LARGEST // 1_000_000} MB; expected an official release file"
            raise DataFileError(msg)
        return names[0], content

    def find_edition(self) -> str | None:
        """Return the edition that the release tells, or None if it tells none.

        Notes
        -----
        XML files hold their fiscal year, which starts in October of the year before; other years are read from the
        names. The update of April has ``April`` in its names.

        Raises
        ------
        DataFileError
            If the files are of different fiscal years.
        """
        used = [file.name for file in self.files if file.role]
        heads = [self._read(name, _HEAD).decode("utf-8", errors="replace") for name in used]
        years = {year for head in heads for year in _VERSION.findall(head)}
        years = years or {"20" + year for name in (self.path.name, *used) for year in _YEAR.findall(name)}
        if len(years) > 1:
            msg = (
                f"{self.path.name} holds files of fiscal years {', '.join(sorted(years))}; import one release at a time"
            )
            raise DataFileError(msg)
        is_april = any("april" in name.lower() for name in (self.path.name, *used))
        return next((f"{year}-04" if is_april else year for year in years), None)

    def explain(self) -> str:
        """Return in one line what the files are that are not imported."""
        names: dict[str, list[str]] = {}
        for file in self.files:
            if file.role is None:
                names.setdefault(file.description, []).append(file.name)
        shown = [f"{_shorten(found)}: {description}" for description, found in names.items()]
        return "; ".join(shown) or "it is empty"


def open_release(path: Path) -> Release:
    """Open a zip file, a folder, or a single file of a release.

    Raises
    ------
    DataFileError
        If there is nothing at ``path`` or the zip file is damaged.
    """
    if path.is_dir():
        found = (item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file())
        names = tuple(sorted(islice(found, _MOST_FILES + 1)))
        if len(names) > _MOST_FILES:
            msg = f"{path.name} holds more than {_MOST_FILES} files; give the folder of one ICD-10-CM release"
            raise DataFileError(msg)
        return _identify(path, names, lambda name, size: _read_file(path / name, size))
    if not path.is_file():
        msg = f"{path.name}: there is no such file or folder; give the zip file of an official ICD-10-CM release"
        raise DataFileError(msg)
    if not zipfile.is_zipfile(path):
        return _identify(path, (path.name,), lambda _name, size: _read_file(path, size))
    try:
        with zipfile.ZipFile(path) as archive:
            names = tuple(sorted(item.filename for item in archive.infolist() if not item.is_dir()))
    except zipfile.BadZipFile as error:
        msg = f"{path.name} is a damaged zip file; download the release again"
        raise DataFileError(msg) from error
    return _identify(path, names, lambda name, size: _read_member(path, name, size))


def parse_edition(edition: str) -> tuple[dt.date, dt.date]:
    """Return the first and last day on which an edition is in force.

    Raises
    ------
    DataFileError
        If the name is not a fiscal year, or a fiscal year and ``-04`` for its update of April.

    Examples
    --------
    >>> [day.isoformat() for day in parse_edition("2027")]
    ['2026-10-01', '2027-09-30']
    >>> parse_edition("2026-04")[0].isoformat()
    '2026-04-01'
    """
    match = re.fullmatch(r"(20\d\d)(-04)?", edition)
    if match is None:
        msg = (
            f"{edition[:20]!r} is not the name of an edition; expected a fiscal year such as 2027, or 2027-04 for April"
        )
        raise DataFileError(msg)
    year = int(match[1])
    return dt.date(year, 4, 1) if match[2] else dt.date(year - 1, 10, 1), dt.date(year, 9, 30)


def _identify(path: Path, names: tuple[str, ...], read: Callable[[str, int], bytes]) -> Release:
    return Release(path, tuple(_identify_files(names, read)), read)


def _identify_files(names: tuple[str, ...], read: Callable[[str, int], bytes]) -> Iterator[ReleaseFile]:
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in _DESCRIPTION_BY_SUFFIX:
            yield ReleaseFile(name, None, _DESCRIPTION_BY_SUFFIX[suffix])
            continue
        head = read(name, _HEAD).decode("utf-8-sig", errors="replace")
        role, description = _read_signs(head)
        yield ReleaseFile(name, role, description)


def _read_signs(head: str) -> tuple[str | None, str]:
    for meaning, sign in _SIGNS:
        if sign.search(head):
            return (meaning, _DESCRIPTION_BY_ROLE[meaning]) if meaning in ROLES else (None, meaning)
    return None, "not a file of an ICD-10-CM release"


def _shorten(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _read_file(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _read_member(path: Path, name: str, size: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as member:
            return member.read(size)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError) as error:
        msg = f"{path.name}: {name} cannot be unpacked ({type(error).__name__}); download the release again"
        raise DataFileError(msg) from error
