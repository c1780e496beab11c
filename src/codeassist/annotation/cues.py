"""Reads the table of assertion cues and finds every cue of a note in one pass over its words.

A row of ``cues.tsv`` names the words of a cue, the assertion value it sets, the direction in which it acts and how
far. Rows of the direction ``class`` put a word into a class, which other rows cite as ``<relative>``; rows of the
direction ``section`` give a section kind its default. ``docs/reference/assertion.md`` describes the columns.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

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
DIRECTIONS = ("forward", "backward", "answer", "final", "block", "none", "section", "class")
SCOPES = ("phrase", "series", "list", "sentence", "none")
NUMBER, YEAR = "<number>", "<year>"

WORD = re.compile(
    r"""
    [^\W_]+ (?: ' [^\W_]+ )*               # a word or number, with what follows an apostrophe: "patient's"
    | \r\n? | [\n\f\v\x85\u2028\u2029]     # one line break
    | [^\w\s] | _                          # one sign
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Cue:
    """This is one row of the table: what its words set, in which direction, and how far."""

    words: str
    category: str
    direction: str
    scope: str
    limit: int


class CueHit(NamedTuple):
    """This is one cue found in a note: its words, the end excluded, and the rows that share its wording."""

    first: int
    last: int
    cues: tuple[Cue, ...]


class _Node:
    """This is one state of the automaton: where each next word leads, and the rows that end here."""

    __slots__ = ("cues", "next")

    def __init__(self, cues: tuple[Cue, ...]) -> None:
        self.cues = cues
        self.next: dict[str, _Node] = {}


_Open = frozenset[tuple[tuple[str, ...], int]]


class CueTable:
    """This is the cue table compiled into an automaton over lower-case words; the longest cue wins."""

    def __init__(self, cues: Sequence[Cue], members_by_class: Mapping[str, frozenset[str]]) -> None:
        self._cues = tuple(cue for cue in cues if cue.direction != "section")
        self._members = members_by_class
        self._built: dict[_Open, _Node] = {}
        self._root = self._build(frozenset((split_cue(cue.words), i) for i, cue in enumerate(self._cues))).next
        self.default_by_section = {cue.words: cue.category for cue in cues if cue.direction == "section"}

    @classmethod
    def load(cls, path: Path | None = None) -> CueTable:
        """Read a cue table.

        Raises
        ------
        DataFileError
            If the file has other columns or a row holds an unknown value.
        """
        cues: list[Cue] = []
        members: dict[str, set[str]] = {}
        for line, row in _read_rows(path or CUES_PATH):
            if row["direction"] == "class":
                members.setdefault(f"<{row['category']}>", set()).add(row["cue"])
            else:
                cues.append(_to_cue(row, line=line, path=path or CUES_PATH))
        return cls(cues, {name: frozenset(words) for name, words in members.items()})

    def __contains__(self, word: str) -> bool:
        """Tell whether a cue may start with this word."""
        return word in self._root

    def find_hits(self, words: Sequence[str]) -> list[CueHit]:
        """Return the cues among ``words`` from left to right, longest first, none overlapping another."""
        hits: list[CueHit] = []
        root, done = self._root, 0
        for first in [i for i, word in enumerate(words) if word in root]:
            if first < done:
                continue
            node: _Node | None = root[words[first]]
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

    def _build(self, rest: _Open) -> _Node:
        """Make the state in which the rows of ``rest`` are still possible, once for each such set."""
        if rest in self._built:
            return self._built[rest]
        ended = [self._cues[i] for words, i in rest if not words]
        ended.sort(key=lambda cue: (cue.category, cue.direction, cue.words))
        node = self._built[rest] = _Node(tuple(ended))
        by_word: dict[str, set[tuple[tuple[str, ...], int]]] = {}
        for words, i in rest:
            for word in self._expand(words[0]) if words else ():
                by_word.setdefault(word, set()).add((words[1:], i))
        node.next = {word: self._build(frozenset(left)) for word, left in by_word.items()}
        return node

    def _expand(self, word: str) -> Iterable[str]:
        if word == NUMBER:
            return (NUMBER, *self._members.get(NUMBER, ()))
        return self._members.get(word, (word,))


def split_cue(text: str) -> tuple[str, ...]:
    """Split the wording of a cue as a note is split, keeping the names of word classes whole.

    Examples
    --------
    >>> split_cue("per <relative>"), split_cue("r/o")
    (('per', '<relative>'), ('r', '/', 'o'))
    """
    words: list[str] = []
    for part in text.split(" "):
        words.extend([part] if part.startswith("<") else WORD.findall(part))
    return tuple(words)


def split_words(text: str) -> tuple[list[str], list[int]]:
    """Return the lower-case words of a text and where each starts; offsets are those of ``text`` itself."""
    lower = text.lower()
    # A few letters grow when lowered; those texts are lowered letter by letter so that offsets hold.
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    if "\u2019" in lower:
        lower = lower.replace("\u2019", "'")
    words, starts = [], []
    for match in WORD.finditer(lower):
        words.append(match.group())
        starts.append(match.start())
    return words, starts


def _step(node: _Node, word: str) -> _Node | None:
    found = node.next.get(word)
    if found is None and word[0] in "0123456789":
        if len(word) == 4 and "1900" <= word < "2050" and YEAR in node.next:
            return node.next[YEAR]
        return node.next.get(NUMBER)
    return found


def _read_rows(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            msg = f"{path.name}, line 1: found columns {reader.fieldnames}; expected {', '.join(COLUMNS)}"
            raise DataFileError(msg)
        for row in reader:
            if None in row or None in row.values():
                msg = f"{path.name}, line {reader.line_num}: expected {len(COLUMNS)} columns; mend the row"
                raise DataFileError(msg)
            yield reader.line_num, row


def _to_cue(row: Mapping[str, str], *, line: int, path: Path) -> Cue:
    allowed = {
        "category": (*DIMENSION_BY_CATEGORY, END, PSEUDO),
        "direction": DIRECTIONS,
        "scope": SCOPES,
    }
    for column, values in allowed.items():
        if row[column] not in values:
            msg = f"{path.name}, line {line}: {column} {row[column]!r} is unknown; expected one of {', '.join(values)}"
            raise DataFileError(msg)
    if not row["limit"].isascii() or not row["limit"].isdigit():
        msg = f"{path.name}, line {line}: limit {row['limit']!r} is not a whole number; write 0 for no limit"
        raise DataFileError(msg)
    return Cue(row["cue"], row["category"], row["direction"], row["scope"], int(row["limit"]))
