import pytest

from codeassist.annotation.labels import LabelFinder
from codeassist.annotation.matcher import WordReader
from codeassist.core.notes import Section, Span
from codeassist.terminology.words import WordNormalizer, get_tokenizer

READ = WordReader(WordNormalizer({}), frozenset(), None)
FIND = LabelFinder(frozenset({"SLE", "PE"}))


def find(text, *sections):
    """Return the label words of a note as they are written."""
    doc = get_tokenizer()(text)
    words = READ(doc)
    starts = [doc[token].idx for token in words.token]
    return [doc[words.token[i]].text for i in FIND(doc, words, sections, starts)]


def section(kind, heading, end, *problems):
    span = Span("n", 0, heading) if heading else None
    return Section(kind, span, Span("n", heading, end), tuple(Span("n", *place) for place in problems))


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("SLE: lids normal", ["SLE"]),
        ("IOP 16. SLE: lids normal", ["SLE"]),
        ("IOP 16\nSLE: lids normal", ["SLE"]),
        ("IOP 16, SLE: lids normal", ["SLE"]),
        ("her SLE: on treatment", []),
        ("sle: lids normal", []),
        ("SLE on treatment", []),
        ("SLE", []),
        ("HTN: stable", []),
        ("", []),
    ],
)
def test_an_exam_label_is_the_abbreviation_that_opens_a_part_with_a_colon(text, labels):
    assert find(text) == labels


def test_where_problems_are_listed_a_label_is_the_problem():
    text = "SLE: on treatment"

    assert find(text, section("physical_exam", 0, len(text))) == ["SLE"]
    assert find(text, section("past_medical_history", 0, len(text))) == []
    assert find(text, section("physical_exam", 0, len(text), (0, 4))) == []


def test_the_words_of_a_heading_are_labels_but_where_it_may_name_the_problem():
    text = "Chest pain history: none"

    assert find(text, section("past_medical_history", 19, len(text))) == ["Chest", "pain", "history"]
    assert find(text, section("history_of_present_illness", 19, len(text))) == []


def test_the_table_of_the_package_is_read():
    doc = get_tokenizer()("PE: clear")

    assert list(LabelFinder.load()(doc, READ(doc), (), [0, 4])) == [0]
