"""A gap before it is ordered: what one of the four searches found, with what speaks for asking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codeassist.core.gaps import GapOption, Indicator
from codeassist.core.mentions import Mention
from codeassist.core.notes import Span

_MOST_EVIDENCE = 5
# Where a provider says what the patient has, rather than how it began or what was seen.
_ASSESSING_SECTIONS = frozenset(
    {"assessment", "assessment_plan", "plan", "diagnosis", "principal_diagnosis", "secondary_diagnosis",
     "admission_diagnosis", "discharge_diagnosis", "preoperative_diagnosis", "postoperative_diagnosis", "impression",
     "hospital_course", "medical_decision_making", "problem_list", "indication", "chief_complaint"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GapDraft:
    """This is one gap as it was found, not yet weighed.

    ``worth`` (0..1) is how much an answer matters, from the condition library; ``confidence`` (0..1) how sure it is
    that the condition is there; ``strength`` the points of the indicators found;
    ``is_assessed`` says whether an assessment, a plan or a list of diagnoses names it.
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
    is_assessed: bool = False
    options: tuple[GapOption, ...] = ()
    evidence: tuple[Span, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    family: str = ""


def is_assessed(mentions: Iterable[Mention]) -> bool:
    """Tell whether an assessment, a plan or a list of diagnoses holds one of the mentions."""
    return any(each.is_heading or each.section in _ASSESSING_SECTIONS for each in mentions)


def order_spans(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Return the first few of the spans, each once, in order of place."""
    return tuple(sorted(set(spans)))[:_MOST_EVIDENCE]
