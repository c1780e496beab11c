"""Candidates and suggestions: what linking and selection make of mentions."""

from __future__ import annotations

from dataclasses import dataclass, field

from codeassist.core.codes import Code
from codeassist.core.mentions import Mention

DISPOSITIONS = ("report", "consider")
UNSTATED = "unstated"
"""Names the contribution of a value that the code states and the note does not."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """This is one part of a score: a feature, its points, and the reason in words that quote no note text."""

    feature: str
    points: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """This is one code that a mention may mean; its score is the sum of its rationale.

    ``anchor`` is the code that the wording names by itself, before axis values make it more specific; ``axis_values``
    are the pairs of axis and value that the words around the mention state.
    """

    mention: Mention
    code: Code
    display: str
    rationale: tuple[Contribution, ...]
    anchor: str = ""
    axis_values: tuple[tuple[str, str], ...] = ()

    @property
    def is_overstated(self) -> bool:
        """Whether the code states a value that the note does not: no row of its header leaves the axis open."""
        return any(part.feature == UNSTATED for part in self.rationale)

    @property
    def score(self) -> float:
        """The points of the rationale added up."""
        return sum(part.points for part in self.rationale)


@dataclass(frozen=True, slots=True)
class Flag:
    """This is a warning on a suggestion, for example an Excludes1 conflict with another suggested code."""

    kind: str
    with_code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """This is one code proposed for an encounter, with calibrated confidence, evidence and reason.

    ``support`` holds the candidates it was merged from, best first; ``alternatives`` the next-best candidates of the
    same mentions. ``rationale`` adds up to the log-odds from which the calibrator made ``confidence``. A procedure has
    ``units`` and names in ``supported_by`` the suggested diagnoses that are the reason for it.
    """

    code: Code
    display: str
    confidence: float
    disposition: str
    role: str
    support: tuple[Candidate, ...]
    alternatives: tuple[Candidate, ...] = ()
    rationale: tuple[Contribution, ...] = ()
    flags: tuple[Flag, ...] = ()
    modifiers: tuple[str, ...] = field(default=())
    units: int = 1
    supported_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.disposition not in DISPOSITIONS:
            msg = f"disposition {self.disposition!r} is unknown; expected one of {', '.join(DISPOSITIONS)}"
            raise ValueError(msg)
        if not 0.0 <= self.confidence <= 1.0:
            msg = f"confidence {self.confidence} is outside 0..1"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class CodeMatch:
    """This is one hit of a search in a code set."""

    code: str
    system: str
    display: str
    score: float
    matched: str
