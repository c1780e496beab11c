import dataclasses
import datetime as dt
import json
import math

import pytest

from codeassist.core.mentions import Dosage, Measurement
from codeassist.core.notes import Span
from codeassist.core.results import DISCLAIMER
from codeassist.io.documents import to_document, to_json
from made_results import EDITION, TEXT, make_candidate, make_mention, make_result, make_suggestion, suggest_visit


def test_the_document_has_every_key_of_the_contract():
    document = to_document(make_result(suggest=suggest_visit))

    assert list(document) == [
        "schema_version", "encounter_id", "setting", "notes", "code_sets", "code_set_note", "pipeline", "mentions",
        "measurements", "dosages", "diagnoses", "procedures", "visit", "gaps", "queries", "disclaimer",
    ]  # fmt: skip
    assert (document["schema_version"], document["disclaimer"]) == ("1", DISCLAIMER)
    assert document["notes"] == [{"note_id": "visit.txt", "length": len(TEXT)}]
    assert document["code_sets"] == {"ICD-10-CM": EDITION}


def test_a_diagnosis_has_every_key_of_the_contract():
    diagnosis = to_document(make_result(suggest=suggest_visit))["diagnoses"][1]

    assert list(diagnosis) == [
        "code", "system", "display", "confidence", "disposition", "role", "evidence", "candidates", "rationale",
        "flags", "modifiers",
    ]  # fmt: skip
    assert diagnosis["evidence"] == [
        {"note_id": "visit.txt", "start": 86, "end": 125, "text": "Acute on chronic systolic heart failure"}
    ]
    assert diagnosis["flags"] == [{"kind": "excludes1", "with": "I50.9", "detail": "tabular list, Excludes1 at I50.2"}]


@pytest.mark.assets
def test_the_points_of_a_rationale_add_up_to_the_number_they_explain(assistant):
    result = assistant.code("Assessment and Plan:\n1. Acute on chronic systolic heart failure.\n2. Possible gout.")

    for diagnosis in to_document(result)["diagnoses"]:
        log_odds = sum(part["points"] for part in diagnosis["rationale"])
        assert diagnosis["confidence"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=1e-3)
        for candidate in diagnosis["candidates"]:
            assert candidate["score"] == pytest.approx(sum(part["points"] for part in candidate["rationale"]), abs=1e-3)


def test_offsets_point_into_the_original_text():
    document = to_document(make_result(suggest=suggest_visit))

    places = [*document["mentions"], *(each for one in document["diagnoses"] for each in one["evidence"])]
    assert [TEXT[each["start"] : each["end"]] for each in places] == [each["text"] for each in places]


def test_json_is_plain_ascii_on_one_line_even_for_odd_characters():
    def suggest(note):
        yield make_suggestion((make_candidate(make_mention(note, "Gout \ud800"), "M10.9", "Gout, unspecified"),))

    written = to_json(make_result("Gout \ud800\n\x00é", suggest=suggest))

    assert written.isascii()
    assert "\n" not in written
    assert json.loads(written)["mentions"][0]["text"] == "Gout \ud800"


def test_an_empty_note_gives_a_whole_document():
    document = json.loads(to_json(make_result("")))

    assert (document["mentions"], document["diagnoses"], document["notes"][0]["length"]) == ([], [], 0)


def test_a_value_given_beside_the_notes_has_no_place():
    date = dt.date(2026, 3, 2)
    given = Measurement(None, "creatinine", 2.4, "mg/dL", date, loinc="2160-0")
    result = dataclasses.replace(make_result(suggest=suggest_visit), measurements=(given,))

    assert to_document(result)["measurements"] == [
        {
            "note_id": None, "start": None, "end": None, "text": None, "name": "creatinine", "value": 2.4,
            "unit": "mg/dL", "comparator": "", "date": "2026-03-02", "relation": "", "device": "", "loinc": "2160-0",
        }
    ]  # fmt: skip


def test_a_dosage_shows_its_words_and_its_parts():
    given = Dosage(Span("visit.txt", 0, 5), "vancomycin", 1.0, "g", "intravenous", "q12h")
    result = dataclasses.replace(make_result(suggest=suggest_visit), dosages=(given,))

    assert to_document(result)["dosages"] == [
        {
            "note_id": "visit.txt", "start": 0, "end": 5, "text": TEXT[:5], "medication": "vancomycin", "value": 1.0,
            "high": None, "unit": "g", "route": "intravenous", "frequency": "q12h", "as_needed": False,
        }
    ]  # fmt: skip
