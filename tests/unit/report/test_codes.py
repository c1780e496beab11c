import datetime as dt
import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from codeassist.core.suggestions import CodeMatch
from codeassist.errors import UnknownCodeError
from codeassist.report.codes import render_code, render_editions, render_left_out, render_matches
from codeassist.terminology.codeset import IndexSummary
from codeassist.terminology.editions import EditionInfo


def show(renderable, width=100):
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    console.print(renderable)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


@pytest.fixture(scope="module")
def edition(stages):
    return stages.vocabulary.codeset, stages.vocabulary.tables


def test_editions_name_what_they_hold_and_whose_notes_they_carry():
    dates = dt.date(2026, 10, 1), dt.date(2027, 9, 30)
    info = EditionInfo("2027", *dates, 74_000, "order.zip", imported=True, contents=("order",), notes_from="2026-04")

    assert re.split(r" {2,}", show(render_editions([info])).splitlines()[1]) == [
        "2027",
        "2026-10-01 to 2027-09-30",
        "74,000",
        "no",
        "order.zip",
        "order (instruction notes of 2026-04)",
    ]


def test_editions_tell_of_what_year_their_index_is_and_what_of_it_was_left_out():
    index = IndexSummary(years=("2030",), wordings=900, wordings_left_out=100, codes_absent=7)
    dates = dt.date(2030, 10, 1), dt.date(2031, 9, 30)
    info = EditionInfo("2031", *dates, 12, "a.zip", imported=True, contents=("index",), index=index)

    assert re.split(r" {2,}", show(render_editions([info])).splitlines()[1])[3] == "2030"
    assert show(render_left_out(info)) == (
        "100 of 1,000 index terms were left out: they lead to 7 codes that edition 2031 does not have"
    )
    assert render_left_out(replace(info, index=IndexSummary())) is None


def test_a_match_shows_the_wording_where_it_is_not_the_title():
    matches = [
        CodeMatch("M10.9", "ICD-10-CM", "Gout, unspecified", 0.9, "gout"),
        CodeMatch("I10", "ICD-10-CM", "Essential (primary) hypertension", 0.8, "essential (PRIMARY) hypertension"),
    ]

    lines = [line.split() for line in show(render_matches(matches, "ICD-10-CM 2026-04")).splitlines()]

    assert lines == [
        ["M10.9", "Gout,", "unspecified", "0.90"],
        ["gout"],
        ["I10", "Essential", "(primary)", "hypertension", "0.80"],
    ]


@pytest.mark.assets
def test_a_code_without_codes_below_or_axes_shows_neither(edition):
    """I10 is a category that is billable itself."""
    lines = show(render_code("I10", *edition)).splitlines()

    assert lines[:2] == ["I10  Essential (primary) hypertension", "ICD-10-CM 2026-04 · billable"]
    assert not [line for line in lines if line.startswith(("Below it", "Axes", "Seventh"))]


@pytest.mark.assets
def test_a_billable_code_is_shown_among_its_siblings(edition):
    """Tabular list: I50.2 is divided by acuity."""
    lines = show(render_code("I50.23", *edition)).splitlines()

    assert lines[-6:] == [
        "Axes  4 billable codes of I50.2",
        "  code    acuity",
        "  I50.20  unspecified",
        "  I50.21  acute",
        "  I50.22  chronic",
        "  I50.23  acute on chronic",
    ]


@pytest.mark.assets
def test_notes_name_the_code_or_chapter_they_come_from(edition):
    shown = show(render_code("I50.2", *edition))

    assert "rheumatic heart failure (I09.81)" in shown
    assert "from I50\n" in shown
    assert "from chapter 9\n" in shown
    assert "combined systolic (congestive) and diastolic (congestive) heart failure (I50.4-)\n" in shown


@pytest.mark.assets
@pytest.mark.parametrize(("most_rows", "is_drawn"), [(3, False), (4, True), (None, True)])
def test_a_longer_table_is_summed_up(edition, most_rows, is_drawn):
    shown = show(render_code("I50.2", *edition, most_rows=most_rows))

    assert ("  I50.21  acute\n" in shown) == is_drawn
    assert ("acuity  unspecified, acute, chronic, acute on chronic" in shown) == (not is_drawn)


@pytest.mark.assets
def test_an_unknown_code_is_refused(edition):
    with pytest.raises(UnknownCodeError):
        render_code("Z99.9X", *edition)
