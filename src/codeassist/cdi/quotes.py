"""Statements of a record as indicators."""

from __future__ import annotations

from codeassist.cdi.facts import Said
from codeassist.core.gaps import Indicator
from codeassist.core.notes import Encounter, Note


def quote(encounter: Encounter, said: Said) -> Indicator:
    """Return what a note says of a condition, in its words, with its place and date."""
    note = encounter.get_note(said.mention.span.note_id)
    return Indicator(
        name="statement",
        bearing="statement",
        span=said.mention.span,
        text=note.slice(said.mention.span),
        source=name_source(note) or said.mention.section.replace("_", " "),
        date=note.date,
    )


def name_source(note: Note) -> str:
    """Return what kind of note something stands in and who wrote it, as far as the encounter says.

    Examples
    --------
    >>> name_source(Note("n1", "", note_type="progress_note", author_role="nurse"))
    'progress note, nurse'
    """
    return ", ".join(filter(None, (note.note_type.replace("_", " "), note.author_role.replace("_", " "))))
