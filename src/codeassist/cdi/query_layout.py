"""Reads the layout of a query's plain text, as loosely as people write it: title, indicators, question, choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from codeassist.cdi.lint_rules import load_query_words
from codeassist.cdi.wordings import straighten

PARTS = ("title", "indicator", "question", "choice")
_MOST_TITLE_WORDS = 14
_MOST_CHOICE_WORDS = 14
_OPENING = 60

_BULLET = re.compile(
    r"""
    [ \t]*
    (?: (?: [-*•◦▪+] | \(? (?: \d{1,2} | [a-hA-H] ) [.)] ) [ \t]+ )?       # a dash, a dot, a number or a letter
    (?P<box>                                                              # a box or a button, perhaps ticked
        \[ [ ]? (?P<cross> [xX✓✔*]? ) [ ]? \] | \( [ ]* (?P<dot> [xX✓•●*]? ) [ ]* \)
      | [☐□○◯_]+ (?=[ ]) | (?P<full> [☑☒■●✓✔] )
    )?
    [ \t]*
    """,
    re.VERBOSE,
)
_LABEL = re.compile(
    r"""
    [\s*_#]* (?P<name> [A-Za-z] [A-Za-z/& \t-]{0,50}? )     # the name, perhaps marked as bold or as a heading
    [ \t]* (?: \( [^()\n]{0,120} \) )? [ \t*_]*             # what is said of it in brackets
    (?: : [ \t*_]* | $ )
    """,
    re.VERBOSE,
)
_INNER_LABEL = re.compile(r"(?: ^ | (?<= [.?!;\])] ) [ ]+ ) (?= [A-Za-z][A-Za-z/ ]{2,40} : )", re.VERBOSE)
_SENTENCE_END = re.compile(r"(?<= [.?!] ) [ \t]+ (?= [A-Z\"] )", re.VERBOSE)
_CHOICE_BREAK = re.compile(r"[ ]+/[ ]+ | [ ]*[;|][ ]* | [ ]*[☐□○◯☑☒] [ ]*", re.VERBOSE)
_BOX = re.compile(r"\[ [ ]? [xX✓✔*]? [ ]? \] | \( [ ]* [xX✓•●]? [ ]* \) | [☐□○◯☑☒■●]", re.VERBOSE)
_TICKS = frozenset("xX✓✔*•●☑☒■")
_FACT_BREAK = re.compile(r"[ ]*;[ ]+", re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Part:
    """This is one piece of a query's text; ``is_marked`` tells that a choice is ticked before anyone answered.

    ``label`` is the place of the label that it stands under.
    """

    kind: str
    start: int
    end: int
    is_marked: bool = False
    label: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Line:
    """This is one line: where it starts, what it says behind its bullet, and what the bullet is."""

    start: int
    end: int
    indent: int
    is_item: bool
    is_box: bool
    is_marked: bool


def read_layout(text: str) -> tuple[Part, ...]:
    r"""Return the parts of a query's text in order; what is nothing else is part of the question.

    Examples
    --------
    >>> [part.kind for part in read_layout("Kidney function\n- Cr 2.4 (lab)\nPlease clarify.\n[ ] A\n[ ] B")]
    ['title', 'indicator', 'question', 'choice', 'choice']
    """
    return tuple(_Reader(straighten(text)).read())


class _Reader:
    """This goes through the lines once and remembers under which label it is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._kind = ""
        self._label = (0, 0)
        self._asked = False
        self._parts: list[Part] = []

    def read(self) -> list[Part]:
        was_blank = False
        for number, line in enumerate(each for each in _read_lines(self._text)):
            if line.start == line.end:
                was_blank = True
                continue
            if not (not self._parts and not self._kind and not number and self._read_title(line)):
                self._read_line(line, was_blank=was_blank)
            was_blank = False
        return [part for part in self._parts if part.start < part.end]

    def _read_title(self, line: _Line) -> bool:
        said = self._text[line.start : line.end]
        if line.is_item or self._find_label(line.start, line.end) or said[-1] in ".?!:;":
            return False
        words = re.findall(r"[\w']+", said.lower())
        requests = load_query_words()["request"]
        if len(words) > _MOST_TITLE_WORDS or {words[0], " ".join(words[:2])} & requests if words else True:
            return False
        self._add("title", line.start, line.end)
        return True

    def _read_line(self, line: _Line, *, was_blank: bool) -> None:
        label = self._find_label(line.start, line.end)
        # In a list of facts "treatment: furosemide" is one of them, and no heading.
        is_fact = line.is_item and self._kind == "indicator" and bool(label and label[1] < line.end)
        if label and not is_fact:
            self._kind, self._label = label[0], (line.start, label[1])
            self._asked |= label[0] == "question"
            self._add_stretch(label[1], line.end)
        elif line.is_item:
            self._read_item(line)
        elif self._continues(line, was_blank=was_blank):
            self._extend(line.end)
        else:
            self._read_plain(line, was_blank=was_blank)

    def _read_item(self, line: _Line) -> None:
        if line.is_box or (self._asked and self._kind != "indicator"):
            self._kind = "choice"
        elif self._kind not in ("indicator", "choice"):
            self._kind = "indicator"
        self._add(self._kind, line.start, line.end, is_marked=line.is_marked)

    def _read_plain(self, line: _Line, *, was_blank: bool) -> None:
        said = self._text[line.start : line.end]
        if self._kind == "choice" and (was_blank or len(said.split()) > _MOST_CHOICE_WORDS or "?" in said):
            self._kind = "question"
        if self._kind == "indicator" and was_blank and self._parts and self._parts[-1].kind == "indicator":
            self._kind = "question"
        if self._kind != "indicator" and self._asked and self._is_row_of_choices(line):
            self._kind = "choice"
        if self._kind == "title":
            self._kind = ""
        self._add_stretch(line.start, line.end)

    def _is_row_of_choices(self, line: _Line) -> bool:
        """Tell whether a line holds several short answers between slashes, bars or boxes."""
        pieces = [self._text[start:end] for start, end in _split(_CHOICE_BREAK, self._text, line.start, line.end)]
        is_short = all(0 < len(piece.split()) <= _MOST_CHOICE_WORDS for piece in pieces)
        return len(pieces) > 1 and is_short and self._text[line.end - 1] not in "?."

    def _continues(self, line: _Line, *, was_blank: bool) -> bool:
        """Tell whether a line goes on with the item above it: indented, and not behind an empty line."""
        return (
            bool(self._parts) and not was_blank and line.indent >= 2 and self._parts[-1].kind in ("indicator", "choice")
        )

    def _extend(self, end: int) -> None:
        last = self._parts.pop()
        self._parts.append(Part(last.kind, last.start, end, last.is_marked, last.label))

    def _add_stretch(self, start: int, end: int) -> None:
        """Add text of the present kind; boxes inside it are choices, labels begin another kind."""
        boxes = [found.span() for found in _BOX.finditer(self._text, start, end)]
        if len(boxes) > 1:
            self._add_stretch(start, boxes[0][0])
            self._kind = "choice"
            for (first, last), (then, _) in pairwise([*boxes, (end, end)]):
                self._add("choice", last, then, is_marked=self._text[first:last].strip("[]() ") in _TICKS)
            return
        inner = [found.end() for found in _INNER_LABEL.finditer(self._text, start, end)]
        cuts = [start, *(place for place in inner if place > start and self._find_label(place, end)), end]
        for first, last in pairwise(cuts):
            label = self._find_label(first, last)
            if label and first > start:
                self._kind, self._label, first = label[0], (first, label[1]), label[1]  # noqa: PLW2901
            self._add_plain(first, last)

    def _add_plain(self, start: int, end: int) -> None:
        kind = self._kind or "question"
        if kind == "choice":
            for first, last in _split(_CHOICE_BREAK, self._text, start, end):
                self._add("choice", first, last)
        elif kind == "indicator":
            self._add_facts(start, end)
        else:
            self._add(kind, start, end)

    def _add_facts(self, start: int, end: int) -> None:
        """Add facts up to the first sentence that asks something; the rest is the question."""
        for first, last in _split(_SENTENCE_END, self._text, start, end):
            if self._kind == "indicator" and self._asks(first, last):
                self._kind = "question"
            if self._kind == "question":
                self._add("question", first, last)
                continue
            for one, other in _split(_FACT_BREAK, self._text, first, last):
                self._add("indicator", one, other)

    def _asks(self, start: int, end: int) -> bool:
        said = self._text[start:end].strip().lower()
        words = re.findall(r"[a-z']+", said[:_OPENING])
        opens = {*words[:1], " ".join(words[:2])} & load_query_words()["asking"]
        return bool(opens) or "please" in said or "?" in said

    def _add(self, kind: str, start: int, end: int, *, is_marked: bool = False) -> None:
        said = self._text[start:end]
        start += len(said) - len(said.lstrip())
        end = start + len(said.strip())
        self._asked |= kind == "question" and self._asks(start, end)
        self._parts.append(Part(kind, start, end, is_marked, self._label if self._kind == kind else (0, 0)))

    def _find_label(self, start: int, end: int) -> tuple[str, int] | None:
        """Return the part that a label at a place opens, and where the label ends."""
        found = _LABEL.match(self._text, start, end)
        if not found:
            return None
        name = " ".join(re.findall(r"[a-z]+", found["name"].lower()))
        kind = next((kind for kind in PARTS if name in load_query_words()[kind]), None)
        if kind in (None, "title") and ":" not in found[0]:
            return None
        return (kind, found.end()) if kind else None


def _read_lines(text: str) -> Iterator[_Line]:
    place = 0
    for line in text.split("\n"):
        bullet = _BULLET.match(text, place, place + len(line))
        content = bullet.end() if bullet else place
        said = line.strip()
        is_item = bool(bullet and bullet[0].strip())
        marks = bullet and (bullet["cross"] or bullet["dot"] or bullet["full"])
        start = min(content, place + len(line)) if said else place
        end = place + len(line.rstrip()) if said else place
        indent = len(line) - len(line.lstrip())
        yield _Line(start, max(start, end), indent, is_item, bool(bullet and bullet["box"]), bool(marks))
        place += len(line) + 1


def _split(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in pattern.finditer(text, start, end):
        yield start, found.start()
        start = found.end()
    yield start, end
