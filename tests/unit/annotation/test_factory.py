import pytest

from codeassist.annotation.factory import make_annotator
from codeassist.config import AnnotationSettings
from codeassist.core.notes import Encounter, Note

pytestmark = pytest.mark.assets


def read(stages, text, **settings):
    annotate = make_annotator(stages.vocabulary, settings=AnnotationSettings(**settings))
    note = Note("n", text)
    return annotate(Encounter("e", (note,)), tuple(stages.sectionize.read_note(note)))


@pytest.mark.parametrize(("correct", "found"), [(True, ["pnuemonia"]), (False, [])])
def test_spelling_is_corrected_where_the_settings_say_so(stages, correct, found):
    mentions = read(stages, "He has pnuemonia.", correct_spelling=correct).mentions

    assert [each.surface for each in mentions] == found


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("fracture of the left distal radius", "fracture of the left distal radius"),
        ("acute on chronic kidney disease", "chronic kidney disease"),
    ],
)
def test_sides_and_the_like_may_stand_inside_a_wording(stages, text, surface):
    assert surface in [each.surface for each in read(stages, text).mentions]


def test_words_of_everyday_are_no_abbreviations(stages):
    assert [each.surface for each in read(stages, "She aids all or most in the family.").mentions] == []


def test_medications_are_found_by_their_names(stages):
    mentions = read(stages, "Takes Accolate and lisinopril.").mentions

    assert [(each.surface, each.reading, each.entity_type) for each in mentions] == [
        ("Accolate", "accolate", "medication"), ("lisinopril", "lisinopril", "medication"),
    ]  # fmt: skip


def test_a_shield_hides_the_words_inside_it(stages):
    assert read(stages, "The stroke volume is normal.").mentions == ()
    assert [each.surface for each in read(stages, "The stroke is old.").mentions] == ["stroke"]
