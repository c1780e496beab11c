"""Settings of every stage: frozen pydantic models; unknown keys are refused."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnnotationSettings(_Settings):
    """This is what annotation may do beyond exact wordings."""

    correct_spelling: bool = True
    read_abbreviation_definitions: bool = True


class LinkingSettings(_Settings):
    """This is how linking makes candidates; points are log-odds like and only order candidates."""

    alternatives: int = Field(default=4, ge=0, le=20)
    minimum_similarity: float = Field(default=0.62, ge=0.0, le=1.0)
    minimum_factor_similarity: float = Field(default=0.9, ge=0.0, le=1.0)
    # The inverse document frequency of a word that one term in twenty holds, such as "other" or "disease".
    maximum_added_weight: float = Field(default=3.0, ge=0.0)


class SelectionSettings(_Settings):
    """This is when a suggestion is reported; confidences are calibrated probabilities.

    A visit reports what was evaluated at it (Guidelines IV.J), a stay all that affected it (III): a stay's threshold is
    where held-out notes had the best F1, a visit's where four of five codes reported were right.
    """

    report_confidence: float = Field(default=0.6, ge=0.0, le=1.0)
    report_confidence_inpatient: float = Field(default=0.45, ge=0.0, le=1.0)
    consider_confidence: float = Field(default=0.05, ge=0.0, le=1.0)


class GapThresholds(_Settings):
    """This is when a gap is listed and when it is worth a query; priorities are tuned on reviewed notes."""

    minimum_priority: float = Field(default=0.0, ge=0.0, le=1.0)
    query_priority: float = Field(default=0.7, ge=0.0, le=1.0)
    most_queries: int = Field(default=6, ge=0, le=20)


class VisitSettings(_Settings):
    """This is how the level of a visit is found.

    ``accept_consultations`` keeps consultation codes, which Medicare and most payers no longer take.
    """

    find_level: bool = True
    accept_consultations: bool = False


class ProcedureSettings(_Settings):
    """This is when a procedure is reported and when it is shown at all; the points are declared, not fitted."""

    report_confidence: float = Field(default=0.5, ge=0.0, le=1.0)
    consider_confidence: float = Field(default=0.05, ge=0.0, le=1.0)


class Settings(_Settings):
    """This is the configuration of the whole pipeline."""

    annotation: AnnotationSettings = AnnotationSettings()
    linking: LinkingSettings = LinkingSettings()
    selection: SelectionSettings = SelectionSettings()
    gaps: GapThresholds = GapThresholds()
    visit: VisitSettings = VisitSettings()
    procedures: ProcedureSettings = ProcedureSettings()
