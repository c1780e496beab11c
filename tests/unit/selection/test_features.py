import math
from dataclasses import replace

import pytest

from codeassist.core.suggestions import Contribution
from codeassist.selection.conditions import Condition
from codeassist.selection.features import RuleFacts, describe, is_study, view_encounter

pytestmark = pytest.mark.assets
ROLES = {
    "assessment_plan": "assessment",
    "discharge_diagnosis": "diagnosis",
    "history_of_present_illness": "narrative",
    "past_medical_history": "history",
    "impression": "assessment",
    "indication": "preoperative",
    "findings": "results",
    "preamble": "narrative",
}


@pytest.fixture
def make_condition(make_candidate):
    def make(code, *mentions, kind="current", **fields):
        support = tuple(make_candidate(code, at, **mention) for at, mention in enumerate(mentions or ({},)))
        return Condition(code, "title", kind, support, **fields)

    return make


def view(*conditions, setting="outpatient", kinds=("assessment_plan",), hints=(), instructed=()):
    facts = RuleFacts(frozenset(hints), frozenset(instructed))
    return view_encounter(conditions, setting=setting, roles=ROLES, section_kinds=frozenset(kinds), facts=facts)


def features(condition, *others, **encounter):
    return describe(condition, view(condition, *others, **encounter), ROLES)


def test_a_condition_of_the_assessment_is_described_whole(make_condition):
    assert features(make_condition("M10.9", {"is_heading": True})) == {
        "in_assessment": 1.0,
        "heading": 1.0,
        "mentions": math.log1p(1),
        "kind_current": 1.0,
        "chapter_disease": 1.0,
        "crowd": math.log1p(1),
    }


def test_features_that_are_zero_are_left_out(make_condition):
    assert all(features(make_condition("E11.9", {"section": "plan"})).values())


@pytest.mark.parametrize(
    ("code", "chapter"),
    [("R05.9", "symptom"), ("W19.XXXA", "external"), ("Y92.009", "external"), ("Z72.0", "factor"), ("I10", "disease")],
)
def test_the_chapter_is_told_by_the_letter(make_condition, code, chapter):
    assert [name for name in features(make_condition(code)) if name.startswith("chapter_")] == [f"chapter_{chapter}"]


@pytest.mark.parametrize(
    ("name", "code", "mentions", "encounter", "has"),
    [
        ("chronic_letter", "E11.9", ({},), {}, True),
        ("chronic_letter", "M10.9", ({},), {}, False),
        ("only_possible", "M10.9", ({"presence": "possible"},), {}, True),
        ("only_possible", "M10.9", ({"presence": "possible"}, {}), {}, False),
        ("only_possible", "M10.9", ({"presence": "possible"},), {"setting": "inpatient"}, False),
        ("only_possible", "M10.9", ({"presence": "possible", "section": "other"},), {"setting": "inpatient"}, True),
        ("historical", "M10.9", ({"temporality": "historical"},), {}, True),
        ("historical", "M10.9", ({"temporality": "historical"}, {}), {}, False),
        ("several_roles", "M10.9", ({}, {"section": "past_medical_history"}), {}, True),
        ("several_roles", "M10.9", ({}, {}), {}, False),
        ("history_only", "M10.9", ({"section": "past_medical_history"},), {}, True),
        ("history_only", "M10.9", ({"section": "past_medical_history"}, {}), {}, False),
        ("history_only_outpatient", "M10.9", ({"section": "past_medical_history"},), {"setting": "inpatient"}, False),
        ("narrative_only", "M10.9", ({"section": "history_of_present_illness"},), {}, True),
        ("narrative_only", "M10.9", ({},), {}, False),
        ("inpatient", "M10.9", ({},), {"setting": "inpatient"}, True),
        ("inpatient", "M10.9", ({},), {}, False),
        ("no_assessment_in_encounter", "M10.9", ({},), {"kinds": ["other"]}, True),
        ("no_assessment_in_encounter", "M10.9", ({},), {}, False),
        ("outside_assessment", "M10.9", ({"section": "past_medical_history"},), {}, True),
        ("outside_assessment", "M10.9", ({"section": "past_medical_history"},), {"kinds": ["other"]}, False),
        ("outside_assessment", "M10.9", ({},), {}, False),
        ("symptom_outside_assessment", "R05.9", ({"section": "other"},), {}, True),
        ("symptom_outside_assessment", "R05.9", ({},), {}, False),
        ("factor_outside_history", "Z72.0", ({},), {}, True),
        ("factor_outside_history", "Z72.0", ({"section": "past_medical_history"},), {}, False),
        ("factor_outpatient", "Z72.0", ({},), {}, True),
        ("factor_outpatient", "Z72.0", ({},), {"setting": "inpatient"}, False),
        ("symptom_outpatient", "R05.9", ({},), {}, True),
        ("symptom_outpatient", "R05.9", ({},), {"setting": "inpatient"}, False),
        ("treated", "I10", ({},), {"hints": ["I1"]}, True),
        ("treated", "I10", ({},), {"hints": ["I11"]}, False),
        ("study", "M10.9", ({},), {"kinds": ["findings", "impression"]}, True),
        ("study", "M10.9", ({},), {"kinds": ["findings", "plan"]}, False),
        ("study_impression", "M10.9", ({"section": "impression"},), {"kinds": ["impression"]}, True),
        ("study_impression", "M10.9", ({"section": "indication"},), {"kinds": ["impression"]}, False),
        ("study_indication", "M10.9", ({"section": "indication"},), {"kinds": ["indication"]}, True),
        ("study_indication", "M10.9", ({"section": "indication"},), {"kinds": ["indication", "plan"]}, False),
    ],
)  # fmt: skip
def test_a_feature_and_its_near_miss(make_condition, name, code, mentions, encounter, has):
    assert (name in features(make_condition(code, *mentions), **encounter)) is has


