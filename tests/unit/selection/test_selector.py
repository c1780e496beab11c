import math

import pytest

from codeassist.config import SelectionSettings
from codeassist.core.mentions import Annotations, Assertion, Mention
from codeassist.core.notes import Encounter, Note, Section, Span
from codeassist.core.suggestions import Contribution
from codeassist.selection.conditions import ConditionGatherer
from codeassist.selection.reportability import BASE, DeclaredPoints
from codeassist.selection.rules import RuleBook
from codeassist.selection.selector import Selector

pytestmark = pytest.mark.assets
MODEL = DeclaredPoints({"heading": 2.0, "only_possible": 3.0, "treated": 1.0, BASE: -1.0})
STUDY_RULE = DeclaredPoints({BASE: 4.0})
SECTIONS = (Section("assessment_plan", None, Span("n", 0, 90)),)


@pytest.fixture(scope="module")
def make_selector(stages):
    codeset = stages.vocabulary.codeset
    gatherer = ConditionGatherer.load(codeset, stages.vocabulary.tables)
    rules = RuleBook.load(codeset, stages.vocabulary.tables, {"metformin": ("E11",)})
    return lambda **settings: Selector(
        codeset, gatherer, rules, MODEL, STUDY_RULE, settings=SelectionSettings(**settings)
    )


def select(selector, *candidates, mentions=(), sections=SECTIONS, setting="outpatient"):
    encounter = Encounter("e", (Note("n", "x" * 90),), setting=setting)
    found = Annotations((*mentions, *(each.mention for each in candidates)), ())
    return selector(encounter, sections, found, candidates)


def test_a_suggestion_holds_its_evidence_its_reason_and_its_confidence(make_selector, make_candidate):
    chosen = make_candidate("M10.9", 0, is_heading=True)
    other = make_candidate("M1A.9XX0", 0, points=3, is_heading=True)

    (found,) = select(make_selector(), chosen, other)

    assert (found.code.value, found.display, found.disposition, found.role) == (
        "M10.9", "Gout, unspecified", "report", "principal",
    )  # fmt: skip
    assert (found.support, found.alternatives) == ((chosen,), (other,))
    assert found.rationale == (
        Contribution("heading", 2.0),
        Contribution("base", -1.0, "a condition of which nothing else is known"),
    )
    assert found.confidence == round(1 / (1 + math.exp(-1.0)), 4)


def test_what_is_below_the_threshold_is_considered_and_far_below_it_left_out(make_selector, make_candidate):
    """The plain mention has the log-odds -1, that is 0.2689."""
    plain = make_candidate("M10.9")

    assert [each.disposition for each in select(make_selector(report_confidence=0.268), plain)] == ["report"]
    assert [each.disposition for each in select(make_selector(report_confidence=0.27), plain)] == ["consider"]
    assert select(make_selector(consider_confidence=0.27), plain) == ()


def test_a_stay_has_a_threshold_of_its_own(make_selector, make_candidate):
    """Guidelines III: a stay reports everything that affected it; IV.J: a visit what was evaluated at it."""
    selector = make_selector(report_confidence=0.27, report_confidence_inpatient=0.268)

    found = [select(selector, make_candidate("M10.9"), setting=each) for each in ("outpatient", "inpatient")]

    assert [each.disposition for (each,) in found] == ["consider", "report"]


def test_an_uncertain_diagnosis_is_not_reported_however_confident(make_selector, make_candidate):
    """Guidelines IV.H, II.H."""
    possible = make_candidate("M10.9", presence="possible")

    assert [each.disposition for each in select(make_selector(), possible)] == ["consider"]
    selector = make_selector(report_confidence_inpatient=0.1)
    assert [each.disposition for each in select(selector, possible, setting="inpatient")] == ["report"]


def test_a_study_is_judged_by_the_rule_for_studies(make_selector, make_candidate):
    candidate = make_candidate("M10.9", section="impression")
    (found,) = select(make_selector(), candidate, sections=(Section("impression", None, Span("n", 0, 90)),))

    assert found.rationale == (Contribution("base", 4.0, "a condition of which nothing else is known"),)


def test_a_medication_speaks_for_what_it_treats(make_selector, make_candidate):
    drug = Mention(Span("n", 40, 49), "medication", "medications", Assertion(), "metformin", reading="metformin")

    (plain,) = select(make_selector(), make_candidate("E11.9"))
    (treated,) = select(make_selector(), make_candidate("E11.9"), mentions=[drug])

    assert treated.confidence > plain.confidence


def test_a_combination_names_the_guideline_without_changing_the_score(make_selector, make_candidate):
    found = select(make_selector(), make_candidate("I10", 0), make_candidate("I50.9", 10))

    combined = {each.code.value: each for each in found}["I11.0"]

    assert Contribution("guideline:GL-086", 0.0, "I.C.9.a.1: I10 + I50.9 -> I11.0 + I50.9") in combined.rationale
    assert combined.confidence == round(1 / (1 + math.exp(1.0)), 4)


def test_what_a_rule_takes_off_is_only_considered_and_says_why(make_selector, make_candidate):
    """Guidelines I.C.9.b; the odds of what a rule took off are small, and it is shown all the same."""
    found = select(make_selector(), make_candidate("I25.10", 0), make_candidate("I20.0", 10))
    (off,) = [each for each in found if each.code.value == "I20.0"]

    assert off.disposition == "consider"
    assert [(flag.kind, flag.with_code) for flag in off.flags] == [("guideline", "I25.10")]
    assert off.flags[0].detail == "GL-090 I.C.9.b: I25.10 + I20.0 -> I25.110"
    assert off.confidence == round(1 / (1 + math.exp(-sum(part.points for part in off.rationale))), 4)


def test_a_companion_is_as_sure_as_the_code_it_goes_with(make_selector, make_candidate):
    """Guidelines I.C.1.b: the organism of an infection."""
    wording = {"nearby": ["e", "coli", "uti"], "is_heading": True}
    found = {each.code.value: each for each in select(make_selector(), make_candidate("N39.0", **wording))}

    assert found["B96.20"].confidence == found["N39.0"].confidence
    assert any(part.feature == "guideline:GL-060" for part in found["B96.20"].rationale)


def test_training_reads_the_same_conditions_and_features(make_selector, make_candidate):
    selector = make_selector()
    candidates = [make_candidate("I10", 0, is_heading=True), make_candidate("I50.9", 10)]
    encounter = Encounter("e", (Note("n", "x" * 90),))

    conditions = selector.gather(encounter, Annotations((), ()), candidates)
    described = selector.describe(encounter, SECTIONS, [], conditions)

    assert [condition.code for condition in conditions] == ["I11.0", "I50.9"]
    assert [("heading" in features, "beside_headings" in features) for features in described] == [
        (True, False), (False, True),
    ]  # fmt: skip


def test_nothing_gives_nothing(make_selector):
    assert select(make_selector()) == ()
