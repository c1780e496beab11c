"""Reads the time that a clinician states for a visit."""

from __future__ import annotations

import re

from codeassist.core.notes import Encounter, Span

_MINUTES = re.compile(
    r"""
    \b (?P<number> \d{1,3} )
    (?: [ ]? (?: - | to ) [ ]? \d{1,3} )?     # a range counts with its low end
    [ -]? min (?: ute )? s? \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Plain look-ups spare most notes the search: some form of "minutes" is in every stated time.
_SOME = ("inute", "INUTE", " min ", " mins", " min.", "-min", " min,", " min\n", " MIN", "0min", "5min")
# A bound that is passed: the time is longer than the number behind it.
_OVER = re.compile(r"(?: (?: greater | more | longer ) [ ] than | over | > ) [ ]? $", re.VERBOSE | re.IGNORECASE)
_SPENT = re.compile(
    r"""
    \b (?: spent | total [ ] (?: visit [ ] | encounter [ ] )? time | time [ ] spent | visit [ ] time | total [ ] of
    | critical [ ] care [ ] time | discharge [ ] time )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The time of a clinician on the date of the visit, not of an exercise, a study or a service with a code of its own.
_OWN = re.compile(
    r"""
    \b (?: I | we | my | provider | physician | total | face | counsel\w* | coordinat\w* | encounter | visit
    | discharge | date [ ] of | today | record | chart | critical )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OTHER = re.compile(
    r"""
    \b (?: tobacco | smoking | cessation | advance [ ] care | exercis\w* | walk\w* | tourniquet | fluoroscop\w*
    | infus\w* | staff | nurse | commut\w* | driv\w* | therapy [ ] time | previous [ ] visit )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AROUND = 110


def find_time(encounter: Encounter) -> tuple[int, Span] | None:
    """Return the longest time stated for the visit, in minutes, with its place."""
    found = [each for note in encounter.notes for each in _read(note.text, note.note_id)]
    return max(found, key=lambda each: (each[0], -each[1].start), default=None)


def _read(text: str, note_id: str) -> list[tuple[int, Span]]:
    found: list[tuple[int, Span]] = []
    if not any(word in text for word in _SOME):
        return found
    for matched in _MINUTES.finditer(text):
        start, end = _find_sentence(text, matched.start(), matched.end())
        sentence = text[start:end]
        if _SPENT.search(sentence) and _OWN.search(sentence) and not _OTHER.search(sentence):
            minutes = int(matched["number"]) + bool(_OVER.search(text, max(0, matched.start() - 14), matched.start()))
            found.append((minutes, Span(note_id, start, end)))
    return found


def _find_sentence(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    first = max(text.rfind(mark, low, start) + len(mark) if mark in text[low:start] else low for mark in (". ", "\n"))
    ends = [place for mark in (". ", "\n", ".\n") if (place := text.find(mark, end, high)) >= 0]
    return first, min(ends, default=high)
