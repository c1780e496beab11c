import pytest

from codeassist.selection.combinations import Combination, Combiner
from codeassist.selection.conditions import Condition

pytestmark = pytest.mark.assets


def rule(first, second="", *, wording="", becomes=("=", "="), adds="", basis="basis"):
    return Combination(first, wording, second, *becomes, adds, basis)


RULES = (
    rule("I10", "I50", becomes=("I11.0", "="), basis="Guidelines I.C.9.a.1"),
    rule("I11.0", "N18", becomes=("I13.0", "="), basis="Guidelines I.C.9.a.3"),
    rule("E11.9", "G62.9", becomes=("E11.42", "-"), basis="Guidelines I.A.15"),
    rule("M10", "M10", becomes=("M10.9", "-"), basis="never of one condition"),
    rule("E13", "N18", adds="E13.22", basis="Guidelines I.C.4.a"),
    rule("E13.9", "E13.", becomes=("-", "="), basis="Guidelines I.C.4.a"),
    rule("G30", "!F02|G31.84", adds="F02", basis="Guidelines I.A.13"),
    rule("G62.0", wording="chemotherapy|chemo", adds="T45.1X5A", basis="Guidelines I.C.19.e.5.a"),
)


@pytest.fixture(scope="module")
def combine(stages):
    return Combiner(stages.vocabulary.codeset, stages.vocabulary.tables, RULES)


@pytest.fixture
def make_condition(make_candidate):
    def make(code, at=0, *, kind="current", **mention):
        return Condition(code, "title", kind, (make_candidate(code, at, **mention),))

    return make


def codes(conditions):
    return [each.code for each in conditions]


def test_one_code_stands_for_a_pair_and_the_second_is_kept_where_the_table_says_so(combine, make_condition):
    pressure, failure = make_condition("I10", 0), make_condition("I50.9", 10)

    joined, kept = combine([pressure, failure])

    assert (joined.code, joined.display) == ("I11.0", "Hypertensive heart disease with heart failure")
    assert joined.support == (*pressure.support, *failure.support)
    assert joined.rules == ("Guidelines I.C.9.a.1",)
    assert kept == failure


def test_the_second_is_dropped_where_the_table_says_so(combine, make_condition):
    assert codes(combine([make_condition("E11.9"), make_condition("G62.9")])) == ["E11.42"]


def test_combinations_chain(combine, make_condition):
    """Guidelines I.C.9.a.3: hypertension, heart failure and chronic kidney disease are one code of I13."""
    found = combine([make_condition("I10"), make_condition("I50.9"), make_condition("N18.4")])

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
    assert [each.rules for each in found] == [(), (), ("Guidelines I.C.4.a",)]


def test_a_dropped_first_leaves_its_evidence_with_the_second(combine, make_condition):
    plain, kidney = make_condition("E13.9", 0), make_condition("N18.32", 10)

    found = combine([plain, kidney])

    assert codes(found) == ["N18.32", "E13.22"]
    assert set(found[1].support) == {*plain.support, *kidney.support}


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
    assert joined.rules == ("Guidelines I.C.9.a.1",)


def test_an_edition_without_a_combination_code_leaves_the_rule_out(stages, make_condition):
    class Earlier:
        def __contains__(self, code):
            return code == "I11.0"

        def is_billable(self, code):
            assert code == "I11.0"
            return True

        def title(self, code):
            return code

    combine = Combiner.load(Earlier(), stages.vocabulary.tables)

    assert codes(combine([make_condition("I10"), make_condition("I50.9")])) == ["I11.0", "I50.9"]
    assert codes(combine([make_condition("I10"), make_condition("N18.4")])) == ["I10", "N18.4"]


def test_the_rules_of_the_package_meet_their_codes(stages, make_condition):
    combine = Combiner.load(stages.vocabulary.codeset, stages.vocabulary.tables)

    several = combine([make_condition(code, at) for at, code in enumerate(("E11.9", "N18.32", "G62.9"))])
    exacerbated = combine([make_condition("J44.1", 0), make_condition("J18.9", 9)])

    assert sorted(codes(several)) == ["E11.22", "E11.42", "N18.32"]
    assert sorted(codes(exacerbated)) == ["J18.9", "J44.0", "J44.1"]
