import pytest

from codeassist.selection.conditions import Condition
from codeassist.selection.guideline_points import GuidelinePoint, GuidelinePoints

ROLES = {"assessment_plan": "assessment", "plan": "assessment", "history_of_present_illness": "narrative"}
ROWS = (
    GuidelinePoint("Z00", (), frozenset(), "", 1.0, "GL-130"),
    GuidelinePoint("Z12", (), frozenset(), "concluded", 0.7, "GL-058"),
    GuidelinePoint("Z23", (), frozenset({"given"}), "assessed", 1.5, "GL-124"),
    GuidelinePoint("Z23", ("Z00",), frozenset(), "assessed", 1.2, "GL-124"),
    GuidelinePoint("R42", (), frozenset(), "unheaded", -1.0, "GL-022"),
    GuidelinePoint("Z79.4", ("E11",), frozenset(), "assessed", 1.3, "GL-075"),
)


@pytest.fixture
def explain(make_candidate):
    points = GuidelinePoints(ROWS, ROLES)

    def run(code, *others, **mention):
        condition = Condition(code, code, "current", (make_candidate(code, **mention),))
        beside = [Condition(other, other, "current", (make_candidate(other, is_heading=True),)) for other in others]
        return [each.points for each in points.explain(condition, (condition, *beside))]

    return run


def test_the_reason_of_a_visit_has_points_wherever_it_stands(explain):
    assert explain("Z00.00", section="history_of_present_illness") == [1.0]


def test_the_points_name_their_guideline(make_candidate):
    (part,) = GuidelinePoints(ROWS, ROLES).explain(Condition("Z00.00", "", "current", (make_candidate("Z00.00"),)), ())

    assert (part.feature, part.detail) == ("guideline:GL-130", "I.C.21.c.16: asks for Z00.00")


def test_what_is_advised_for_later_has_none(explain):
    assert explain("Z00.00", section="follow_up") == []
    assert explain("Z00.00", presence="absent") == []
    assert explain("Z00.00", nearby=("schedule", "annual", "physical")) == []


def test_a_screening_has_points_where_the_assessment_says_it(explain):
    assert explain("Z12.11", section="assessment_plan") == [0.7]
    assert explain("Z12.11", section="plan") == []
    assert explain("Z12.11", section="history_of_present_illness") == []


def test_of_the_rows_that_are_met_the_best_counts_alone(explain):
    assert explain("Z23", "Z00.129", section="plan", nearby=("tdap", "given")) == [1.5]
    assert explain("Z23", "Z00.129", section="plan") == [1.2]
    assert explain("Z23", "M10.9", section="plan") == []


def test_a_status_has_points_beside_its_disease_only(explain):
    assert explain("Z79.4", "E11.9", section="assessment_plan") == [1.3]
    assert explain("Z79.4", "E10.9", section="assessment_plan") == []


def test_other_codes_have_none(explain):
    assert explain("M10.9", section="assessment_plan") == []


def test_every_row_of_the_table_is_read():
    assert GuidelinePoints.load(ROLES)


def test_a_symptom_of_running_text_loses_points_where_a_disease_heads_a_problem(explain):
    assert explain("R42", "D50.9", section="assessment_plan") == [-1.0]


@pytest.mark.parametrize(
    ("others", "heading"), [((), False), (("R51.9",), False), (("Z00.00",), False), (("D50.9",), True)]
)
def test_a_symptom_that_heads_a_problem_or_stands_beside_no_disease_keeps_its_points(explain, others, heading):
    assert explain("R42", *others, is_heading=heading) == []


def test_an_uncertain_disease_establishes_no_diagnosis(make_candidate):
    symptom = Condition("R42", "", "current", (make_candidate("R42"),))
    doubt = Condition("D50.9", "", "current", (make_candidate("D50.9", is_heading=True, presence="possible"),))

    assert GuidelinePoints(ROWS, ROLES).explain(symptom, (symptom, doubt)) == ()
