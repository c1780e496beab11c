"""What annotation finds in a note: mentions with their assertion, and measured values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from codeassist.core.notes import Span

ENTITY_TYPES = ("problem", "procedure", "medication", "anatomy", "finding")
PRESENCES = ("present", "possible", "absent")
TEMPORALITIES = ("current", "historical", "hypothetical")
EXPERIENCERS = ("patient", "family", "other")


@dataclass(frozen=True, slots=True)
class Assertion:
    """This is what a note says about a mention, with the cues that say it."""

    presence: str = "present"
    temporality: str = "current"
    experiencer: str = "patient"
    cues: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        for value, allowed in (
            (self.presence, PRESENCES),
            (self.temporality, TEMPORALITIES),
            (self.experiencer, EXPERIENCERS),
        ):
            if value not in allowed:
                msg = f"assertion value {value!r} is unknown; expected one of {', '.join(allowed)}"
                raise ValueError(msg)

    @property
    def is_affirmed(self) -> bool:
        """Whether the patient is said to have this now."""
        return (self.presence, self.temporality, self.experiencer) == ("present", "current", "patient")


@dataclass(frozen=True, slots=True)
class Mention:
    """This is a span of a note that names something.

    ``reading`` is the wording that was looked up: abbreviations expanded and misspellings corrected, lower case.
    ``nearby_words`` are the normal forms of the words of the same clause, in order, and its commas, from which linking
    reads axis values (side, stage, acuity...); ``own_words`` is the first and the last place, exclusive, of the
    mention's own words among them. ``terms`` are the term-index entries that the reading named. ``section`` is the
    kind of the section that holds the mention. ``is_heading`` is true when the mention stands as the heading of a
    problem in a problem list or plan.
    """

    span: Span
    entity_type: str
    section: str
    assertion: Assertion
    surface: str = field(repr=False)
    reading: str = field(default="", repr=False)
    terms: tuple[int, ...] = ()
    nearby_words: tuple[str, ...] = field(default=(), repr=False)
    is_heading: bool = False
    own_words: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.entity_type not in ENTITY_TYPES:
            msg = f"entity type {self.entity_type!r} is unknown; expected one of {', '.join(ENTITY_TYPES)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Measurement:
    """This is a laboratory value, vital sign or score read from a note; ``unit`` is empty where none applies.

    ``comparator`` is ``"<"`` or ``">"`` where the note gives a bound rather than a value.
    """

    span: Span
    name: str
    value: float
    unit: str = ""
    date: dt.date | None = None
    comparator: str = ""


@dataclass(frozen=True, slots=True)
class Annotations:
    """This is all that annotation read from an encounter, in order of note and place."""

    mentions: tuple[Mention, ...]
    measurements: tuple[Measurement, ...]
