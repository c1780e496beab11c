"""Gaps and the encounter that they were found in, made by hand: no stage runs and no asset is read."""

import datetime as dt

from codeassist.core.gaps import Gap, GapOption, Indicator
from codeassist.core.notes import Encounter, Note, Span

TEXT = "HPI: CHF, EF 25%, BP 88/50. Cr 2.4 (baseline 1.0). IV furosemide. Sepsis. No edema. Albumin 2.1. DRG 291."
NOTE = Note("n1", TEXT, note_type="progress_note", author_role="attending", date=dt.date(2026, 6, 3))
ENCOUNTER = Encounter("e1", (NOTE,), setting="inpatient")


def make_span(words, *, note=NOTE):
    start = note.text.index(words)
    return Span(note.note_id, start, start + len(words))


def make_indicator(words="EF 25%", *, name="finding", bearing="supports", **fields):
    return Indicator(name, bearing, make_span(words), words, **fields)


def make_gap(kind="unspecified", axis="acuity", *, options=("acute", "chronic"), evidence=("CHF",), **fields):
    """Return a gap of heart failure; ``options`` and ``evidence`` are words."""
    fields = {"indicators": (make_indicator(),), "priority": 0.9, "gap_id": "g1"} | fields
    return Gap(
        kind=kind,
        axis=axis,
        category=fields.pop("category", "I50"),
        code=fields.pop("code", "I50.9"),
        diagnosis=fields.pop("diagnosis", "heart failure"),
        options=tuple(GapOption(value, ("I50.21",)) for value in options),
        evidence=tuple(map(make_span, evidence)),
        **fields,
    )
