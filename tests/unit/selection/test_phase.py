import pytest

from codeassist.selection.conditions import Condition
from codeassist.selection.phase import follow_phase

pytestmark = pytest.mark.assets


@pytest.fixture
def follow(stages, make_candidate):
    def run(*codes, kind="current", values=()):
        conditions = [
            Condition(
                code, code, kind if at == 0 else "current", (make_candidate(code, at, values=values if at else ()),)
            )
            for at, code in enumerate(codes)
        ]
        return list(follow_phase(conditions, stages.vocabulary.codeset))

    return run


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("S16.1XXD", "S13.4XXA"), ["S16.1XXD", "S13.4XXD"]),
        (("S52.501G", "S52.601B"), ["S52.501G", "S52.601E"]),
        (("S52.501G", "S42.001B"), ["S52.501G", "S42.001D"]),
        (("V89.2XXD", "S06.0XAA"), ["V89.2XXD", "S06.0XAD"]),
        (("S16.1XXA", "S13.4XXA"), ["S16.1XXA", "S13.4XXA"]),
        (("S16.1XXS", "S13.4XXA"), ["S16.1XXS", "S13.4XXA"]),
        (("S16.1XXD", "M10.9"), ["S16.1XXD", "M10.9"]),
    ],
)
def test_injuries_without_a_statement_follow_the_one_that_is_seen_again(follow, codes, expected):
    """Guidelines I.C.19.a."""
    assert [each.code for each in follow(*codes)] == expected


def test_the_rule_is_named_with_the_new_title(follow, stages):
    _, moved = follow("S16.1XXD", "S13.4XXA")

    assert moved.display == stages.vocabulary.codeset.title("S13.4XXD")
    assert [(each.guideline, each.detail) for each in moved.rules] == [("GL-005", "I.C.19.a: S13.4XXA -> S13.4XXD")]


def test_what_the_note_states_itself_stays(follow):
    assert follow("S16.1XXD", "S13.4XXA", values=[("encounter", "initial")])[1].code == "S13.4XXA"


def test_a_past_injury_sets_no_phase(follow):
    assert follow("S16.1XXD", "S13.4XXA", kind="history")[1].code == "S13.4XXA"
