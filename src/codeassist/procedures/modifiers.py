"""The side of a procedure and the modifiers that follow from the note: RT, LT, 50, 26 and 53."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeassist.procedures.lines import Line
from codeassist.procedures.occurrences import Occurrence
from codeassist.procedures.word_lists import get_words

_SIDE_BY_WORD = {word: side for side in ("left", "right", "both") for word in get_words(side)}
MODIFIER_BY_SIDE = {"left": "LT", "right": "RT", "both": "50"}
# Services whose reading is reported apart from the machine that made them.
_READ_GROUPS = frozenset({"imaging", "vessel-tests"})
_READ_FAMILIES = frozenset({"echo", "tee", "stress-echo", "psg", "eeg", "perfusion"})


@dataclass(frozen=True, slots=True)
class Side:
    """This is the side of a procedure, "" where unknown; ``is_disputed`` where title and account do not agree."""

    side: str
    is_disputed: bool = False


def find_side(own: Line, places: Sequence[int], titles: Iterable[Line], told: Iterable[Line]) -> Side:
    """Return the side: of the line that names the procedure, else of the other titles, else of the account."""
    named = read_side(own, places)
    account = _agreed(told)
    if named:
        is_disputed = bool(account) and "both" not in (named, account) and named != account
        return Side(account if is_disputed else named, is_disputed)
    return Side(_agreed(titles) or account)


def read_side(line: Line, places: Sequence[int]) -> str:
    """Return the side that a line states nearest to some of its words, or ""."""
    spots = [(place, side) for place, form in enumerate(line.words.forms) if (side := _SIDE_BY_WORD.get(form))]
    if not spots:
        return ""
    sides = {side for _, side in spots}
    # "right and left knee"
    if {"left", "right"} <= sides and len(spots) == 2 and abs(spots[0][0] - spots[1][0]) <= 2:
        return "both"
    middle = sum(places) / len(places)
    return min(spots, key=lambda spot: (abs(spot[0] - middle), spot))[1]


def _agreed(lines: Iterable[Line]) -> str:
    """Return the one side that some lines state, or "" if they state none or several."""
    sides = {side for line in lines for form in line.words.places if (side := _SIDE_BY_WORD.get(form))}
    return next(iter(sides)) if len(sides) == 1 else ""


def is_read(family: str, group: str) -> bool:
    """Tell whether a service has a professional part that is reported with modifier 26."""
    return group in _READ_GROUPS or family in _READ_FAMILIES


def list_modifiers(occurrence: Occurrence, side: Side, *, sides: str, is_interpretation: bool) -> tuple[str, ...]:
    """Return the modifiers of one procedure, in the order in which a claim lists them."""
    found = ["53"] if occurrence.is_aborted else []
    found += ["26"] if is_interpretation else []
    if sides == "both" or (sides == "one" and side.side != "both"):
        found += [MODIFIER_BY_SIDE[side.side]] if side.side else []
    return tuple(found)
