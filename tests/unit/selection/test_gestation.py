import pytest

from codeassist.selection.conditions import Condition
from codeassist.selection.gestation import follow_gestation

pytestmark = pytest.mark.assets


@pytest.fixture
def follow(stages, make_candidate):
    def run(*codes):
        conditions = [Condition(code, code, "current", (make_candidate(code, at),)) for at, code in enumerate(codes)]
        return list(follow_gestation(conditions, stages.vocabulary.codeset))

    return run


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
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
    ],
)
def test_an_open_trimester_follows_the_weeks_of_gestation(follow, codes, expected):
    """Guidelines I.C.15.a.3."""
    assert [each.code for each in follow(*codes)] == expected


def test_the_rule_is_named_with_the_new_title(follow, stages):
    moved, _ = follow("O99.019", "Z3A.30")

    assert moved.display == stages.vocabulary.codeset.title("O99.013")
    assert [(each.guideline, each.detail) for each in moved.rules] == [("GL-106", "I.C.15.a.3: O99.019 -> O99.013")]


def test_what_goes_on_the_claim_with_a_code_goes_with_its_trimester(stages, make_candidate):
    pregnancy = Condition("O99.019", "", "current", (make_candidate("O99.019"),))
    weeks = Condition("Z3A.30", "", "current", (make_candidate("Z3A.30", 9),), follows="O99.019")

    _, found = follow_gestation([pregnancy, weeks], stages.vocabulary.codeset)

    assert found.follows == "O99.013"
