"""What holds for the sections and measurements of any text at all."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codeassist.annotation.measurements import MeasurementReader
from codeassist.core.notes import Note, Section, Span
from codeassist.sections.kinds import load_kinds
from codeassist.sections.problem_headings import ProblemHeadingFinder
from codeassist.sections.stage import SectionStage
from codeassist.terminology.words import get_tokenizer

STAGE = SectionStage.load()
FINDER = ProblemHeadingFinder.load()
READER = MeasurementReader.load()
PIECES = (
    *("PMH:", "A/P:", "ASSESSMENT AND PLAN", "Plan:", "HEENT:", "PHYSICAL EXAM,", "Exam:", "EKG:", "XYZZY QUUX:"),
    *("FAMILY HISTORY:,", "DOB:", "## Plan", "**Assessment:**", "S:", "P: 72", "IMPRESSION 1.", "Labs -", "plan:"),
    *(", ", ".,", "\n", "\n\n", " ", "\t", "• ", "1. ", "2) ", "#", "- ", "gout", "Chest pain.", "is stable", "\x00"),
    *(
        "\u2028",
        "\r\n",
        "é",
        "\ud800",
        "\u202e",
        "(",
        ":",
        "Na 128",
        "BP 88/50",
        "EF 25-30%",
        "Cr ",
        "2.4>1.9",
        "\u2192",
    ),
)
ANY_TEXT = st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text(max_size=200))


def _sectionize(note):
    return tuple(STAGE.read_note(note))


def _spans(sections):
    return [span for section in sections for span in (section.heading, section.body) if span is not None]


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_sections_are_ordered_disjoint_and_inside_the_text(text):
    spans = _spans(_sectionize(Note("n1", text)))

    bounds = [place for span in spans for place in (span.start, span.end)]
    assert bounds == sorted(bounds)
    assert all(0 <= place <= len(text) for place in bounds)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_every_character_that_is_not_blank_is_in_a_heading_or_a_body(text):
    covered = set()
    for span in _spans(_sectionize(Note("n1", text))):
        covered.update(range(span.start, span.end))

    assert [place for place, char in enumerate(text) if not char.isspace() and place not in covered] == []


@given(ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_bodies_are_trimmed_and_kinds_are_known(text):
    note = Note("n1", text)
    sections = _sectionize(note)

    bodies = [note.slice(section.body) for section in sections]
    assert bodies == [body.strip() for body in bodies]
    assert {section.kind for section in sections} <= set(load_kinds())


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_problem_headings_are_ordered_and_inside_their_section(text):
    note = Note("n1", text)
    section = Section("assessment_plan", None, Span("n1", 0, len(text) or 1))

    spans = FINDER.find_problem_headings(note, section)

    bounds = [place for span in spans for place in (span.start, span.end)]
    assert bounds == sorted(bounds)
    assert all(0 <= place <= len(text) for place in bounds)
    assert all(note.slice(span).strip() == note.slice(span) for span in spans)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_measurements_lie_inside_the_text_in_order(text):
    note = Note("n1", text)

    # spaCy refuses lone surrogates, so a token stands in for them at the same place.
    found = READER(get_tokenizer()(text.replace("\ud800", "\ufffd")), note)

    starts = [measurement.span.start for measurement in found]
    assert starts == sorted(starts)
    assert all(measurement.span.end <= len(text) for measurement in found)


@given(st.integers(min_value=90, max_value=199), st.sampled_from(["Na {}", "sodium of {}.", "Sodium:\t{}\tmmol/L"]))
@settings(max_examples=60, deadline=None)
def test_value_is_the_number_that_is_written(number, form):
    note = Note("n1", form.format(number))

    (measurement,) = READER(get_tokenizer()(note.text), note)

    assert measurement.value == number
    assert str(number) in note.slice(measurement.span)


@given(st.text(alphabet=string.ascii_letters + " ,;", max_size=120))
@settings(max_examples=200, deadline=None)
def test_text_without_a_digit_has_no_measurement(text):
    assert READER(get_tokenizer()(text), Note("n1", text)) == ()


@given(st.integers(min_value=1, max_value=5))
@settings(max_examples=5, deadline=None)
def test_blank_lines_between_sections_change_no_kind(count):
    plain = "PMH: gout\nMEDS: aspirin\nA/P: 1. Gout"
    spread = plain.replace("\n", "\n" * (count + 1))

    kinds = [[section.kind for section in _sectionize(Note("n1", text))] for text in (plain, spread)]
    assert kinds[0] == kinds[1]


@pytest.mark.parametrize(
    "unit",
    ["PLAN: x\n", "a:", ",A:", "\n ", "HEENT: x. ", "ALLERGIES:\n", "1. a ", "Date:\n", "A ", "(", "#", "**", "\ud800"],
)
def test_work_grows_with_the_length_of_the_text_and_no_faster(unit):
    """Counts the characters that are sliced off the note, which a quadratic step would multiply."""

    class Counting(str):
        __slots__ = ()
        sliced = 0

        def __getitem__(self, key):
            piece = str.__getitem__(self, key)
            Counting.sliced += len(piece)
            return piece

    costs = []
    for length in (4_000, 32_000):
        Counting.sliced = 0
        _sectionize(Note("n1", Counting(unit * (length // len(unit)))))
        costs.append(Counting.sliced + 1)

    assert costs[1] <= 10 * costs[0] + 1_000
