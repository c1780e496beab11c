import json
from pathlib import Path

import pytest

from codeassist.terminology.instruction_notes import code_matches, parse_patterns

CASES = Path(__file__).parents[2] / "cases"


def read_cases(name):
    rows = [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in rows]


@pytest.mark.parametrize("case", read_cases("instruction_notes.jsonl"))
def test_the_codes_that_a_note_names_are_found(case):
    absent = set(case.get("absent", ()))

    found = parse_patterns(case["note"], exists=lambda category: category not in absent)

    assert list(found) == case["expect"]


@pytest.mark.parametrize("case", read_cases("code_patterns.jsonl"))
def test_a_pattern_names_exactly_its_codes(case):
    assert code_matches(case["pattern"], case["code"]) is case["expect"]


def test_a_condition_that_cannot_be_read_names_the_range_alone():
    assert code_matches("S52.- with something", "S52.501A")
