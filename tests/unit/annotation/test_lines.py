import pytest

from codeassist.annotation.lines import LineReader
from codeassist.annotation.sentences import split_words


def read(text):
    note = split_words(text)
    return note, LineReader(note)


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("denies:\n- fever", True),
        ("denies\n- fever", True),
        ("denies the following:\nfever", True),
        ("denies\nfever", False),
        ("denies fever\n- cough", False),
        ("denies all of the many symptoms asked about:\n- fever", False),
        ("denies:", False),
    ],
)
def test_a_cue_at_the_end_of_its_line_heads_a_list(text, heads):
    """The cue is the first word; what follows it in its line is a colon or next to nothing."""
    note, lines = read(text)
    end = note.words.index("\n") + 1 if "\n" in note.words else len(note)

    assert lines.is_head(1, end) is heads


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("- fever\n- cough\nHas a rash.", "- fever\n- cough\n"),
        ("- fever\nfor days\n- cough\n\n- rash", "- fever\nfor days\n- cough\n"),
        ("1. fever\n2. cough\nPlan: rest", "1. fever\n2. cough\n"),
        ("fever\ncough\n\nrash", "fever\ncough\n"),
        ("fever\ncough\nPlan: rest", "fever\ncough\n"),
        ("fever\nASSESSMENT\ncroup", "fever\n"),
        ("fever\nThe child has been seen by her doctor twice this week.", "fever\n"),
        ("\nfever", ""),
    ],
)
def test_a_list_ends_with_its_last_item(text, listed):
    note, lines = read(text)

    assert note.text[: note.start_of(lines.find_list_end(0))] == listed


def test_a_list_is_followed_for_a_bounded_number_of_lines():
    """Without a bound, a note of nothing but heads would take quadratic time."""
    note, lines = read("- fever\n" * 500)

    assert lines.find_list_end(0) < len(note) / 5


@pytest.mark.parametrize(
    ("text", "mark", "denies"),
    [
        ("-fever, +cough", "-", True),
        ("cough +, -rash", "-", True),
        ("+cough, - fever", "-", True),
        ("- fever", "-", False),
        ("-fever\n+cough", "-", False),
        ("T10-T12, +pain", "-", False),
        ("+cough -", "-", False),
        ("[x] gout [ ] asthma", "[ ]", True),
        ("[ ] asthma", "[ ]", False),
        ("\u2611 gout \u2610 asthma", "\u2610", True),
        ("\u2610 asthma", "\u2610", False),
    ],
)
def test_a_mark_denies_beside_its_counterpart(text, mark, denies):
    """A lone minus is a bullet or a hyphen, and a lone box a task."""
    note, lines = read(text)
    width = len(mark.split())
    first = next(i for i in range(len(note)) if "".join(note.words[i : i + width]) == mark.replace(" ", ""))

    assert lines.is_sign(first, first + width, mark) is denies
