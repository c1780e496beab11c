"""Finds the terms of the condition library in the words of a note, and tells which are denied.

Most findings that a CDI specialist cites ("accessory muscle use", "cool extremities") stand for no code of their own,
so no mention names them; they are looked up word by word. One pass over a note serves all terms.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from codeassist.core.notes import Note, Section, Span

# A word: letters and digits with inner hyphens or slashes cut off.
_WORD = re.compile(r"[a-z0-9]+")
_BREAK = re.compile(r"[.;:!?\n](?!\d)")
_NEGATORS = frozenset(
    {"no", "not", "denie", "denied", "deny", "denying", "without", "negative", "never", "nor", "neither", "free", "if",
     "unless", "risk", "prevent", "prevention", "avoid", "family", "mother", "father", "ruled", "rule", "r", "absent",
     "unlikely", "prophylaxi", "monitor", "watch", "should", "return", "lack", "exclude"}
)  # fmt: skip
_AFTER = frozenset({"absent", "denied", "negative", "none", "no", "unremarkable", "unlikely"})
_TURNS = frozenset({"but", "however", "although", "except", "admit", "report", "complain", "endorse", "positive", "ha"})
_REACH = 6
# A list of what is denied goes on from comma to comma.
_LIST_REACH = 40
_MINUS = re.compile(r"\(\s*[-\u2013]\s*\)\s*$")
# What these hold is not said of the patient as he is.
_FOREIGN_SECTIONS = frozenset(
    {"family_history", "allergies", "patient_instructions", "discharge_instructions", "administrative",
     "health_maintenance", "immunizations", "risk_factors"}
)  # fmt: skip
Phrase = tuple[str, ...]


class _Token(NamedTuple):
    word: str
    start: int
    end: int


def cut_words(text: str) -> Phrase:
    """Return the words of a term as they are looked up: lower case, without a plural's last letter.

    Examples
    --------
    >>> cut_words("Accessory muscles use")
    ('accessory', 'muscle', 'use')
    """
    return tuple(_strip(word) for word in _WORD.findall(text.lower()))


class TermFinder:
    """This finds phrases in notes.

    Parameters
    ----------
    phrases
        The terms to look for, each cut by `cut_words`.
    """

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        by_first: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in dict.fromkeys(phrases):
            by_first[phrase[0]].append(phrase)
        self._by_first: Mapping[str, tuple[Phrase, ...]] = {
            first: tuple(sorted(found, key=len, reverse=True)) for first, found in by_first.items()
        }

    def __call__(self, note: Note, sections: Sequence[Section]) -> Iterator[tuple[Phrase, Span]]:
        """Yield every phrase that the note says of the patient, with its place."""
        text = note.text.lower()
        if len(text) != len(note.text):
            # A few characters have a longer lower case ("İ"); offsets must stay those of the note.
            text = "".join(char.lower() if len(char.lower()) == 1 else char for char in note.text)
        tokens = [_Token(_strip(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]
        outside = [each.body for each in sections if each.kind in _FOREIGN_SECTIONS]
        for place, token in enumerate(tokens):
            for phrase in self._by_first.get(token.word, ()):
                end = place + len(phrase)
                if len(phrase) > 1 and tuple(each.word for each in tokens[place:end]) != phrase:
                    continue
                span = Span(note.note_id, token.start, tokens[end - 1].end)
                if not _is_denied(text, tokens, place, end) and not any(span.overlaps(body) for body in outside):
                    yield phrase, span


def _strip(word: str) -> str:
    return word[:-1] if len(word) > 2 and word[-1] == "s" and word[-2] != "s" else word


def _is_denied(text: str, tokens: Sequence[_Token], first: int, end: int) -> bool:
    """Tell whether the words before, or right behind, say that the patient does not have it."""
    if _is_denied_before(text, tokens, first):
        return True
    following = end < len(tokens) and not _BREAK.search(text, tokens[end - 1].end, tokens[end].start + 1)
    if following and tokens[end].word in ("wa", "were", "is", "are") and end + 1 < len(tokens):
        end += 1
    return bool(following and tokens[end].word in _AFTER)


def _is_denied_before(text: str, tokens: Sequence[_Token], first: int) -> bool:
    if _MINUS.search(text, max(0, tokens[first].start - 6), tokens[first].start):
        return True
    since_comma = 0
    for place in range(first - 1, max(-1, first - 1 - _LIST_REACH), -1):
        between = text[tokens[place].end : tokens[place + 1].start]
        since_comma = 0 if "," in between else since_comma + 1
        word = tokens[place].word
        if _BREAK.search(between) or word in _TURNS or since_comma > _REACH:
            return False
        if word in _NEGATORS:
            return True
    return False
