import pytest

from codeassist.selection.conditions import Condition, Removal
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.selection.pregnancy import follow_pregnancy

pytestmark = pytest.mark.assets


@pytest.fixture
def follow(stages, make_candidate):
    def run(*codes, kind="current"):
        conditions = [Condition(code, code, kind, (make_candidate(code, at),)) for at, code in enumerate(codes)]
        return list(follow_pregnancy(conditions, stages.vocabulary.codeset))

    return run


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("O14.10", "Z3A.34"), ["O14.13", "Z3A.34"]),
        (("O23.40", "Z3A.13"), ["O23.41", "Z3A.13"]),
        (("O23.40", "Z3A.14"), ["O23.42", "Z3A.14"]),
        (("O36.5990", "Z3A.28"), ["O36.5930", "Z3A.28"]),
        (("O14.10", "Z3A.20", "Z3A.34"), ["O14.10", "Z3A.20", "Z3A.34"]),
        (("O14.10", "Z3A.00"), ["O14.10", "Z3A.00"]),
        (("O14.10",), ["O14.10"]),
        (("O14.10", "Z37.0"), ["O14.14", "Z37.0"]),
        (("O99.013", "Z37.0"), ["O99.02", "Z37.0"]),
        (("O24.410", "Z37.0"), ["O24.420", "Z37.0"]),
        (("O23.43", "Z37.0", "Z3A.39"), ["O23.43", "Z37.0", "Z3A.39"]),
        (("O99.019", "Z3A.30"), ["O99.013", "Z3A.30"]),
        (("O99.019", "Z3A.13"), ["O99.011", "Z3A.13"]),
        (("O99.019", "Z3A.14"), ["O99.012", "Z3A.14"]),
        (("O99.019", "Z3A.27"), ["O99.012", "Z3A.27"]),
        (("O99.011", "Z3A.30"), ["O99.011", "Z3A.30"]),
        (("O24.410", "Z3A.30"), ["O24.410", "Z3A.30"]),
        (("O99.019", "Z3A.00"), ["O99.019", "Z3A.00"]),
        (("O99.019", "Z3A.12", "Z3A.30"), ["O99.019", "Z3A.12", "Z3A.30"]),
        (("O99.019", "D50.9"), ["O99.019", "D50.9"]),
        (("O44.00", "Z3A.30", "P59.9"), ["O44.00", "Z3A.30", "P59.9"]),
        (("O24.410", "Z37.0", "Z38.00"), ["O24.410", "Z37.0", "Z38.00"]),
    ],
)
def test_a_complication_follows_the_weeks_and_the_delivery(follow, codes, expected):
    """Guidelines I.C.15.a.3."""
    assert [each.code for each in follow(*codes)] == expected


def test_a_delivery_taken_off_beside_a_complication_was_a_delivery(stages, make_candidate):
    """Guidelines I.C.15.n.1: O80 stands alone; I.C.15.a.3: the complication is one of childbirth all the same."""
    removal = Removal(name_guideline("GL-109", "O80 -> nothing"), "O14.10")
    delivery = Condition("O80", "", "current", (make_candidate("O80"),), removal=removal)
    complication = Condition("O14.10", "", "current", (make_candidate("O14.10", 9),))

    found = follow_pregnancy([delivery, complication], stages.vocabulary.codeset)

    assert [each.code for each in found] == ["O80", "O14.14"]


def test_the_rule_is_named_with_the_new_title(follow, stages):
    moved, _ = follow("O14.10", "Z3A.34")

    assert moved.display == stages.vocabulary.codeset.title("O14.13")
    assert [(each.guideline, each.detail) for each in moved.rules] == [("GL-106", "I.C.15.a.3: O14.10 -> O14.13")]


def test_what_goes_on_the_claim_with_a_code_goes_with_its_trimester(stages, make_candidate):
    pregnancy = Condition("O99.019", "", "current", (make_candidate("O99.019"),))
    weeks = Condition("Z3A.30", "", "current", (make_candidate("Z3A.30", 9),), follows="O99.019")

    _, found = follow_pregnancy([pregnancy, weeks], stages.vocabulary.codeset)

    assert found.follows == "O99.013"


def test_a_relative_has_no_pregnancy_here(follow):
    assert follow("O14.10", "Z3A.34", kind="family")[0].code == "O14.10"
