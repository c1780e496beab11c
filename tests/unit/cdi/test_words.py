import pytest

from codeassist.cdi.words import DenialWords, TermFinder, cut_words
from codeassist.core.notes import Note, Section, Span
from codeassist.errors import DataFileError

TERMS = ("accessory muscle use", "rales", "jvd", "chest pressure", "amaurosis fugax", "midline shift", "mass")
FIND = TermFinder(map(cut_words, TERMS), DenialWords.load())


def find(text, sections=()):
    return [(" ".join(phrase), text[span.start : span.end]) for phrase, span in FIND(Note("n", text), sections)]


@pytest.mark.parametrize(
    ("text", "surfaces"),
    [
        ("Accessory muscles use, JVD.", ["Accessory muscles use", "JVD"]),
        ("Lungs: no rales. JVD present.", ["JVD"]),
        ("Denies orthopnea, edema, TIA, stroke, amaurosis fugax, palpitations.", []),
        ("No fever but rales at both bases.", ["rales"]),
        ("X-ray did not show any midline shift.", []),
        ("(-) chest pressure", []),
        ("( - ) chest pressure and (+) JVD", ["JVD"]),
        ("Rales were absent.", []),
        ("JVD: none", ["JVD"]),
        ("The risks of the operation were explained to her in detail including rales.", []),
        ("The JVD. Is absent elsewhere.", ["JVD"]),
        ("No one else in the large family that she came with today has rales", ["rales"]),
        ("rales", ["rales"]),
        ("", []),
        ("\u0130 rales", ["rales"]),
    ],
)
def test_terms_are_found_unless_denied(text, surfaces):
    assert [surface for _, surface in find(text)] == surfaces


def test_what_is_said_of_relatives_is_left_out():
    text = "FAMILY HISTORY: rales. EXAM: rales."
    section = Section("family_history", Span("n", 0, 15), Span("n", 16, 22))

    assert [span.start for _, span in FIND(Note("n", text), [section])] == [29]


def test_a_plural_is_not_taken_for_another_word():
    assert cut_words("masses rales mass us") == ("masse", "rale", "mass", "us")


def test_a_row_with_an_unknown_place_is_refused(tmp_path):
    path = tmp_path / "denial_words.tsv"
    path.write_text("word\tplace\tnote\nno\tabove\ta denial\n", encoding="utf-8")

    with pytest.raises(DataFileError, match="line 2: place 'above'"):
        DenialWords.load(path)
