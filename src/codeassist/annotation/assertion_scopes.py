"""Finds where sentences break and how far each assertion cue reaches; ``assertion`` asks it about mentions.

Scopes are computed once a note: a sweep over the cues from left to right keeps, for each of presence, temporality
and experiencer, the one cue that is open. The nearest cue before a mention therefore decides, and every step is
linear in the length of the note.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from codeassist.annotation.cues import DIMENSION_BY_CATEGORY, END, PRESENCE, PSEUDO, TEMPORALITY, Cue, CueHit

NEUTRAL = frozenset({"present", "current", "patient"})
_LINE_BREAKS = frozenset({"\n", "\r", "\r\n", "\f", "\v", "\x85", "\u2028", "\u2029"})
_BULLETS = frozenset({"•", "·", "▪", "●", "◦", "‣", "■", "□", "○", "➢", "*", "#", ">"})
_MARKS = frozenset({".", "!", "?", ":", ")"}) | _LINE_BREAKS | (_BULLETS - {"*", "#", ">"})
_PHRASE_STOPS = frozenset({",", ";", ":", "(", ")", "–", "—"}) | _LINE_BREAKS
_ANSWER_STARTS = frozenset({":", "-", "–", "—", "?", "=", "("})
_ANSWER_ENDS = frozenset({".", ",", ";", ")", "!"}) | _LINE_BREAKS
# Titles never end a sentence; the other abbreviations end one only before a capital letter.
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "drs", "st", "vs", "prof"})
_ABBREVIATIONS = frozenset(
    "abd adm approx avg bilat cap caps cath chr cm cont cx dept dx ext fam fig fx gen hosp hr hrs ht hx inc inf inj "
    "kg lab labs lat lb lbs lt max med mg mi min misc ml mm mo mos neg neuro no nos obs occ ophth oz pos post pt pts "
    "resp rt rx sec sig sp subq sx tab tabs temp tid tx vol wk wks wt yr yrs etc incl eg ie al".split()
)
# A line that ends in one of these goes on in the next.
_OPEN_ENDS = frozenset("a an and any as at by for from had has have her his in is no of on or the their to was with without".split()) | {",", "/", "&"}
_WRAPPED_LINE, _LONG_LINE = 45, 60
_HEADING_WORDS = 6
_HEADING_FILLERS = frozenset({"of", "and", "the", "/", "&", "-", "for", "to", "in"})


@dataclass(slots=True)
class Words:
    """This is a note cut into words: each in lower case, with the offset at which it starts."""

    text: str = field(repr=False)
    words: list[str] = field(repr=False)
    starts: list[int] = field(repr=False)

    def start_of(self, i: int) -> int:
        """Return the offset of word ``i``, or the end of the text after the last word."""
        return self.starts[i] if i < len(self.starts) else len(self.text)

    def end_of(self, i: int) -> int:
        """Return the offset after word ``i``."""
        return self.starts[i] + len(self.words[i])


@dataclass(frozen=True, slots=True)
class Scope:
    """This is a stretch of the text, in characters, over which one cue sets a value; the cue is given by its place."""

    start: int
    end: int
    value: str
    cue_start: int
    cue_end: int


class ScopeList:
    """This is the scopes of one dimension and one direction, in order and disjoint."""

    __slots__ = ("_scopes", "_starts")

    def __init__(self) -> None:
        self._scopes: list[Scope] = []
        self._starts: list[int] = []

    def add(self, scope: Scope) -> None:
        """Append a scope that starts no earlier than those before it; an empty one is left out."""
        if scope.start < scope.end:
            self._scopes.append(scope)
            self._starts.append(scope.start)

    def find(self, position: int) -> Scope | None:
        """Return the scope that covers the character at ``position``."""
        i = bisect_right(self._starts, position) - 1
        if i >= 0 and position < self._scopes[i].end:
            return self._scopes[i]
        return None


def find_breaks(note: Words, section_starts: Sequence[int]) -> list[int]:
    """Return the word positions at which a sentence starts, in order; the first is 0.

    Notes
    -----
    A full stop ends a sentence unless it stands in a number or after an abbreviation. A line break ends one unless
    the line was wrapped. A heading inside a line (``CV: ... RESP: ...``) starts one.
    """
    breaks = [0]
    line_start = 0
    words = note.words
    for i in [i for i, word in enumerate(words) if word in _MARKS]:
        word = words[i]
        if word == ":":
            at = _find_heading(note, i, breaks[-1])
        elif word in _LINE_BREAKS:
            at = i + 1 if _is_hard_line_break(note, i, line_start) else None
            line_start = i + 1
        elif word == ")":
            at = i - 1 if _is_item_number(words, i) else None
        elif word == "." or word == "?" or word == "!":
            at = i + 1 if _ends_sentence(note, i) else None
        else:
            at = i
        if at is not None and at > breaks[-1]:
            breaks.append(at)
    if section_starts:
        breaks = sorted({*breaks, *(bisect_left(note.starts, start) for start in section_starts)})
    return breaks


def _is_item_number(words: Sequence[str], parenthesis: int) -> bool:
    """Tell whether a closing parenthesis ends the number of a list item, as in ``1) asthma 2) eczema``."""
    i = parenthesis - 1
    return i > 0 and len(words[i]) < 3 and words[i].isdigit() and words[i - 1] != "("


def _find_heading(note: Words, colon: int, floor: int) -> int | None:
    """Return where the heading before a colon starts, when it stands inside a sentence."""
    i = colon
    while i > floor and colon - i < _HEADING_WORDS:
        word = note.words[i - 1]
        first = note.text[note.starts[i - 1]]
        if not (first.isupper() or (word in _HEADING_FILLERS and i < colon)):
            break
        i -= 1
    while i < colon and note.words[i] in _HEADING_FILLERS:
        i += 1
    if i == colon or i == floor:
        return None
    before = note.words[i - 1]
    if before == "," or note.text[note.starts[i - 1]].islower():
        return i
    return colon - 1 if before == ":" else None


def _is_hard_line_break(note: Words, i: int, line_start: int) -> bool:
    words = note.words
    if i + 1 >= len(words) or words[i + 1] in _LINE_BREAKS or i == line_start:
        return True
    following, previous = words[i + 1], words[i - 1]
    if following in _BULLETS or following == "-":
        return True
    if following.isdigit() and i + 2 < len(words) and words[i + 2] in (".", ")"):
        return True
    if previous in _OPEN_ENDS:
        return False
    length = note.starts[i] - note.starts[line_start]
    return length < (_WRAPPED_LINE if note.text[note.starts[i + 1]].islower() else _LONG_LINE)


def _ends_sentence(note: Words, i: int) -> bool:
    """Tell whether the full stop, question mark or exclamation mark at ``i`` ends a sentence."""
    end = note.starts[i] + 1
    if i + 1 >= len(note.words):
        return True
    previous = note.words[i - 1] if i else ""
    following = note.text[note.starts[i + 1]]
    glued = note.starts[i + 1] == end
    if glued and following not in ",)\"'":
        return following.isupper() and len(previous) > 2
    if previous in _TITLES:
        return False
    if previous in _ABBREVIATIONS or (len(previous) == 1 and i > 1 and note.words[i - 2] == "."):
        return following.isupper() and not glued
    return note.words[i] == "." or following.isupper() or following in _LINE_BREAKS


@dataclass(slots=True)
class _OpenCue:
    """This is the cue that holds in one dimension while the sweep goes on."""

    cue: Cue
    first: int
    last: int


class ScopeSweep:
    """This is the sweep over the cues of one note; ``forward`` and ``backward`` hold its result by dimension."""

    def __init__(self, note: Words) -> None:
        self._note = note
        words = note.words
        self._stops = [i for i, word in enumerate(words) if word in _PHRASE_STOPS]
        self._ands = [i for i, word in enumerate(words) if word == "and"]
        self._ors = [i for i, word in enumerate(words) if word == "or" or word == "nor"]
        self.forward = (ScopeList(), ScopeList(), ScopeList())
        self.backward = (ScopeList(), ScopeList(), ScopeList())
        self._open: list[_OpenCue | None] = [None, None, None]
        self._floor = [0, 0, 0]
        self._blocked = False

    def run(self, hits: Sequence[CueHit], breaks: Sequence[int]) -> None:
        """Compute the scopes of all cues of the note."""
        breaks = [*breaks, len(self._note.words)]
        at = 0
        for hit in hits:
            while breaks[at + 1] <= hit.first:
                at += 1
                self._close_all(breaks[at])
            self._take(hit, breaks[at + 1])
        self._close_all(breaks[at + 1] if at + 1 < len(breaks) else len(self._note.words))

    def _take(self, hit: CueHit, sentence_end: int) -> None:
        closing = [cue for cue in hit.cues if cue.direction in ("answer", "final")]
        if closing and self._is_closing(hit, sentence_end, after_colon=closing[0].direction == "answer"):
            for cue in closing:
                self._add_backward(cue, hit)
            return
        for cue in hit.cues:
            if cue.category == PSEUDO or cue in closing:
                continue
            if cue.category == END:
                self._end(hit, ends_sentence_scopes=cue.scope == "sentence")
            elif cue.direction == "backward":
                self._add_backward(cue, hit)
            elif cue.direction == "block":
                self._blocked = True
            else:
                self._open_forward(cue, hit)

    def _is_closing(self, hit: CueHit, sentence_end: int, *, after_colon: bool) -> bool:
        """Tell whether a cue closes its phrase: ``Fever: no.`` after a colon or dash, ``Sepsis likely.`` anywhere."""
        words = self._note.words
        if after_colon and not (hit.first and words[hit.first - 1] in _ANSWER_STARTS):
            return False
        return hit.last >= sentence_end or words[hit.last] in _ANSWER_ENDS

    def _open_forward(self, cue: Cue, hit: CueHit) -> None:
        if hit.cues[0].words == "?" and not self._is_glued(hit.last):
            return
        dimension = DIMENSION_BY_CATEGORY[cue.category]
        opened = self._open[dimension]
        if cue.category in NEUTRAL and opened is not None and opened.cue.scope == "sentence":
            return
        if cue.category == "possible" and self._is_denied(hit.first):
            return
        self._close(dimension, hit.first)
        self._open[dimension] = _OpenCue(cue, hit.first, hit.last)
        self._floor[dimension] = hit.last

    def _is_denied(self, first: int) -> bool:
        """Tell whether an absence stated in the same phrase covers a doubt, as in ``no findings suggestive of``."""
        opened = self._open[PRESENCE]
        if opened is None or opened.cue.category != "absent":
            return False
        return _next_after(self._stops, opened.last, first) >= first <= _next_after(self._ands, opened.last, first)

    def _is_glued(self, i: int) -> bool:
        note = self._note
        return i < len(note.words) and note.starts[i] == note.end_of(i - 1)

    def _add_backward(self, cue: Cue, hit: CueHit) -> None:
        dimension = DIMENSION_BY_CATEGORY[cue.category]
        if dimension == TEMPORALITY and self._blocked:
            self._blocked = False
            return
        if cue.words == "?" and not self._is_glued(hit.first):
            return
        floor = self._floor[dimension]
        if cue.limit:
            floor = max(floor, hit.first - cue.limit)
        if cue.scope in ("phrase", "series"):
            floor = max(floor, self._find_stop_before(hit.first, passes_and=cue.scope == "series"))
        note = self._note
        start, end = note.start_of(floor), note.starts[hit.first]
        self.backward[dimension].add(Scope(start, end, cue.category, end, note.end_of(hit.last - 1)))
        self._floor[dimension] = hit.last

    def _find_stop_before(self, first: int, *, passes_and: bool) -> int:
        """Return the first word of the phrase before ``first``; a separator that touches the cue is no stop."""
        limit = first - 1
        at = bisect_left(self._stops, limit) - 1
        floor = self._stops[at] + 1 if at >= 0 else 0
        if not passes_and:
            at = bisect_left(self._ands, limit) - 1
            floor = max(floor, self._ands[at] + 1 if at >= 0 else 0)
        return floor

    def _end(self, hit: CueHit, *, ends_sentence_scopes: bool) -> None:
        for dimension in (0, 1, 2):
            opened = self._open[dimension]
            if opened is not None and (ends_sentence_scopes or opened.cue.scope != "sentence"):
                self._close(dimension, hit.first)
            self._floor[dimension] = hit.last
        self._blocked = False

    def _close_all(self, at: int) -> None:
        for dimension in (0, 1, 2):
            self._close(dimension, at)
            self._floor[dimension] = at
        self._blocked = False

    def _close(self, dimension: int, at: int) -> None:
        opened = self._open[dimension]
        if opened is None:
            return
        self._open[dimension] = None
        end = self._find_end(opened, at)
        note = self._note
        start = note.end_of(opened.last - 1)
        self.forward[dimension].add(
            Scope(start, note.start_of(end), opened.cue.category, note.starts[opened.first], start)
        )

    def _find_end(self, opened: _OpenCue, at: int) -> int:
        cue, start = opened.cue, opened.last
        if cue.limit:
            at = min(at, start + cue.limit)
        if cue.scope == "series":
            i = bisect_left(self._ors, at) - 1
            joined = self._ors[i] if i >= 0 and self._ors[i] > start else start
            return min(at, _next_after(self._stops, joined, at))
        if cue.scope == "phrase":
            if start < len(self._note.words) and self._note.words[start] == ":":
                start += 1
            return min(at, _next_after(self._stops, start, at), _next_after(self._ands, start, at))
        return at


def _next_after(positions: Sequence[int], start: int, default: int) -> int:
    i = bisect_left(positions, start)
    return positions[i] if i < len(positions) else default


def resolve(forward: Scope | None, backward: Scope | None, dimension: int) -> Scope | None:
    """Choose between the cue before a mention and the cue after it.

    Notes
    -----
    A cue that sets a value outranks one that only confirms the default. Of two that set one, the cue before the
    mention wins, except that an absence stated after it settles a doubt stated before it ("possible MI was ruled
    out").
    """
    if forward is None or backward is None:
        return forward or backward
    if forward.value in NEUTRAL:
        return backward
    if backward.value == "current" and forward.value == "historical":
        return backward
    if dimension == PRESENCE and (forward.value, backward.value) == ("possible", "absent"):
        return backward
    return forward
