"""Sections: each case gives the kinds, headings and bodies that a reader of the note would name."""

import json
from pathlib import Path

import pytest

from codeassist.core.notes import Note
from codeassist.sections.stage import SectionStage

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "cases" / "sections.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def sectionize():
    stage = SectionStage.load()
    return lambda note: tuple(stage.read_note(note))


def _show(note, section):
    return [section.kind, note.slice(section.heading) if section.heading else None, note.slice(section.body)]


def test_case_ids_are_distinct():
    ids = [case["id"] for case in CASES]

    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_note_is_divided_as_its_reader_would(case, sectionize):
    note = Note("n1", case["note"])

    sections = sectionize(note)

    assert [_show(note, section) for section in sections] == case["expect"]


@pytest.mark.parametrize(
    "case", [case for case in CASES if "problems" in case], ids=[case["id"] for case in CASES if "problems" in case]
)
def test_problem_headings_are_the_problems_and_nothing_else(case, sectionize):
    note = Note("n1", case["note"])

    spans = [span for section in sectionize(note) for span in section.problem_headings]

    assert [note.slice(span) for span in spans] == case["problems"]


def test_sections_carry_the_id_of_their_note(sectionize):
    note = Note("n7", "PLAN: rest")

    (section,) = sectionize(note)

    assert (section.heading.note_id, section.body.note_id) == ("n7", "n7")


def test_same_note_gives_the_same_sections_again(sectionize):
    note = Note("n1", "PMH: gout. HEENT: clear. A/P: 1. Gout")

    assert sectionize(note) == sectionize(note)
