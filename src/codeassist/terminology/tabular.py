"""Reads the official tabular list (XML) of ICD-10-CM into entries, blocks and chapters, in tabular order.

First link of a code set's chain: tabular list -> arrays (``compile``) -> ``CodeSet``. Codes that exist only by their
seventh character are not written in the file; they are made here from its seventh-character definitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from codeassist.errors import DataFileError

KIND_BY_TAG = {
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "includes": "includes",
    "inclusionTerm": "inclusion",
    "notes": "note",
    "sevenChrNote": "seventh_character",
}
_ROOT = "ICD10CM.tabular"
# Who died before waking has no later encounter: since fiscal year 2018 these injuries take no seventh character but
# A. No element of the XML says it; order files do.
_DIED_BEFORE_WAKING = re.compile(r"with death due to .* (?:prior to|before) regaining consciousness$")
_FIRST_YEAR_WITHOUT_LATER_ENCOUNTER = 2018

Sevenths = tuple[tuple[str, str], ...]
"""Seventh characters and their meanings, in official order."""


@dataclass(frozen=True, slots=True)
class TabularNote:
    """This is one line of one note: its kind and its text, white space normalised."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Division:
    """This is a chapter or a block; ``chapter`` is the position of its chapter."""

    name: str
    title: str
    chapter: int
    notes: tuple[TabularNote, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """This is one code; ``parent`` is the position of its parent, -1 for a category, ``sevenths`` what it defines."""

    code: str
    title: str
    parent: int
    block: int
    is_billable: bool
    notes: tuple[TabularNote, ...] = ()
    sevenths: Sevenths = ()


@dataclass(slots=True)
class TabularList:
    """This is a whole tabular list: chapters, blocks and codes in tabular order."""

    year: str
    chapters: list[Division] = field(default_factory=list)
    blocks: list[Division] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def parse_xml(content: bytes, name: str) -> ET.Element:
    """Parse the content of an official XML file.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        The file's name, for messages.

    Raises
    ------
    DataFileError
        If the content is not well-formed, or declares entities, which no official file does.
    """
    # Refusing a document type keeps out entity expansion, the only way a small XML file can fill the memory.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content[:64]:
        msg = f"{name}: the file declares a document type or is not UTF-8; expected an official ICD-10-CM XML file"
        raise DataFileError(msg)
    try:
        return ET.fromstring(content)  # noqa: S314 - entity declarations were refused above
    except ET.ParseError as error:
        line, column = error.position
        msg = f"{name}, line {line}, column {column}: the XML is broken here; download the release again"
        raise DataFileError(msg) from error


def read_tabular(content: bytes, name: str, *, confirmed: AbstractSet[str] | None = None) -> TabularList:
    """Read a tabular list.

    Parameters
    ----------
    content
        The bytes of the XML file.
    name
        The file's name, for messages.
    confirmed
        Every code of the edition without dots, where an order file or code list gives them; codes made from a seventh
        character are kept only if they are among these. Without it the rule that the list prints in words is applied.

    Raises
    ------
    DataFileError
        If the file is not a tabular list, or a chapter, block or code in it has no name or title.
    """
    root = parse_xml(content, name)
    if root.tag != _ROOT:
        msg = f"{name}: the root element is {root.tag}, expected {_ROOT}; this is not a tabular list"
        raise DataFileError(msg)
    reader = _TabularReader(name, confirmed, TabularList(_clean(root.findtext("version"))))
    for chapter in root.iterfind("chapter"):
        reader.add_chapter(chapter)
    if not reader.tabular.entries:
        msg = f"{name}: the tabular list holds no codes; download the release again"
        raise DataFileError(msg)
    return reader.tabular


class _TabularReader:
    def __init__(self, name: str, confirmed: AbstractSet[str] | None, tabular: TabularList) -> None:
        self.tabular = tabular
        self._name = name
        self._confirmed = confirmed

    def add_chapter(self, element: ET.Element) -> None:
        position = len(self.tabular.chapters)
        name, title = self._get_text(element, "name", position), self._get_text(element, "desc", position)
        self.tabular.chapters.append(Division(name, title, position, tuple(_read_notes(element))))
        for section in element.iterfind("section"):
            self._add_block(section, position)

    def _add_block(self, element: ET.Element, chapter: int) -> None:
        name = element.get("id") or self._get_text(element, "name", f"chapter {chapter + 1}")
        title = self._get_text(element, "desc", name)
        self.tabular.blocks.append(Division(name, title, chapter, tuple(_read_notes(element))))
        for diagnosis in element.iterfind("diag"):
            self._add_code(diagnosis, -1, ())
        for section in element.iterfind("section"):
            self._add_block(section, chapter)

    def _add_code(self, element: ET.Element, parent: int, inherited: Sevenths) -> None:
        code = self._get_text(element, "name", self.tabular.blocks[-1].name)
        title = self._get_text(element, "desc", code)
        own = tuple(_read_sevenths(element))
        sevenths = own or inherited
        children = element.findall("diag")
        expanded = [] if children else list(self._expand(code, title, sevenths))
        position, block = len(self.tabular.entries), len(self.tabular.blocks) - 1
        is_billable = not children and not expanded
        notes = tuple(_read_notes(element))
        self.tabular.entries.append(Entry(code, title, parent, block, is_billable, notes, own))
        for child in children:
            self._add_code(child, position, sevenths)
        self.tabular.entries += [Entry(made, text, position, block, is_billable=True) for made, text in expanded]

    def _expand(self, code: str, title: str, sevenths: Sevenths) -> Iterator[tuple[str, str]]:
        """Yield the codes that ``sevenths`` make of a code without children, with their titles."""
        base = code.replace(".", "")
        if len(base) > 6:
            return
        for character, meaning in sevenths:
            made = base.ljust(6, "X") + character
            if self._exists(made, title):
                yield f"{made[:3]}.{made[3:]}", f"{title}, {meaning}"

    def _exists(self, made: str, title: str) -> bool:
        if self._confirmed is not None:
            return made in self._confirmed
        year = int(self.tabular.year) if self.tabular.year.isdecimal() else _FIRST_YEAR_WITHOUT_LATER_ENCOUNTER
        is_final = year >= _FIRST_YEAR_WITHOUT_LATER_ENCOUNTER and _DIED_BEFORE_WAKING.search(title)
        return not is_final or made.endswith("A")

    def _get_text(self, element: ET.Element, tag: str, place: object) -> str:
        text = _clean(element.findtext(tag))
        if not text:
            msg = f"{self._name}: a {element.tag} at {place} has no {tag}; download the release again"
            raise DataFileError(msg)
        return text


def _read_notes(element: ET.Element) -> Iterator[TabularNote]:
    for child in element:
        kind = KIND_BY_TAG.get(child.tag)
        if kind:
            texts = (_clean("".join(note.itertext())) for note in child.iterfind("note"))
            yield from (TabularNote(kind, text) for text in texts if text)
        elif child.tag == "sevenChrDef":
            yield from _read_wordings(child)


def _read_wordings(definition: ET.Element) -> Iterator[TabularNote]:
    """Yield other wordings of a seventh character, which the XML writes as notes after it."""
    character = ""
    for child in definition:
        if child.tag == "extension":
            character = child.get("char", "")
        elif child.tag == "note" and _clean(child.text):
            yield TabularNote("seventh_character", f"{character}: {_clean(child.text)}")


def _read_sevenths(element: ET.Element) -> Iterator[tuple[str, str]]:
    for definition in element.iterfind("sevenChrDef"):
        for extension in definition.iterfind("extension"):
            yield extension.get("char", ""), _clean(extension.text)


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())
