"""Writes a coding result as a FHIR R4 Bundle of Condition resources, one for each suggested diagnosis.

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

The patient is not known to codeassist, so ``Condition.subject`` is a reference with a display text only: whoever
stores the resources fills it in. ``category`` is ``encounter-diagnosis``; ``clinicalStatus`` is left to the person who
confirms.
"""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from codeassist.core.codes import ICD10CM
from codeassist.core.notes import Encounter, Span
from codeassist.core.results import DISCLAIMER, CodingResult
from codeassist.core.suggestions import Suggestion
from codeassist.io.texts import make_safe

Resource = dict[str, Any]

# A reserved name that no one can register: these identify, they are not addresses.
_BASE = "https://codeassist.invalid/fhir"
_SYSTEM_URIS = {ICD10CM: "http://hl7.org/fhir/sid/icd-10-cm"}
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
    entries = [
        {"fullUrl": f"urn:uuid:{_make_uuid(encounter, each)}", "resource": to_condition(each, encounter)}
        for each in result.diagnoses
    ]
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
        "subject": {"display": "the patient of this encounter"},
        "encounter": {"identifier": _identify(encounter.encounter_id)},
        "evidence": [_evidence(span, encounter) for span in spans],
    }
    notes = [{"text": f"{flag.kind} {flag.with_code}: {flag.detail}"} for flag in suggestion.flags]
    return condition | ({"note": notes} if notes else {})


def _evidence(span: Span, encounter: Encounter) -> Resource:
    place = [
        {"url": "noteId", "valueString": make_safe(span.note_id)},
        {"url": "start", "valueUnsignedInt": span.start},
        {"url": "end", "valueUnsignedInt": span.end},
    ]
    detail = {
        "type": "DocumentReference",
        "identifier": _identify(span.note_id),
        "display": make_safe(encounter.slice(span)),
    }
    return {"extension": [{"url": f"{_BASE}/evidence", "extension": place}], "detail": [detail]}


def _identify(value: str) -> Resource:
    return {"system": f"{_BASE}/id", "value": make_safe(value)}


def _make_uuid(encounter: Encounter, suggestion: Suggestion) -> str:
    code = suggestion.code
    name = f"{_BASE}/{make_safe(encounter.encounter_id)}/{code.system}/{code.edition}/{code.value}"
    return str(uuid5(NAMESPACE_URL, name))
