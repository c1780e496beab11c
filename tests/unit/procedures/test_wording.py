"""Words of procedure names, wordings and their index."""

import pytest

from codeassist.procedures.lines import cut_lines, find_sort
from codeassist.procedures.measures import is_in_range, read_measure
from codeassist.procedures.wording import WordingIndex, compile_wording, find_wording


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("X-rays", ("xray",)),
        ("x ray", ("xray",)),
        ("D & C", ("d&c",)),
        ("I&D", ("i&d",)),
        ("Laparoscopically excised", ("laparoscopy", "excision")),
        ("the left kidneys", ("left", "kidney")),
        ("2.5 cm", ("2.5", "cm")),
    ],
)
def test_words_fold_to_the_forms_of_procedure_names(words, text, forms):
    assert words.read(text, 0, len(text)).forms == forms


@pytest.mark.parametrize(
    ("wording", "text", "is_found"),
    [
        ("excision nevus|lesion", "Excision of a small nevus", True),
        ("excision nevus|lesion", "A lesion, for excision", True),
        ("excision nevus|lesion", "Excision of a cyst", False),
        ("excision lesion -breast", "Excision of breast lesion", False),
        ("excision lesion", "Excision was done and then after a long while in another room a lesion", False),
    ],
)
def test_a_wording_is_its_words_close_together_in_any_order(words, wording, text, is_found):
    compiled = compile_wording("it", wording, words)

    assert (find_wording(compiled, words.read(text, 0, len(text))) is not None) is is_found


def test_the_index_gives_the_longest_wording_of_a_thing(words):
    index = WordingIndex([compile_wording("it", text, words) for text in ("release", "carpal tunnel release")])
    text = "release of the carpal tunnel"

    (found,) = index.find(words.read(text, 0, len(text)))

    assert (found.thing, found.places) == ("it", (0, 1, 2))


def test_a_wording_without_words_is_no_wording(words):
    assert compile_wording("it", "of the", words) is None


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        ("cm", "8 mm lesion", 0.8),
        ("cm", "2 x 3.5 cm", 3.5),
        ("cm", "1 inch", 2.54),
        ("cm", "small", None),
        ("cmsum", "3 cm, then 2 cm", 5.0),
        ("sqcm", "30 sq cm", 30.0),
        ("sqcm", "4 x 5 cm", 20.0),
        ("views", "AP, lateral and oblique", 3.0),
        ("views", "two views", 2.0),
        ("views", "portable", None),
        ("minutes", "1 hour and 15 minutes", 75.0),
        ("minutes", "briefly", None),
        ("count", "three lesions", 3.0),
        ("count", "x4", 4.0),
        ("muscles", "2 muscles", 2.0),
        ("grams", "weighed 310 grams", 310.0),
        ("grafts", "triple bypass", 3.0),
        ("levels", "two levels", 2.0),
        ("levels", "L3-L4, L4-L5", 2.0),
        ("age", "6-week-old", 6 / 52),
        ("age", "aged", None),
    ],
)
def test_a_measure_is_read(unit, text, number):
    assert read_measure(unit, [text]) == number


@pytest.mark.parametrize(
    ("number", "spec", "is_in"),
    [
        (0.5, "-0.5", True), (0.6, "-0.5", False), (0.6, "0.6-1", True), (1.1, "0.6-1", False), (4.1, "4.1-", True),
        (3, "3", True), (4, "3", False), (30, "+20", False), (250, "-250", True), (251, "-250", False),
    ],
)  # fmt: skip
def test_ranges_hold_their_edges(number, spec, is_in):
    assert is_in_range(number, spec) is is_in


@pytest.mark.parametrize(
    ("kinds", "sort"),
    [
        ({"procedure", "postoperative_diagnosis"}, "operation"),
        ({"procedure_description"}, "operation"),
        ({"imaging", "findings", "impression"}, "study"),
        ({"history_of_present_illness", "physical_exam", "procedure"}, "visit"),
        ({"medications", "assessment_plan"}, "visit"),
        ({"medications", "procedure_description", "postoperative_diagnosis"}, "operation"),
        ({"preamble"}, "visit"),
    ],
)
def test_the_sort_of_a_note_follows_from_its_sections(kinds, sort):
    assert find_sort(kinds) == sort


def test_lines_end_at_sentences_and_list_items_but_not_in_numbers():
    text = "1. Excision of 2.5 cm cyst.\n2. Closure; layered. Done"

    assert [text[a:b].strip() for a, b in cut_lines(text, 0, len(text))] == [
        "1. Excision of 2.5 cm cyst",
        "2. Closure",
        "layered",
        "Done",
    ]
