import pytest

from codeassist.core.codes import Code
from codeassist.core.notes import Encounter, Note
from codeassist.core.suggestions import Contribution, Flag, Suggestion
from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.edits import Edits
from codeassist.selection.guidelines.engine import GuidelineEngine
from codeassist.selection.rules import RuleBook
from codeassist.selection.sequence import Place, Sequencer

pytestmark = pytest.mark.assets
ROLES = {"discharge_diagnosis": "diagnosis", "assessment_plan": "assessment", "history_of_present_illness": "narrative"}


@pytest.fixture(scope="module")
def rules(stages):
    codeset, tables = stages.vocabulary.codeset, stages.vocabulary.tables
    return RuleBook(
        codeset,
        tables,
        engine=GuidelineEngine(codeset, tables, ()),
        sequence=Sequencer(codeset, ROLES, (Place("Z", "last", ""),)),
        prefixes_by_medication={"metformin": ("E11",), "insulin": ("E11", "E10"), "sertraline": ("F32.A", "I26")},
        edits=Edits(
            confirmed_only=(("U07.1", "GL-069"),),
            treated_past=("E", "F3"),
            integral=(("J18", "R05"), ("J18", "R50.9"), ("R57", "R57")),
        ),
    )


@pytest.fixture
def make_condition(make_candidate):
    def make(code, at=0, *, kind="current", **mention):
        return Condition(code, "title", kind, (make_candidate(code, at, **mention),))

    return make


@pytest.fixture
def suggest(make_candidate):
    def make(code, at=0, *, disposition="report", **mention):
        support = (make_candidate(code, at, **mention),)
        return Suggestion(Code("ICD-10-CM", "2026-04", code), "title", 0.7, disposition, "secondary", support)

    return make


@pytest.mark.parametrize(
    ("mention", "setting", "expected"),
    [
        ({}, "outpatient", True),
        ({"presence": "possible"}, "outpatient", False),
        ({"presence": "possible"}, "inpatient", True),
        ({"presence": "possible", "section": "discharge_diagnosis"}, "inpatient", True),
        ({"presence": "possible", "section": "history_of_present_illness"}, "inpatient", False),
        ({"presence": "possible", "section": "unheard of"}, "inpatient", False),
        ({"presence": "possible", "kind": "family"}, "outpatient", True),
    ],
)
def test_uncertain_diagnoses_are_for_inpatients_final_ones_only(rules, make_condition, mention, setting, expected):
    """Guidelines IV.H for outpatients; II.H and III.C for inpatients."""
    bar = rules.find_bar(make_condition("M10.9", **mention), setting=setting)

    assert (bar is None) is expected
    assert bar is None or bar.guideline == {"outpatient": "GL-040", "inpatient": "GL-039"}[setting]


def test_some_codes_are_for_confirmed_cases_even_at_the_end_of_a_stay(rules, make_condition):
    """Guidelines I.C.1.g.1.a."""
    possible, sure = make_condition("U07.1", presence="possible"), make_condition("U07.1")

    assert rules.find_bar(possible, setting="inpatient").guideline == "GL-069"
    assert rules.find_bar(sure, setting="inpatient") is None


def test_a_stays_uncertain_diagnosis_names_the_guideline_that_lets_it_stand(rules, make_condition):
    """Guidelines II.H."""
    named = rules.name_rules(make_condition("M10.9", presence="possible"), setting="inpatient", instructed=frozenset())

    assert [(each.guideline, each.detail) for each in named] == [("GL-039", "II.H, III.C: M10.9 as if established")]


def test_what_is_treated_now_is_told_by_medications_of_the_present(rules, make_candidate):
    def mention(reading, **fields):
        return make_candidate("I10", reading=reading, entity_type="medication", **fields).mention

    assert rules.find_treated([mention("on sertraline")]) == ("F32",)
    assert rules.find_treated([mention("sertraline", temporality="historical")]) == ()


def test_medications_hint_at_what_they_are_given_for(rules, make_candidate):
    def mention(reading, **fields):
        return make_candidate("I10", reading=reading, entity_type="medication", **fields).mention

    assert rules.hinted_prefixes([mention("metformin"), mention("insulin")]) == {"E10", "E11"}
    assert rules.hinted_prefixes([mention("metformin", presence="absent"), mention("aspirin")]) == frozenset()
    assert rules.hinted_prefixes([make_candidate("I10", reading="metformin").mention]) == frozenset()


