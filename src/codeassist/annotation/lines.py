"""Reads what the lines of a note say by their layout: which line heads a list, where the list ends, which marks pair.

``assertion_scopes`` asks it, because a cue that heads a list (``Denies:`` above three bullets) holds in every item,
and a minus is a denial only where a plus stands in the same line.
"""

from __future__ import annotations

from bisect import bisect_left

from codeassist.annotation.sentences import LINE_BREAKS, LINE_BULLETS, Words

# A mark that denies only where one of these affirms in the same line: a lone minus or box is a bullet or a task.
SIGN_PAIRS = {"-": ("+",), "[ ]": ("[x",), "\u2610": ("\u2611", "\u2612")}
_SIGNS = frozenset(sign for signs in SIGN_PAIRS.values() for sign in signs)
# A line without a bullet is an item when it is shorter than this; a list is followed for so many lines.
_ITEM_LENGTH, _LIST_LINES = 45, 40
_HEAD_WORDS = 4


class LineReader:
    """This is the lines of one note, read by their first and last words."""

    def __init__(self, note: Words) -> None:
        self._note = note
        words = note.words
        self._breaks = [i for i, word in enumerate(words) if word in LINE_BREAKS]
        self._affirmed = [i for i, word in enumerate(words) if word in "+[\u2611\u2612" and self._affirms(i)]

    def is_head(self, last: int, end: int) -> bool:
        """Tell whether a cue that ends before word ``last`` heads a list that starts with the line at ``end``."""
        words = self._note.words
        at = end - 1
        if not (last <= at < len(words)) or words[at] not in LINE_BREAKS:
            return False
        if at == last:
            # "1. UTI, resolved" speaks of its own item, not of the next.
            return self._is_item(end) and not self._is_item(self._find_line_start(at))
        return words[at - 1] == ":" and at - 1 - last < _HEAD_WORDS

    def find_list_end(self, start: int) -> int:
        """Return the word after the last item of the list whose first line starts at ``start``."""
        is_bulleted = self._is_item(start)
        at = bisect_left(self._breaks, start)
        stops = self._breaks[at : at + _LIST_LINES]
        for stop in stops if len(stops) == _LIST_LINES else [*stops, len(self._note)]:
            if stop <= start or not (self._goes_on(start) if is_bulleted else self._is_plain(start, stop)):
                break
            start = min(stop + 1, len(self._note))
        return start

    def is_sign(self, first: int, last: int, cue: str) -> bool:
        """Tell whether the words of a mark deny what follows, rather than set out a list, a range or a task."""
        note = self._note
        if last >= len(note) or (cue == "-" and not self._stands_alone(first)):
            return False
        at = bisect_left(self._breaks, first)
        start = self._breaks[at - 1] if at else 0
        end = self._breaks[at] if at < len(self._breaks) else len(note)
        i = bisect_left(self._affirmed, start)
        while i < len(self._affirmed) and self._affirmed[i] < end:
            if self._sign_at(self._affirmed[i]) in SIGN_PAIRS[cue]:
                return True
            i += 1
        return False

    def _find_line_start(self, i: int) -> int:
        at = bisect_left(self._breaks, i)
        return self._breaks[at - 1] + 1 if at else 0

    def _affirms(self, i: int) -> bool:
        return self._sign_at(i) in _SIGNS and i + 1 < len(self._note) and (i == 0 or not self._note.is_glued(i))

    def _sign_at(self, i: int) -> str:
        """Return the mark at word ``i``, a ticked box with its tick."""
        words = self._note.words
        return words[i] + (words[i + 1] if words[i] == "[" and i + 1 < len(words) else "")

    def _stands_alone(self, i: int) -> bool:
        """Tell whether a minus belongs to the word behind it: ``-fever``, or ``, - fever``."""
        note = self._note
        if note.is_glued(i) and note.words[i - 1] != ",":
            return False
        return note.is_glued(i + 1) or (i > 0 and note.words[i - 1] in {",", ";", ":"})

    def _is_item(self, start: int) -> bool:
        """Tell whether the line at ``start`` begins with a bullet or the number of an item."""
        words = self._note.words
        if start + 1 >= len(words):
            return False
        return words[start] in LINE_BULLETS or (words[start].isdigit() and words[start + 1] in (".", ")"))

    def _goes_on(self, start: int) -> bool:
        """Tell whether a bulleted list goes on with the line at ``start``, as an item or the rest of one."""
        words = self._note.words
        if self._is_item(start):
            return True
        return words[start] not in LINE_BREAKS and self._note.initial_of(start).islower()

    def _is_plain(self, start: int, stop: int) -> bool:
        """Tell whether a line without a bullet is an item: short, no heading, no sentence."""
        note = self._note
        line = note.text[note.starts[start] : note.end_of(stop - 1)]
        return len(line) < _ITEM_LENGTH and ":" not in line and not line.isupper() and not self._is_item(start)
