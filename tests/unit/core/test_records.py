import pytest

from codeassist.core.codes import Code
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Encounter, Note, Span
from codeassist.core.suggestions import Candidate, Contribution, Suggestion
from codeassist.errors import UnsupportedInputError

CODE = Code("ICD-10-CM", "2026-04", "I10")


def make_mention(**changes):
    fields = {
        "span": Span("n", 0, 12),
        "entity_type": "problem",
        "section": "assessment",
        "assertion": Assertion(),
        "surface": "hypertension",
    }
    return Mention(**fields | changes)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (5, 2), (-1, 4)])
def test_a_span_is_never_empty_or_reversed(start, end):
    with pytest.raises(ValueError, match="span"):
        Span("n", start, end)


def test_spans_overlap_only_within_one_note():
    assert Span("a", 0, 5).overlaps(Span("a", 4, 9))
    assert not Span("a", 0, 5).overlaps(Span("a", 5, 9))
    assert not Span("a", 0, 5).overlaps(Span("b", 0, 5))


def test_an_encounter_refuses_unknown_settings_and_repeated_notes():
    with pytest.raises(ValueError, match="outpatient, inpatient"):
        Encounter("e", setting="hospital")
    with pytest.raises(ValueError, match="note_id"):
        Encounter("e", (Note("n", "a"), Note("n", "b")))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Note("n", None), "text of a note is a NoneType, expected a str"),
        (lambda: Note("n", b"Gout."), "text of a note is a bytes"),
        (lambda: Note(7, "Gout."), "note_id of a note is a int"),
        (lambda: Encounter("e", [Note("n", "Gout.")]), "notes of encounter 'e' are no tuple of notes"),
        (lambda: Encounter("e", ("Gout.",)), "notes of encounter 'e' are no tuple of notes"),
        (lambda: Encounter("e", Note("n", "Gout.")), "notes of encounter 'e' are no tuple of notes"),
    ],
)
def test_what_is_no_text_and_no_note_is_refused_when_the_record_is_made(make, message):
    with pytest.raises(UnsupportedInputError, match=message):
        make()


@pytest.mark.parametrize("changes", [{"presence": "negated"}, {"temporality": "past"}, {"experiencer": "mother"}])
def test_assertion_values_are_a_closed_set(changes):
    with pytest.raises(ValueError, match="expected one of"):
        Assertion(**changes)


def test_a_score_is_the_sum_of_its_contributions():
    candidate = Candidate(make_mention(), CODE, "x", (Contribution("a", 1.5), Contribution("b", -0.25)))

    assert candidate.score == 1.25


def test_records_do_not_show_note_text():
    text = "SECRET hypertension"
    mention = make_mention(surface="SECRET", reading="SECRET", nearby_words=("SECRET",))
    suggestion = Suggestion(CODE, "x", 0.5, "report", "secondary", (Candidate(mention, CODE, "x", ()),))

    assert "SECRET" not in repr((Note("n", text), Encounter("e", (Note("n", text),)), mention, suggestion))


def test_a_suggestion_refuses_a_confidence_that_is_no_probability():
    with pytest.raises(ValueError, match="confidence"):
        Suggestion(CODE, "x", 1.2, "report", "secondary", ())
