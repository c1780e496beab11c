import pytest

from codeassist.core.notes import Patient
from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.engine import GuidelineEngine
from codeassist.selection.guidelines.match import Facts
from codeassist.selection.guidelines.parse import read_rule

pytestmark = pytest.mark.assets


def rule(when, *, unless="", words="", becomes="", adds="", guideline="GL-027"):
    cells = {"when": when, "unless": unless, "words": words, "becomes": becomes, "adds": adds}
    return read_rule({"guideline": guideline, **cells})


RULES = (
    rule("I10 I50", becomes="I11.0 =", guideline="GL-086"),
    rule("I11.0 N18", becomes="I13.0 =", guideline="GL-088"),
    rule("E11.9 G62.9", becomes="E11.42 -", guideline="GL-015"),
    rule("M10 M10", becomes="M10.9 -"),
    rule("E13 N18", adds=".22", guideline="GL-015"),
    rule("E13.9 .", becomes="- =", guideline="GL-015"),
    rule("G30", unless="F02|G31.84", adds="F02", guideline="GL-012"),
    rule("G62.0", words="chemotherapy|chemo|~due to taxol", adds="T45.1X5A", guideline="GL-120"),
    rule("N39.0", unless="B96", words="~coli", adds="+B96.20", guideline="GL-060"),
    rule("N39.0 B96", becomes="= +", guideline="GL-060"),
    rule("D64.9 due:C", becomes="D63.0 =", guideline="GL-071"),
    rule("E66 measured:body_mass_index", unless="age<20", adds="+@body_mass_index", guideline="GL-032"),
    rule("N40.0 inpatient", becomes="N40.1"),
)


@pytest.fixture(scope="module")
def combine(stages):
    return GuidelineEngine(stages.vocabulary.codeset, stages.vocabulary.tables, RULES)


@pytest.fixture
def make_condition(make_candidate):
    def make(code, at=0, *, kind="current", **mention):
        return Condition(code, "title", kind, (make_candidate(code, at, **mention),))

    return make


def codes(conditions):
    return [each.code for each in conditions if each.removal is None]


def named(condition):
    return [(each.guideline, each.detail) for each in condition.rules]


def test_one_code_stands_for_a_pair_and_the_second_is_kept_where_the_table_says_so(combine, make_condition):
    pressure, failure = make_condition("I10", 0), make_condition("I50.9", 10)

    joined, kept = combine([pressure, failure])

    assert (joined.code, joined.display) == ("I11.0", "Hypertensive heart disease with heart failure")
    assert joined.support == (*pressure.support, *failure.support)
    assert named(joined) == [("GL-086", "I.C.9.a.1: I10 + I50.9 -> I11.0 + I50.9")]
    assert kept == failure


def test_the_second_is_taken_off_where_the_table_says_so_and_stays_with_the_reason(combine, make_condition):
    made, dropped = combine([make_condition("E11.9"), make_condition("G62.9")])

    assert (made.code, dropped.code, dropped.removal.by_code) == ("E11.42", "G62.9", "E11.9")
    assert dropped.removal.applied.detail == "I.A.15, I.C.4.a: E11.9 + G62.9 -> E11.42"


def test_combinations_chain(combine, make_condition):
    """Guidelines I.C.9.a.3: hypertension, heart failure and chronic kidney disease are one code of I13."""
    found = combine([make_condition("I10"), make_condition("I50.9"), make_condition("N18.4")])

    assert codes(found) == ["I13.0", "I50.9", "N18.4"]
    assert [each.guideline for each in found[0].rules] == ["GL-086", "GL-088"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"kind": "history"}),
        ({}, {"presence": "possible"}),
        ({"presence": "possible"}, {}),
        ({"kind": "family"}, {}),
    ],
)
def test_only_what_is_confirmed_combines(combine, make_condition, first, second):
    assert codes(combine([make_condition("I10", **first), make_condition("I50.9", **second)])) == ["I10", "I50.9"]


def test_no_condition_combines_with_itself(combine, make_condition):
    assert codes(combine([make_condition("M10.072")])) == ["M10.072"]


def test_a_rule_may_add_a_code_and_keep_both(combine, make_condition):
    """Guidelines I.C.4.a: as many diabetes codes as are needed."""
    high, kidney = make_condition("E13.65", 0), make_condition("N18.32", 10)

    found = combine([high, kidney])

    assert codes(found) == ["E13.65", "N18.32", "E13.22"]
    assert found[2].support == (*high.support, *kidney.support)
    assert [len(each.rules) for each in found] == [0, 0, 1]


def test_a_dropped_first_leaves_its_evidence_with_the_second(combine, make_condition):
    plain, kidney = make_condition("E13.9", 0), make_condition("N18.32", 10)

    found = combine([plain, kidney])

    assert codes(found) == ["N18.32", "E13.22"]
    assert set(found[2].support) == {*plain.support, *kidney.support}


def test_a_rule_may_ask_that_a_code_is_absent(combine, make_condition):
    assert codes(combine([make_condition("G30.9")])) == ["G30.9", "F02.80"]
    assert codes(combine([make_condition("G30.9"), make_condition("F02.B0", 9)])) == ["G30.9", "F02.B0"]
    assert codes(combine([make_condition("G30.9"), make_condition("G31.84", 9)])) == ["G30.9", "G31.84"]


