"""The level of a visit in the terminal and on the page."""

import dataclasses
import io

import pytest
from rich.console import Console

from codeassist.core.notes import Span
from codeassist.core.visits import (
    MissingStep,
    VisitAlternative,
    VisitElement,
    VisitItem,
    VisitLevel,
    VisitTime,
)
from codeassist.io.documents import to_document
from codeassist.report.page import render_page
from codeassist.report.table import render_result
from made_results import make_result, suggest_visit

VISIT = VisitLevel(
    code="99214",
    category="office_established",
    step="moderate",
    name="office visit, established patient, moderate complexity",
    method="mdm",
    elements=(
        VisitElement(
            "problems", "moderate", (VisitItem("stable_chronic", "stable <illness>", (Span("visit.txt", 0, 3),)),)
        ),
        VisitElement("data", "straightforward"),
        VisitElement("risk", "moderate", carries=True),
    ),
    confidence=0.88,
    rationale=("two of three reach the moderate level",),
    time=VisitTime(35, Span("visit.txt", 5, 10), "moderate"),
    modifiers=("25",),
    alternatives=(VisitAlternative("99213", "office_established", "low", "if risk is graded lower"),),
    missing_for_next_level=(MissingStep("data", "extensive", ("two of three kinds of data",)),),
)


@pytest.fixture
def result():
    return dataclasses.replace(make_result(suggest=suggest_visit), visit=VISIT)


def test_the_terminal_shows_the_elements_and_what_else_the_visit_tells(result):
    console = Console(file=io.StringIO(), width=100, highlight=False)
    console.print(render_result(result))
    shown = " ".join(console.file.getvalue().split())

    for words in (
        "99214 office visit, established patient, moderate complexity",
        "problems moderate stable <illness>",
        "data minimal nothing found",
        "time 35 minutes stated",
        "next 99213 office established low: if risk is graded lower",
        "for the next level data would be extensive: two of three kinds of data",
        "modifier 25 to be reviewed",
    ):
        assert words in shown


def test_the_page_shows_the_visit_escaped(result):
    page = render_page([result])

    assert '<span class="code">99214</span>' in page
    assert "stable &lt;illness&gt;" in page


def test_a_result_without_a_visit_shows_none():
    assert ">Visit<" not in render_page([make_result(suggest=suggest_visit)])
    assert to_document(make_result())["visit"] is None


def test_the_document_names_the_time_and_what_is_missing(result):
    visit = to_document(result)["visit"]

    assert visit["time"] == {
        "minutes": 35,
        "level": "moderate",
        "note_id": "visit.txt",
        "start": 5,
        "end": 10,
        "text": result.encounter.notes[0].text[5:10],
    }
    assert visit["missing_for_next_level"] == [
        {"element": "data", "level": "extensive", "any_of": ["two of three kinds of data"]}
    ]
