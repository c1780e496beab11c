"""Reads the table of assertion cues and finds every cue of a note in one pass over its words.

A row of ``cues.tsv`` names the words of a cue, the assertion value it sets, the direction in which it acts and how
far. Rows of the direction ``class`` put a word into a class, which other rows cite as ``<relative>``; rows of the
direction ``section`` give a section kind its default. ``docs/reference/assertion.md`` describes the columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from codeassist.annotation.sentences import split_words
from codeassist.errors import DataFileError

CUES_PATH = Path(__file__).with_name("cues.tsv")
COLUMNS = ("cue", "category", "direction", "scope", "limit", "provenance")
PRESENCE, TEMPORALITY, EXPERIENCER = 0, 1, 2
DIMENSION_BY_CATEGORY = {
    "absent": PRESENCE,
    "possible": PRESENCE,
    "present": PRESENCE,
    "historical": TEMPORALITY,
    "hypothetical": TEMPORALITY,
    "habit": TEMPORALITY,
    "current": TEMPORALITY,
    "family": EXPERIENCER,
    "other": EXPERIENCER,
    "patient": EXPERIENCER,
}
END, PSEUDO = "end", "pseudo"
CLOSING_DIRECTIONS = ("answer", "final")
DIRECTIONS = ("forward", "backward", *CLOSING_DIRECTIONS, "inside", "block", "none", "section", "class")
SCOPES = ("phrase", "series", "list", "sentence", "none")
NUMBER, YEAR = "<number>", "<year>"


@dataclass(frozen=True, slots=True)
class Cue:
    """This is one row of the table: what its words set, in which direction, and how far."""

    words: str
    category: str
    direction: str
    scope: str
    limit: int


class CueHit(NamedTuple):
    """This is one cue found in a note: its words, ``last`` excluded, and the rows that share its wording."""

    first: int
    last: int
    cues: tuple[Cue, ...]


class _Node:
    """This is one state of the automaton: where each next word leads, and the rows that end here."""

    __slots__ = ("cues", "next")

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self.next: dict[str, _Node] = {}


# The rows still possible in a state: the words left of each, and its number.
_Rest = frozenset[tuple[tuple[str, ...], int]]


class CueTable:
    """This is the cue table compiled into an automaton over lower-case words; the longest cue wins.

    Parameters
    ----------
    cues
        The rows that act on mentions or sections.
    words_by_class
        The words of each class, for example ``{"relative": frozenset({"aunt"})}``.

    Raises
    ------
    DataFileError
        If the same words fulfil two rows that contradict or repeat each other.
    """

    def __init__(self, cues: Sequence[Cue], words_by_class: Mapping[str, frozenset[str]]) -> None:
        self.words_by_class = words_by_class
        self.defaults_by_section: dict[str, tuple[str, ...]] = {}
        for cue in cues:
            if cue.direction == "section":
                self.defaults_by_section[cue.words] = (*self.defaults_by_section.get(cue.words, ()), cue.category)
        self._cues = tuple(cue for cue in cues if cue.direction != "section")
        self._built: dict[_Rest, _Node] = {}
        self._start = self._build(frozenset((split_cue(cue.words), i) for i, cue in enumerate(self._cues)))

    @classmethod
    def load(cls, path: Path | None = None) -> CueTable:
        """Read a cue table, the package's own unless ``path`` names another.

        Raises
        ------
        DataFileError
            If the file has other columns, a row holds an unknown value, or two rows contradict each other.
        """
        path = path or CUES_PATH
        cues: list[Cue] = []
        words: dict[str, set[str]] = {}
        for line, row in _read_rows(path):
            if row["direction"] == "class":
                words.setdefault(row["category"], set()).add(row["cue"])
            else:
                cues.append(_to_cue(row, where=f"{path.name}, line {line}"))
        return cls(cues, {name: frozenset(members) for name, members in words.items()})

    def find_hits(self, words: Sequence[str]) -> list[CueHit]:
        """Return the cues among ``words`` from left to right; where they overlap, the first and longest."""
        hits: list[CueHit] = []
        root, done = self._start.next, 0
        for first in [i for i, word in enumerate(words) if word in root or (word < "3" and _is_year(word))]:
            if first < done:
                continue
            node = _step(self._start, words[first])
            i, last = first + 1, 0
            cues: tuple[Cue, ...] = ()
            while node is not None:
                if node.cues:
                    cues, last = node.cues, i
                node = _step(node, words[i]) if node.next and i < len(words) else None
                i += 1
            if cues:
                hits.append(CueHit(first, last, cues))
                done = last
        return hits

    def _build(self, rest: _Rest) -> _Node:
        """Make the state in which the rows of ``rest`` are still possible, once for each such set."""
        if rest in self._built:
            return self._built[rest]
        ended = [self._cues[i] for words, i in rest if not words]
        _check_agreement(ended)
        # What ends a scope acts before what opens one.
        ended.sort(key=lambda cue: (cue.category != END, cue.category, cue.direction))
        node = self._built[rest] = _Node(tuple(ended))
        by_word: dict[str, set[tuple[tuple[str, ...], int]]] = {}
        for words, i in rest:
            for word in self._expand(words[0]) if words else ():
                by_word.setdefault(word, set()).add((words[1:], i))
        node.next = {word: self._build(frozenset(left)) for word, left in by_word.items()}
        return node

    def _expand(self, word: str) -> Iterable[str]:
        if not word.startswith("<"):
            return (word,)
        members = self.words_by_class.get(word[1:-1], frozenset())
        return (word, *members) if word in (NUMBER, YEAR) else members


def split_cue(text: str) -> tuple[str, ...]:
    """Split the wording of a cue as a note is split, keeping the names of word classes whole.

    Examples
    --------
    >>> split_cue("per <relative>"), split_cue("r/o")
    (('per', '<relative>'), ('r', '/', 'o'))
    """
    words: list[str] = []
    for part in text.split(" "):
        is_whole = part.isalnum() or (part.startswith("<") and part.endswith(">"))
        words.extend([part] if is_whole else split_words(part).words)
    return tuple(words)


def _step(node: _Node, word: str) -> _Node | None:
    """Follow one word; a number also follows the classes of numbers and years."""
    found = node.next.get(word)
    if found is None and word[0] in "0123456789":
        if _is_year(word) and YEAR in node.next:
            return node.next[YEAR]
        return node.next.get(NUMBER)
    return found


def _is_year(word: str) -> bool:
    return len(word) == 4 and "1900" <= word < "2050"


def _check_agreement(cues: Sequence[Cue]) -> None:
    """Refuse rows that the same words fulfil and that contradict or repeat each other."""
    seen: dict[tuple[int, str], Cue] = {}
    for cue in cues:
        dimension = -1 if cue.category == END else DIMENSION_BY_CATEGORY.get(cue.category, -2)
        other = seen.setdefault((dimension, cue.direction), cue)
        if other is not cue or (cue.category == PSEUDO and len(cues) > 1):
            first, second = sorted(f"{each.words!r} ({each.category})" for each in cues)[:2]
            msg = f"the cues {first} and {second} match the same words but disagree; remove one"
            raise DataFileError(msg)


def _read_rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            msg = f"{path.name}, line 1: found the columns {reader.fieldnames}; expected {', '.join(COLUMNS)}"
            raise DataFileError(msg)
        for row in reader:
            if None in row or None in row.values():
                msg = f"{path.name}, line {reader.line_num}: expected {len(COLUMNS)} columns; mend the row"
                raise DataFileError(msg)
            yield reader.line_num, row


def _to_cue(row: Mapping[str, str], *, where: str) -> Cue:
    allowed = {"category": (*DIMENSION_BY_CATEGORY, END, PSEUDO), "direction": DIRECTIONS, "scope": SCOPES}
    for column, values in allowed.items():
        if row[column] not in values:
            msg = f"{where}: {column} {row[column]!r} is unknown; expected one of {', '.join(values)}"
            raise DataFileError(msg)
    if not (row["limit"].isascii() and row["limit"].isdigit()):
        msg = f"{where}: limit {row['limit']!r} is not a whole number; write 0 for no limit"
        raise DataFileError(msg)
    return Cue(row["cue"], row["category"], row["direction"], row["scope"], int(row["limit"]))
