import pytest

from codeassist.core.codes import Code
from codeassist.core.notes import Encounter, Note
from codeassist.core.suggestions import Flag, Suggestion
from codeassist.selection.conditions import Condition
from codeassist.selection.rules import Combination, RuleBook

pytestmark = pytest.mark.assets
COMBINATIONS = (
    Combination("I10", "I50", "I11.0", "=", "Guidelines I.C.9.a.1"),
    Combination("I11.0", "N18", "I13.0", "=", "Guidelines I.C.9.a.3"),
    Combination("E11.9", "G62.9", "E11.42", "-", "Guidelines I.A.15"),
    Combination("M10", "M10", "M10.9", "-", "never of one condition"),
)
ROLES = {"discharge_diagnosis": "diagnosis", "assessment_plan": "assessment", "history_of_present_illness": "narrative"}


@pytest.fixture(scope="module")
def rules(stages):
    return RuleBook(
        stages.vocabulary.codeset,
        role_by_kind=ROLES,
        integral=(("J18", "R05"), ("J18", "R50.9"), ("R57", "R57")),
        combinations=COMBINATIONS,
        prefixes_by_medication={"metformin": ("E11",), "insulin": ("E11", "E10")},
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


def codes(conditions):
    return [each.code for each in conditions]


def test_one_code_stands_for_a_pair_and_the_second_is_kept_where_the_table_says_so(rules, make_condition):
    pressure, failure = make_condition("I10", 0), make_condition("I50.9", 10)

    joined, kept = rules.combine([pressure, failure])

    assert (joined.code, joined.display) == ("I11.0", "Hypertensive heart disease with heart failure")
    assert joined.support == (*pressure.support, *failure.support)
    assert joined.rules == ("Guidelines I.C.9.a.1",)
    assert kept == failure


def test_the_second_is_dropped_where_the_table_says_so(rules, make_condition):
    assert codes(rules.combine([make_condition("E11.9"), make_condition("G62.9")])) == ["E11.42"]


def test_combinations_chain(rules, make_condition):
    """Guidelines I.C.9.a.3: hypertension, heart failure and chronic kidney disease are one code of I13."""
    found = rules.combine([make_condition("I10"), make_condition("I50.9"), make_condition("N18.4")])

    assert codes(found) == ["I13.0", "I50.9", "N18.4"]
    assert found[0].rules == ("Guidelines I.C.9.a.1", "Guidelines I.C.9.a.3")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"kind": "history"}),
        ({}, {"presence": "possible"}),
        ({"presence": "possible"}, {}),
        ({"kind": "family"}, {}),
    ],
)
def test_only_what_is_confirmed_combines(rules, make_condition, first, second):
    assert codes(rules.combine([make_condition("I10", **first), make_condition("I50.9", **second)])) == ["I10", "I50.9"]


def test_no_condition_combines_with_itself(rules, make_condition):
    assert codes(rules.combine([make_condition("M10.072")])) == ["M10.072"]


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
    assert rules.may_report(make_condition("M10.9", **mention), setting=setting) is expected


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


def test_what_is_only_considered_is_flagged_by_nothing(rules, suggest):
    found = finish(rules, suggest("E10.9", 0), suggest("E11.9", 10, disposition="consider"))

    assert [each.flags for each in found] == [(), ()]


def order(rules, *suggestions, notes=("n",)):
    return [(each.code.value, each.role) for each in finish(rules, *suggestions, notes=notes)]


def test_diseases_of_the_diagnosis_come_before_the_assessment_before_the_narrative(rules, suggest):
    found = order(
        rules,
        suggest("I10", 0, section="other"),
        suggest("M10.9", 10, section="history_of_present_illness"),
        suggest("J45.909", 20, section="assessment_plan"),
        suggest("K26.9", 30, section="discharge_diagnosis"),
        suggest("Z72.0", 1, section="discharge_diagnosis"),
        suggest("N18.4", 0, section="discharge_diagnosis", disposition="consider"),
    )

    assert found == [
        ("K26.9", "principal"), ("J45.909", "secondary"), ("M10.9", "secondary"), ("I10", "secondary"),
        ("Z72.0", "secondary"), ("N18.4", "secondary"),
    ]  # fmt: skip


def test_equal_roles_go_by_note_and_place(rules, suggest):
    found = order(
        rules,
        suggest("I10", 5, note_id="second"),
        suggest("M10.9", 90, note_id="first"),
        suggest("J45.909", 7, note_id="first"),
        notes=("first", "second"),
    )

    assert [code for code, _ in found] == ["J45.909", "M10.9", "I10"]


def test_equal_places_go_by_code(rules, suggest):
    assert [code for code, _ in order(rules, suggest("M10.9"), suggest("I10"))] == ["I10", "M10.9"]


def test_nothing_is_principal_where_nothing_is_reported(rules, suggest):
    assert order(rules, suggest("I10", disposition="consider")) == [("I10", "secondary")]
    assert finish(rules) == ()


def test_the_tables_of_the_package_are_read_for_the_edition(stages):
    rules = RuleBook.load(stages.vocabulary.codeset, {})

    assert rules.role_by_kind["assessment_plan"] == "assessment"


def test_an_edition_without_a_combination_code_leaves_the_rule_out(make_condition):
    class Earlier:
        def __contains__(self, code):
            return code == "I11.0"

        def is_billable(self, code):
            assert code == "I11.0"
            return True

        def title(self, code):
            return code

    rules = RuleBook.load(Earlier(), {})

    assert codes(rules.combine([make_condition("I10"), make_condition("I50.9")])) == ["I11.0", "I50.9"]
    assert codes(rules.combine([make_condition("I10"), make_condition("N18.4")])) == ["I10", "N18.4"]


def test_a_combination_joins_what_is_named_by_its_code(rules, make_condition):
    pressure, failure, named = make_condition("I10", 0), make_condition("I50.9", 10), make_condition("I11.0", 20)

    joined, kept = rules.combine([pressure, failure, named])

    assert (joined.code, kept.code) == ("I11.0", "I50.9")
    assert joined.support == (*pressure.support, *failure.support, *named.support)
    assert joined.rules == ("Guidelines I.C.9.a.1",)
