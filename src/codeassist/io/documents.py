"""Writes a coding result as the JSON document of the contract, ``schema_version`` "1"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from codeassist.core.gaps import Gap, Indicator
from codeassist.core.mentions import Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Span
from codeassist.core.queries import Query
from codeassist.core.results import DISCLAIMER, SCHEMA_VERSION, CodingResult
from codeassist.core.suggestions import Candidate, Contribution, Suggestion
from codeassist.core.visits import VisitLevel

Document = dict[str, Any]
_MOST_CANDIDATES = 5
# The place of a value that was given beside the notes.
_NOWHERE: Document = {"note_id": None, "start": None, "end": None, "text": None}


def to_document(result: CodingResult) -> Document:
    """Return a result as plain lists, mappings, strings and numbers, ready for ``json.dumps``."""
    encounter = result.encounter
    return {
        "schema_version": SCHEMA_VERSION,
        "encounter_id": encounter.encounter_id,
        "setting": encounter.setting,
        "notes": [{"note_id": note.note_id, "length": len(note.text)} for note in encounter.notes],
        "code_sets": dict(result.pipeline.code_sets),
        "code_set_note": result.pipeline.edition_note,
        "pipeline": {"version": result.pipeline.version, "fingerprint": result.pipeline.fingerprint},
        "mentions": [_mention(mention) for mention in result.mentions],
        "measurements": [_measurement(encounter, each) for each in result.measurements],
        "dosages": [_dosage(encounter, each) for each in result.dosages],
        "diagnoses": [_suggestion(encounter, each) for each in result.diagnoses],
        "procedures": [_procedure(encounter, each) for each in result.procedures],
        "visit": _visit(encounter, result.visit) if result.visit else None,
        "gaps": _gaps(result),
        "queries": [_query(each) for each in result.queries],
        "disclaimer": DISCLAIMER,
    }


def to_json(result: CodingResult, *, indent: int | None = None) -> str:
    """Return a result as one JSON document; the same result gives the same characters."""
    return json.dumps(to_document(result), ensure_ascii=True, indent=indent)


def _span(span: Span) -> Document:
    return {"note_id": span.note_id, "start": span.start, "end": span.end}


def _mention(mention: Mention) -> Document:
    return _span(mention.span) | {
        "text": mention.surface,
        "entity_type": mention.entity_type,
        "section": mention.section,
        "presence": mention.assertion.presence,
        "temporality": mention.assertion.temporality,
        "experiencer": mention.assertion.experiencer,
        "cues": [{"start": cue.start, "end": cue.end} for cue in mention.assertion.cues],
    }


def _measurement(encounter: Encounter, each: Measurement) -> Document:
    place = _span(each.span) | {"text": encounter.slice(each.span)} if each.span else _NOWHERE
    return place | {
        "name": each.name,
        "value": each.value,
        "unit": each.unit,
        "comparator": each.comparator,
        "date": each.date.isoformat() if each.date else None,
        "relation": each.relation,
        "device": each.device,
        "loinc": each.loinc,
    }


def _dosage(encounter: Encounter, each: Dosage) -> Document:
    return _span(each.span) | {
        "text": encounter.slice(each.span),
        "medication": each.medication,
        "value": each.value,
        "high": each.high,
        "unit": each.unit,
        "route": each.route,
        "frequency": each.frequency,
        "as_needed": each.as_needed,
    }


def _suggestion(encounter: Encounter, each: Suggestion) -> Document:
    return {
        "code": each.code.value,
        "system": each.code.system,
        "display": each.display,
        "confidence": each.confidence,
        "disposition": each.disposition,
        "role": each.role,
        "evidence": _evidence(encounter, each.support),
        "candidates": _candidates((*each.support, *each.alternatives)),
        "rationale": _rationale(each.rationale),
        "flags": [{"kind": flag.kind, "with": flag.with_code, "detail": flag.detail} for flag in each.flags],
        "modifiers": list(each.modifiers),
    }


def _procedure(encounter: Encounter, each: Suggestion) -> Document:
    return _suggestion(encounter, each) | {"units": each.units, "supported_by": list(each.supported_by)}


def _evidence(encounter: Encounter, support: Sequence[Candidate]) -> list[Document]:
    return _quote_all(encounter, sorted({candidate.mention.span for candidate in support}))


def _quote_all(encounter: Encounter, spans: Sequence[Span]) -> list[Document]:
    return [_quote(encounter, span) for span in spans]


def _gaps(result: CodingResult) -> list[Document]:
    query_by_gap = {query.gap.gap_id: query.query_id for query in result.queries}
    return [_gap(result.encounter, each) | {"query_id": query_by_gap.get(each.gap_id)} for each in result.gaps]


def _gap(encounter: Encounter, each: Gap) -> Document:
    return {
        "gap_id": each.gap_id,
        "kind": each.kind,
        "axis": each.axis,
        "category": each.category,
        "code": each.code or None,
        "diagnosis": each.diagnosis,
        "options": [{"value": option.value, "codes": list(option.codes)} for option in each.options],
        "evidence": _quote_all(encounter, each.evidence),
        "indicators": [_indicator(indicator) for indicator in each.indicators],
        "priority": each.priority,
        "rationale": _rationale(each.rationale),
        "family": each.family or None,
    }


def _indicator(each: Indicator) -> Document:
    place = _span(each.span) if each.span is not None else {"note_id": None, "start": None, "end": None}
    return place | {
        "text": each.text,
        "name": each.name,
        "bearing": each.bearing,
        "source": each.source,
        "date": each.date.isoformat() if each.date else None,
    }


def _query(each: Query) -> Document:
    return {
        "query_id": each.query_id,
        "gap_id": each.gap.gap_id,
        "title": each.title,
        "question": each.question,
        "choices": list(each.choices),
        "format": each.format,
        "indicators": [_indicator(indicator) for indicator in each.indicators],
    }


def _candidates(candidates: Sequence[Candidate]) -> list[Document]:
    best: dict[str, Candidate] = {}
    for candidate in candidates:
        known = best.get(candidate.code.value)
        if known is None or candidate.score > known.score:
            best[candidate.code.value] = candidate
    ranked = sorted(best.values(), key=lambda c: (-c.score, c.code.value))[:_MOST_CANDIDATES]
    return [
        {"code": c.code.value, "display": c.display, "score": round(c.score, 4), "rationale": _rationale(c.rationale)}
        for c in ranked
    ]


def _rationale(parts: Sequence[Contribution]) -> list[Document]:
    return [{"feature": part.feature, "points": round(part.points, 4), "detail": part.detail} for part in parts]


def _visit(encounter: Encounter, visit: VisitLevel) -> Document:
    levels = {element.name: element.level for element in visit.elements}
    return {
        "code": visit.code,
        "name": visit.name,
        "category": visit.category,
        "level": visit.step,
        "method": visit.method,
        **levels,
        "confidence": visit.confidence,
        "modifiers": list(visit.modifiers),
        "evidence": _quote_all(encounter, visit.evidence),
        "elements": [
            {
                "element": element.name,
                "level": element.level,
                "carries": element.carries,
                "items": [
                    {
                        "kind": item.kind,
                        "detail": item.detail,
                        "evidence": _quote_all(encounter, item.evidence),
                    }
                    for item in element.items
                ],
            }
            for element in visit.elements
        ],
        "time": _time(encounter, visit),
        "rationale": list(visit.rationale),
        "alternatives": [
            {"code": each.code, "category": each.category, "level": each.step, "reason": each.reason}
            for each in visit.alternatives
        ],
        "missing_for_next_level": [
            {"element": each.element, "level": each.level, "any_of": list(each.ways)}
            for each in visit.missing_for_next_level
        ],
    }


def _time(encounter: Encounter, visit: VisitLevel) -> Document | None:
    if visit.time is None:
        return None
    return {"minutes": visit.time.minutes, "level": visit.time.step} | _quote(encounter, visit.time.span)


def _quote(encounter: Encounter, span: Span) -> Document:
    return _span(span) | {"text": encounter.slice(span)}
