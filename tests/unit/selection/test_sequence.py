import pytest

from codeassist.core.codes import Code
from codeassist.core.notes import Encounter, Note
from codeassist.core.suggestions import Suggestion
from codeassist.selection.sequence import Place, Sequencer

pytestmark = pytest.mark.assets
ROLES = {"discharge_diagnosis": "diagnosis", "assessment_plan": "assessment", "history_of_present_illness": "narrative"}


@pytest.fixture(scope="module")
def sequence(stages):
    places = (Place("Z00", "first", ""), Place("R", "after", "C"), Place("W", "last", ""), Place("Z", "last", ""))
    return Sequencer(stages.vocabulary.codeset, ROLES, places)


@pytest.fixture
def suggest(make_candidate):
    def make(code, at=0, *, disposition="report", **mention):
        support = (make_candidate(code, at, **mention),)
        return Suggestion(Code("ICD-10-CM", "2026-04", code), "title", 0.7, disposition, "secondary", support)

    return make


def order(sequence, *suggestions, notes=("n",)):
    encounter = Encounter("e", tuple(Note(note_id, "") for note_id in notes))
    return [(each.code.value, each.role) for each in sequence(encounter, suggestions)]


def test_diseases_of_the_diagnosis_come_before_the_assessment_before_the_narrative(sequence, suggest):
    found = order(
        sequence,
        suggest("I10", 0, section="other"),
        suggest("M10.9", 10, section="history_of_present_illness"),
        suggest("J45.909", 20, section="assessment_plan"),
        suggest("K26.9", 30, section="discharge_diagnosis"),
        suggest("Z72.0", 1, section="discharge_diagnosis"),
        suggest("N18.4", 0, section="discharge_diagnosis", disposition="consider"),
    )

    assert found == [
        ("K26.9", "principal"), ("J45.909", "secondary"), ("M10.9", "secondary"), ("I10", "secondary"),
        ("Z72.0", "secondary"), ("N18.4", "secondary"),
    ]  # fmt: skip


def test_equal_roles_go_by_note_and_place(sequence, suggest):
    found = order(
        sequence,
        suggest("I10", 5, note_id="second"),
        suggest("M10.9", 90, note_id="first"),
        suggest("J45.909", 7, note_id="first"),
        notes=("first", "second"),
    )

    assert [code for code, _ in found] == ["J45.909", "M10.9", "I10"]


def test_equal_places_go_by_code(sequence, suggest):
    assert [code for code, _ in order(sequence, suggest("M10.9"), suggest("I10"))] == ["I10", "M10.9"]


def test_nothing_is_principal_where_nothing_is_reported(sequence, suggest):
    assert order(sequence, suggest("I10", disposition="consider")) == [("I10", "secondary")]
    assert order(sequence) == []


def test_codes_that_may_only_be_listed_first_are(sequence, suggest):
    """Guidelines I.C.21.c.16."""
    found = order(sequence, suggest("L30.9", 0), suggest("Z72.0", 10), suggest("Z00.129", 20))

    assert [code for code, _ in found] == ["Z00.129", "L30.9", "Z72.0"]
    assert found[0][1] == "principal"


def test_a_symptom_stands_behind_the_neoplasm_and_else_by_place(sequence, suggest):
    """Guidelines I.C.2.g: a symptom of the neoplasm does not replace it as first-listed."""
    fatigue = suggest("R53.83", 0)

    assert [code for code, _ in order(sequence, fatigue, suggest("C50.912", 10))] == ["C50.912", "R53.83"]
    assert [code for code, _ in order(sequence, fatigue, suggest("M10.9", 10))] == ["R53.83", "M10.9"]
    considered = suggest("C50.912", 10, disposition="consider")
    assert [code for code, _ in order(sequence, fatigue, considered)] == ["R53.83", "C50.912"]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("F02.80", "G30.9"), ["G30.9", "F02.80"]),
        (("K31.84", "M10.9", "E11.43"), ["M10.9", "E11.43", "K31.84"]),
        (("N18.32", "I10", "E11.22"), ["I10", "E11.22", "N18.32"]),
        (("F02.80", "M10.9"), ["F02.80", "M10.9"]),
    ],
)
def test_the_etiology_stands_before_its_manifestation(sequence, suggest, codes, expected):
    """Guidelines I.A.13; tabular list, code first at F02, K31.84 and N18."""
    found = order(sequence, *(suggest(code, at) for at, code in enumerate(codes)))

    assert [code for code, _ in found] == expected


def test_the_table_of_the_package_is_read(stages, suggest):
    sequence = Sequencer.load(stages.vocabulary.codeset, ROLES)

    found = order(sequence, suggest("L30.9", 0), suggest("Z79.4", 1), suggest("Z51.11", 2), suggest("Z52.9", 3))

    assert [code for code, _ in found] == ["Z51.11", "L30.9", "Z79.4", "Z52.9"]
