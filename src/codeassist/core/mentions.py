"""What annotation finds in a note: mentions with their assertion, and measured values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from codeassist.core.notes import Span

ENTITY_TYPES = ("problem", "procedure", "medication", "anatomy", "finding")
PRESENCES = ("present", "possible", "absent")
TEMPORALITIES = ("current", "historical", "hypothetical")
EXPERIENCERS = ("patient", "family", "other")
RELATIONS = ("", "prior", "baseline")


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
    """This is a laboratory value, vital sign, score or setting; ``unit`` is empty where none applies.

    ``span`` is ``None`` where the value was given beside the notes. ``comparator`` is ``"<"`` or ``">"`` where a bound
    is given rather than a value. ``relation`` is ``"prior"`` for an earlier value that the note gives with the current
    one, ``"baseline"`` for what it calls the patient's baseline (then ``name`` starts with ``baseline_`` too), else
    empty. ``date`` is the one written with the value, else that of the note, and ``None`` where the note places the
    value at another time without a full date. ``device`` is the oxygen or ventilation support that the value was
    taken on or is a setting of (`annotation/oxygen_devices.tsv`). ``loinc`` is the code that the value was given with.
    """

    span: Span | None
    name: str
    value: float
    unit: str = ""
    date: dt.date | None = None
    comparator: str = ""
    relation: str = ""
    device: str = ""
    loinc: str = ""

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            msg = f"relation {self.relation!r} is unknown; expected one of {', '.join(map(repr, RELATIONS))}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Dosage:
    """This is how much of a medication is given, by which route and how often, as far as the note says.

    ``medication`` is the generic name in lower case. ``value`` is ``None`` where only a route or frequency is written;
    ``high`` is the upper end of a range ("1-2 tablets"). ``frequency`` is written like ``"q12h"``, ``"bid"``,
    ``"daily"``, ``"continuous"``, ``"once"``; ``as_needed`` is true of "PRN".
    """

    span: Span
    medication: str
    value: float | None = None
    unit: str = ""
    route: str = ""
    frequency: str = ""
    as_needed: bool = False
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Annotations:
    """This is all that annotation read from an encounter, in order of note and place.

    The measurements end with those that were given beside the notes.
    """

    mentions: tuple[Mention, ...]
    measurements: tuple[Measurement, ...]
    dosages: tuple[Dosage, ...] = ()
