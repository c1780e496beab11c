"""Gaps: what a record leaves open, with the clinical indicators that bear on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from codeassist.core.notes import Span
from codeassist.core.suggestions import Contribution

GAP_KINDS = ("unspecified", "undocumented", "unsupported", "conflict")
GAP_AXES = (
    "type",
    "acuity",
    "severity",
    "stage",
    "laterality",
    "site",
    "organism",
    "etiology",
    "complication",
    "linkage",
    "encounter",
    "control",
    "remission",
    "depth",
    "healing",
    "trimester",
    "behavior",
    "bmi",
    "drug",
    "diagnosis",
    "other",
)
BEARINGS = ("supports", "against", "treatment", "statement")


@dataclass(frozen=True, slots=True)
class Indicator:
    """This is one fact of the record that bears on a gap: a value, a finding, a treatment or a statement.

    ``text`` are the record's own words, or the value of an observation that was given as data, in which case ``span``
    is ``None``. ``source`` says where it stands, for example ``"progress note"`` or ``"laboratory"``; ``bearing`` is
    one of `BEARINGS`.
    """

    name: str
    bearing: str
    span: Span | None
    text: str = field(repr=False)
    source: str = ""
    date: dt.date | None = None

    def __post_init__(self) -> None:
        if self.bearing not in BEARINGS:
            msg = f"bearing {self.bearing!r} is unknown; expected one of {', '.join(BEARINGS)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class GapOption:
    """This is one value that would close a gap, with the codes that it leads to."""

    value: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """This is one thing that the record leaves open.

    ``category`` is the three-character category, ``code`` the suggested code that stays unspecified (empty where none
    is), ``diagnosis`` the plain name of the condition, ``family`` the condition family of the library that found it
    (empty for a bare axis). ``priority`` lies in 0..1 and is made from the points of ``rationale``.
    """

    gap_id: str
    kind: str
    axis: str
    category: str
    code: str
    diagnosis: str
    options: tuple[GapOption, ...] = ()
    evidence: tuple[Span, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    priority: float = 0.0
    rationale: tuple[Contribution, ...] = ()
    family: str = ""

    def __post_init__(self) -> None:
        for name, value, allowed in (("kind", self.kind, GAP_KINDS), ("axis", self.axis, GAP_AXES)):
            if value not in allowed:
                msg = f"{name} {value!r} of a gap is unknown; expected one of {', '.join(allowed)}"
                raise ValueError(msg)
        if not 0.0 <= self.priority <= 1.0:
            msg = f"priority {self.priority} is outside 0..1"
            raise ValueError(msg)