def test_the_words_of_the_evidence_choose_the_row_of_an_added_header(combine, make_condition):
    assert codes(combine([make_condition("G30.9", nearby=["moderate", "alzheimer", "dementia"])])) == [
        "G30.9", "F02.B0",
    ]  # fmt: skip


def test_a_rule_may_ask_for_a_word_of_the_wording(combine, make_condition):
    assert codes(combine([make_condition("G62.0", reading="neuropathy due to chemotherapy")])) == ["G62.0", "T45.1X5A"]
    assert codes(combine([make_condition("G62.0", reading="toxic neuropathy")])) == ["G62.0"]


def test_a_combination_joins_what_is_named_by_its_code(combine, make_condition):
    pressure, failure, named = make_condition("I10", 0), make_condition("I50.9", 10), make_condition("I11.0", 20)

    joined, kept = combine([pressure, failure, named])

    assert (joined.code, kept.code) == ("I11.0", "I50.9")
    assert joined.support == (*pressure.support, *failure.support, *named.support)
    assert [each.guideline for each in joined.rules] == ["GL-086"]


def test_an_edition_without_a_combination_code_leaves_the_rule_out(stages, make_condition):
    class Earlier:
        def __contains__(self, code):
            return code == "I11.0"

        def is_billable(self, code):
            assert code == "I11.0"
            return True

        def title(self, code):
            return code

    combine = GuidelineEngine(Earlier(), stages.vocabulary.tables, RULES)

    assert codes(combine([make_condition("I10"), make_condition("I50.9")])) == ["I11.0", "I50.9"]
    assert codes(combine([make_condition("E11.9"), make_condition("G62.9")])) == ["E11.9", "G62.9"]


def test_the_rules_of_the_package_meet_their_codes(stages, make_condition):
    combine = GuidelineEngine.load(stages.vocabulary.codeset, stages.vocabulary.tables)

    several = combine([make_condition(code, at) for at, code in enumerate(("E11.9", "N18.32", "G62.9"))])
    exacerbated = combine([make_condition("J44.1", 0), make_condition("J18.9", 9)])

    assert sorted(codes(several)) == ["E11.22", "E11.42", "N18.32"]
    assert sorted(codes(exacerbated)) == ["J18.9", "J44.0", "J44.1"]


def test_words_of_the_clause_count_where_the_rule_says_so(combine, make_condition):
    clause = ["neuropathy", "due", "to", "taxol"]

    assert codes(combine([make_condition("G62.0", nearby=clause)])) == ["G62.0", "T45.1X5A"]
    assert codes(combine([make_condition("G62.0", nearby=["taxol"])])) == ["G62.0"]


def test_a_companion_goes_on_the_claim_with_its_first_code_added_or_named(combine, make_condition):
    added = combine([make_condition("N39.0", nearby=["e", "coli", "uti"])])
    said = combine([make_condition("N39.0"), make_condition("B96.1", 20)])

    assert [(each.code, each.follows) for each in added] == [("N39.0", ""), ("B96.20", "N39.0")]
    assert [(each.code, each.follows) for each in said] == [("N39.0", ""), ("B96.1", "N39.0")]


@pytest.mark.parametrize(
    ("at", "before", "expected"),
    [(18, ["due", "to"], "D63.0"), (18, ["and"], "D64.9"), (90, ["due", "to"], "D64.9")],
)
def test_a_cause_stands_behind_its_effect_with_words_that_say_so(combine, make_condition, at, before, expected):
    anemia = make_condition("D64.9", 0)
    cancer = make_condition("C18.9", at, nearby=[*before, "colon", "cancer"], own_words=(len(before), len(before) + 2))

    assert codes(combine([anemia, cancer]))[0] == expected


def test_an_unrelated_condition_takes_part_in_no_rule(combine, make_condition):
    """Guidelines I.A.15: the link is presumed unless the record says that the conditions are unrelated."""
    kidney = make_condition("N18.32", 10, nearby=["ckd", "unrelated", "to", "diabetes"])

    assert codes(combine([make_condition("E13.65"), kidney])) == ["E13.65", "N18.32"]


def test_facts_of_the_encounter_open_and_close_rules(combine, make_condition):
    measured = {"body_mass_index": "Z68.41"}
    obese = [make_condition("E66.9")]

    assert codes(combine(obese, Facts(code_by_measure=measured))) == ["E66.9", "Z68.41"]
    assert codes(combine(obese, Facts(patient=Patient(age=12), code_by_measure=measured))) == ["E66.9"]
    assert codes(combine(obese)) == ["E66.9"]
    assert codes(combine([make_condition("N40.0")], Facts("inpatient"))) == ["N40.1"]
    assert codes(combine([make_condition("N40.0")])) == ["N40.0"]


def test_rules_that_feed_each_other_end(stages, make_condition):
    there, back = rule("M10.9", becomes="M10.00"), rule("M10.00", becomes="M10.9")
    combine = GuidelineEngine(stages.vocabulary.codeset, stages.vocabulary.tables, (there, back))

    assert codes(combine([make_condition("M10.9")])) == ["M10.9"]
