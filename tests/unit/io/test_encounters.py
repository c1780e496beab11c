import datetime as dt
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.core.notes import Encounter, Note, Observation, Patient
from codeassist.errors import DataFileError
from codeassist.io.encounters import LONGEST_ID, read_encounter
from codeassist.io.jsonl import BadRow, NoteRow, find_note_id, parse_row, read_rows

STAY = {
    "encounter_id": "e1",
    "setting": "inpatient",
    "date": "2026-06-07",
    "patient": {"age": 71, "sex": "female"},
    "notes": [
        {"note_id": "hp", "text": "Gout.", "note_type": "history_and_physical", "author_role": "attending",
         "date": "2026-06-03"},
        {"text": "Better."},
    ],
    "observations": [
        {"name": "creatinine", "value": 2.4, "unit": "mg/dL", "date": "2026-06-03"},
        {"resourceType": "Observation", "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}]},
         "valueQuantity": {"value": 1.1, "unit": "mg/dL"}},
    ],
}  # fmt: skip
DAY = dt.date(2026, 6, 3)


def read(entry, **options):
    return read_encounter(json.dumps(entry), name="stay.json", **options)


def test_an_encounter_has_its_notes_patient_and_observations():
    assert read(STAY) == Encounter(
        "e1",
        (Note("hp", "Gout.", "history_and_physical", "attending", DAY), Note("note 2", "Better.")),
        setting="inpatient",
        patient=Patient(71, "female"),
        date=dt.date(2026, 6, 7),
        observations=(
            Observation("creatinine", 2.4, "mg/dL", DAY),
            Observation("creatinine", 1.1, "mg/dL", loinc="2160-0"),
        ),
    )


def test_what_the_file_leaves_out_is_given_by_its_name_and_the_caller():
    assert read({"notes": [{"text": "Gout."}]}, setting="inpatient", date=DAY) == Encounter(
        "stay", (Note("note 1", "Gout."),), setting="inpatient", date=DAY
    )


def test_what_the_file_says_goes_before_the_caller():
    encounter = read(STAY | {"setting": "outpatient"}, setting="inpatient", date=DAY)

    assert (encounter.setting, encounter.date) == ("outpatient", dt.date(2026, 6, 7))


def test_null_is_as_good_as_left_out():
    entry = {"notes": [{"text": "Gout.", "note_type": None, "date": None}], "setting": None, "patient": None,
             "observations": None, "date": None}  # fmt: skip

    assert read(entry) == read({"notes": [{"text": "Gout."}]})


def noted(**fields):
    return {"notes": [{"text": "secret"} | fields]}


BAD = [
    ([], "holds a list"),
    ("secret", "holds text"),
    ({"note_id": "n1", "text": "secret"}, "has no key notes"),
    ({"notes": []}, "notes is an empty list"),
    ({"notes": {"text": "secret"}}, "notes is an object"),
    ({"notes": ["secret"]}, "note 1 is text"),
    ({"notes": [{"note_id": "n1"}]}, "note 1: there is no text"),
    ({"notes": [{"text": None}]}, "note 1: text is null"),
    ({"notes": [{"text": "secret", "note_id": "a"}] * 2}, "two notes have the same note_id"),
    (noted(note_id=" "), "note_id is text"),
    (noted(note_type=3), "note_type is a number"),
    (noted(author_role=["secret"]), "author_role is a list"),
    (noted(date="3 June"), "note 1: date has another form"),
    (noted(date=20260603), "note 1: date has another form"),
    (noted() | {"date": "secret"}, "stay.json: date has another form"),
    (noted() | {"encounter_id": "s" * (LONGEST_ID + 1)}, "encounter_id is text"),
    (noted() | {"encounter_id": None}, "encounter_id is null"),
    (noted() | {"setting": "moon"}, "setting is 'moon', expected one of outpatient"),
    (noted() | {"patient": "secret"}, "patient is text"),
    (noted() | {"patient": {"age": -1}}, "age of the patient"),
    (noted() | {"patient": {"age": True}}, "age of the patient"),
    (noted() | {"patient": {"age": "secret"}}, "age of the patient"),
    (noted() | {"patient": {"sex": 1}}, "patient: sex is a number"),
    (noted() | {"observations": {}}, "observations is an object"),
    (noted() | {"observations": [{"name": "creatinine"}]}, "observations: row 1 has no a value"),
    (noted() | {"observations": ["secret"]}, "observations: entry 1 is a str"),
]


@pytest.mark.parametrize(("entry", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_what_is_no_encounter_is_refused_in_one_line_that_quotes_no_text(entry, reason):
    with pytest.raises(DataFileError) as refused:
        read(entry)

    message = str(refused.value)
    assert reason.removesuffix(" has no a value") in message
    assert message.startswith("stay.json")
    assert "secret" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "reason"),
    [("{secret", "line 1, column 2"), ("[" * 100_000, "nested too deeply"), ("1" * 10_000, "a number too long")],
    ids=["json", "deep", "long"],
)
def test_what_is_not_json_is_refused_with_its_place(text, reason):
    with pytest.raises(DataFileError, match=reason) as refused:
        read_encounter(text, name="stay.json")

    assert "secret" not in str(refused.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["notes", "text", "note_id", "date", "setting", "patient", "age", "observations", "value", "name"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_any_json_is_an_encounter_or_is_refused(value):
    with suppress(DataFileError):
        assert read(value).notes


def test_a_row_of_a_batch_may_be_an_encounter():
    assert parse_row(json.dumps(STAY).encode()) == read(STAY)
    assert find_note_id(json.dumps(STAY).encode()) == "e1"


def test_a_row_with_a_text_is_a_note_whatever_else_it_has():
    """DESIGN 2: rows {note_id, text, setting?}; other keys are ignored."""
    row = {"note_id": "n1", "text": "Gout.", "notes": ["else"], "encounter_id": 3}

    assert parse_row(json.dumps(row).encode()) == Encounter("n1", (Note("n1", "Gout."),))


def test_an_encounter_of_a_batch_that_cannot_be_read_is_reported(tmp_path):
    path = tmp_path / "batch.jsonl"
    rows = [STAY, {"encounter_id": "e2", "notes": []}, {"notes": [{"text": "secret"}]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    good, empty, nameless = read_rows(path)

    assert isinstance(good, NoteRow)
    assert isinstance(empty, BadRow)
    assert (empty.note_id, empty.reason.split(",")[0]) == ("e2", "the encounter: notes is an empty list")
    assert (nameless.note_id, nameless.reason.split(",")[0]) == ("", "the encounter: encounter_id is missing")
