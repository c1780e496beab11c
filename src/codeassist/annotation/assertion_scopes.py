"""Finds how far each assertion cue of a note reaches; ``assertion`` asks it about mentions.

Scopes are computed once a note: a sweep over the cues from left to right keeps, for each of presence, temporality
and experiencer, the one cue that is open. The nearest cue before a mention therefore decides, and every step is
linear in the length of the note.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from codeassist.annotation.cues import (
    CLOSING_DIRECTIONS,
    DIMENSION_BY_CATEGORY,
    END,
    EXPERIENCER,
    PRESENCE,
    PSEUDO,
    TEMPORALITY,
    Cue,
    CueHit,
)
from codeassist.annotation.lines import SIGN_PAIRS, LineReader
from codeassist.annotation.sentences import LINE_BREAKS, Words

NEUTRAL = frozenset({"present", "current", "patient"})
DIMENSIONS = (PRESENCE, TEMPORALITY, EXPERIENCER)
_DASHES = frozenset({"-", "\u2013", "\u2014"})
_PHRASE_STOPS = frozenset({",", ";", ":", "(", ")", "\u2013", "\u2014"}) | LINE_BREAKS
_MARKS = _PHRASE_STOPS | {"and", "with", "or", "nor"}
_ANSWER_STARTS = _DASHES | {":", "?", "=", "("}
_ANSWER_ENDS = frozenset({".", ",", ";", ")", "!"}) | LINE_BREAKS
_FINAL_ENDS = _ANSWER_ENDS | {
    *("and", "or", "but", "on", "by", "at", "per", "given", "today", "as", "with", "in", "via", "after", "during"),
    *("when", "while", "since", "using", "based", "through", "because", "yesterday", "this", "last", "here"),
    *("previously", "already"),
}
# In an enumeration that "or" closes, no part is longer than this, and none further from the first comma.
_PART_WORDS, _ENUMERATION_WORDS = 4, 12


class Scope(NamedTuple):
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
        """Append a scope that ends no earlier than those before it and takes their place where it covers them."""
        if scope.start < scope.end:
            while self._starts and self._starts[-1] >= scope.start:
                self._starts.pop()
                self._scopes.pop()
            self._scopes.append(scope)
            self._starts.append(scope.start)

    def find(self, position: int) -> Scope | None:
        """Return the scope that covers the character at ``position``."""
        i = bisect_right(self._starts, position) - 1
        if i >= 0 and position < self._scopes[i].end:
            return self._scopes[i]
        return None


class _OpenCue(NamedTuple):
    """This is the cue that holds in one dimension while the sweep goes on.

    ``resumed`` is the word from which it holds again after a parenthesis; ``item`` the one from which it holds anew,
    as the head of a list, in the list's next item.
    """

    cue: Cue
    first: int
    last: int
    resumed: int = 0
    item: int = 0


class ScopeSweep:
    """This is the sweep over the cues of one note; ``forward`` and ``backward`` hold its result by dimension.

    ``inside`` holds the presence of mentions that start within a cue.
    """

    def __init__(self, note: Words) -> None:
        self._note = note
        words = note.words
        marks = [(i, word) for i, word in enumerate(words) if word in _MARKS]
        self._stops = [i for i, word in marks if word in _PHRASE_STOPS]
        self._lines = LineReader(note)
        self._joins = [i for i, word in marks if word in ("and", "with")]
        self._ands = [i for i, word in marks if word == "and"]
        self._ors = [i for i, word in marks if word in ("or", "nor")]
        self.forward = (ScopeList(), ScopeList(), ScopeList())
        self.backward = (ScopeList(), ScopeList(), ScopeList())
        self.inside = ScopeList()
        self._open: list[_OpenCue | None] = [None, None, None]
        # Where a cue that acts backward must stop, by dimension: after the last cue that spoke of it.
        self._floor = [0, 0, 0]
        # The value that set this floor, and the floor before the first cue in a row that set it.
        self._below: list[tuple[str, int] | None] = [None, None, None]
        self._head: list[_OpenCue | None] = [None, None, None]
        self._list_end = 0
        self._blocked = False
        self._parentheses = [i for i, word in marks if word in ("(", ")")]
        self._outside: list[_OpenCue | None] | None = None

    def run(self, hits: Sequence[CueHit], breaks: Sequence[int]) -> None:
        """Compute the scopes of all cues of the note; ``breaks`` are the words at which a sentence starts."""
        ends = [*breaks[1:], len(self._note)]
        sentence = at = 0
        for hit in hits:
            while ends[sentence] <= hit.first:
                at = self._pass_parentheses(at, ends[sentence])
                self._end_sentence(ends[sentence])
                sentence += 1
            at = self._pass_parentheses(at, hit.first)
            self._take(hit, ends[sentence])
        for end in ends[sentence:]:
            at = self._pass_parentheses(at, end)
            self._end_sentence(end)

    def _end_sentence(self, at: int) -> None:
        """Close what is open, but let the head of a list over several lines hold in each of its items."""
        head = [each if each is not None and self._lines.is_head(each.last, at) else None for each in self._open]
        if any(head):
            self._head, self._list_end = head, self._lines.find_list_end(at)
        self._close_all(at)
        if at < self._list_end:
            self._open = [each and each._replace(item=at) for each in self._head]

    def _pass_parentheses(self, at: int, before: int) -> int:
        """Let each parenthesis before a word end what was opened inside it and resume what was open outside."""
        while at < len(self._parentheses) and self._parentheses[at] < before:
            i = self._parentheses[at]
            if self._note.words[i] == "(":
                self._outside = list(self._open)
            elif self._outside is not None:
                for dimension, outside in zip(DIMENSIONS, self._outside, strict=True):
                    self._resume(dimension, outside, i)
                self._outside = None
            at += 1
        return at

    def _resume(self, dimension: int, outside: _OpenCue | None, i: int) -> None:
        if self._open[dimension] is outside:
            return
        self._close(dimension, i)
        if outside is not None:
            self._open[dimension] = outside._replace(resumed=i + 1)

    def _take(self, hit: CueHit, sentence_end: int) -> None:
        closing = [cue for cue in hit.cues if cue.direction in CLOSING_DIRECTIONS]
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
            elif cue.direction == "inside":
                self._add_inside(cue, hit)
            elif cue.direction == "block":
                self._blocked = True
            else:
                self._open_forward(cue, hit)

    def _is_closing(self, hit: CueHit, sentence_end: int, *, after_colon: bool) -> bool:
        """Tell whether a cue closes its phrase: ``Fever: no.`` after a colon or dash, ``Sepsis likely.`` anywhere."""
        words = self._note.words
        if after_colon and not (hit.first and words[hit.first - 1] in _ANSWER_STARTS):
            return False
        ends = _ANSWER_ENDS if after_colon else _FINAL_ENDS
        return hit.last >= sentence_end or words[hit.last] in ends

    def _open_forward(self, cue: Cue, hit: CueHit) -> None:
        dimension = DIMENSION_BY_CATEGORY[cue.category]
        opened = self._open[dimension]
        if opened is not None and _outlasts(opened.cue, cue):
            return
        if cue.words == "?" and self._note.is_glued(hit.first) and not self._note.is_glued(hit.last):
            return
        if cue.words in SIGN_PAIRS and not self._lines.is_sign(hit.first, hit.last, cue.words):
            return
        if cue.category == "possible" and self._is_denied(hit):
            return
        self._close(dimension, hit.first)
        self._open[dimension] = _OpenCue(cue, hit.first, hit.last)
        if not _is_weak(cue):
            self._raise_floor(dimension, hit.last, cue.category)

    def _is_denied(self, hit: CueHit) -> bool:
        """Tell whether an absence stated in the same phrase covers a doubt, as in ``no findings suggestive of``."""
        opened = self._open[PRESENCE]
        if opened is None or opened.cue.category != "absent":
            return False
        start, end = opened.last, hit.last
        return _next_after(self._stops, start, end) >= end <= _next_after(self._ands, start, end)

    def _add_backward(self, cue: Cue, hit: CueHit) -> None:
        dimension = DIMENSION_BY_CATEGORY[cue.category]
        if dimension == TEMPORALITY and self._blocked:
            self._blocked = False
            return
        if cue.words == "?" and not self._note.is_glued(hit.first):
            return
        floor, below = self._floor[dimension], self._below[dimension]
        if below is not None and cue.scope == "series" and cue.category == below[0]:
            floor = below[1]
        if cue.limit:
            floor = max(floor, hit.first - cue.limit)
        if cue.scope in ("phrase", "series"):
            floor = max(floor, self._find_stop_before(hit.first, passes_and=cue.scope == "series"))
        note = self._note
        start, end = note.start_of(floor), note.starts[hit.first]
        self.backward[dimension].add(Scope(start, end, cue.category, end, note.end_of(hit.last - 1)))
        self._raise_floor(dimension, hit.last, cue.category)

    def _raise_floor(self, dimension: int, at: int, value: str = "") -> None:
        """Keep later cues from acting back beyond ``at``; those of the same value may go on to the floor below."""
        below = self._below[dimension]
        self._below[dimension] = below if below is not None and below[0] == value else (value, self._floor[dimension])
        self._floor[dimension] = at

    def _add_inside(self, cue: Cue, hit: CueHit) -> None:
        """Let the first word of a cue act on a mention that starts in the others: ``no change in bowel habits``."""
        note = self._note
        end = note.end_of(hit.first)
        self.inside.add(Scope(end, note.end_of(hit.last - 1), cue.category, note.starts[hit.first], end))

    def _find_stop_before(self, first: int, *, passes_and: bool) -> int:
        """Return the first word of the phrase before ``first``; a separator that touches the cue is no stop."""
        at = bisect_left(self._stops, first - 1) - 1
        floor = self._stops[at] + 1 if at >= 0 else 0
        if not passes_and:
            at = bisect_left(self._joins, first) - 1
            floor = max(floor, self._joins[at] + 1 if at >= 0 else 0)
        return floor

    def _end(self, hit: CueHit, *, ends_sentence_scopes: bool) -> None:
        for dimension in DIMENSIONS:
            opened = self._open[dimension]
            if opened is not None and (ends_sentence_scopes or opened.cue.scope != "sentence"):
                self._close(dimension, hit.first)
            self._raise_floor(dimension, hit.last)
        self._blocked = False

    def _close_all(self, at: int) -> None:
        for dimension in DIMENSIONS:
            self._close(dimension, at)
            self._raise_floor(dimension, at)
        self._blocked = False
        self._outside = None

    def _close(self, dimension: int, at: int) -> None:
        opened = self._open[dimension]
        if opened is None:
            return
        self._open[dimension] = None
        value, note = opened.cue.category, self._note
        # Only in temporality does a confirmation count: it outranks what the section says by default.
        if value in NEUTRAL and dimension != TEMPORALITY:
            return
        cue_start, cue_end = note.starts[opened.first], note.end_of(opened.last - 1)
        held = max(opened.resumed, opened.item)
        start = note.start_of(held) if held else cue_end
        end = note.start_of(self._find_end(opened, at))
        self.forward[dimension].add(Scope(start, end, value, cue_start, cue_end))

    def _find_end(self, opened: _OpenCue, at: int) -> int:
        """Return the word before which the scope of a cue ends, given that something else closes it at ``at``."""
        cue, start = opened.cue, opened.item or opened.last
        if cue.limit:
            at = min(at, start + cue.limit)
        if cue.scope == "series":
            i = bisect_left(self._ors, at) - 1
            joined = self._ors[i] if i >= 0 and self._ors[i] > start else start
            return min(at, _next_after(self._stops, joined, at))
        if cue.scope == "phrase":
            if start < len(self._note) and self._note.words[start] == ":":
                start += 1
            stop = _next_after(self._stops, start, at)
            if cue.category == "possible":
                stop = self._find_enumeration_end(start, stop, at)
            return min(at, stop, _next_after(self._ands, start, at))
        return at

    def _find_enumeration_end(self, start: int, stop: int, at: int) -> int:
        """Return where a phrase ends that may go on through commas up to ``or``: ``concern for sepsis, PE, or UTI``."""
        words = self._note.words
        joined = _next_after(self._ors, stop, at)
        if stop >= at or joined >= at or words[stop] != "," or joined - stop > _ENUMERATION_WORDS:
            return stop
        last = start
        for i in [i for i in range(stop, joined) if words[i] in _PHRASE_STOPS]:
            if words[i] != "," or i - last > _PART_WORDS + 1:
                return stop
            last = i
        return stop if joined - last > _PART_WORDS + 1 else _next_after(self._stops, joined, at)


def resolve(forward: Scope | None, backward: Scope | None) -> Scope | None:
    """Choose between the cue before a mention and the cue after it.

    Notes
    -----
    A cue that sets a value outranks one that only confirms the default. Of two that set one, the cue before the
    mention wins, with two exceptions: an absence stated after it settles a doubt stated before it ("possible MI was
    ruled out"), and a duration of days makes a history current ("history of cough for 4 days").
    """
    if forward is None or backward is None:
        return forward or backward
    if forward.value in NEUTRAL:
        return backward
    if (forward.value, backward.value) in {("possible", "absent"), ("historical", "current")}:
        return backward
    return forward


def _is_weak(cue: Cue) -> bool:
    """Tell whether a cue is a bare verb such as ``is`` or ``has``: it ends a denial, and nothing more."""
    return cue.category in NEUTRAL and cue.scope == "phrase"


def _outlasts(opened: Cue, cue: Cue) -> bool:
    """Tell whether an open cue stays open: one that sets the same value further, or that a mere verb does not end."""
    if cue.category == opened.category:
        return opened.scope in ("list", "sentence") and cue.scope in ("phrase", "series")
    return cue.category in NEUTRAL and (opened.scope == "sentence" or (opened.category == "possible" and _is_weak(cue)))


def _next_after(positions: Sequence[int], start: int, default: int) -> int:
    i = bisect_left(positions, start)
    return positions[i] if i < len(positions) else default
