"""Writes a coding result as the JSON document of the contract, ``schema_version`` "1"."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from codeassist.core.gaps import Gap
from codeassist.core.mentions import Measurement, Mention
from codeassist.core.notes import Encounter, Span
from codeassist.core.results import DISCLAIMER, SCHEMA_VERSION, CodingResult
from codeassist.core.suggestions import Candidate, Contribution, Suggestion

Document = dict[str, Any]
_MOST_CANDIDATES = 5


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
        "diagnoses": [_suggestion(encounter, each) for each in result.diagnoses],
        "procedures": [_procedure(encounter, each) for each in result.procedures],
        "visit": None,
        "gaps": [_gap(encounter, each) for each in result.gaps],
        "queries": [],
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
    return _span(each.span) | {
        "text": encounter.slice(each.span),
        "name": each.name,
        "value": each.value,
        "unit": each.unit,
        "comparator": each.comparator,
        "date": each.date.isoformat() if each.date else None,
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


def _gap(encounter: Encounter, each: Gap) -> Document:
    return {
        "gap_id": each.gap_id,
        "kind": each.kind,
        "axis": each.axis,
        "category": each.category,
        "code": each.code,
        "diagnosis": each.diagnosis,
        "options": [{"value": option.value, "codes": list(option.codes)} for option in each.options],
        "evidence": [_span(span) | {"text": encounter.slice(span)} for span in each.evidence],
        "indicators": [],
        "priority": each.priority,
        "query_id": None,
    }


def _evidence(encounter: Encounter, support: Sequence[Candidate]) -> list[Document]:
    spans = sorted({candidate.mention.span for candidate in support})
    return [_span(span) | {"text": encounter.slice(span)} for span in spans]


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
