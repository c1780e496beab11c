"""The problems of a visit: which were addressed, and how complex each one was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codeassist.core.notes import Section, Span
from codeassist.core.suggestions import Suggestion
from codeassist.core.visits import VisitItem
from codeassist.procedures.visit_clauses import PLAN, RESULTS, Clause
from codeassist.procedures.visit_words import find_nature

# Below this a suggestion is too unlikely to tell what a heading names.
_LEAST_CONFIDENCE = 0.15
# What a plan treats counts although a coder might not report it.
_LIKELY = 0.4
_ORDER = (
    "status",
    "self_limited",
    "acute_uncomplicated",
    "chronic",
    "acute_complicated",
    "acute_systemic",
    "undiagnosed_new",
    "unstable_chronic",
    "severe_chronic",
    "threat",
)
WORDS = {
    "self_limited": "self-limited problem",
    "acute_uncomplicated": "acute, uncomplicated illness or injury",
    "stable_chronic": "stable chronic illness",
    "acute_complicated": "acute, complicated illness or injury",
    "acute_systemic": "acute illness with systemic symptoms",
    "undiagnosed_new": "new problem without diagnosis, prognosis uncertain",
    "unstable_chronic": "chronic illness that worsens or is not at its goal",
    "severe_chronic": "chronic illness with severe worsening",
    "threat": "threat to life or bodily function",
}
_STATUSES = (
    "advanced",
    "complicated",
    "resolved",
    "severe",
    "stable",
    "suspicion",
    "systemic",
    "threat",
    "uncertain",
    "unstable",
)
_INFECTIVE = ("A", "B", "J", "K", "L", "N")
_SYMPTOMS = ("R", "M25", "M54", "M79")
# A course of years makes these chronic; an injury or infection stays acute, however long another illness lasts.
_LONG_COURSE = ("G", "M", "R")


@dataclass(slots=True)
class Problem:
    """This is one problem that a note addresses, with the clauses that speak of it."""

    code: str
    display: str
    nature: str
    places: list[Span]
    mentions: frozenset[Span]
    plan: list[Clause] = field(default_factory=list)
    story: list[Clause] = field(default_factory=list)


def find_problems(
    sections: Sequence[Section], clauses: Sequence[Clause], diagnoses: Sequence[Suggestion]
) -> list[Problem]:
    """Return the problems addressed, each with the clauses that speak of it."""
    by_place = _index(diagnoses)
    headings = [span for section in sections if section.kind in PLAN for span in section.problem_headings]
    headed = _Cover((span.start, span.end) for span in headings)
    plan = [clause for clause in clauses if clause.is_plan]
    planned = _Cover((clause.start, clause.end) for clause in ([] if headings else plan))
    acted = _Cover((clause.start, clause.end) for clause in plan if is_treatment(clause))
    named = [(place, each) for place, each in by_place.items() if headed.meets(place)]
    for place, each in by_place.items():
        is_illness = each.code.value[0] not in "RZ"
        is_likely = each.disposition == "report" or (is_illness and each.confidence >= _LIKELY)
        if is_likely and ((is_illness and acted.meets(place)) or planned.meets(place)):
            named.append((place, each))
    if not named and not headings:
        read = _Cover((clause.start, clause.end) for clause in clauses if clause.section not in RESULTS)
        named = [
            (place, each) for place, each in by_place.items() if each.disposition == "report" and read.meets(place)
        ]
    named = _drop_explained(named, headed)
    problems = _merge(sorted(named, key=lambda pair: pair[0]), by_place)
    _attach(problems, clauses)
    return problems or _find_unnamed(headings, clauses)


def grade_problems(problems: Sequence[Problem], *, is_surgical: bool, is_admitted: bool) -> list[VisitItem]:
    """Return each problem as a fact of the grid.

    Parameters
    ----------
    problems
        What `find_problems` found.
    is_surgical
        Whether major surgery was decided on at the visit.
    is_admitted
        Whether the visit led to care in a hospital.
    """
    is_only = len(problems) == 1
    items = []
    for problem in problems:
        if len(problems) > 1 and _is_elsewhere(problem):
            continue
        kind = _grade(problem, is_surgical=is_surgical, is_admitted=is_admitted, is_only=is_only)
        named = f"{problem.display} ({problem.code})" if problem.code else problem.display
        items.append(VisitItem(kind, f"{WORDS[kind]}: {named}", tuple(problem.places)))
    return items


def is_treatment(clause: Clause) -> bool:
    """Tell whether a clause starts, changes or goes on with a drug."""
    drugs = clause.find("drug")
    return bool(drugs) and (
        clause.has("act", "start", "keep", "adopt")
        and any(not clause.is_blocked(hit, "negation", "risk") for hit in drugs)
    )


def _index(diagnoses: Iterable[Suggestion]) -> dict[Span, Suggestion]:
    """Return, for each mention, the suggestion that says most of it."""
    by_place: dict[Span, Suggestion] = {}
    for each in diagnoses:
        if each.confidence < _LEAST_CONFIDENCE:
            continue
        for candidate in each.support:
            place = candidate.mention.span
            known = by_place.get(place)
            if known is None or _weight(each) > _weight(known):
                by_place[place] = each
    return by_place


def _find_unnamed(headings: Sequence[Span], clauses: Sequence[Clause]) -> list[Problem]:
    """Return what a plan treats although no code names it: its heading, else the first clause of the plan."""
    plan = [clause for clause in clauses if clause.is_plan]
    places = [*headings[:1], *(clause.span for clause in plan[:1])][:1]
    story = [clause for clause in clauses if not clause.is_plan]
    return [
        Problem("", "a problem that no code names", "acute_uncomplicated", [place], frozenset(), plan, story)
        for place in places
    ]


def _weight(each: Suggestion) -> tuple[int, int, int, str]:
    nature = _ORDER.index(find_nature(each.code.value))
    return (each.disposition == "report") * 1, nature, -len(each.support), each.code.value


class _Cover:
    """This answers whether a place meets any of many stretches of one note that do not overlap each other."""

    def __init__(self, stretches: Iterable[tuple[int, int]]) -> None:
        self._stretches = sorted(stretches)
        self._ends = [end for _, end in self._stretches]

    def meets(self, place: Span) -> bool:
        """Tell whether a place shares a character with one of the stretches."""
        return self.find(place) is not None

    def find(self, place: Span) -> int | None:
        """Return the rank of the first stretch that a place shares a character with."""
        rank = bisect_right(self._ends, place.start)
        return rank if rank < len(self._stretches) and self._stretches[rank][0] < place.end else None


def _drop_explained(named: Sequence[tuple[Span, Suggestion]], headed: _Cover) -> list[tuple[Span, Suggestion]]:
    """Leave out the symptom of a heading that also names what causes it: "shoulder pain, likely tendinopathy"."""
    explained = {headed.find(place) for place, each in named if not each.code.value.startswith(_SYMPTOMS)} - {None}
    return [
        (place, each)
        for place, each in named
        if not (
            each.code.value.startswith(_SYMPTOMS)
            and find_nature(each.code.value) == "acute_uncomplicated"
            and headed.find(place) in explained
        )
    ]


def _merge(named: Iterable[tuple[Span, Suggestion]], by_place: Mapping[Span, Suggestion]) -> list[Problem]:
    """Return one problem for each category of codes; statuses are problems only where there is nothing else."""
    mentions: dict[str, set[Span]] = {}
    for place, each in by_place.items():
        mentions.setdefault(each.code.value[:3], set()).add(place)
    merged: dict[str, Problem] = {}
    for place, each in named:
        code = each.code.value
        problem = merged.get(code[:3])
        if problem is None:
            own = frozenset(mentions[code[:3]])
            merged[code[:3]] = Problem(code, each.display, find_nature(code), [place], own)
        else:
            problem.places.append(place)
    problems = list(merged.values())
    for problem in problems:
        problem.places = list(dict.fromkeys(problem.places))
    real = [each for each in problems if each.nature != "status"]
    return real or problems


def _attach(problems: Sequence[Problem], clauses: Sequence[Clause]) -> None:
    """Give each clause to the problems that it or the last naming clause before it speaks of."""
    is_only = len(problems) == 1
    start: list[Problem] = list(problems) if is_only else []
    current, section = start, ""
    ordered = sorted(
        ((place.start, rank) for rank, each in enumerate(problems) for place in {*each.mentions, *each.places}),
    )
    for clause in clauses:
        if clause.section != section:
            current, section = start, clause.section
        low = bisect_left(ordered, (clause.start, 0))
        high = bisect_left(ordered, (clause.end, 0))
        named = [problems[rank] for rank in sorted({rank for _, rank in ordered[low:high]})]
        if clause.is_plan:
            current = named or current
            for problem in current:
                problem.plan.append(clause)
        else:
            for problem in problems if is_only else named:
                problem.story.append(clause)


def _is_elsewhere(problem: Problem) -> bool:
    """Tell whether another clinician looks after a problem, and nothing was done for it here."""
    return any(clause.has("status", "elsewhere") for clause in problem.plan) and not any(
        is_treatment(clause) or clause.has("test") for clause in problem.plan
    )


def _grade(problem: Problem, *, is_surgical: bool, is_admitted: bool, is_only: bool) -> str:
    plan = _read_statuses(problem.plan)
    is_long = (
        problem.nature == "acute_uncomplicated"
        and problem.code.startswith(_LONG_COURSE)
        and any(clause.is_long for clause in problem.story)
    )
    if plan["threat"] or problem.nature == "threat":
        return "threat"
    if is_long or problem.nature == "chronic" or problem.nature.endswith("_chronic"):
        kind = _grade_chronic(problem, plan, is_only=is_only)
        return "severe_chronic" if is_admitted and kind == "unstable_chronic" else kind
    return _grade_acute(problem, plan, is_surgical=is_surgical, is_admitted=is_admitted)


def _grade_chronic(problem: Problem, plan: Mapping[str, bool], *, is_only: bool) -> str:
    if problem.code.startswith("C") and plan["advanced"]:
        return "threat"
    if problem.nature == "severe_chronic" or plan["severe"]:
        return "severe_chronic"
    if problem.nature == "unstable_chronic" or plan["unstable"] or any(map(_is_change_of_plan, problem.plan)):
        return "unstable_chronic"
    if plan["stable"] or plan["resolved"]:
        return "stable_chronic"
    return "unstable_chronic" if _is_unsettled(problem, is_only=is_only) else "stable_chronic"


def _is_change_of_plan(clause: Clause) -> bool:
    return _is_change(clause) or _is_procedure(clause)


def _is_unsettled(problem: Problem, *, is_only: bool) -> bool:
    """Tell whether the history, or work on the only problem of a visit, shows that its goal is missed."""
    story = _read_statuses(problem.story)
    return not story["stable"] and (story["unstable"] or (is_only and any(map(_is_work, problem.plan))))


def _grade_acute(problem: Problem, plan: Mapping[str, bool], *, is_surgical: bool, is_admitted: bool) -> str:
    nature = problem.nature
    if nature in ("status", "self_limited"):
        return "acute_uncomplicated" if nature != "status" and any(map(_is_change, problem.plan)) else "self_limited"
    if nature == "undiagnosed_new":
        return "stable_chronic" if plan["stable"] and not plan["unstable"] else nature
    if plan["resolved"] and not any(map(is_treatment, problem.plan)):
        return "self_limited"
    if plan["uncertain"] or (plan["suspicion"] and _is_symptom(problem) and any(map(_is_test, problem.plan))):
        return "undiagnosed_new"
    if nature == "acute_uncomplicated" and (plan["complicated"] or _needs_surgery(problem, is_surgical=is_surgical)):
        nature = "acute_complicated"
    if nature == "acute_uncomplicated" and plan["systemic"] and problem.code.startswith(_INFECTIVE):
        nature = "acute_systemic"
    return "threat" if is_admitted and nature in ("acute_systemic", "acute_complicated") else nature


def _needs_surgery(problem: Problem, *, is_surgical: bool) -> bool:
    return is_surgical and any(clause.has("surgery", "major") for clause in problem.plan)


def _read_statuses(clauses: Iterable[Clause]) -> dict[str, bool]:
    """Return which statuses the clauses state, those that are denied, conditional or past left out."""
    stated = set(_list_statuses(clauses))
    return {name: name in stated for name in _STATUSES}


def _list_statuses(clauses: Iterable[Clause]) -> Iterator[str]:
    for clause in clauses:
        for hit in clause.hits.get("status", ()):
            if hit.value != "elsewhere" and not clause.is_blocked(hit):
                yield hit.value


def _is_change(clause: Clause) -> bool:
    """Tell whether a clause starts or changes a drug, which is done where a goal is not reached."""
    return any(
        not clause.is_blocked(hit)
        for hit in (*clause.find("drug"), *clause.find("risk", "prescription"))
        if clause.has("act", "start")
    )


def _is_procedure(clause: Clause) -> bool:
    """Tell whether a clause decides on an operation or procedure."""
    return clause.has("act", "decide") and any(not clause.is_blocked(hit) for hit in clause.find("surgery"))


def _is_work(clause: Clause) -> bool:
    """Tell whether a clause looks further into a problem or treats it anew; going on as before is no such work."""
    return (
        (is_treatment(clause) and clause.has("act", "start", "adopt"))
        or _is_test(clause)
        or clause.has("act", "refer")
        or clause.has("surgery")
    )


def _is_test(clause: Clause) -> bool:
    """Tell whether a clause orders or reads a test."""
    return any(not clause.is_blocked(hit) and not clause.is_conditional_after(hit) for hit in clause.find("test"))


def _is_symptom(problem: Problem) -> bool:
    return problem.code.startswith(_SYMPTOMS)
