"""Visit levels of whole notes, and the published grid, as data."""

import json
from pathlib import Path

import pytest

from codeassist.core.notes import Encounter, Note
from codeassist.core.visits import ELEMENT_LEVELS, STEPS
from codeassist.procedures.mdm_grid import decide, grade

CASES = Path(__file__).parents[2] / "cases"


def read_cases(name):
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").splitlines()]


GRID = read_cases("visit_grid.jsonl")
NOTES = read_cases("visit_levels.jsonl")


def describe(visit, keys):
    facts = {"category": visit.category, "code": visit.code, "method": visit.method}
    facts |= {element.name: element.level for element in visit.elements}
    facts["alternative"] = next((each.code for each in visit.alternatives if "preventive" in each.category), "")
    return {key: facts[key] for key in keys}


@pytest.mark.parametrize("case", GRID, ids=lambda case: case["id"])
def test_the_grid_grades_counted_facts(case):
    steps = {name: grade(name, case[name]) for name in ELEMENT_LEVELS}

    graded = {name: ELEMENT_LEVELS[name][STEPS.index(step)] for name, step in steps.items()}

    assert {**graded, "level": decide(steps.values())} == case["expect"]


@pytest.mark.assets
@pytest.mark.parametrize("case", NOTES, ids=lambda case: case["id"])
def test_a_note_has_the_level_of_its_visit(assistant, case):
    note = Note("n", case["note"], note_type=case.get("note_type", ""))

    visit = assistant.code(Encounter("e", (note,), setting=case.get("setting", "outpatient"))).visit

    assert (visit and describe(visit, case["expect"] or ())) == case["expect"]
