"""The visit stage: removable numbers, settings, several notes, modifiers, time and age."""

import re
from types import SimpleNamespace

import pytest

from codeassist.assets import asset_root
from codeassist.config import Settings, VisitSettings
from codeassist.core.notes import Encounter, Note, Patient, Span
from codeassist.core.visits import VisitElement, VisitLevel
from codeassist.io.documents import to_document
from codeassist.pipeline import CodeAssist
from codeassist.procedures import visit_levels
from codeassist.procedures.visit import VisitLeveler
from codeassist.procedures.visit_category import find_age
from codeassist.procedures.visit_levels import LevelTable, find_age_step
from codeassist.procedures.visit_time import find_time
from codeassist.procedures.visit_words import Hit, WordTable, find_nature

PLAN = (
    "CHIEF COMPLAINT: Sugar.\n\nHISTORY OF PRESENT ILLNESS: {story}\n\nPHYSICAL EXAM: Well.\n\nASSESSMENT AND PLAN:\n"
    "1. Type 2 diabetes. Uncontrolled. Increase metformin.\n2. Hypertension. Well controlled. Continue lisinopril.\n"
)
VISIT = PLAN.format(story="Here for follow-up.")
CONSULTATION = PLAN.format(story="Seen in consultation at the request of Dr. Okafor.")


@pytest.fixture(scope="module")
def read(assistant):
    """Read one text with a stage of other settings over the stages that are loaded."""
    stages = assistant.stages()

    def run(text, leveler=None, procedures=(), setting="outpatient"):
        encounter = Encounter("e", (Note("n", text),), setting=setting)
        result = assistant.code(encounter)
        return (leveler or stages.find_visit)(encounter, result.sections, result.diagnoses, procedures), result

    return run


def test_without_the_table_of_numbers_levels_are_still_named(monkeypatch, read):
    monkeypatch.setattr(visit_levels, "NUMBERS", "data/visits/2026/removed.tsv")

    visit, _ = read(VISIT, VisitLeveler.load(settings=VisitSettings()))

    assert (visit.code, visit.category, visit.step) == ("", "office_established", "moderate")
    assert visit.name == "office visit, established patient, moderate complexity"
    assert {each.code for each in visit.alternatives} <= {""}


def test_the_table_of_numbers_holds_numbers_and_no_words():
    rows = (asset_root() / visit_levels.NUMBERS).read_text(encoding="utf-8").splitlines()[1:]

    assert [row for row in rows if not re.fullmatch(r"[a-z_]+\t[a-z0-9_]+\t9\d{4}", row)] == []


def test_every_level_has_a_name_and_every_number_a_level():
    table = LevelTable.load()

    assert set(table._numbers) == set(table._words)


def test_a_payer_that_takes_consultations_gets_their_codes(read):
    usual, _ = read(CONSULTATION)
    kept, _ = read(CONSULTATION, VisitLeveler.load(settings=VisitSettings(accept_consultations=True)))

    assert (usual.code, usual.category, kept.code, kept.category) == (
        "99204",
        "office_new",
        "99244",
        "office_consultation",
    )
    assert "99244" in {each.code for each in usual.alternatives}


def test_the_stage_can_be_turned_off(read):
    assert read(VISIT, VisitLeveler.load(settings=VisitSettings(find_level=False)))[0] is None


def test_settings_reach_the_stage():
    assert Settings(visit=VisitSettings(find_level=False)).visit.find_level is False


def test_modifier_25_is_offered_beside_a_procedure_for_another_problem(read):
    _, result = read(VISIT)
    first = result.diagnoses[0]

    visit, _ = read(VISIT, procedures=(SimpleNamespace(support=first.support[-1:]),))

    assert visit.modifiers == ("25",)


def test_no_modifier_without_a_procedure(read):
    assert read(VISIT)[0].modifiers == ()


def test_the_last_note_that_is_a_visit_counts(assistant):
    notes = (Note("n1", VISIT), Note("n2", "Line of a nurse."))

    visit = assistant.code(Encounter("e", notes)).visit

    assert {span.note_id for span in visit.evidence} == {"n1"}


def test_a_visit_of_unknown_category_names_the_new_patient_level(read):
    visit, _ = read(PLAN.format(story="Thirsty for a week."))

    assert ("99204", "office_new") in {(each.code, each.category) for each in visit.alternatives}
    assert visit.confidence < read(VISIT)[0].confidence


def test_the_next_level_is_explained_and_the_highest_has_none(read):
    visit, _ = read(VISIT)

    assert [each.element for each in visit.missing_for_next_level] == ["problems", "data", "risk"]
    assert all(each.ways for each in visit.missing_for_next_level)