def test_a_possible_mention_gives_an_outpatient_no_role(make_condition):
    """Guidelines IV.H: outpatient uncertain diagnoses are not coded; II.H: inpatient ones are."""
    possible = make_condition("M10.9", {"presence": "possible"})

    assert "in_assessment" not in features(possible)
    assert "in_assessment" in features(possible, setting="inpatient")


def test_a_section_of_unknown_kind_is_context(make_condition):
    assert "in_context" in features(make_condition("M10.9", {"section": "no such kind"}))


def test_a_condition_beside_headings_is_told_apart(make_condition):
    heading, beside = make_condition("M10.9", {"is_heading": True}), make_condition("I10")

    assert "beside_headings" in features(beside, heading)
    assert "beside_headings" not in features(heading, beside)
    assert "beside_headings" not in features(beside)


@pytest.mark.parametrize(
    ("disease", "has"),
    [
        ({"code": "J18.9"}, True),
        ({"code": "J18.9", "section": "past_medical_history"}, False),
        ({"code": "R50.9"}, False),
        ({"code": "Z72.0"}, False),
        ({"code": "J18.9", "kind": "history"}, False),
    ],
)
def test_a_symptom_stands_beside_a_disease_of_the_assessment(make_condition, disease, has):
    kind, code = disease.pop("kind", "current"), disease.pop("code")

    found = features(make_condition("R05.9"), make_condition(code, disease, kind=kind))

    assert ("symptom_beside_disease" in found) is has


@pytest.mark.parametrize(
    ("points", "name"), [("wording:similar", "similar_wording"), ("wording:derived", "derived_wording"),
                         ("wording:default", "derived_wording"), ("wording:synonym", None)],
)  # fmt: skip
def test_how_the_wording_was_found_is_told(make_condition, points, name):
    condition = make_condition("M10.9")
    (candidate,) = condition.support
    first, *rest = candidate.rationale
    changed = replace(candidate, rationale=(replace(first, feature=points), *rest))

    found = features(replace(condition, support=(changed,)))

    assert {"similar_wording", "derived_wording"} & set(found) == ({name} if name else set())


@pytest.mark.parametrize(("points", "has"), [(0.2, True), (0.4, False)])
def test_a_single_word_is_told_from_several(make_condition, points, has):
    condition = make_condition("M10.9")
    (candidate,) = condition.support
    wording, _ = candidate.rationale
    changed = replace(candidate, rationale=(wording, Contribution("words", points)))

    assert ("single_word" in features(replace(condition, support=(changed,)))) is has


@pytest.mark.parametrize(("count", "value"), [(0, None), (1, 1 / 3), (3, 1.0), (4, 1.0)])
def test_axis_values_count_up_to_three(make_condition, count, value):
    condition = make_condition("M10.9", {"values": [(f"axis{i}", "x") for i in range(count)]})

    assert features(condition).get("axis_values") == value


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (("findings", "impression"), True),
        (("technique",), True),
        (("impression", "physical_exam"), False),
        (("preamble",), False),
        ((), False),
    ],
)
def test_a_study_has_sections_of_a_report_and_none_of_a_visit(kinds, expected):
    assert is_study(frozenset(kinds)) is expected


STUDY = {"kinds": ("findings", "impression")}


@pytest.mark.parametrize(
    ("sections", "encounter", "expected"),
    [
        (("findings", "impression"), STUDY, {"in_assessment"}),
        (("findings",), STUDY, {"in_results"}),
        (("findings", "assessment_plan"), {}, {"in_assessment", "in_results"}),
    ],
)
def test_what_a_study_concludes_is_not_weakened_by_its_findings(make_condition, sections, encounter, expected):
    """Guidelines IV.K: a confirmed diagnosis of the interpreting physician is coded."""
    found = features(make_condition("K76.0", *({"section": kind} for kind in sections)), **encounter)

    assert {name for name in found if name.startswith("in_")} == expected


@pytest.mark.parametrize(
    ("code", "section", "encounter", "has"),
    [
        ("Z12.31", "preamble", STUDY, True),
        ("Z12.31", "preamble", {}, False),
        ("Z12.31", "findings", STUDY, False),
        ("Z85.3", "preamble", STUDY, False),
    ],
)
def test_the_title_of_a_screening_study_is_its_reason(make_condition, code, section, encounter, has):
    """Guidelines I.C.21.c.5."""
    assert ("study_screening" in features(make_condition(code, {"section": section}), **encounter)) is has


def test_what_an_instruction_note_asks_for_is_described(make_condition):
    """Guidelines I.A.17."""
    assert features(make_condition("Z99.2"), instructed=("Z99.2",))["instructed"] == 1.0
    assert "instructed" not in features(make_condition("Z99.2"))
