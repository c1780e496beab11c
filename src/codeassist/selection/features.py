"""Describes a condition by named numbers: where and how often the note names it, and what kind of code it is.

The same function serves training and run time, so the model never sees other features than it was fitted on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeassist.selection.conditions import Condition

ASSESSMENT, DIAGNOSIS, NARRATIVE, HISTORY = "assessment", "diagnosis", "narrative", "history"
CONTEXT, RESULTS = "context", "results"
# Codes of symptoms, external causes and factors behave differently on a claim than those of diseases and injuries.
_CHAPTER_BY_LETTER = {"R": "symptom", "V": "external", "W": "external", "X": "external", "Y": "external", "Z": "factor"}
_STUDY_SECTIONS = frozenset({"indication", "clinical_history", "technique", "findings", "impression"})
_VISIT_SECTIONS = frozenset(
    {"history_of_present_illness", "past_medical_history", "medications", "physical_exam", "review_of_systems",
     "assessment", "assessment_plan", "plan", "hospital_course", "procedure_description", "operative_details",
     "postoperative_diagnosis", "chief_complaint", "allergies", "social_history", "vitals"}
)  # fmt: skip
_SCREENINGS = ("Z11", "Z12", "Z13")
# Longer texts without sections are stories, such as case reports.
_BRIEF = 1000
_CHRONIC_LETTERS = frozenset("EFGI")
# Codes outside chapter XVIII that name a complaint, not its cause.
_COMPLAINTS = (
    "H57.1", "M25.4", "M25.5", "M25.6", "M54.2", "M54.5", "M54.6", "M54.8", "M54.9", "M62.81", "M62.83", "M79.1",
    "M79.6",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """This is what the rules say of an encounter's codes.

    ``hinted_prefixes`` are prefixes of what its medications are usually given for, ``instructed`` the codes that a "use
    additional code" note of another of its conditions asks for (Guidelines I.A.17), ``integral`` those of symptoms that
    another of its conditions explains (Guidelines I.B.5).
    """

    hinted_prefixes: frozenset[str] = frozenset()
    instructed: frozenset[str] = frozenset()
    integral: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class EncounterView:
    """This is what the features need to know of the whole encounter."""

    setting: str
    is_study: bool
    is_story: bool
    is_brief: bool
    has_assessment: bool
    has_headings: bool
    has_disease_in_assessment: bool
    condition_count: int
    facts: RuleFacts


def view_encounter(
    conditions: Sequence[Condition],
    *,
    setting: str,
    roles: Mapping[str, str],
    section_kinds: frozenset[str],
    length: int,
    facts: RuleFacts,
) -> EncounterView:
    """Sum up the encounter for `describe`.

    Parameters
    ----------
    conditions
        All conditions of the encounter.
    setting
        ``"outpatient"`` or ``"inpatient"``.
    roles
        Section kind to role, as ``section_roles.tsv`` says.
    section_kinds
        The kinds of the sections that the encounter has.
    length
        How many characters its sections have.
    facts
        What the rules say of the codes.
    """
    is_story = section_kinds <= {"preamble"}
    return EncounterView(
        setting=setting,
        is_study=setting == "outpatient" and is_study(section_kinds),
        is_story=is_story,
        is_brief=is_story and length <= _BRIEF,
        has_assessment=any(roles.get(kind) in (ASSESSMENT, DIAGNOSIS) for kind in section_kinds),
        has_headings=any(candidate.mention.is_heading for each in conditions for candidate in each.support),
        has_disease_in_assessment=any(
            condition.code[0] not in "RZ"
            and not condition.code.startswith(_COMPLAINTS)
            and _roles(condition, roles, setting) & {ASSESSMENT, DIAGNOSIS}
            for condition in conditions
            if condition.kind == "current"
        ),
        condition_count=len(conditions),
        facts=facts,
    )


def is_study(section_kinds: frozenset[str]) -> bool:
    """Tell whether the sections are those of a diagnostic study's report, not of a visit or a stay."""
    # A pathologist names specimens, and an endoscopist the sedation, under headings that notes of visits have too.
    borrowed = {"operative_details"} if "pathology" in section_kinds else set()
    borrowed |= {"medications"} if section_kinds >= {"indication", "findings"} else set()
    visits = section_kinds & _VISIT_SECTIONS - borrowed
    return bool(section_kinds & _STUDY_SECTIONS) and not visits


def _roles(condition: Condition, roles: Mapping[str, str], setting: str) -> set[str]:
    return {
        roles.get(candidate.mention.section, CONTEXT)
        for candidate in condition.support
        if candidate.mention.assertion.presence == "present" or setting == "inpatient"
    }


