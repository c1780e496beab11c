import pytest

from codeassist.selection.conditions import Condition
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
    ],
)
def test_a_complication_follows_the_weeks_and_the_delivery(follow, codes, expected):
    """Guidelines I.C.15.a.3."""
    assert [each.code for each in follow(*codes)] == expected


@pytest.mark.parametrize(
    ("codes", "expected"), [(("O80", "O72.1"), ["O72.1"]), (("O80", "Z38.00"), ["Z38.00"]), (("O80",), ["O80"])]
)
def test_a_normal_delivery_stands_alone(follow, codes, expected):
    """Guidelines I.C.15.n."""
    assert [each.code for each in follow(*codes)] == expected


def test_the_rule_is_named_with_the_new_title(follow, stages):
    moved, _ = follow("O14.10", "Z3A.34")

    assert moved.display == stages.vocabulary.codeset.title("O14.13")
    assert moved.rules[0].startswith("Guidelines I.C.15.a.3")


def test_a_relative_has_no_pregnancy_here(follow):
    assert follow("O14.10", "Z3A.34", kind="family")[0].code == "O14.10"
