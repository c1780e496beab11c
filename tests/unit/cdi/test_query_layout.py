import pytest

from codeassist.cdi.query_layout import read_layout


def shape(text):
    return [(part.kind, text[part.start : part.end]) for part in read_layout(text)]


def test_labels_tell_the_parts():
    text = "Title: Kidneys\nClinical indicators: Cr 2.4; Cr 1.0\nQuestion: Please clarify.\nOptions: A / B / Other"

    assert shape(text) == [
        ("title", "Kidneys"),
        ("indicator", "Cr 2.4"),
        ("indicator", "Cr 1.0"),
        ("question", "Please clarify."),
        ("choice", "A"),
        ("choice", "B"),
        ("choice", "Other"),
    ]


def test_items_before_the_question_are_indicators_and_after_it_choices():
    text = "- Cr 2.4\n- UO 20 mL/h\nWhat do these represent?\n- A\n- B"

    assert [kind for kind, _ in shape(text)] == ["indicator", "indicator", "question", "choice", "choice"]


def test_boxes_are_choices_wherever_they_stand():
    assert [kind for kind, _ in shape("[ ] A\n( ) B\n☐ C")] == ["choice"] * 3


@pytest.mark.parametrize("item", ["[x] A", "[X] A", "(x) A", "☑ A", "☒ A", "- [x] A"])
def test_a_ticked_choice_is_marked(item):
    (part,) = read_layout(item)

    assert part.is_marked


def test_an_indented_line_goes_on_with_the_item_above():
    text = "- EF 25%\n  (echo, 6/2)\n- BNP 900"

    assert shape(text) == [("indicator", "EF 25%\n  (echo, 6/2)"), ("indicator", "BNP 900")]


def test_one_paragraph_is_divided_at_its_labels_and_its_question():
    text = (
        "The record is cited. Clinical indicators: EF 25%; BNP 900. Based on your judgment, what is it? Options: A / B"
    )

    assert shape(text) == [
        ("question", "The record is cited."),
        ("indicator", "EF 25%"),
        ("indicator", "BNP 900."),
        ("question", "Based on your judgment, what is it?"),
        ("choice", "A"),
        ("choice", "B"),
    ]


def test_the_first_line_is_a_title_unless_it_asks_ends_like_a_sentence_or_is_an_item():
    assert shape("Kidney function")[0][0] == "title"
    for text in ("Please clarify", "Kidneys fail.", "- Kidney function", "Options:\n- A", "word " * 15):
        assert "title" not in [kind for kind, _ in shape(text)]


def test_text_after_the_choices_belongs_to_the_question():
    text = "Q?\n[ ] A\n[ ] B\n\nPlease answer in the record."

    assert shape(text)[-1] == ("question", "Please answer in the record.")


def test_text_after_an_empty_line_ends_the_indicators():
    text = "Indicators:\n- Cr 2.4\n\nWe look at kidneys here."

    assert shape(text)[-1] == ("question", "We look at kidneys here.")


def test_a_row_of_short_answers_after_the_question_is_choices():
    assert [kind for kind, _ in shape("Was it there?\nYes / No / Unable to determine")] == ["question"] + ["choice"] * 3


def test_a_label_keeps_its_place():
    text = "Indicators (note of 6/3):\n- Cr 2.4"

    (part,) = read_layout(text)

    assert text[slice(*part.label)] == "Indicators (note of 6/3):"


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_has_no_parts(text):
    assert read_layout(text) == ()
