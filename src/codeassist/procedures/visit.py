"""The visit stage: from one encounter's notes and diagnoses to the level of its visit, with every reason.

Reads the kind of visit, grades problems, data and risk, lets two of three decide, and weighs the time that is stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from codeassist.config import VisitSettings
from codeassist.core.notes import Encounter, Note, Section, Span
from codeassist.core.suggestions import Suggestion
from codeassist.core.visits import STEPS, VisitElement, VisitLevel, VisitTime
from codeassist.procedures.mdm_data import find_data
from codeassist.procedures.mdm_grid import decide, find_missing, make_element
from codeassist.procedures.mdm_problems import Problem, find_problems, grade_problems
from codeassist.procedures.mdm_risk import find_risk
from codeassist.procedures.visit_category import Category, find_age, find_category
from codeassist.procedures.visit_clauses import Clause, read_clauses
from codeassist.procedures.visit_levels import LevelTable, find_age_step
from codeassist.procedures.visit_time import find_time
from codeassist.procedures.visit_words import WordTable

_OFFICE = frozenset({"office_new", "office_established", "office_consultation", "home_new", "home_established"})
_BY_TIME = frozenset({"hospital_discharge", "nursing_discharge", "critical_care"})
_ADMITTING = frozenset({"hospitalization"})
_SURGICAL = frozenset({"major_surgery", "major_surgery_with_risk", "emergency_surgery"})
_LONG = 31
_CRITICAL = 30


class VisitLeveler:
    """This is the visit stage.

    Reads: encounter, sections, diagnoses, procedures that may stand beside a visit. Gives: a visit level or nothing.
    """

    def __init__(self, table: WordTable, levels: LevelTable, *, settings: VisitSettings) -> None:
        self._table = table
        self._levels = levels
        self._settings = settings

    @classmethod
    def load(cls, medications: Iterable[str] = (), *, settings: VisitSettings) -> VisitLeveler:
        """Read the tables of the stage; ``medications`` adds names of drugs."""
        return cls(WordTable.load(medications), LevelTable.load(), settings=settings)

    def __call__(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        diagnoses: Sequence[Suggestion],
        procedures: Sequence[Suggestion] = (),
    ) -> VisitLevel | None:
        """Return the level of the visit that the last visit note of an encounter records.

        Parameters
        ----------
        encounter, sections, diagnoses
            What earlier stages read.
        procedures
            Procedures done at the visit whose own payment covers a small visit, so that a visit beside them needs
            modifier 25; tests and imaging are none of these.
        """
        if not self._settings.find_level:
            return None
        for note in reversed(encounter.notes):
            own = [section for section in sections if section.body.note_id == note.note_id]
            visit = self._read_note(encounter, note, own, diagnoses, procedures)
            if visit is not None:
                return visit
        return None

    def _read_note(
        self,
        encounter: Encounter,
        note: Note,
        sections: Sequence[Section],
        diagnoses: Sequence[Suggestion],
        procedures: Sequence[Suggestion],
    ) -> VisitLevel | None:
        single = replace(encounter, notes=(note,))
        clauses = read_clauses(note, sections, self._table)
        category = find_category(single, sections, clauses, self._table)
        if category is None:
            return None
        own = [each for each in diagnoses if any(place.note_id == note.note_id for place in _places(each))]
        problems = find_problems(sections, clauses, own)
        age = find_age(single)
        elements = _grade(problems, clauses, category, age)
        visit = self._level(category, elements, find_time(single), age)
        return _add_modifier(visit, problems, procedures)

    def _level(
        self,
        category: Category,
        elements: tuple[VisitElement, ...],
        time: tuple[int, Span] | None,
        age: float | None,
    ) -> VisitLevel:
        if category.name in _BY_TIME:
            return self._level_by_time(category, elements, time)
        has_problem = any(item.kind != "self_limited" for item in elements[0].items)
        if category.name == "preventive":
            if not has_problem:
                return self._level_by_age(category, elements, age)
            category = replace(category, name="office_new" if category.is_new else "office_established")
        return self._level_by_elements(category, elements, time, age)

    def _level_by_elements(
        self,
        category: Category,
        elements: tuple[VisitElement, ...],
        time: tuple[int, Span] | None,
        age: float | None,
    ) -> VisitLevel:
        billed = self._bill(category.name)
        mdm = decide(each.step for each in elements)
        stated = self._levels.weigh_time(billed, time)
        is_timed = stated is not None and stated.step != "" and STEPS.index(stated.step) > STEPS.index(mdm)
        step = stated.step if stated is not None and is_timed else mdm
        carried = tuple(replace(each, carries=STEPS.index(each.step) >= STEPS.index(step)) for each in elements)
        return VisitLevel(
            code=self._levels.number(billed, step),
            category=billed,
            step=step,
            name=self._levels.name(billed, step),
            method="time" if is_timed else "mdm",
            elements=carried,
            confidence=_trust(carried, step, is_timed=is_timed, is_stated=category.is_stated),
            category_evidence=category.evidence,
            rationale=_explain(category, billed, carried, step, stated if is_timed else None),
            time=stated,
            alternatives=self._levels.list_alternatives(category, billed, carried, step, age),
            missing_for_next_level=find_missing(carried, step),
        )

    def _level_by_time(
        self, category: Category, elements: tuple[VisitElement, ...], time: tuple[int, Span] | None
    ) -> VisitLevel:
        minutes = time[0] if time else 0
        if category.name == "critical_care":
            if minutes < _CRITICAL:
                return self._level_by_elements(replace(category, name="emergency"), elements, None, None)
            step = "first"
        else:
            step = "long" if minutes >= _LONG else "short"
        stated = f"{minutes} minutes are stated" if time else "no time is stated, so the shorter one"
        return VisitLevel(
            code=self._levels.number(category.name, step),
            category=category.name,
            step=step,
            name=self._levels.name(category.name, step),
            method="time",
            elements=elements,
            confidence=0.85 if time else 0.7,
            category_evidence=category.evidence,
            rationale=(f"by time: {stated}",),
            time=VisitTime(*time, step) if time else None,
        )

    def _level_by_age(self, category: Category, elements: tuple[VisitElement, ...], age: float | None) -> VisitLevel:
        name = "preventive_new" if category.is_new else "preventive_established"
        step = find_age_step(age)
        reason = "by age, no problem beyond prevention was addressed" if step else "the age is not stated"
        return VisitLevel(
            code=self._levels.number(name, step),
            category=name,
            step=step,
            name=self._levels.name(name, step),
            method="age",
            elements=elements,
            confidence=0.8 if step else 0.3,
            category_evidence=category.evidence,
            rationale=(reason,),
        )

    def _bill(self, category: str) -> str:
        """Return the category that is billed: Medicare and many payers take no consultation codes."""
        if self._settings.accept_consultations:
            return category
        return {"office_consultation": "office_new", "inpatient_consultation": "hospital_initial"}.get(
            category, category
        )


def _places(each: Suggestion) -> list[Span]:
    return [candidate.mention.span for candidate in each.support]


def _grade(
    problems: Sequence[Problem], clauses: Sequence[Clause], category: Category, age: float | None
) -> tuple[VisitElement, ...]:
    risk = find_risk(clauses, category=category.name)
    kinds = {item.kind for item in risk}
    graded = grade_problems(problems, is_surgical=bool(kinds & _SURGICAL), is_admitted=bool(kinds & _ADMITTING))
    data = find_data(clauses, is_office=category.name in _OFFICE or category.name == "preventive", age=age)
    return (make_element("problems", graded), make_element("data", data), make_element("risk", risk))


def _trust(elements: Sequence[VisitElement], step: str, *, is_timed: bool, is_stated: bool) -> float:
    """Return the share of visits like this one whose level two auditors accept; declared, see docs/reference/visits."""
    same = sum(each.step == step for each in elements)
    trust = 0.85 if is_timed else {3: 0.92, 2: 0.88}.get(same, 0.7)
    return round(trust - (0.0 if is_stated else 0.05), 2)


def _explain(
    category: Category, billed: str, elements: Sequence[VisitElement], step: str, timed: VisitTime | None
) -> tuple[str, ...]:
    stated = "stated" if category.is_stated else "assumed, the note does not say"
    parts = [f"category {category.name.replace('_', ' ')}: {stated}"]
    if billed != category.name:
        parts.append(f"billed as {billed.replace('_', ' ')}: most payers take no consultation codes")
    if timed is not None:
        return (*parts, f"{timed.minutes} minutes support the {step} level")
    carriers = [f"{each.name} {each.level}" for each in elements if each.carries]
    return (*parts, f"two of three reach the {step} level: {', '.join(carriers)}")


def _add_modifier(visit: VisitLevel, problems: Sequence[Problem], procedures: Sequence[Suggestion]) -> VisitLevel:
    """Offer modifier 25 where a procedure was done and a problem stands apart from what the procedure is for."""
    if not procedures or visit.method == "age":
        return visit
    covered = {place for each in procedures for place in _places(each)}
    apart = [problem for problem in problems if not any(a.overlaps(b) for a in covered for b in problem.mentions)]
    return replace(visit, modifiers=("25",)) if len(apart) > 0 and len(problems) > 1 else visit
