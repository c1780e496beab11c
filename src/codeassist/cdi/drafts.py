"""A gap before it is ordered: what one of the four searches found, with what speaks for asking."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.core.gaps import GapOption, Indicator
from codeassist.core.notes import Span


@dataclass(frozen=True, slots=True)
class GapDraft:
    """This is one gap as it was found, not yet weighed.

    ``worth`` (0..1) is how much an answer matters, from the condition library; ``confidence`` (0..1) how sure it is
    that the condition is there; ``strength`` the points of the indicators found.
    """

    kind: str
    axis: str
    category: str
    code: str
    diagnosis: str
    worth: float
    importance: float
    confidence: float
    strength: float = 0.0
    is_reported: bool = False
    is_heading: bool = False
    options: tuple[GapOption, ...] = ()
    evidence: tuple[Span, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    family: str = ""


MET_EVIDENCE = 5


def order_spans(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the first few of the spans, each once, in order of place."""
    return tuple(sorted(set(spans)))[:MET_EVIDENCE]
