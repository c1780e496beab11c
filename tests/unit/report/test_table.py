import io

import pytest
from rich.console import Console

from codeassist.core.codes import ICD10CM
from codeassist.core.notes import Encounter, Note
from codeassist.core.results import DISCLAIMER, CodingResult, PipelineInfo
from codeassist.report.table import render_result
from made_results import EDITION, INFO, TEXT, make_candidate, make_mention, make_result, make_suggestion, suggest_visit


def print_result(result, width=80):
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(render_result(result))
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_shows_each_suggestion_with_evidence_in_context(check_golden, width):
    check_golden(f"result_table_{width}.txt", print_result(make_result(suggest=suggest_visit), width))


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(width):
    lines = print_result(make_result(suggest=suggest_visit), width).splitlines()

    assert max(map(len, lines)) <= width


def test_an_empty_note_says_that_nothing_was_found():
    shown = print_result(make_result(""))

    assert "No diagnosis was found" in shown
    assert DISCLAIMER.split(";")[0] in shown


def test_the_last_words_are_that_a_person_decides():
    shown = " ".join(print_result(make_result(suggest=suggest_visit)).split())

    assert shown.endswith(DISCLAIMER)


def test_the_note_on_the_edition_is_shown():
    info = PipelineInfo("0.1.0", "sha256:0", ((ICD10CM, EDITION),), "date of service lies outside every edition")

    assert "date of service lies outside every edition" in print_result(make_result(info=info))


def test_text_of_a_note_is_neither_markup_nor_control():
    text = "[red]Gout[/red] \x1b[2J\x9b31m\u202etxt.exe [bold]see[/bold]"

    def suggest(note):
        yield make_suggestion((make_candidate(make_mention(note, "Gout"), "M10.9", "Gout, unspecified"),))

    shown = print_result(make_result(text, suggest=suggest), 120)

    assert "[red]Gout[/red] \ufffd[2J\ufffd31m\ufffdtxt.exe [bold]see[/bold]" in shown


def test_evidence_of_several_notes_names_the_note():
    notes = (Note("first.txt", TEXT), Note("second.txt", "Gout."))
    (suggestion,) = [
        make_suggestion((make_candidate(make_mention(notes[1], "Gout"), "M10.9", "Gout, unspecified"),)),
    ]
    result = CodingResult(Encounter("e1", notes), INFO, (), (), (), (), (suggestion,))

    shown = print_result(result)

    assert "2 notes" in shown
    assert "second.txt, assessment and plan: Gout." in shown


def test_more_than_three_places_are_counted():
    def suggest(note):
        mentions = [make_mention(note, "Gout", after=4 * i) for i in range(5)]
        yield make_suggestion([make_candidate(each, "M10.9", "Gout, unspecified") for each in mentions])

    shown = print_result(make_result("Gout" * 5, suggest=suggest))

    assert "and 2 more" in shown
