"""What the library promises of procedures; the cases are data, each with the basis of what it expects."""

import json
from pathlib import Path

import pytest

from codeassist.core.notes import Encounter, Note

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "procedures.jsonl").read_text(encoding="utf-8").splitlines()
]


def as_param(case):
    marks = [pytest.mark.xfail(reason=case["fails"], strict=True)] if "fails" in case else []
    return pytest.param(case, id=case["id"], marks=marks)


@pytest.mark.assets
@pytest.mark.parametrize("case", [as_param(case) for case in CASES])
def test_a_note_gets_the_procedures_a_coder_would_report(assistant, case):
    """A code is expected with exactly the modifiers written after it."""
    encounter = Encounter(case["id"], (Note("n", case["note"]),), setting=case["setting"])

    reported = [each for each in assistant.code(encounter).procedures if each.disposition == "report"]

    found = {"-".join((each.code.value, *each.modifiers)) for each in reported}
    assert set(case["report"]) - found == set(), f"reported: {sorted(found)}"
    assert set(case["never"]) & {each.code.value for each in reported} == set()


def test_every_case_has_a_basis_and_an_id_of_its_own():
    assert all(case["basis"] for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
