"""Cuts a note into words and finds where sentences start, as far as assertion needs it; offsets are the note's own.

Clinical text breaks the rules of prose: headings stand inside lines, bullets replace full stops, lines are wrapped,
and everything may be in capitals. A break too many costs a cue its reach; one too few lets it reach too far.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

LINE_BREAKS = frozenset({"\n", "\r", "\r\n", "\f", "\v", "\x85", "\u2028", "\u2029"})
_BULLETS = frozenset("\u2022\u00b7\u25aa\u25cf\u25e6\u2023\u25a0\u25a1\u25cb\u27a2")
LINE_BULLETS = _BULLETS | {"*", "#", ">", "-"}
_STOPS = frozenset(".!?")
_MARKS = _STOPS | {":", ")"} | LINE_BREAKS | _BULLETS
# A line at least this long is taken for wrapped when the next starts in lower case, or in upper case.
_WRAPPED_LINE, _LONG_LINE = 45, 60
_HEADING_WORDS = 6
_HEADING_FILLERS = frozenset({"of", "and", "the", "/", "&", "-", "for", "to", "in"})

_WORD = re.compile(
    r"""
    [^\W_]+ (?: ' [^\W_]+ )*               # a word or number, with what follows an apostrophe: "patient's"
    | \r\n? | [\n\f\v\x85\u2028\u2029]     # one line break
    | [^\w\s] | _                          # one sign
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """This is a note cut into words: each in lower case, with the offset at which it starts."""

    text: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.words)

    def start_of(self, i: int) -> int:
        """Return the offset of word ``i``, or the end of the text after the last word."""
        return self.starts[i] if i < len(self.starts) else len(self.text)

    def end_of(self, i: int) -> int:
        """Return the offset after word ``i``."""
        return self.starts[i] + len(self.words[i])

    def is_glued(self, i: int) -> bool:
        """Tell whether word ``i`` follows another without a space or line break between them."""
        return 0 < i < len(self.words) and self.starts[i] == self.end_of(i - 1) and self.words[i - 1] not in LINE_BREAKS

    def initial_of(self, i: int) -> str:
        """Return the first character of word ``i`` as it is written."""
        return self.text[self.starts[i]]


def split_words(text: str) -> Words:
    """Cut a text into words.

    Examples
    --------
    >>> split_words("No fever.").words
    ('no', 'fever', '.')
    """
    lower = text.lower()
    # A few letters grow when lowered; such a text is lowered letter by letter so that offsets hold.
    if len(lower) != len(text):
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    if "\u2019" in lower:
        lower = lower.replace("\u2019", "'")
    # One by one, and the same object for a word that comes again: of a long note that is most of the memory.
    same: dict[str, str] = {}
    words, starts = [], []
    for match in _WORD.finditer(lower):
        word = match[0]
        words.append(same.setdefault(word, word))
        starts.append(match.start())
    return Words(text, tuple(words), tuple(starts))


class SentenceBreaker:
    """This is the rule where sentences start.

    Parameters
    ----------
    titles
        Abbreviations that never end a sentence, for example ``dr``.
    abbreviations
        Words whose full stop ends a sentence only before a capital letter.
    open_ends
        Words and signs after which a line goes on in the next one.
    """

    def __init__(self, titles: frozenset[str], abbreviations: frozenset[str], open_ends: frozenset[str]) -> None:
        self._titles = titles
        self._abbreviations = abbreviations
        self._open_ends = open_ends

    def __call__(self, note: Words, section_starts: Sequence[int] = ()) -> list[int]:
        """Return the word positions at which a sentence starts, in order; the first is 0.

        Notes
        -----
        A full stop ends a sentence unless it stands in a number or after an abbreviation. A line break ends one
        unless the line was wrapped. A heading inside a line (``CV: ... RESP: ...``) and a section start one.
        """
        breaks, line_start = [0], 0
        words = note.words
        for i in [i for i, word in enumerate(words) if word in _MARKS]:
            at = self._find_break(note, i, line_start, breaks[-1])
            if at is not None and at > breaks[-1]:
                breaks.append(at)
            if words[i] in LINE_BREAKS:
                line_start = i + 1
        if section_starts:
            return sorted({*breaks, *(bisect_left(note.starts, start) for start in section_starts)})
        return breaks

    def _find_break(self, note: Words, i: int, line_start: int, floor: int) -> int | None:
        """Return where a sentence starts on account of the mark at ``i``, if anywhere."""
        word = note.words[i]
        if word in _STOPS:
            return i + 1 if self._ends_sentence(note, i) else None
        if word == ":":
            return _find_heading(note, i, floor)
        if word == ")":
            return i - 1 if _is_item_number(note.words, i) else None
        if word in LINE_BREAKS:
            return i + 1 if self._ends_line(note, i, line_start) else None
        return i

    def _ends_sentence(self, note: Words, i: int) -> bool:
        """Tell whether the full stop, question mark or exclamation mark at ``i`` ends a sentence."""
        if i + 1 >= len(note.words) or note.words[i + 1] in LINE_BREAKS:
            return True
        # A question mark that follows a space belongs to what comes next: "? pneumonia".
        if note.words[i] == "?" and not note.is_glued(i):
            return False
        previous = note.words[i - 1] if i else ""
        following = note.initial_of(i + 1)
        glued = note.is_glued(i + 1)
        if glued and following not in ",)\"'":
            return following.isupper() and len(previous) > 2
        if previous in self._titles:
            return False
        if previous in self._abbreviations or (len(previous) == 1 and i > 1 and note.words[i - 2] == "."):
            return following.isupper() and not glued
        return note.words[i] == "." or following.isupper()

    def _ends_line(self, note: Words, i: int, line_start: int) -> bool:
        """Tell whether the line break at ``i`` separates sentences, rather than wrapping one."""
        words = note.words
        if i + 1 >= len(words) or words[i + 1] in LINE_BREAKS or i == line_start:
            return True
        if words[i + 1] in LINE_BULLETS:
            return True
        if words[i + 1].isdigit() and i + 2 < len(words) and words[i + 2] in (".", ")"):
            return True
        if words[i - 1] in self._open_ends:
            return False
        length = note.starts[i] - note.starts[line_start]
        return length < (_WRAPPED_LINE if note.initial_of(i + 1).islower() else _LONG_LINE)


def _is_item_number(words: Sequence[str], parenthesis: int) -> bool:
    """Tell whether a closing parenthesis ends the number of a list item, as in ``1) asthma 2) eczema``."""
    i = parenthesis - 1
    return i > 0 and len(words[i]) < 3 and words[i].isdigit() and words[i - 1] != "("


def _find_heading(note: Words, colon: int, floor: int) -> int | None:
    """Return where the heading before a colon starts, when it stands inside a sentence."""
    i = colon
    while i > floor and colon - i < _HEADING_WORDS:
        if not (note.initial_of(i - 1).isupper() or (note.words[i - 1] in _HEADING_FILLERS and i < colon)):
            break
        i -= 1
    while i < colon and note.words[i] in _HEADING_FILLERS:
        i += 1
    if i in (colon, floor):
        return None
    if note.words[i - 1] == "," or note.initial_of(i - 1).islower():
        return i
    return colon - 1 if note.words[i - 1] == ":" else None