def describe(condition: Condition, view: EncounterView, roles: Mapping[str, str]) -> dict[str, float]:
    """Return the features of one condition that are not zero."""
    mentions = [candidate.mention for candidate in condition.support]
    found = _roles(condition, roles, view.setting)
    chapter = _CHAPTER_BY_LETTER.get(condition.code[0], "disease")
    in_assessment = bool(found & {ASSESSMENT, DIAGNOSIS})
    # A few lines without sections are all conclusion: what they name, they list.
    is_listed = view.is_brief and chapter != "symptom"
    is_heading = is_listed or any(mention.is_heading for mention in mentions)
    # Guidelines II.H and III.C: an inpatient's uncertain final diagnosis counts as if it existed.
    is_possible = all(mention.assertion.presence == "possible" for mention in mentions)
    best = condition.support[0]
    # What a study's impression concludes is not weakened by standing among its findings too.
    counted = found - {RESULTS} if view.is_study and in_assessment else found
    features = {f"in_{role}": 1.0 for role in counted}
    features |= {
        "heading": is_heading,
        # What is copied forward from note to note is said once.
        "mentions": math.log1p(len({(mention.section, mention.nearby_words) for mention in mentions})),
        "only_possible": is_possible and not (view.setting == "inpatient" and in_assessment),
        "historical": all(mention.assertion.temporality == "historical" for mention in mentions),
        f"kind_{condition.kind}": 1.0,
        f"chapter_{chapter}": 1.0,
        "chronic_letter": condition.code[0] in _CHRONIC_LETTERS,
        "beside_headings": in_assessment and view.has_headings and not is_heading,
        "several_roles": len(found) > 1,
        "factor_outpatient": chapter == "factor" and view.setting == "outpatient",
        "symptom_outpatient": chapter == "symptom" and view.setting == "outpatient",
        "history_only_outpatient": found == {HISTORY} and view.setting == "outpatient",
        "history_only": found == {HISTORY},
        "narrative_only": found == {NARRATIVE},
        "inpatient": view.setting == "inpatient",
        "no_assessment_in_encounter": not view.has_assessment,
        "outside_assessment": view.has_assessment and not in_assessment,
        "symptom_beside_disease": chapter == "symptom" and view.has_disease_in_assessment,
        "symptom_outside_assessment": chapter == "symptom" and not in_assessment,
        "factor_outside_history": chapter == "factor" and HISTORY not in found,
        "crowd": math.log1p(view.condition_count),
        "treated": any(condition.code.startswith(prefix) for prefix in view.facts.hinted_prefixes),
        "similar_wording": best.rationale[0].feature == "wording:similar",
        # A heading is a problem whatever it is called; in running text a shortened wording may mean something else.
        "derived_wording": best.rationale[0].feature in ("wording:derived", "wording:default") and not is_heading,
        "single_word": best.rationale[1].points < 0.3,
        "study": view.is_study,
        "study_impression": view.is_study and in_assessment,
        "study_indication": view.is_study and "preoperative" in found,
        "study_screening": view.is_study
        and condition.code.startswith(_SCREENINGS)
        and found <= {NARRATIVE, "preoperative"},
        "instructed": condition.code in view.facts.instructed,
        "axis_values": min(len(best.axis_values), 3) / 3,
    }
    features |= _describe_complaint(condition, view, is_heading=is_heading)
    features |= _describe_story(condition, view)
    return {name: float(value) for name, value in features.items() if value}


def _describe_complaint(condition: Condition, view: EncounterView, *, is_heading: bool) -> dict[str, float]:
    """Return what speaks for a symptom's being the reason of the visit, or only a part of a disease."""
    is_pain = condition.code.startswith(_COMPLAINTS)
    is_complaint = is_pain or condition.code[0] == "R"
    return {
        "complaint": is_pain,
        "complaint_beside_headings": is_complaint and view.has_headings and not is_heading,
        "complaint_beside_disease": is_complaint and view.has_disease_in_assessment,
        "complaint_explained": condition.code in view.facts.integral,
        "unspecified": "nspecified" in condition.display and not is_heading,
        "other_specified": condition.display.startswith("Other ") and not is_heading,
        "long_term_drug": condition.code.startswith("Z79"),
    }


def _describe_story(condition: Condition, view: EncounterView) -> dict[str, float]:
    """Return the features of a text without any section, such as a case report or one dictated paragraph."""
    if not view.is_story:
        return {}
    return {
        "story": 1.0,
        "brief": view.is_brief,
        "story_symptom": condition.code[0] == "R",
        "story_factor": condition.code[0] == "Z",
        "story_past": condition.kind != "current",
    }
