"""The visit level: what the rules of 2021 and 2023 make of a visit, element by element."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.core.notes import Span

STEPS = ("straightforward", "low", "moderate", "high")
ELEMENT_LEVELS = {
    "problems": ("minimal", "low", "moderate", "high"),
    "data": ("minimal", "limited", "moderate", "extensive"),
    "risk": ("minimal", "low", "moderate", "high"),
}
METHODS = ("mdm", "time", "age")


@dataclass(frozen=True, slots=True)
class VisitItem:
    """This is one fact that counts for an element: its kind, what it is in plain words, and where it stands."""

    kind: str
    detail: str
    evidence: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class VisitElement:
    """This is one of the three elements of medical decision making, with the facts counted for it.

    ``step`` is the level in the words of `STEPS`; ``carries`` tells whether the element reaches the visit's level.
    """

    name: str
    step: str
    items: tuple[VisitItem, ...] = ()
    carries: bool = False

    def __post_init__(self) -> None:
        for value, allowed in ((self.name, tuple(ELEMENT_LEVELS)), (self.step, STEPS)):
            if value not in allowed:
                msg = f"value {value!r} of a visit element is unknown; expected one of {', '.join(allowed)}"
                raise ValueError(msg)

    @property
    def level(self) -> str:
        """The level in the element's own words, for example ``"limited"``."""
        return ELEMENT_LEVELS[self.name][STEPS.index(self.step)]


@dataclass(frozen=True, slots=True)
class VisitTime:
    """This is the clinician's time as the note states it; ``step`` is the level that it supports by itself."""

    minutes: int
    span: Span
    step: str = ""


@dataclass(frozen=True, slots=True)
class VisitAlternative:
    """This is another level that a reviewer could defend, with the reason; ``code`` is empty without the numbers."""

    code: str
    category: str
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class MissingStep:
    """This is what the rules ask of one element for the next level; it is shown, never asked of a clinician."""

    element: str
    level: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitLevel:
    """This is the level of one visit, by medical decision making, by time or by age.

    ``code`` is empty where the table of numbers is not installed; ``category``, ``step`` and ``name`` say the same in
    plain words. ``modifiers`` are offered for review, never added by themselves.
    """

    code: str
    category: str
    step: str
    name: str
    method: str
    elements: tuple[VisitElement, ...]
    confidence: float
    category_evidence: tuple[Span, ...] = ()
    rationale: tuple[str, ...] = ()
    time: VisitTime | None = None
    modifiers: tuple[str, ...] = ()
    alternatives: tuple[VisitAlternative, ...] = ()
    missing_for_next_level: tuple[MissingStep, ...] = ()

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            msg = f"method {self.method!r} is unknown; expected one of {', '.join(METHODS)}"
            raise ValueError(msg)
        if not 0.0 <= self.confidence <= 1.0:
            msg = f"confidence {self.confidence} is outside 0..1"
            raise ValueError(msg)

    def get_element(self, name: str) -> VisitElement:
        """Return the element of this name, or raise ``KeyError``."""
        for element in self.elements:
            if element.name == name:
                return element
        raise KeyError(name)

    @property
    def evidence(self) -> tuple[Span, ...]:
        """Every place that the level rests on, each once, in order."""
        spans = {span for element in self.elements for item in element.items for span in item.evidence}
        spans |= set(self.category_evidence)
        if self.time is not None:
            spans.add(self.time.span)
        return tuple(sorted(spans))
