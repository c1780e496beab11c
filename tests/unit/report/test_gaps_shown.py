"""Gaps and drafted queries in the terminal and on the page."""

import dataclasses
import io

import pytest
from rich.console import Console

from codeassist.cdi.queries import write_queries
from codeassist.core.notes import Note
from codeassist.core.suggestions import Contribution
from codeassist.report.gap_view import count_unasked, make_query_views
from codeassist.report.page import render_page
from codeassist.report.table import render_result
from made_gaps import ENCOUNTER, make_gap, make_indicator
from made_results import make_result

ASKED = make_gap(
    rationale=(Contribution("base", -4.5), Contribution("consequence", 3.4), Contribution("confidence", -1.2)),
    diagnosis="heart <failure>",
)
UNASKED = (
    make_gap("conflict", "type", gap_id="g2", priority=0.2),
    make_gap(axis="etiology", gap_id="g3", priority=0.3),
    make_gap(axis="type", gap_id="g4", priority=0.1),
)


def make_coded(*gaps, encounter=ENCOUNTER):
    queries = write_queries(encounter, gaps)
    return dataclasses.replace(make_result(), encounter=encounter, gaps=gaps, queries=queries)


def show(result, width=110):
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(render_result(result))
    return " ".join(console.file.getvalue().replace("\u00a0", " ").split())


@pytest.fixture
def result():
    return make_coded(ASKED, *UNASKED)


def test_a_gap_worth_a_query_is_shown_with_its_draft(result):
    shown = show(result)

    for words in (
        "I50 heart <failure>: acuity unspecified",
        "why + consequence",
        "\N{MINUS SIGN} confidence",
        'found finding: "EF 25%" (progress note, attending, 2026-06-03)',
        'query Clinical clarification: "CHF"',
        "[ ] Acute [ ] Chronic [ ] Other (please specify): ____ [ ] Unable to determine",
    ):
        assert words in shown


def test_gaps_without_a_query_are_counted_by_kind(result):
    assert count_unasked(result) == "2 unspecified, 1 conflict"
    assert "Gaps 1 worth a query to the provider; not asked, listed in the JSON: 2 unspecified, 1 conflict" in show(
        result
    )
    assert "Not asked, listed in the JSON: 2 unspecified, 1 conflict." in render_page([result])


def test_an_open_question_shows_no_choices():
    shown = show(make_coded(make_gap(axis="etiology", options=())))

    assert "please clarify" in shown
    assert "[ ]" not in shown


def test_many_indicators_are_counted_in_the_terminal_and_listed_on_the_page():
    words = ("EF 25%", "BP 88/50", "Cr 2.4", "IV furosemide", "No edema", "Albumin 2.1")
    result = make_coded(make_gap(indicators=tuple(map(make_indicator, words))))

    assert "and 1 more" in show(result)
    assert render_page([result]).count("<li>finding: ") == 6


def test_the_page_shows_title_question_and_choices_escaped(result):
    page = render_page([result])

    assert "heart &lt;failure&gt;: acuity" in page
    assert "<h4>Clinical clarification: &#34;CHF&#34;</h4>" in page
    assert "<li>Unable to determine</li>" in page


def test_the_priority_and_its_reasons_stand_outside_of_the_draft(result):
    """Practice brief: nothing of consequence or impact reaches the provider."""
    (view,) = make_query_views(result)

    draft = " ".join((view.title, *view.facts, view.question, *view.choices))
    assert "consequence" not in draft
    assert [reason.words for reason in view.reasons] == ["consequence", "confidence"]
    assert view.percent == 90


def test_the_page_says_type_author_and_date_of_several_notes():
    two = dataclasses.replace(ENCOUNTER, notes=(*ENCOUNTER.notes, Note("n<2>", "Gout.")))

    page = render_page([dataclasses.replace(make_result(), encounter=two)])

    assert "<h2>n1 <small>progress note, attending, 2026-06-03</small></h2>" in page
    assert "<h2>n&lt;2&gt;</h2>" in page


def test_a_result_without_gaps_shows_none():
    assert ">Gaps " not in render_page([make_result()])
    assert "Gaps" not in show(make_result())


def test_gaps_of_little_worth_are_only_counted():
    shown = show(make_coded(*UNASKED))

    assert "Gaps 0 worth a query to the provider; not asked, listed in the JSON: 2 unspecified, 1 conflict" in shown
