import pytest

from codeassist.annotation.senses import SenseChooser
from made_index import NORMALIZER, make_index

COMMON = frozenset({"or", "all", "rest", "with"})
ROWS = (
    ("MS", "M10.9", "abbreviation", (), False),
    ("MS", "I50.9", "abbreviation", ("valve", "heart murmur"), False),
    ("LF", "M10.9", "abbreviation", ("liver",), False),
    ("LF", "R05", "abbreviation", ("lung", "cough"), False),
    ("OA", "M10.9", "abbreviation", (), False),
    ("CHF", "I50.9", "abbreviation", (), False),
    ("GERD w/ rest", "R05", "abbreviation", (), False),
    ("ALL", "R05", "abbreviation", (), False),
    ("rest", "R05", "synonym", (), False),
    ("gout attack", "R05", "synonym", (), False),
    ("attack of gouts", "M10.9", "synonym", (), False),
    ("cough spell", "R05", "synonym", (), False),
    ("cough spells", "I10", "synonym", (), False),
    ("RA", "I10", "abbreviation", ("joint",), False),
    ("ZQ", "I10", "abbreviation", ("the",), False),
    ("embolic MCA stroke", "I10", "abbreviation", (), False),
    ("MI at rest", "I10", "abbreviation", (), False),
    ("ALL attack", "I10", "abbreviation", (), False),
    ("all HFrEF", "I50.9", "abbreviation", (), False),
    ("cough fever", "R05", "synonym", (), False),
    ("cough and fever", "I10", "synonym", (), False),
    ("renal/cardiac", "I10", "synonym", (), False),
    ("knee replacement", "R05", "synonym", (), True),
    ("Other cough", "R05", "synonym", (), False),
    *(("zz", code, "synonym", (), False) for code in ("I10", "I50", "I50.9", "M10.9", "R05", "S01", "S01.00XA")),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(
        tmp_path_factory.mktemp("index"), ROWS, shields=("aortic arch", "heart failure clinic", "OA exam")
    )


@pytest.fixture(scope="module")
def choose(index):
    chooser = SenseChooser(index, COMMON)

    def find(surface, *, note=(), definitions=None, wording=None, **places):
        sums = index.find_exact(NORMALIZER.split(wording or surface))
        place = index.store["key_terms"].tolist().index(sums[0].number)
        terms = chooser(place, surface, words=frozenset(note), definitions=definitions or {}, **places)
        return None if terms is None else [term.code for term in terms]

    return find


def test_a_cue_in_the_note_selects_the_sense(choose):
    assert choose("MS", note=("aortic", "valve")) == ["I50.9"]
    assert choose("MS", note=("aortic",)) == ["M10.9"]


def test_the_words_of_a_cue_must_follow_each_other(choose):
    """The "1." of a numbered list beside "type 2 diabetes" is no "type 1 diabetes"."""
    assert choose("MS", note=("heart", "murmur", "heart murmur")) == ["I50.9"]
    assert choose("MS", note=("heart", "murmur", "murmur heart")) == ["M10.9"]


def test_a_sense_that_needs_a_cue_is_not_read_without_it(choose):
    assert choose("RA", note=("joint",)) == ["I10"]
    assert choose("RA") is None


def test_a_cue_without_words_selects_nothing(choose):
    assert choose("ZQ", note=("the",)) is None


@pytest.mark.parametrize(
    ("surface", "codes"),
    [
        ("CHF", ["I50.9"]),
        ("chf", ["I50.9"]),
        ("OA", ["M10.9"]),
        ("oa", None),
        ("ALL", ["R05"]),
        ("all", None),
        ("rest", None),
        ("REST", None),
        ("GERD w/ rest", ["R05"]),
        ("CHFs", ["I50.9"]),
    ],
)
def test_common_words_and_short_lower_case_are_no_abbreviations(choose, surface, codes):
    assert choose(surface) == codes


@pytest.mark.parametrize(
    ("surface", "wording", "codes"),
    [
        ("gerd w/ rest", "GERD w/ rest", ["R05"]),
        ("Embolic stroke, all of MCA", "embolic MCA stroke", ["I10"]),
        ("MI or rest", "MI at rest", ["I10"]),
        ("all at attack", "ALL attack", None),
        ("Alls at attack", "ALL attack", ["I10"]),
        ("ALL or attack", "ALL attack", ["I10"]),
        ("All HFrEF", "all HFrEF", ["I50.9"]),
    ],
)
def test_only_the_words_that_are_capitals_in_an_abbreviation_must_be_so_in_the_note(choose, surface, wording, codes):
    assert choose(surface, wording=wording) == codes


def test_across_a_conjunction_only_a_term_that_holds_one_is_read(choose):
    assert choose("cough fever") == ["R05", "I10"]
    assert choose("cough and fever", across_joint=True) == ["I10"]
    assert choose("cardiac and renal", wording="renal/cardiac", across_joint=True) == ["I10"]
    assert choose("attack and gout", wording="gout attack", across_joint=True) is None


def test_what_the_note_defines_stands_before_what_the_lexicon_says(choose):
    assert choose("MS", definitions={"MS": "chf"}) == ["I50.9"]
    assert choose("MS", definitions={"RA": "chf"}) == ["M10.9"]


def test_the_plural_of_a_defined_abbreviation_is_defined(choose):
    assert choose("CHFs", wording="CHF", definitions={"CHF": "cough"}) == ["R05"]


def test_a_definition_that_names_no_term_leaves_nothing_to_read(choose):
    assert choose("MS", definitions={"MS": "muscle strength"}) == []


def test_a_shield_names_nothing_and_neither_does_its_abbreviation(choose):
    assert choose("heart failure clinic") == []
    assert choose("MS", definitions={"MS": "aortic arch"}) == []


def test_what_is_written_stands_before_what_is_merely_equivalent(choose):
    assert choose("gout attack") == ["R05", "M10.9"]
    assert choose("attack of gouts") == ["M10.9", "R05"]
    assert choose("cough spell") == ["R05", "I10"]
    assert choose("cough spells") == ["I10", "R05"]


def test_a_title_of_other_conditions_is_read_only_where_the_note_says_other(choose):
    assert choose("other cough") == ["R05"]
    assert choose("cough, other", wording="Other cough") is None


def test_no_wording_has_more_than_six_senses(choose):
    assert choose("zz") == ["I10", "I50", "I50.9", "M10.9", "R05", "S01"]


@pytest.mark.parametrize(
    ("wording", "entity_type"), [("knee replacement", "procedure"), ("cough", "problem"), ("gout attack", "problem")]
)
def test_a_procedure_is_no_problem(index, wording, entity_type):
    assert SenseChooser.entity_type(index.find_exact(NORMALIZER.split(wording))[0]) == entity_type


@pytest.mark.parametrize(
    ("code", "entity_type"), [("R70.0", "finding"), ("R94.8", "finding"), ("R69", "problem"), ("R97.0", "problem")]
)
def test_findings_are_the_blocks_of_abnormal_results(index, code, entity_type):
    """Tabular list, chapter XVIII: R70-R94 are abnormal findings, R00-R69 symptoms, R97 tumor markers."""
    (term,) = index.find_exact(("chf",))
    found = type(term)(term.number, term.text, term.size, code, term.pedigree, (), is_procedure=False)

    assert SenseChooser.entity_type(found) == entity_type


def test_a_common_word_in_a_line_of_capitals_is_no_abbreviation(choose):
    assert choose("ALL") == ["R05"]
    assert choose("ALL", among_capitals=True) is None


def test_a_common_word_with_one_capital_is_no_abbreviation(choose):
    """A sentence that starts with "All" names no leukemia."""
    assert choose("All") is None


def test_of_two_senses_the_one_with_more_cues_comes_first(choose):
    assert choose("LF", note=("liver", "lung", "cough")) == ["R05", "M10.9"]
    assert choose("LF", note=("liver", "lung")) == ["M10.9", "R05"]
