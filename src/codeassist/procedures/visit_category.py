"""Tells what kind of visit a note records: office, emergency, hospital, nursing facility, home, preventive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codeassist.core.notes import Encounter, Section, Span
from codeassist.procedures.visit_clauses import PLAN, STORY, Clause
from codeassist.procedures.visit_words import WORD, WordTable

# Of cues in the same place the one that says most of where the visit was counts.
_RANK = (
    "none",
    "critical_care",
    "nursing_discharge",
    "hospital_discharge",
    "nursing_initial",
    "nursing_subsequent",
    "home_new",
    "home_established",
    "emergency",
    "inpatient_consultation",
    "office_consultation",
    "hospital_initial",
    "hospital_subsequent",
    "preventive",
    "office_new",
    "office_established",
)
# What the same words mean where the encounter is not a stay.
_OUTPATIENT = {
    "hospital_subsequent": "office_established",
    "hospital_initial": "office_new",
    "inpatient_consultation": "office_consultation",
}
_ALWAYS_HOSPITAL = frozenset({"hospital day", "admission note", "icu progress note", "hospital progress note"})
_HEAD = 8
_HEAD_KINDS = frozenset({"preamble", "chief_complaint", "history_of_present_illness", "other", "clinical_history"})
# Sections whose heading may name the kind of note: "ED course", "Reason for consultation", "Operative report".
_NAMING = _HEAD_KINDS | {
    "medical_decision_making",
    "hospital_course",
    "consultations",
    "indication",
    "procedure",
    "procedure_description",
    "administrative",
}
_STUDY = frozenset({"technique", "findings"})
_OPERATION = frozenset(
    {"procedure_description", "operative_details", "preoperative_diagnosis", "postoperative_diagnosis"}
)
_EXAMINED = frozenset({"physical_exam", "review_of_systems", "vitals"})
_TOLD = frozenset({"chief_complaint", "history_of_present_illness"})
AGE = re.compile(
    r"""
    \b (?P<number> \d{1,3} ) [ -]?                          # a number,
    (?P<unit> years? | yrs? | y | months? | mos? | weeks? | days? )  # its unit,
    (?: [ -]? (?: old | o ) \b | /o \b )                    # and "old", "/o"
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Category:
    """This is the kind of a visit, the places that say so, and whether the note says it or it is assumed."""

    name: str
    evidence: tuple[Span, ...] = ()
    is_stated: bool = True
    is_new: bool = False
    is_preventive: bool = False


def find_category(
    encounter: Encounter, sections: Sequence[Section], clauses: Sequence[Clause], table: WordTable
) -> Category | None:
    """Return the kind of visit, or ``None`` where the notes record no visit: an operation, a study, a stray line."""
    kinds = {section.kind for section in sections}
    found = _find_cues(encounter, sections, clauses, table)
    names = {name for name, _ in found}
    is_examined = kinds & _TOLD and kinds & _EXAMINED and kinds & PLAN
    is_operation = kinds & (_STUDY | _OPERATION) or ("procedure" in kinds and not kinds & _EXAMINED)
    if not is_examined and (is_operation or "none" in names):
        return None
    found = [each for each in found if each[0] != "none"]
    if not found and not _is_visit(kinds):
        return None
    best = min(found, key=lambda each: _RANK.index(each[0]), default=None)
    chosen = best[0] if best else _assume(encounter, kinds)
    return Category(
        chosen,
        tuple(dict.fromkeys(span for name, span in found if name == chosen and span is not None)),
        is_stated=best is not None,
        is_new="office_new" in names or chosen == "home_new",
        is_preventive="preventive" in names,
    )


def find_age(encounter: Encounter) -> float | None:
    """Return the patient's age in years: as given, else as the first note tells it."""
    if encounter.patient.age is not None:
        return float(encounter.patient.age)
    for note in encounter.notes:
        matched = AGE.search(note.text, 0, 3000)
        if matched:
            per_year = {"y": 1, "m": 12, "w": 52, "d": 365}[matched["unit"][0].lower()]
            return int(matched["number"]) / per_year
    return None


def _find_cues(
    encounter: Encounter, sections: Sequence[Section], clauses: Sequence[Clause], table: WordTable
) -> list[tuple[str, Span | None]]:
    """Return the cues of the strongest source that has one: type of the note, headings and title, first clauses."""
    is_stay = encounter.setting == "inpatient"
    typed = [
        cue
        for note in encounter.notes
        for cue in _read_words(note.note_type, None, table, is_stay=is_stay, kinds=("category", "type"))
    ]
    if typed:
        return typed
    texts = {note.note_id: note.text for note in encounter.notes}
    headed = [
        cue
        for section in sections
        if section.heading is not None and section.kind in _NAMING
        for cue in _read_words(
            texts[section.heading.note_id][section.heading.start : section.heading.end],
            section.heading,
            table,
            is_stay=is_stay,
        )
        if cue[0] in ("emergency", "none", "hospital_discharge", "inpatient_consultation", "office_consultation")
    ]
    return headed + list(_read_head(clauses, is_stay=is_stay))


def _read_words(
    text: str, span: Span | None, table: WordTable, *, is_stay: bool, kinds: tuple[str, ...] = ("category",)
) -> Iterator[tuple[str, Span | None]]:
    words = WORD.findall(text.lower())
    for hit in table(words):
        if hit.kind in kinds:
            wording = " ".join(words[hit.first : hit.last + 1])
            yield _settle(hit.value, wording, is_stay=is_stay), span


def _read_head(clauses: Sequence[Clause], *, is_stay: bool) -> Iterator[tuple[str, Span | None]]:
    head = [clause for clause in clauses if clause.section in _HEAD_KINDS and clause.section in STORY][:_HEAD]
    for clause in head:
        for hit in clause.find("category"):
            if hit.value == "none" and clause.section != "preamble":
                continue
            # "Seen in follow-up of a visit to the emergency room" is no emergency visit.
            if hit.value == "emergency" and any(each.has("category", "office_established") for each in head):
                continue
            yield _settle(hit.value, "", is_stay=is_stay), clause.span


def _settle(name: str, wording: str, *, is_stay: bool) -> str:
    if is_stay:
        return {"office_consultation": "inpatient_consultation", "office_established": "hospital_subsequent"}.get(
            name, name
        )
    return name if wording in _ALWAYS_HOSPITAL else _OUTPATIENT.get(name, name)


def _is_visit(kinds: set[str]) -> bool:
    """Tell whether the sections are those of a visit: what was told or examined, and what was made of it."""
    return bool(kinds & (_TOLD | _EXAMINED)) and bool(kinds & PLAN)


def _assume(encounter: Encounter, kinds: set[str]) -> str:
    if encounter.setting != "inpatient":
        return "office_established"
    if kinds & {"discharge_diagnosis", "hospital_course"}:
        return "hospital_discharge"
    is_first = "history_of_present_illness" in kinds and kinds & {"past_medical_history", "social_history"}
    return "hospital_initial" if is_first else "hospital_subsequent"