def finish(rules, *suggestions, notes=("n",)):
    return rules.finish(Encounter("e", tuple(Note(note_id, "") for note_id in notes)), suggestions)


def test_an_integral_symptom_is_only_considered(rules, suggest):
    """Guidelines I.B.5: signs and symptoms that are part of a disease are not coded with it."""
    found = {
        each.code.value: each for each in finish(rules, suggest("J18.9"), suggest("R50.9", 10), suggest("R07.9", 20))
    }

    assert {code: each.disposition for code, each in found.items()} == {
        "J18.9": "report", "R07.9": "report", "R50.9": "consider",
    }  # fmt: skip
    assert [(flag.kind, flag.with_code) for flag in found["R50.9"].flags] == [("integral_symptom", "J18.9")]
    assert found["R50.9"].rationale[-1] == Contribution("guideline:GL-023", 0.0, "I.B.5: R50.9 is part of J18.9")


def test_a_symptom_alone_or_beside_what_is_only_considered_is_reported(rules, suggest):
    (alone,) = finish(rules, suggest("R50.9"))
    found = {
        each.code.value: each.disposition
        for each in finish(rules, suggest("R50.9"), suggest("J18.9", disposition="consider"))
    }

    assert (alone.disposition, alone.flags) == ("report", ())
    assert found == {"R50.9": "report", "J18.9": "consider"}


def test_a_symptom_is_not_part_of_itself(rules, suggest):
    assert [each.disposition for each in finish(rules, suggest("R57.0"))] == ["report"]


def test_a_prefix_of_a_symptom_must_match_whole(rules, suggest):
    found = {each.code.value: each.disposition for each in finish(rules, suggest("J18.9"), suggest("R50.2"))}

    assert found["R50.2"] == "report"


def test_an_excludes1_note_flags_both_reported_codes(rules, suggest):
    """Tabular list, Excludes1 at E10: type 2 diabetes mellitus (E11.-)."""
    found = {each.code.value: each.flags for each in finish(rules, suggest("E10.9", 0), suggest("E11.9", 10))}

    assert Flag("excludes1", "E11.9", "tabular list, Excludes1 at E10") in found["E10.9"]
    assert Flag("excludes1", "E10.9", "tabular list, Excludes1 at E11") in found["E11.9"]


def test_a_diagnosis_stands_for_the_symptom_that_a_note_keeps_apart_from_it(rules, suggest):
    """Tabular list, R42: Excludes1 vertiginous syndromes (H81.-)."""
    found = {each.code.value: each for each in finish(rules, suggest("H81.10"), suggest("R42", 10))}

    assert (found["H81.10"].disposition, found["R42"].disposition) == ("report", "consider")
    assert [(flag.kind, flag.with_code) for flag in found["R42"].flags] == [
        ("excludes1", "H81.10"), ("guideline", "H81.10"),
    ]  # fmt: skip


def test_what_is_only_considered_is_flagged_by_nothing(rules, suggest):
    found = finish(rules, suggest("E10.9", 0), suggest("E11.9", 10, disposition="consider"))

    assert [each.flags for each in found] == [(), ()]


def test_the_tables_of_the_package_are_read_for_the_edition(stages):
    rules = RuleBook.load(stages.vocabulary.codeset, stages.vocabulary.tables, {})

    assert rules.role_by_kind["assessment_plan"] == "assessment"


@pytest.mark.parametrize(
    ("codes", "instructed"),
    [
        (("N18.6", "Z99.2"), {"Z99.2"}),
        (("E11.9", "Z79.4"), {"Z79.4"}),
        (("M10.9", "Z99.2"), set()),
        (("Z99.2",), set()),
        (("N18.6", "M10.9"), set()),
    ],
)
def test_instruction_notes_ask_for_codes_of_other_conditions(rules, make_condition, codes, instructed):
    """Guidelines I.A.17; tabular list, use additional code at N18.6 and E11."""
    conditions = [make_condition(code, at) for at, code in enumerate(codes)]

    assert rules.find_instructed(conditions) == instructed
    assert rules.read_facts(conditions, []).instructed == instructed
