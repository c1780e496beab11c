import pytest

from codeassist.selection.conditions import Condition
from codeassist.selection.sides import SideJoiner

pytestmark = pytest.mark.assets


@pytest.fixture
def join(stages, make_candidate):
    def run(*codes, kind="current"):
        joiner = SideJoiner(stages.vocabulary.codeset, stages.vocabulary.tables)
        return joiner([Condition(code, code, kind, (make_candidate(code, at),)) for at, code in enumerate(codes)])

    return run


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("M17.11", "M17.12"), ["M17.0"]),
        (("M17.12", "M17.31"), ["M17.12", "M17.31"]),
        (("M25.561", "M25.562"), ["M25.561", "M25.562"]),
        (("H25.11", "H25.12", "I10"), ["H25.13", "I10"]),
        (("M17.11",), ["M17.11"]),
    ],
)
def test_both_sides_are_one_code_where_there_is_one(join, codes, expected):
    """Guidelines I.B.13: the bilateral code, or one for each side."""
    assert [each.code for each in join(*codes)] == expected


def test_the_joined_code_has_the_evidence_of_both_and_names_the_guideline(join):
    (found,) = join("M17.11", "M17.12")

    assert [each.code.value for each in found.support] == ["M17.11", "M17.12"]
    assert [(each.guideline, each.detail) for each in found.rules] == [("GL-031", "I.B.13: M17.11 + M17.12 -> M17.0")]


def test_sides_of_the_past_are_left_alone(join):
    assert len(join("M17.11", "M17.12", kind="history")) == 2
