"""The annotation stage over a hand-made index: what becomes a mention, where it lies and what stands near it."""

from types import SimpleNamespace

import pytest

from codeassist.annotation import abbreviations
from codeassist.annotation.annotator import Annotator, Parts
from codeassist.annotation.assertion import AssertionEngine
from codeassist.annotation.dosages import DosageReader
from codeassist.annotation.labels import LabelFinder
from codeassist.annotation.matcher import TermMatcher, WordReader
from codeassist.annotation.measurements import MeasurementReader
from codeassist.annotation.medications import MedicationFinder
from codeassist.annotation.phrases import PhraseFinder
from codeassist.annotation.senses import SenseChooser
from codeassist.config import AnnotationSettings
from codeassist.core.notes import Encounter, Note, Observation, Section, Span
from made_index import NORMALIZER, make_index

ROWS = (
    ("knee pain", "R05", "synonym", (), False),
    ("hip pain", "M10.9", "synonym", (), False),
    ("strain", "I10", "synonym", (), False),
    ("MS", "M10.9", "abbreviation", (), False),
    ("mitral stenosis", "I50.9", "synonym", (), False),
    ("heart surgery", "I50.9", "synonym", (), True),
    ("iron", "R05", "synonym", (), False),
)
MEDICATIONS = ("Metformin", "iron sucrose")
ENGINE, READER, DOSAGES = AssertionEngine.load(), MeasurementReader.load(), DosageReader.load()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(tmp_path_factory.mktemp("index"), ROWS)


@pytest.fixture(scope="module")
def make_annotator(index):
    def make(**settings):
        parts = Parts(
            read_words=WordReader(NORMALIZER, frozenset({"left", "right", "severe"}), None),
            match=TermMatcher(index),
            choose=SenseChooser(index, frozenset()),
            assess=ENGINE,
            measure=READER,
            read_dosages=DOSAGES,
            find_medications=MedicationFinder(MEDICATIONS, NORMALIZER),
            find_phrases=PhraseFinder(frozenset({"strain"})),
            find_labels=LabelFinder(frozenset({"MS"})),
        )
        return Annotator(parts, settings=AnnotationSettings(**settings))

    return make


@pytest.fixture(scope="module")
def annotate(make_annotator):
    annotator = make_annotator()

    def read(text, *sections, **settings):
        chosen = make_annotator(**settings) if settings else annotator
        return chosen(Encounter("e", (Note("n", text),)), sections)

    return read


def summarize(annotations):
    return [(each.surface, each.entity_type) for each in annotations.mentions]


def section(kind, start, end, *headings):
    return Section(kind, None, Span("n", start, end), tuple(Span("n", *heading) for heading in headings))


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("Knee pain, takes metformin.", [("Knee pain", "problem"), ("metformin", "medication")]),
        ("S/p heart surgery.", [("heart surgery", "procedure")]),
        ("Given iron sucrose.", [("iron", "problem")]),
        ("heart failure clinic", []),
        ("Nothing to see.", []),
        ("", []),
        ("\ud800 knee pain \udfff", [("knee pain", "problem")]),
        ("knee\x00pain", []),
    ],
)
def test_terms_and_medications_become_mentions(annotate, text, mentions):
    assert summarize(annotate(text)) == mentions


def test_a_mention_holds_its_characters_its_reading_and_its_terms(annotate, index):
    (mention,) = annotate("No left Hip Pain.").mentions

    assert (mention.span, mention.surface, mention.reading) == (Span("n", 8, 16), "Hip Pain", "hip pain")
    assert mention.terms == tuple(term.number for term in index.find_exact(("hip", "pain")))
    assert mention.assertion.presence == "absent"
    assert (mention.section, mention.is_heading) == ("preamble", False)


def test_measurements_are_read_beside_the_mentions(annotate):
    (measurement,) = annotate("Knee pain. BP 142/88").measurements[:1]

    assert (measurement.name, measurement.value) == ("systolic_blood_pressure", 142.0)


def test_a_defined_abbreviation_is_read_as_its_long_form(annotate):
    text = "Mitral stenosis (MS). MS is worse."

    assert [each.reading for each in annotate(text).mentions] == ["mitral stenosis"] * 3
    plain = annotate(text, read_abbreviation_definitions=False).mentions
    assert [each.reading for each in plain] == ["mitral stenosis", "ms", "ms"]


def test_every_note_of_an_encounter_is_read_with_its_own_sections(make_annotator):
    notes = (Note("a", "Knee pain."), Note("b", "Plan: hip pain."))
    sections = (Section("plan", None, Span("b", 0, 15)), Section("preamble", None, Span("a", 0, 10)))

    mentions = make_annotator()(Encounter("e", notes), sections).mentions

    assert [(each.span.note_id, each.surface, each.section) for each in mentions] == [
        ("a", "Knee pain", "preamble"), ("b", "hip pain", "plan"),
    ]  # fmt: skip


