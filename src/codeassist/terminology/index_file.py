"""Reads the official index files (XML): Alphabetic Index, external causes, neoplasm table, drug table.

Each entry becomes one wording of the code that it leads to, written as the index prints it, main term first:
``Diabetes, diabetic (mellitus) (sugar), type 2, with, neuropathy``. Words in parentheses may or may not be present.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree as ET

from codeassist.core.codes import format_icd10cm
from codeassist.errors import CodeFormatError, DataFileError
from codeassist.terminology.tabular import parse_xml

_ROOT = "ICD10CM.index"
_CODE = re.compile(
    r"""
    (?P<code> [0-9A-Z]{3} (?: \. [0-9A-Z]{1,4} )? )   # M05.71
    \.? -* \s*                                        # M05.7-, C79.8-, I69.-
    """,
    re.VERBOSE,
)


def read_index(content: bytes, name: str) -> Iterator[tuple[str, str]]:
    """Yield each entry of an index file that leads to a code: the code, and the wording of its whole path.

    Notes
    -----
    A code written with a dash is the header that still needs characters. The codes of the neoplasm and drug tables
    are worded with their column: ``Neoplasm, neoplastic, lung: Malignant Primary``.

    Raises
    ------
    DataFileError
        If the file is not an index file.
    """
    root = parse_xml(content, name)
    if root.tag != _ROOT:
        msg = f"{name}: the root element is {root.tag}, expected {_ROOT}; this is not an index file"
        raise DataFileError(msg)
    columns = {head.get("col", ""): _clean(head.text) for head in root.iterfind("indexHeading/head")}
    for term in root.iterfind("letter/mainTerm"):
        yield from _read_term(term, (), columns)


def group_terms(entries: Iterator[tuple[str, str]]) -> Mapping[str, Sequence[str]]:
    """Return the wordings by code, each once, in the order of the index."""
    grouped: dict[str, dict[str, None]] = {}
    for code, wording in entries:
        grouped.setdefault(code, {})[wording] = None
    return {code: tuple(wordings) for code, wordings in grouped.items()}


def _read_term(element: ET.Element, path: tuple[str, ...], columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    path = (*path, _read_title(element))
    wording = ", ".join(part for part in path if part)
    for child in element:
        if child.tag == "term":
            yield from _read_term(child, path, columns)
        elif child.tag in ("code", "cell") and (code := _find_code(child.text)):
            column = columns.get(child.get("col", ""))
            yield code, f"{wording}: {column}" if column else wording


def _read_title(element: ET.Element) -> str:
    title = element.find("title")
    if title is None:
        return ""
    # Non-essential modifiers stand in elements of their own, with no space before them.
    parts = (title.text, *(piece for child in title for piece in (child.text, child.tail)))
    return _clean(" ".join(part for part in parts if part))


def _find_code(text: str | None) -> str | None:
    match = _CODE.fullmatch((text or "").strip())
    try:
        return format_icd10cm(match["code"]) if match else None
    except CodeFormatError:
        return None


def _clean(text: str | None) -> str:
    return " ".join((text or "").split()).replace(" ,", ",")
