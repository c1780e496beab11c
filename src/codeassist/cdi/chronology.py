"""Which of two statements of a stay settles the other: notes by date, and who wrote them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from codeassist.cdi.facts import Said
from codeassist.core.notes import Encounter, Note


def is_settled(encounter: Encounter, one: Sequence[Said], other: Sequence[Said]) -> bool:
    """Tell whether one of two contradicting sides was left by all who took it: a later clarification closes a gap.

    Parameters
    ----------
    encounter
        Where they were said.
    one, other
        The statements of each side.

    Notes
    -----
    A side is left where every author who took it takes the other one on a later day, and nobody returns to it. Notes
    without a date settle nothing.
    """
    return _is_left(encounter, one, other) or _is_left(encounter, other, one)


def is_ruled_out(encounter: Encounter, said: Sequence[Said], denied: Sequence[Said]) -> bool:
    """Tell whether denials contradict nothing: what is denied last was ruled out, what is denied first began later.

    Parameters
    ----------
    encounter
        Where they were said.
    said
        Where a condition is affirmed.
    denied
        Where it is said to be absent.
    """
    affirmed, absent = _find_days(encounter, said), _find_days(encounter, denied)
    if affirmed is None or absent is None or set(affirmed) & set(absent):
        return False
    return max(absent) > max(affirmed) or max(absent) < min(affirmed) or is_settled(encounter, said, denied)


def is_denied_later(encounter: Encounter, said: Sequence[Said], denied: Sequence[Said]) -> bool:
    """Tell whether a condition is denied on a later day than all on which it is affirmed."""
    affirmed, absent = _find_days(encounter, said), _find_days(encounter, denied)
    return bool(affirmed and absent) and max(absent or ()) > max(affirmed or ())


def _is_left(encounter: Encounter, left: Sequence[Said], taken: Sequence[Said]) -> bool:
    days, later = _find_days(encounter, left), _find_days(encounter, taken)
    if not days or not later or max(later) <= max(days):
        return False
    authors = {_find_note(encounter, each).author_role for each in left}
    last = max(days)
    return authors <= {note.author_role for each in taken if _is_after(note := _find_note(encounter, each), last)}


def _is_after(note: Note, day: dt.date) -> bool:
    return note.date is not None and note.date > day


def _find_days(encounter: Encounter, said: Sequence[Said]) -> list[dt.date] | None:
    """Return the days of statements, or ``None`` where one has none."""
    days = [_find_note(encounter, each).date for each in said]
    known = [day for day in days if day is not None]
    return known if len(known) == len(days) else None


def _find_note(encounter: Encounter, said: Said) -> Note:
    return encounter.get_note(said.mention.span.note_id)
