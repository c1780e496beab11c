"""Writes a coding result as a FHIR R4 Bundle: a Condition for each suggested diagnosis, a Procedure for each procedure.

=====================================  =====================================================================
of the suggestion                      in FHIR
=====================================  =====================================================================
code, edition, display                 ``Condition.code.coding``: system ``http://hl7.org/fhir/sid/icd-10-cm``
disposition ``report``, ``consider``   ``verificationStatus`` ``provisional``, ``unconfirmed``: nobody confirmed it
evidence                               one ``Condition.evidence`` each: ``detail`` names the note and shows the
                                       words, the extension ``evidence`` gives note, start and end
confidence, disposition, role          extensions of the Condition
flags                                  ``Condition.note``
encounter                              ``Condition.encounter`` and ``Bundle.identifier``, by identifier
=====================================  =====================================================================

=====================================  =====================================================================
of the procedure                       in FHIR
=====================================  =====================================================================
code, edition                          ``Procedure.code.coding``; the plain name is its ``text``, because the
                                       display of a coding belongs to who owns the code system
disposition ``report``, ``consider``   ``status`` ``completed`` (``stopped`` with modifier 53), ``unknown``
diagnoses that support it              ``Procedure.reasonReference``, to the Conditions of the Bundle
confidence, disposition, modifiers,    extensions of the Procedure
units, evidence
flags                                  ``Procedure.note``
=====================================  =====================================================================

The visit level is the ``type`` of an Encounter with the identifier that the others name; its method, elements and
confidence are extensions.

The patient is not known to codeassist, so ``subject`` is a reference with a display text only: whoever
stores the resources fills it in. ``category`` is ``encounter-diagnosis``; ``clinicalStatus`` is left to the person who
confirms.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from codeassist.core.codes import CPT, HCPCS, ICD10CM
from codeassist.core.notes import Encounter, Span
from codeassist.core.results import DISCLAIMER, CodingResult
from codeassist.core.suggestions import Flag, Suggestion
from codeassist.core.visits import VisitLevel
from codeassist.io.texts import make_safe

Resource = dict[str, Any]

# A reserved name that no one can register: these identify, they are not addresses.
_BASE = "https://codeassist.invalid/fhir"
_SYSTEM_URIS = {
    ICD10CM: "http://hl7.org/fhir/sid/icd-10-cm",
    CPT: "http://www.ama-assn.org/go/cpt",
    HCPCS: "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
}
_ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_SUBJECT = {"display": "the patient of this encounter"}
_CATEGORY = {"system": "http://terminology.hl7.org/CodeSystem/condition-category", "code": "encounter-diagnosis"}
_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_VERIFICATION_BY_DISPOSITION = {"report": "provisional", "consider": "unconfirmed"}


def to_bundle(result: CodingResult) -> Resource:
    """Return a result as a FHIR R4 Bundle of type collection, ready for ``json.dumps``.

    Parameters
    ----------
    result
        What to write; the same result gives the same Bundle.

    Examples
    --------
    >>> import codeassist
    >>> bundle = to_bundle(codeassist.load().code("Assessment: Gout."))
    >>> [entry["resource"]["code"]["coding"][0]["code"] for entry in bundle["entry"]]
    ['M10.9']
    """
    encounter = result.encounter
    bundle: Resource = {
        "resourceType": "Bundle",
        "meta": {"tag": [{"system": _BASE, "code": "decision-support", "display": DISCLAIMER}]},
        "identifier": _identify(encounter.encounter_id),
        "type": "collection",
    }
    entries = [_enter(to_condition(each, encounter)) for each in result.diagnoses]
    entries += [_enter(to_procedure(each, result)) for each in result.procedures]
    if result.visit is not None:
        entries.append(_enter(to_encounter(result.visit, result)))
    # FHIR allows no empty lists.
    return bundle | ({"entry": entries} if entries else {})


def to_condition(suggestion: Suggestion, encounter: Encounter) -> Resource:
    """Return one suggestion as a FHIR R4 Condition that nobody has confirmed yet."""
    code = suggestion.code
    status = {"system": _VERIFICATION, "code": _VERIFICATION_BY_DISPOSITION[suggestion.disposition]}
    coding = {"version": code.edition, "code": code.value, "display": suggestion.display}
    if code.system in _SYSTEM_URIS:
        coding = {"system": _SYSTEM_URIS[code.system]} | coding
    spans = sorted({candidate.mention.span for candidate in suggestion.support})
    condition: Resource = {
        "resourceType": "Condition",
        "id": _make_uuid(encounter, suggestion),
        "extension": [
            {"url": f"{_BASE}/confidence", "valueDecimal": suggestion.confidence},
            {"url": f"{_BASE}/disposition", "valueCode": suggestion.disposition},
            {"url": f"{_BASE}/role", "valueCode": suggestion.role},
        ],
        "verificationStatus": {"coding": [status]},
        "category": [{"coding": [_CATEGORY]}],
        "code": {"coding": [coding], "text": suggestion.display},
        "subject": _SUBJECT,
        "encounter": {"identifier": _identify(encounter.encounter_id)},
        "evidence": [_evidence(span, encounter) for span in spans],
    }
    return condition | _list_notes(suggestion.flags)


def to_procedure(procedure: Suggestion, result: CodingResult) -> Resource:
    """Return one procedure of a result as a FHIR R4 Procedure, with references to the Conditions that support it."""
    encounter = result.encounter
    spans = sorted({candidate.mention.span for candidate in procedure.support})
    extensions: list[Resource] = [
        {"url": f"{_BASE}/confidence", "valueDecimal": procedure.confidence},
        {"url": f"{_BASE}/disposition", "valueCode": procedure.disposition},
        {"url": f"{_BASE}/units", "valuePositiveInt": procedure.units},
        *({"url": f"{_BASE}/modifier", "valueCode": each} for each in procedure.modifiers),
        *(_place(span) for span in spans),
    ]
    reasons = [
        {"reference": f"urn:uuid:{_make_uuid(encounter, each)}", "type": "Condition", "display": each.display}
        for code in procedure.supported_by
        for each in result.diagnoses
        if each.code.value == code
    ]
    resource: Resource = {
        "resourceType": "Procedure",
        "id": _make_procedure_uuid(encounter, procedure),
        "extension": extensions,
        "status": _name_status(procedure),
        "code": {"coding": [_code_procedure(procedure)], "text": procedure.display},
        "subject": _SUBJECT,
        "encounter": {"identifier": _identify(encounter.encounter_id)},
    }
    return resource | ({"reasonReference": reasons} if reasons else {}) | _list_notes(procedure.flags)


def to_encounter(visit: VisitLevel, result: CodingResult) -> Resource:
    """Return the visit level of a result as the type of a FHIR R4 Encounter; whether it has ended is not known."""
    encounter = result.encounter
    edition = dict(result.pipeline.code_sets).get(CPT, "")
    coding = {"system": _SYSTEM_URIS[CPT]} | ({"version": edition} if edition else {}) | {"code": visit.code}
    return {
        "resourceType": "Encounter",
        "id": str(uuid5(NAMESPACE_URL, f"{_BASE}/{make_safe(encounter.encounter_id)}/visit")),
        "extension": [
            {"url": f"{_BASE}/confidence", "valueDecimal": visit.confidence},
            {"url": f"{_BASE}/method", "valueCode": visit.method},
            *({"url": f"{_BASE}/{each.name}", "valueCode": each.level} for each in visit.elements),
            *({"url": f"{_BASE}/modifier", "valueCode": each} for each in visit.modifiers),
            *(_place(span) for span in visit.evidence),
        ],
        "identifier": [_identify(encounter.encounter_id)],
        "status": "unknown",
        "class": {"system": _ACT, "code": _find_class(visit, encounter)},
        "type": [({"coding": [coding]} if visit.code else {}) | {"text": visit.name}],
    }


def _enter(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource}


def _list_notes(flags: Sequence[Flag]) -> Resource:
    notes = [{"text": f"{' '.join(filter(None, (flag.kind, flag.with_code)))}: {flag.detail}"} for flag in flags]
    return {"note": notes} if notes else {}


def _name_status(procedure: Suggestion) -> str:
    if procedure.disposition != "report":
        return "unknown"
    return "stopped" if "53" in procedure.modifiers else "completed"


def _code_procedure(procedure: Suggestion) -> Resource:
    code = procedure.code
    coding = {"version": code.edition, "code": code.value}
    return ({"system": _SYSTEM_URIS[code.system]} if code.system in _SYSTEM_URIS else {}) | coding


def _find_class(visit: VisitLevel, encounter: Encounter) -> str:
    if visit.category == "emergency":
        return "EMER"
    return "IMP" if encounter.setting == "inpatient" else "AMB"


def _evidence(span: Span, encounter: Encounter) -> Resource:
    detail = {
        "type": "DocumentReference",
        "identifier": _identify(span.note_id),
        "display": make_safe(encounter.slice(span)),
    }
    return {"extension": [_place(span)], "detail": [detail]}


def _place(span: Span) -> Resource:
    place = [
        {"url": "noteId", "valueString": make_safe(span.note_id)},
        {"url": "start", "valueUnsignedInt": span.start},
        {"url": "end", "valueUnsignedInt": span.end},
    ]
    return {"url": f"{_BASE}/evidence", "extension": place}


def _identify(value: str) -> Resource:
    return {"system": f"{_BASE}/id", "value": make_safe(value)}


def _make_uuid(encounter: Encounter, suggestion: Suggestion) -> str:
    code = suggestion.code
    name = f"{_BASE}/{make_safe(encounter.encounter_id)}/{code.system}/{code.edition}/{code.value}"
    return str(uuid5(NAMESPACE_URL, name))


def _make_procedure_uuid(encounter: Encounter, procedure: Suggestion) -> str:
    # One number may be suggested for both sides, and two procedures may share one.
    first = procedure.support[0].mention.span
    parts = (procedure.code.system, procedure.code.value, *procedure.modifiers, procedure.display, str(first.start))
    name = "/".join((make_safe(encounter.encounter_id), make_safe(first.note_id), *parts))
    return str(uuid5(NAMESPACE_URL, f"{_BASE}/{name}"))
