"""The result of coding one encounter."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.core.gaps import Gap
from codeassist.core.mentions import Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Section
from codeassist.core.queries import Query
from codeassist.core.suggestions import Candidate, Suggestion
from codeassist.core.visits import VisitLevel

SCHEMA_VERSION = "1"
DISCLAIMER = (
    "Suggestions support a person's decision; they are not a claim. A qualified coder must confirm every code "
    "against the record, the code set in force and the official guidelines."
)


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """This is what made a result: the package version, a fingerprint of data and settings, and the editions used.

    ``edition_note`` is empty unless the date of service lies outside every installed edition.
    """

    version: str
    fingerprint: str
    code_sets: tuple[tuple[str, str], ...]
    edition_note: str = ""


@dataclass(frozen=True, slots=True)
class CodingResult:
    """This is everything codeassist says of one encounter; nothing that a stage found is lost."""

    encounter: Encounter
    pipeline: PipelineInfo
    sections: tuple[Section, ...]
    mentions: tuple[Mention, ...]
    measurements: tuple[Measurement, ...]
    candidates: tuple[Candidate, ...]
    diagnoses: tuple[Suggestion, ...]
    dosages: tuple[Dosage, ...] = ()
    procedures: tuple[Suggestion, ...] = ()
    visit: VisitLevel | None = None
    gaps: tuple[Gap, ...] = ()
    queries: tuple[Query, ...] = ()
