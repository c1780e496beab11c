"""The risk of a visit's management: drugs, procedures, therapy, social limits, hospital care."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from codeassist.core.visits import VisitItem
from codeassist.procedures.visit_clauses import Clause
from codeassist.procedures.visit_words import Hit

_MANAGED = ("start", "keep", "adopt")
# A line such as "Lisinopril 20 mg daily" under a problem is itself an order.
_SHORT = 9
_ORDERED = frozenset({"prescribe", "prescribed", "prescription"})
_INSTRUCTIONS = frozenset({"patient_instructions", "follow_up", "discharge_instructions"})
_BY_ADMISSION = frozenset({"emergency", "hospital_initial", "critical_care"})
_WORDS = {
    "otc": "drug sold over the counter",
    "workup": "test or referral to look further",
    "therapy": "therapy, splint or other aid",
    "minor_surgery": "minor procedure, no risk factors",
    "minor_surgery_with_risk": "minor procedure with risk factors",
    "prescription": "prescription drug management",
    "major_surgery": "decision on major surgery",
    "major_surgery_with_risk": "decision on major surgery with risk factors",
    "emergency_surgery": "decision on emergency surgery",
    "sdoh": "treatment limited by social circumstances",
    "hospitalization": "decision on hospital care",
    "monitoring": "drug therapy that needs monitoring for toxicity",
    "parenteral_controlled": "controlled substance by injection",
    "dnr": "decision to limit care",
}


def find_risk(clauses: Sequence[Clause], *, category: str) -> list[VisitItem]:
    """Return what counts for the risk of a visit's management.

    Parameters
    ----------
    clauses
        The clauses of the notes.
    category
        The kind of visit: the word "admitted" is a decision in an emergency note and history in an office note.
    """
    clauses = [clause for clause in clauses if clause.hits]
    plan = [clause for clause in clauses if clause.is_plan] or clauses
    found: dict[str, list[Clause]] = {}
    for clause in plan:
        for kind in _read(clause, category):
            found.setdefault(kind, []).append(clause)
    for clause in clauses:
        if not clause.is_plan and _is_limited(clause):
            found.setdefault("sdoh", []).append(clause)
    _weigh_drugs(found, plan)
    _weigh_surgery(found, plan)
    return [
        VisitItem(kind, _WORDS[kind], tuple(dict.fromkeys(clause.span for clause in places)))
        for kind, places in found.items()
        if kind in _WORDS
    ]


def _read(clause: Clause, category: str) -> Iterator[str]:
    yield from _read_drugs(clause)
    for hit in clause.find("surgery"):
        if _is_decided(clause, hit):
            yield "major_surgery" if hit.value == "major" else "minor_surgery"
    if clause.has("act", "order", "refer", "decide") and any(_is_wanted(clause, hit) for hit in _find_workup(clause)):
        yield "workup"
    for hit in clause.find("risk"):
        yield from _read_risk(clause, hit, category)


def _find_workup(clause: Clause) -> Iterator[Hit]:
    yield from clause.find("test")
    yield from clause.find("act", "refer")


def _is_wanted(clause: Clause, hit: Hit) -> bool:
    return not clause.is_blocked(hit) and not clause.is_conditional_after(hit)


def _read_drugs(clause: Clause) -> Iterator[str]:
    is_managed = clause.has("act", *_MANAGED) or clause.size <= _SHORT
    is_ordered = clause.has("rx") and not clause.has("drug", "prescription", "controlled", "toxic", "chemotherapy")
    for hit in clause.find("drug"):
        if clause.is_blocked(hit) or not is_managed:
            continue
        if hit.value == "otc":
            yield "prescription" if is_ordered else "otc"
            continue
        yield "prescription"
        if hit.value == "chemotherapy":
            yield "monitoring"
        elif hit.value == "toxic":
            yield "toxic"
        elif hit.value == "controlled" and clause.has("route", "parenteral"):
            yield "parenteral_controlled"


def _read_risk(clause: Clause, hit: Hit, category: str) -> Iterator[str]:
    if clause.is_blocked(hit):
        return
    if hit.value == "prescription":
        if clause.has("act", *_MANAGED):
            yield "prescription"
    elif hit.value == "chemotherapy":
        if clause.has("act", "start", "decide"):
            yield "monitoring"
    elif hit.value in ("hospitalization", "admission"):
        if not clause.is_conditional_after(hit) and _is_admission(hit, category):
            yield "hospitalization"
    elif hit.value == "dnr":
        if clause.has("act", "discuss", "decide"):
            yield "dnr"
    else:
        yield hit.value


def _is_admission(hit: Hit, category: str) -> bool:
    if category.endswith(("discharge", "subsequent")):
        return hit.value == "hospitalization" and hit.last > hit.first
    return hit.value == "hospitalization" or category in _BY_ADMISSION


def _is_decided(clause: Clause, hit: Hit) -> bool:
    """Tell whether an operation is decided on, rather than past, feared, or one of several options."""
    if clause.is_blocked(hit) or clause.is_conditional_after(hit):
        return False
    return clause.section in _INSTRUCTIONS or any(
        act.last < hit.first or act.first > hit.last for act in clause.find("act", "decide")
    )


def _is_limited(clause: Clause) -> bool:
    return any(not clause.is_blocked(hit) for hit in clause.find("risk", "sdoh"))


def _weigh_drugs(found: dict[str, list[Clause]], plan: Iterable[Clause]) -> None:
    """Keep drugs that may be toxic as such only where their toxicity is watched."""
    toxic = found.pop("toxic", [])
    if toxic:
        watched = [clause for clause in plan if clause.has("risk", "monitoring") or _has_level(clause)]
        if watched:
            found.setdefault("monitoring", []).extend([*toxic, *watched])
            return
    if "monitoring" in found and not _has_chemotherapy(found["monitoring"]):
        del found["monitoring"]


def _has_level(clause: Clause) -> bool:
    return any(hit.value.endswith(":drug_level") for hit in clause.find("test"))


def _has_chemotherapy(clauses: Iterable[Clause]) -> bool:
    return any(clause.has("drug", "chemotherapy") or clause.has("risk", "chemotherapy") for clause in clauses)


def _weigh_surgery(found: dict[str, list[Clause]], plan: Iterable[Clause]) -> None:
    """Raise a decision on surgery where the note names risk factors or an emergency."""
    risks = found.pop("surgery_risk", [])
    emergency = found.pop("emergency_surgery", [])
    if "major_surgery" in found and emergency:
        found["emergency_surgery"] = [*found["major_surgery"], *emergency]
    elif "major_surgery" in found and risks:
        found["major_surgery_with_risk"] = [*found["major_surgery"], *risks]
    elif "minor_surgery" in found and risks:
        found["minor_surgery_with_risk"] = [*found["minor_surgery"], *risks]
