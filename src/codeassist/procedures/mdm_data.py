"""The data of a visit: tests, outside notes, independent historians and interpretations, discussions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from codeassist.core.notes import Span
from codeassist.core.visits import VisitItem
from codeassist.procedures.visit_clauses import RESULTS, Clause
from codeassist.procedures.visit_words import Hit

_CHILD = 14.0
# A wording that leaves open which test it is says nothing beside one that tells.
_GENERIC = {
    "ct": "ct_",
    "mri": "mr",
    "ultrasound": "_ultrasound",
    "x_ray": "_x_ray",
    "labs": "",
    "pathology": "pap",
}
_MOST_APART = 4


def find_data(clauses: Sequence[Clause], *, is_office: bool, age: float | None) -> list[VisitItem]:
    """Return what counts for the data of a visit.

    Parameters
    ----------
    clauses
        The clauses of the notes.
    is_office
        Whether films and tracings made at the visit are billed by the same clinician, and so do not count.
    age
        The patient's age in years, ``None`` where it is not known.
    """
    clauses = [clause for clause in clauses if clause.hits]
    return [
        *_find_tests(clauses, is_office=is_office),
        *_find_notes(clauses),
        *_find_historian(clauses, age),
        *_find_interpretation(clauses),
        *_find_discussion(clauses),
    ]


def _find_tests(clauses: Sequence[Clause], *, is_office: bool) -> Iterator[VisitItem]:
    own = _find_own_studies(clauses) if is_office else frozenset()
    places: dict[str, list[Span]] = {}
    for clause in clauses:
        for hit in clause.find("test"):
            kind, test = hit.value.split(":")
            if kind not in own and _counts(clause, hit, kind):
                places.setdefault(test, []).append(clause.span)
    for test in _drop_generic(places):
        yield VisitItem("test", f"test: {test.replace('_', ' ')}", tuple(dict.fromkeys(places[test])))


def _find_own_studies(clauses: Iterable[Clause]) -> frozenset[str]:
    """Return the kinds of study that the clinician made at the visit itself: films, tracings."""
    return frozenset(
        hit.value.split(":")[0]
        for clause in clauses
        if clause.has("office")
        for hit in clause.find("test")
        if hit.value.startswith(("film:", "tracing:"))
    )


def _counts(clause: Clause, hit: Hit, kind: str) -> bool:
    if clause.is_blocked(hit, "if", "conditional", "negation", "risk") or clause.is_conditional_after(hit):
        return False
    if clause.section in RESULTS:
        return True
    if clause.is_plan:
        return kind != "analyte" or clause.has("act", "order", "review")
    # What the history tells of earlier results was not looked at now.
    return clause.has("act", "review") and not clause.has("block", "historic")


def _drop_generic(places: Iterable[str]) -> list[str]:
    tests = list(places)
    return [
        test
        for test in tests
        if test not in _GENERIC or not any(other != test and _GENERIC[test] in other for other in tests)
    ]


def _find_notes(clauses: Iterable[Clause]) -> Iterator[VisitItem]:
    for clause in clauses:
        for hit in clause.find("data", "notes"):
            if not clause.is_blocked(hit, "if", "conditional", "negation"):
                yield VisitItem("notes", "outside notes reviewed", (clause.span,))
                break


def _find_historian(clauses: Sequence[Clause], age: float | None) -> Iterator[VisitItem]:
    is_needed = (age is not None and age < _CHILD) or any(clause.has("person", "poor_historian") for clause in clauses)
    for clause in clauses:
        stated = clause.has("data", "historian") and not _is_own_history(clause)
        if stated or (is_needed and any(_tells(clause, hit) for hit in clause.find("person", "relative"))):
            yield VisitItem("historian", "independent historian", (clause.span,))
            return


def _is_own_history(clause: Clause) -> bool:
    """Tell whether the history was obtained from the patient, or a cue names nobody else: "obtained from chart"."""
    others = clause.has("person", "relative")
    explicit = any(hit.last - hit.first < 2 for hit in clause.find("data", "historian"))
    return not others and not explicit


def _tells(clause: Clause, hit: Hit) -> bool:
    return any(0 < told.first - hit.last <= _MOST_APART - 1 for told in clause.find("act", "tell"))


def _find_interpretation(clauses: Sequence[Clause]) -> Iterator[VisitItem]:
    for place, clause in enumerate(clauses):
        if not clause.has("data", "interpretation"):
            continue
        near = clauses[max(0, place - 1) : place + 2]
        if any(each.has("test") for each in near):
            yield VisitItem("interpretation", "independent interpretation of a test", (clause.span,))
            return


def _find_discussion(clauses: Iterable[Clause]) -> Iterator[VisitItem]:
    for clause in clauses:
        for hit in clause.find("data", "discussion"):
            if not clause.is_blocked(hit, "if", "conditional", "negation"):
                yield VisitItem("discussion", "discussion with another professional", (clause.span,))
                return
