"""Reads the official index files (XML): Alphabetic Index, external causes, neoplasm table, drug table.

Each file is a tree. A main term and the terms indented under it are the nodes; a node has a title, the nonessential
modifiers that the index prints in parentheses, the codes it leads to, and the cross references to other nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
_PARENTHESES = re.compile(
    r"""
    \( ( [^()]* (?: \( [^()]* \) [^()]* )* ) \)   # brackets, with brackets inside: (cholerae (suis))
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class IndexNode:
    """This is one line of an index with the lines indented under it.

    ``codes`` holds code and column, the column empty outside the two tables; a code that was written with a dash is
    the header that still needs characters. ``sees`` and ``sees_also`` are cross references as printed.
    """

    title: str
    modifiers: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    sees: tuple[str, ...]
    sees_also: tuple[str, ...]
    nodes: tuple[IndexNode, ...]


@dataclass(frozen=True, slots=True)
class IndexFile:
    """This is one index file: the fiscal year it is of, empty if it tells none, and its main terms."""

    year: str
    nodes: tuple[IndexNode, ...]


def read_index(content: bytes, name: str) -> IndexFile:
    """Read an index file.

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
    nodes = tuple(_read_node(term, columns) for term in root.iterfind("letter/mainTerm"))
    return IndexFile(_clean(root.findtext("version")), nodes)


def walk(nodes: tuple[IndexNode, ...], above: tuple[IndexNode, ...] = ()) -> Iterator[tuple[IndexNode, ...]]:
    """Yield the path to every node, main term first, in the order of the index."""
    for node in nodes:
        path = (*above, node)
        yield path
        yield from walk(node.nodes, path)


def _read_node(element: ET.Element, columns: Mapping[str, str]) -> IndexNode:
    title, modifiers = _read_title(element)
    found = ((_find_code(child.text), child) for child in element if child.tag in ("code", "cell"))
    return IndexNode(
        title=title,
        modifiers=modifiers,
        codes=tuple((code, columns.get(child.get("col", ""), "")) for code, child in found if code),
        sees=tuple(_clean(child.text) for child in element.iterfind("see")),
        sees_also=tuple(_clean(child.text) for child in element.iterfind("seeAlso")),
        nodes=tuple(_read_node(child, columns) for child in element.iterfind("term")),
    )


def _read_title(element: ET.Element) -> tuple[str, tuple[str, ...]]:
    title = element.find("title")
    if title is None:
        return "", ()
    # Nonessential modifiers stand in elements of their own, with no space before them.
    pieces = (title.text, *(piece for child in title for piece in (f" {child.text or ''} ", child.tail)))
    whole = "".join(piece for piece in pieces if piece)
    modifiers = tuple(_clean(match[1]) for match in _PARENTHESES.finditer(whole))
    return _clean(_PARENTHESES.sub(" ", whole)).strip(" ,"), tuple(m for m in modifiers if m)


def _find_code(text: str | None) -> str | None:
    match = _CODE.fullmatch((text or "").strip())
    try:
        return format_icd10cm(match["code"]) if match else None
    except CodeFormatError:
        return None


def _clean(text: str | None) -> str:
    return " ".join((text or "").split()).replace(" ,", ",")