def test_the_document_quotes_the_note(read):
    _, result = read(VISIT + "\nI spent 35 minutes on this visit.\n")

    document = to_document(result)["visit"]

    assert {key: document[key] for key in ("code", "problems", "data", "risk", "method")} == {
        "code": "99214",
        "problems": "moderate",
        "data": "minimal",
        "risk": "moderate",
        "method": "mdm",
    }
    assert document["time"]["minutes"] == 35
    for place in document["evidence"]:
        assert result.encounter.notes[0].text[place["start"] : place["end"]] == place["text"]


def test_critical_care_under_half_an_hour_is_an_emergency_visit(read):
    text = "HISTORY OF PRESENT ILLNESS: Faint. Critical care note.\n\nASSESSMENT AND PLAN:\n1. Syncope. EKG ordered.\n"

    assert read(text)[0].category == "emergency"


def test_a_preventive_visit_without_age_has_no_number(read):
    text = (
        "CHIEF COMPLAINT: Annual physical.\n\nHISTORY OF PRESENT ILLNESS: Well.\n\nPHYSICAL EXAM: Normal.\n\n"
        "ASSESSMENT AND PLAN:\nAnnual physical exam.\n"
    )

    visit, _ = read(text)

    assert (visit.code, visit.name, visit.method) == ("", "preventive established", "age")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("I spent 42 minutes with the patient.", 42),
        ("Total time spent: 35 min.", 35),
        ("I spent 30-39 minutes on this visit.", 30),
        ("More than 30 minutes were spent on discharge.", 31),
        ("I spent 10 minutes on smoking cessation counseling.", None),
        ("She walks 45 minutes a day.", None),
        ("The minutes were spent walking.", None),
        ("Tourniquet time of 55 minutes was spent in total.", None),
        ("", None),
    ],
)
def test_time_is_the_clinicians_own(text, minutes):
    found = find_time(Encounter("e", (Note("n", text),)))

    assert (found and found[0]) == minutes


@pytest.mark.parametrize(
    ("text", "patient", "age"),
    [
        ("A 52-year-old woman.", Patient(), 52.0),
        ("A 6 month old boy.", Patient(), 0.5),
        ("52 y/o woman.", Patient(), 52.0),
        ("A 52-year-old woman.", Patient(age=53), 53.0),
        ("A woman.", Patient(), None),
    ],
)
def test_age_is_given_or_told(text, patient, age):
    assert find_age(Encounter("e", (Note("n", text),), patient=patient)) == age


def test_age_groups_begin_with_their_first_year():
    assert [find_age_step(age) for age in (0.9, 1, 5, 12, 18, 40, 64, 65)] == [
        "under_1",
        "1_to_4",
        "5_to_11",
        "12_to_17",
        "18_to_39",
        "40_to_64",
        "40_to_64",
        "from_65",
    ]


def test_the_longest_wording_counts_and_none_reaches_over_an_end():
    table = WordTable([("x ray", "test", "film"), ("x ray of the chest", "test", "chest"), ("of", "act", "a")])
    words = ["x", "ray", "of", "the", "chest"]

    assert table(words) == [Hit(0, 4, "test", "chest"), Hit(2, 2, "act", "a")]
    assert table(words, [3]) == [Hit(0, 1, "test", "film"), Hit(2, 2, "act", "a")]


def test_one_wording_may_mean_two_things():
    table = WordTable([("recommend", "act", "adopt"), ("recommend", "act", "decide")])

    assert table(["recommend"]) == [Hit(0, 0, "act", "adopt"), Hit(0, 0, "act", "decide")]


def test_an_unknown_code_is_taken_as_acute():
    assert find_nature("?") == "acute_uncomplicated"


def test_records_refuse_unknown_values():
    with pytest.raises(ValueError, match="unknown"):
        VisitElement("mood", "low")
    with pytest.raises(ValueError, match="method"):
        VisitLevel("", "office_new", "low", "a visit", "guess", (), 0.5)
    with pytest.raises(ValueError, match="outside"):
        VisitLevel("", "office_new", "low", "a visit", "mdm", (), 1.5)


def test_an_element_is_found_by_its_name():
    visit = VisitLevel(
        "", "office_new", "low", "a visit", "mdm", (VisitElement("risk", "low"),), 0.5, (Span("n", 0, 1),)
    )

    assert visit.get_element("risk").level == "low"
    assert visit.evidence == (Span("n", 0, 1),)
    with pytest.raises(KeyError):
        visit.get_element("data")


def test_the_pipeline_keeps_the_setting():
    assert CodeAssist(Settings()).settings.visit.accept_consultations is False
