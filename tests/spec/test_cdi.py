"""What the library asks of a record, and what it does not ask: cases for every condition family, with their basis."""

import datetime as dt
import json
from pathlib import Path

import pytest

from codeassist.core.notes import Encounter, Note

FOLDER = Path(__file__).parents[1] / "cases" / "cdi"
CASES = [
    json.loads(line)
    for path in sorted(FOLDER.glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
KINDS = {"asks", "documented", "no-indicator", "near-miss", "excused", "validation", "conflict"}


def as_param(case):
    marks = [pytest.mark.xfail(reason=case["fails"], strict=True)] if "fails" in case else []
    return pytest.param(case, id=case["id"], marks=marks)


def find(assistant, case):
    notes = case.get("notes") or [{"text": case["note"]}]
    made = tuple(
        Note(
            f"n{number}",
            each["text"],
            each.get("note_type", ""),
            each.get("author_role", ""),
            dt.date.fromisoformat(each["date"]) if "date" in each else None,
        )
        for number, each in enumerate(notes)
    )
    return assistant.code(Encounter(case["id"], made, setting=case["setting"])).gaps


def key(gap):
    return gap["kind"], gap["category"], gap["axis"]


@pytest.mark.assets
@pytest.mark.parametrize("case", [as_param(case) for case in CASES])
def test_a_record_has_the_gaps_a_specialist_would_find(assistant, case):
    found = {(gap.kind, gap.category, gap.axis) for gap in find(assistant, case)}

    assert set(map(key, case["asks"])) - found == set(), f"found: {sorted(found)}"
    assert set(map(key, case["never"])) & found == set()


@pytest.mark.assets
@pytest.mark.parametrize("case", [as_param(case) for case in CASES if case["asks"]])
def test_a_gap_quotes_the_record_and_its_priority_adds_up(assistant, case):
    for gap in find(assistant, case):
        assert gap.evidence
        assert all(each.text and (each.span is None or each.span.end > each.span.start) for each in gap.indicators)
        assert gap.rationale


def test_every_case_has_a_basis_a_kind_and_an_id_of_its_own():
    assert all(case["basis"] and case["kind"] in KINDS and (case["asks"] or case["never"]) for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
