"""codeassist reads clinical notes offline and suggests codes with evidence, reason and confidence."""

from codeassist.core.codes import Code
from codeassist.core.mentions import Assertion, Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Note, Observation, Patient, Section, Span
from codeassist.core.results import CodingResult
from codeassist.core.suggestions import Candidate, CodeMatch, Contribution, Flag, Suggestion
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
    "Measurement",
    "Mention",
    "Note",
    "Observation",
    "Patient",
    "Section",
    "Span",
    "Suggestion",
    "load",
]
