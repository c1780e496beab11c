"""Notes, encounters and places in them: what goes into the pipeline."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field

from codeassist.errors import UnsupportedInputError

SETTINGS = ("outpatient", "inpatient")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """This is a stretch of one note's text: characters, ``start`` included, ``end`` not."""

    note_id: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            msg = f"span {self.start}:{self.end} is empty or reversed; expected 0 <= start < end"
            raise ValueError(msg)

    def overlaps(self, other: Span) -> bool:
        """Tell whether both spans share a character of the same note."""
        return self.note_id == other.note_id and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Note:
    """This is one document of an encounter; its text is never rewritten, so offsets always hold."""

    note_id: str
    text: str = field(repr=False)
    note_type: str = ""
    author_role: str = ""
    date: dt.date | None = None

    def __post_init__(self) -> None:
        for name, value in (("note_id", self.note_id), ("text", self.text)):
            if not isinstance(value, str):
                msg = f"{name} of a note is a {type(value).__name__}, expected a str"
                raise UnsupportedInputError(msg)

    def slice(self, span: Span) -> str:
        """Return the characters that ``span`` covers."""
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Patient:
    """This is what code edits need to know of a patient: age in years and administrative sex."""

    age: int | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """This is one measured value that is given beside the notes, as a laboratory system or monitor holds it.

    ``name`` is the name of a measure (`annotation/measures.tsv`), ``unit`` its unit as written there or empty for the
    default one, ``loinc`` the code that the value came with. ``comparator`` is ``"<"`` or ``">"`` for a bound.
    """

    name: str
    value: float
    unit: str = ""
    date: dt.date | None = None
    loinc: str = ""
    comparator: str = ""

    def __post_init__(self) -> None:
        if not self.name or not math.isfinite(self.value):
            msg = f"observation {self.name!r} has no name or no finite value; give both"
            raise UnsupportedInputError(msg)


@dataclass(frozen=True, slots=True)
class Encounter:
    """This is one stay or visit: one or more notes, the care setting, and the date of service.

    ``date`` is the date of service (for inpatients, of discharge); it picks the code-set edition. ``observations`` are
    measured values that are known beside the notes.
    """

    encounter_id: str
    notes: tuple[Note, ...] = ()
    setting: str = "outpatient"
    patient: Patient = Patient()
    date: dt.date | None = None
    observations: tuple[Observation, ...] = ()

    def __post_init__(self) -> None:
        if self.setting not in SETTINGS:
            msg = f"setting {self.setting!r} is unknown; expected one of {', '.join(SETTINGS)}"
            raise ValueError(msg)
        if not isinstance(self.notes, tuple) or not all(isinstance(note, Note) for note in self.notes):
            msg = f"notes of encounter {self.encounter_id!r} are no tuple of notes; expected for example notes=(note,)"
            raise UnsupportedInputError(msg)
        if not isinstance(self.observations, tuple) or not all(isinstance(o, Observation) for o in self.observations):
            msg = f"observations of encounter {self.encounter_id!r} are no tuple of observations"
            raise UnsupportedInputError(msg)
        if len({note.note_id for note in self.notes}) != len(self.notes):
            msg = f"encounter {self.encounter_id!r} has two notes with the same note_id; make them distinct"
            raise ValueError(msg)

    def get_note(self, note_id: str) -> Note:
        """Return the note with this id, or raise ``KeyError``."""
        for note in self.notes:
            if note.note_id == note_id:
                return note
        raise KeyError(note_id)

    def slice(self, span: Span) -> str:
        """Return the characters that ``span`` covers in its note."""
        return self.get_note(span.note_id).slice(span)


@dataclass(frozen=True, slots=True)
class Section:
    """This is one part of a note: its kind, its heading if it has one, and its body.

    ``kind`` is a name of ``sections/headings.tsv``, for example ``"assessment_plan"``; text before the first
    heading has the kind ``"preamble"``. ``problem_headings`` are the phrases that stand as headings of a problem in a
    plan or diagnosis list.
    """

    kind: str
    heading: Span | None
    body: Span
    problem_headings: tuple[Span, ...] = ()
