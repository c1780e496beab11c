"""Every guideline that codeassist acts on: a note where it acts, and a near miss where it does not."""

import json
from math import exp
from pathlib import Path

import pytest

from codeassist.core.notes import Encounter, Note, Patient
from codeassist.selection.guidelines.parse import read_guidelines, read_rules

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "cases" / "guidelines.jsonl").read_text(encoding="utf-8").splitlines()
]
KINDS = {"positive", "near miss"}


def code(assistant, case):
    patient = Patient(**case.get("patient", {}))
    encounter = Encounter(case["id"], (Note("n", case["note"]),), setting=case["setting"], patient=patient)
    return assistant.code(encounter).diagnoses


def is_named(suggestion, guideline):
    return any(part.feature == f"guideline:{guideline}" for part in suggestion.rationale)


def is_taken_off(suggestion):
    return suggestion.disposition == "consider" and any(flag.kind != "excludes1" for flag in suggestion.flags)


@pytest.mark.assets
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_guideline_acts_and_is_named_where_it_should_be(assistant, case):
    found = code(assistant, case)
    offered = {each.code.value for each in found if not is_taken_off(each)}
    reported = [each.code.value for each in found if each.disposition == "report"]

    assert any(is_named(each, case["guideline"]) for each in found) is (case["kind"] == "positive")
    assert set(case["codes"]) - offered == set(), f"offered: {sorted(offered)}"
    assert set(case["off"]) & set(reported) == set()
    assert reported[:1] == [case["first"]] if "first" in case else True


@pytest.mark.assets
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_reason_adds_up_with_the_rules_in_it(assistant, case):
    """Style guide, section 2: the confidence is that of the rationale's points."""
    for each in code(assistant, case):
        score = sum(part.points for part in each.rationale)
        assert each.confidence == pytest.approx(1 / (1 + exp(-score)), abs=1e-4)


def test_every_acting_guideline_has_a_positive_case_and_a_near_miss():
    acting = {name for name, each in read_guidelines().items() if each.state in ("acts", "advises")}
    covered = {
        guideline
        for guideline in {case["guideline"] for case in CASES}
        if {case["kind"] for case in CASES if case["guideline"] == guideline} == KINDS
    }

    assert covered == acting


def test_every_acting_guideline_has_rules_or_names_what_acts():
    with_rules = {rule.guideline for rule in read_rules()}
    said = {name for name, each in read_guidelines().items() if "rules.tsv" in each.done_by.split(", ")}

    assert with_rules == said
    assert all(each.done_by for each in read_guidelines().values())


def test_all_guidelines_are_in_the_table_once():
    assert list(read_guidelines()) == [f"GL-{number:03d}" for number in range(1, 140)]


def test_every_case_has_a_basis_and_an_id_of_its_own():
    assert all(case["basis"] and case["kind"] in KINDS for case in CASES)
    assert len({case["id"] for case in CASES}) == len(CASES)
