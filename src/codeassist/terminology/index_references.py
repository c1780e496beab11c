"""Follows the cross references of an index: "see Hemorrhage, brain", "see Neoplasm, skin, malignant"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from codeassist.terminology.index_file import IndexNode
from codeassist.terminology.index_wordings import split_alternatives

# How far a reference leads through others before it is given up.
_MOST_STEPS = 3
# The words that stand for a column of the neoplasm table in a reference.
_COLUMNS: Mapping[str, str] = {
    "malignant": "Malignant Primary",
    "malignant, primary": "Malignant Primary",
    "primary": "Malignant Primary",
    "secondary": "Malignant Secondary",
    "malignant, secondary": "Malignant Secondary",
    "in situ": "Ca in situ",
    "benign": "Benign",
    "uncertain behavior": "Uncertain Behavior",
    "unspecified behavior": "Unspecified Behavior",
}
# "by site" and "by type" leave the line to the reader: no single one is meant.
_OPEN = re.compile(r"\b(?: by | specified | Table \s of | condition | categor | subcategor )", re.VERBOSE)
_MARKS = re.compile(r"[^\w\s,'-]|\(.*?\)", re.VERBOSE)


class References:
    """This finds the line of an index that a cross reference names.

    Parameters
    ----------
    nodes
        The main terms of all index files of an edition.
    wordings_by_title
        What main terms are called whose title is no wording.
    """

    def __init__(self, nodes: Sequence[IndexNode], wordings_by_title: Mapping[str, Sequence[str]]) -> None:
        self._mains: dict[str, list[IndexNode]] = defaultdict(list)
        for node in nodes:
            for name in (*_names(node.title), *map(_fold, wordings_by_title.get(node.title, ()))):
                self._mains[name].append(node)

    def find(self, reference: str) -> tuple[IndexNode, str] | None:
        """Return the line that a reference names and the column of it, or None where it names no single one."""
        for _ in range(_MOST_STEPS):
            if _OPEN.search(reference):
                return None
            target = self._find_line(reference)
            if target is None or target[0].codes:
                return target
            node, column = target
            unspecified = [below for below in node.nodes if below.title.startswith("unspecified") and below.codes]
            if unspecified:
                return unspecified[0], column
            if not node.sees:
                return target
            reference = node.sees[0]
        return None

    def _find_line(self, reference: str) -> tuple[IndexNode, str] | None:
        pieces = [_fold(piece) for piece in reference.split(",") if piece.strip()]
        for behind in range(min(2, len(pieces) - 1) + 1):
            column = _COLUMNS.get(", ".join(pieces[len(pieces) - behind :]), "") if behind else ""
            if behind and not column:
                continue
            for node in self._mains.get(pieces[0], ()) if pieces else ():
                found = _descend(node, pieces[1 : len(pieces) - behind])
                if found is not None and (not column or any(name == column for _, name in found.codes)):
                    return found, column
        return None


def _descend(node: IndexNode, pieces: Sequence[str]) -> IndexNode | None:
    """Return the node below that a path of titles leads to; a title may itself hold commas."""
    if not pieces:
        return node
    for length in range(len(pieces), 0, -1):
        wanted = ", ".join(pieces[:length])
        for below in node.nodes:
            if wanted in _names(below.title):
                found = _descend(below, pieces[length:])
                if found is not None:
                    return found
    return None


@lru_cache(maxsize=100_000)
def _names(title: str) -> tuple[str, ...]:
    whole = _fold(title)
    return (whole, *(_fold(phrase) for phrase in split_alternatives(title))) if "," in whole else (whole,)


def _fold(title: str) -> str:
    text = _MARKS.sub(" ", title).replace(" NEC", "").replace(" NOS", "")
    return " ".join(text.lower().split()).replace(" ,", ",").strip(" ,")