def test_a_mention_takes_the_section_and_the_heading_at_its_place(annotate):
    text = "knee pain\nhip pain\nknee pain\nhip pain"

    mentions = annotate(
        text, section("history", 0, 10), section("plan", 10, 37, (10, 18), (29, 37))
    ).mentions  # fmt: skip

    assert [(each.section, each.is_heading) for each in mentions] == [
        ("history", False), ("plan", True), ("plan", False), ("plan", True),
    ]  # fmt: skip


def test_a_heading_that_no_term_reads_becomes_a_mention_of_its_own(annotate):
    text = "ankle ligament strain\nrest"

    (mention,) = annotate(text, section("plan", 0, len(text), (0, 21))).mentions

    assert (mention.surface, mention.entity_type, mention.terms) == ("ankle ligament strain", "problem", ())
    assert mention.reading == "ankle ligament strain"
    assert summarize(annotate(text, section("plan", 0, len(text)))) == [("strain", "problem")]


def test_the_words_of_a_section_heading_are_no_mention(annotate):
    text = "Hip pain: knee pain"
    told = Section("social_history", Span("n", 0, 9), Span("n", 10, 19))
    headed = Section("plan", Span("n", 0, 9), Span("n", 10, 19))

    assert summarize(annotate(text, headed)) == [("knee pain", "problem")]
    assert summarize(annotate(text, told)) == [("Hip pain", "problem"), ("knee pain", "problem")]


def test_no_match_reaches_over_a_conjunction_that_its_term_lacks(annotate):
    assert summarize(annotate("pain and left knee")) == []
    assert summarize(annotate("pain of left and right knee")) == [("pain of left and right knee", "problem")]


@pytest.mark.parametrize(
    ("text", "nearby"),
    [
        ("left knee pain", [("left", "knee", "pain")]),
        ("acute. left knee pain. severe", [("left", "knee", "pain")]),
        ("knee pain on left", [("knee", "pain", "left")]),
        ("a1 b2 c3 d4 e5 f6 g7 h8 knee pain", [("b2", "c3", "d4", "e5", "f6", "g7", "h8", "knee", "pain")]),
        ("knee pain b2 c3 d4 e5 f6 g7 h8 i9", [("knee", "pain", "b2", "c3", "d4", "e5", "f6", "g7", "h8")]),
        ("right knee pain and left hip pain", [("right", "knee", "pain"), ("left", "hip", "pain")]),
        ("knee pain left. left hip pain", [("knee", "pain", "left"), ("left", "hip", "pain")]),
        ("knee pain, severe, hip pain", [("knee", "pain", "severe"), ("hip", "pain")]),
        ("knee pain at rest, severe, hip pain", [("knee", "pain", "rest", "severe"), ("hip", "pain")]),
        ("knee pain, severe hip pain", [("knee", "pain"), ("severe", "hip", "pain")]),
        ("knee pain and severe - hip pain", [("knee", "pain"), ("severe", "hip", "pain")]),
        ("knee pain, b2 severe, hip pain", [("knee", "pain", "b2", "severe"), ("b2", "severe", "hip", "pain")]),
        ("knee pain, b2 severe hip pain", [("knee", "pain"), ("b2", "severe", "hip", "pain")]),
        ("knee pain, severe - b2, metformin", [("knee", "pain", "severe", "b2", "metformin"), ("metformin",)]),
        ("metformin, left hip pain", [("metformin",), ("metformin", "left", "hip", "pain")]),
    ],
)
def test_the_words_near_a_mention_are_those_of_its_clause_up_to_its_neighbours(annotate, text, nearby):
    found = [each.nearby_words for each in annotate(text).mentions]

    assert [tuple(word for word in each if word not in ("", ",")) for each in found] == nearby


def test_any_stretch_can_be_assessed(make_annotator):
    note = Note("n", "No knee pain. Hip pain \ud800.")

    found = make_annotator().assess(note, (), [(3, 12), (14, 22)])

    assert [each.presence for each in found] == ["absent", "present"]


def test_the_parts_get_the_tokens_of_each_note(make_annotator, monkeypatch):
    """No part sees half a character, which spaCy refuses."""
    annotator = make_annotator()
    seen = []
    monkeypatch.setattr(annotator, "_read", lambda doc, *_: seen.append(doc.text) or iter(()))
    monkeypatch.setattr(annotator, "_parts", SimpleNamespace(measure=READER, read_dosages=lambda *_: ()))

    annotator(Encounter("e", (Note("n", "a\ud800b"), Note("m", "c"))), ())

    assert seen == ["a?b", "c"]


def test_without_scispacy_no_definitions_are_read(annotate, monkeypatch):
    """It does not exist for Python 3.13."""
    monkeypatch.setattr(abbreviations, "find_abbreviation", None)

    assert [each.reading for each in annotate("Mitral stenosis (MS). MS.").mentions] == ["mitral stenosis", "ms", "ms"]


def test_dosages_and_given_observations_stand_beside_the_mentions(make_annotator):
    encounter = Encounter(
        "e", (Note("n", "Na 128. Given vancomycin 1 g IV."),), observations=(Observation("potassium", 5.9),)
    )

    found = make_annotator()(encounter, ())

    assert [(each.name, each.span is None) for each in found.measurements] == [("sodium", False), ("potassium", True)]
    assert [each.medication for each in found.dosages] == ["vancomycin"]
