"""Procedures in the terminal: code with modifiers and units, name, words of the note, diagnoses and flags."""

from dataclasses import replace

from rich.console import Console, Group

from codeassist.core.codes import CPT, Code
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Span
from codeassist.core.suggestions import Candidate, Flag, Suggestion
from codeassist.report.procedure_table import list_procedure_parts
from made_results import make_result


def show(result):
    console = Console(width=80, color_system=None)
    with console.capture() as captured:
        console.print(Group(*list_procedure_parts(result)))
    return [line.split() for line in captured.get().splitlines() if line.strip()]


def make_procedure(result, **fields):
    span = Span(result.encounter.notes[0].note_id, 0, 3)
    mention = Mention(span, "procedure", "plan", Assertion(), "HPI")
    support = (Candidate(mention, Code(CPT, "starter-1", "99990"), "An invented procedure", ()),)
    return Suggestion(support[0].code, support[0].display, 0.8, "report", "procedure", support, **fields)


def test_a_procedure_is_shown_with_all_that_belongs_to_it():
    result = make_result()
    made = make_procedure(
        result, modifiers=("RT",), units=2, supported_by=("M17.11",), flags=(Flag("side", "", "other side"),)
    )

    assert show(replace(result, procedures=(made, replace(made, disposition="consider", units=1)))) == [
        ["Procedures", "1"],
        ["99990-RT", "x2", "An", "invented", "procedure", "80%"],
        ["HPI"],
        ["for", "M17.11"],
        ["other", "side"],
        ["Procedures", "to", "consider", "1"],
        ["99990-RT", "An", "invented", "procedure", "80%"],
        ["HPI"],
        ["for", "M17.11"],
        ["other", "side"],
    ]


def test_nothing_is_shown_where_no_procedure_was_found():
    assert show(make_result()) == []
