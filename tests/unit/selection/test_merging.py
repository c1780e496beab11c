import pytest

from codeassist.selection.merging import CategoryMerger

pytestmark = pytest.mark.assets


@pytest.fixture(scope="module")
def merge(stages):
    return CategoryMerger(stages.vocabulary.tables)


def names(merged):
    return {code: len(found) for code, found in merged.items()}


def test_a_title_that_names_the_precise_code_is_not_the_vague_one(merge, make_candidate):
    """Guidelines I.B.2: a title needs no axis value of the note, and still says more than a value beside a header."""
    precise = make_candidate("I50.33", 0, nearby=["acute", "on", "chronic", "diastolic", "heart", "failure"])
    preserved = make_candidate("I50.30", 10, nearby=["hfpef"], values=[("type", "diastolic")])
    vague = make_candidate("I50.9", 20, nearby=["chf", "exacerbation"])

    assert names(merge({"I50.33": [precise], "I50.30": [preserved], "I50.9": [vague]})) == {"I50.33": 3}


def test_one_value_within_another_is_no_contradiction(merge, make_candidate):
    acute = make_candidate("I50.21", 0, nearby=["acute", "systolic"], values=[("acuity", "acute")])
    both = make_candidate(
        "I50.23", 10, nearby=["acute", "on", "chronic", "systolic"], values=[("acuity", "acute on chronic")]
    )

    assert names(merge({"I50.21": [acute], "I50.23": [both]})) == {"I50.23": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I69.351", "I69.391"),
        ("E87.1", "E87.6"),
        ("K76.0", "K76.6"),
        ("M17.11", "M17.12"),
        ("J44.0", "J44.1"),
        ("I48.91", "I48.92"),
        ("G93.40", "G93.6"),
    ],
)
def test_codes_of_which_no_row_says_both_are_two_conditions(merge, make_candidate, one, other):
    assert names(merge({one: [make_candidate(one, 0)], other: [make_candidate(other, 10)]})) == {one: 1, other: 1}


@pytest.mark.parametrize(
    ("vague", "precise"),
    [
        ("G93.40", "G93.41"),
        ("I48.91", "I48.0"),
        ("N18.9", "N18.32"),
        ("S13.4XXA", "S13.4XXD"),
        ("F32.A", "F32.1"),
        ("M65.90", "M65.321"),
    ],
)
def test_what_the_precise_row_says_too_is_one_condition(merge, make_candidate, vague, precise):
    found = merge({vague: [make_candidate(vague, 0)], precise: [make_candidate(precise, 10)]})

    assert names(found) == {precise: 2}


def test_what_the_other_mention_names_too_is_one_condition(merge, make_candidate):
    vague = make_candidate("R10.9", 0, nearby=["abdomen", "pain"])
    precise = make_candidate("R10.31", 10, nearby=["right", "lower", "quadrant", "abdomen", "pain"])

    assert names(merge({"R10.9": [vague], "R10.31": [precise]})) == {"R10.31": 2}


def test_two_names_of_one_category_are_two_conditions(merge, make_candidate):
    fibrillation = make_candidate("I48.91", 0, nearby=["atrial", "fibrillation"])
    flutter = make_candidate("I48.92", 10, nearby=["atrial", "flutter"])

    assert names(merge({"I48.91": [fibrillation], "I48.92": [flutter]})) == {"I48.91": 1, "I48.92": 1}


def test_a_default_loses_to_what_is_stated(merge, make_candidate):
    unknown = make_candidate("S06.0XAA", 0, reading="concussion")
    denied = make_candidate("S06.0X0A", 10, reading="concussion without loc")

    assert names(merge({"S06.0XAA": [unknown], "S06.0X0A": [denied]})) == {"S06.0X0A": 2}


def test_a_denial_is_no_part_of_what_it_denies(merge, make_candidate):
    without = make_candidate("I25.10", 0, values=[("angina pectoris", "without angina pectoris")])
    angina = make_candidate("I25.119", 10, values=[("angina pectoris", "angina pectoris")])

    assert names(merge({"I25.10": [without], "I25.119": [angina]})) == {"I25.10": 1, "I25.119": 1}


def test_the_order_of_the_codes_changes_nothing(merge, make_candidate):
    made = {code: [make_candidate(code, at)] for at, code in enumerate(("N18.9", "N18.32", "N18.30"))}

    assert names(merge(made)) == names(merge(dict(reversed(made.items()))))


@pytest.mark.parametrize(("reading", "merged"), [("noncardiac chest pain", "R07.89"), ("costal tenderness", "R07.9")])
def test_other_specified_wins_where_its_wording_is_the_plain_one_with_a_word_more(
    merge, make_candidate, reading, merged
):
    other = make_candidate("R07.89", 0, reading=reading)
    plain = make_candidate("R07.9", 10, reading="chest pain")

    assert merged in merge({"R07.89": [other], "R07.9": [plain]})
