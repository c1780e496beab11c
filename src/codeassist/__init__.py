"""codeassist reads clinical notes offline and suggests codes with evidence, reason and confidence."""

from codeassist.core.codes import Code
from codeassist.core.gaps import Gap, GapOption, Indicator
from codeassist.core.mentions import Assertion, Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Note, Observation, Patient, Section, Span
from codeassist.core.queries import LintFinding, Query
from codeassist.core.results import CodingResult
from codeassist.core.suggestions import Candidate, CodeMatch, Contribution, Flag, Suggestion
from codeassist.core.visits import VisitLevel
from codeassist.pipeline import VERSION, CodeAssist, load

__version__ = VERSION
__all__ = [
    "Assertion",
    "Candidate",
    "Code",
    "CodeAssist",
    "CodeMatch",
    "CodingResult",
    "Contribution",
    "Dosage",
    "Encounter",
    "Flag",
    "Gap",
    "GapOption",
    "Indicator",
    "LintFinding",
    "Measurement",
    "Mention",
    "Note",
    "Observation",
    "Patient",
    "Query",
    "Section",
    "Span",
    "Suggestion",
    "VisitLevel",
    "load",
]
