import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.terminology.term_index import MAX_WORDS, PEDIGREES
from codeassist.terminology.words import hash_word
from made_index import NORMALIZER, ROWS, build_arrays, make_index


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(tmp_path_factory.mktemp("index"))


def read_meanings(index, wording):
    return [(term.code, term.pedigree) for term in index.find_exact(NORMALIZER.split(wording))]


@pytest.mark.parametrize(
    ("wording", "meanings"),
    [
        ("Essential (primary) hypertension", [("I10", "preferred")]),
        ("primary essential hypertension", [("I10", "preferred")]),
        ("essential hypertension", [("I10", "derived")]),
        ("high blood pressure", [("I10", "inclusion")]),
        ("HTN", [("I10", "abbreviation")]),
        ("podagra of kidney origin", [("M10.9", "inclusion")]),
        ("cardiac asthma", [("I50", "inclusion")]),
        ("pump trouble", [("I50", "derived"), ("I50.9", "derived")]),
        ("open wound of scalp", []),
        ("blood pressure", []),
        ("hypertension", []),
        ("gone", []),
        ("", []),
    ],
)
def test_a_wording_names_the_codes_of_its_words_in_any_order(index, wording, meanings):
    assert read_meanings(index, wording) == meanings


def test_a_code_with_a_seventh_character_adds_no_wording_of_its_own(index):
    assert read_meanings(index, "Unspecified open wound of scalp, initial encounter") == []


def test_the_better_pedigree_comes_first(index):
    assert read_meanings(index, "heart failure") == [("I50", "preferred"), ("I50.9", "derived")]


def test_a_wording_of_the_lexicon_stands_before_a_title(tmp_path):
    index = make_index(tmp_path, [("Cough", "M10.9", "synonym", (), False)])

    assert read_meanings(index, "cough") == [("M10.9", "synonym"), ("R05", "preferred")]


def test_a_word_counts_as_often_as_it_is_written(index):
    assert index.find_exact(("cough",)) != ()
    assert index.find_exact(("cough", "cough")) == ()


def test_shields_come_before_everything(index):
    assert [pedigree for _, pedigree in read_meanings(index, "heart failure clinic")] == ["shield"]


def test_a_term_carries_its_cues_its_size_and_whether_it_is_a_procedure(index):
    plain, cued = sorted(index.find_exact(("ms",)), key=lambda term: term.cues)
    (procedure,) = index.find_exact(("knee", "replacement"))

    assert (plain.cues, plain.code, plain.is_procedure) == ((), "M10.9", False)
    assert (cued.cues, cued.code) == (("valve", "heart murmur"), "I50.9")
    assert (procedure.is_procedure, procedure.size, procedure.text) == (True, 2, "knee replacement")


def test_a_term_is_found_again_by_its_number(index):
    for term in index.find_exact(("ms",)):
        assert index.get(term.number) is term


def test_several_sums_are_looked_up_at_once(index):
    words = ("cough", "nothing", "htn", "gout")

    which, places = index.find_keys(np.array([hash_word(word) for word in words], np.uint64))

    assert which.tolist() == [0, 2, 3]
    assert [index.terms_at(place)[0].code for place in places.tolist()] == ["R05", "I10", "M10.9"]


def test_a_sum_beyond_the_last_key_names_nothing(index):
    low_bits = int(index.store["keys"][0]) % (1 << 22)

    which, _ = index.find_keys(np.array([2**64 - (1 << 22) + low_bits], np.uint64))

    assert which.tolist() == []


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30))
def test_the_look_up_agrees_with_plain_membership(index, numbers):
    keys = index.store["keys"].tolist()
    sums = [*numbers, *keys[:5]]

    which, places = index.find_keys(np.array(sums, np.uint64))

    assert which.tolist() == [i for i, number in enumerate(sums) if number in keys]
    assert [keys[place] for place in places.tolist()] == [sums[i] for i in which.tolist()]
    assert all(place == 0 or keys[place - 1] != keys[place] for place in places.tolist())


def test_the_same_sources_give_the_same_arrays_in_any_order_of_the_rows():
    first, second = build_arrays(), build_arrays(ROWS[::-1])

    assert first.keys() == second.keys()
    assert all(np.array_equal(np.asarray(first[name]), np.asarray(second[name])) for name in first)


def test_a_wording_longer_than_a_stretch_is_kept_for_retrieval_only(tmp_path):
    long = " ".join(f"word{letter}" for letter in "abcdefghij")
    index = make_index(tmp_path, [(long, "R05", "synonym", (), False)])

    assert len(long.split()) == MAX_WORDS + 1
    assert index.find_exact(long.split()) == ()
    assert long in set(index.store.texts("text"))


def test_a_wording_without_words_is_left_out(tmp_path):
    index = make_index(tmp_path, [("of the", "R05", "synonym", (), False), ("wheeze", "R05", "synonym", (), False)])

    assert "wheeze" in set(index.store.texts("text"))
    assert "of the" not in set(index.store.texts("text"))


def test_postings_list_the_terms_of_each_word_and_rare_words_weigh_more(index):
    vocabulary = list(index.store.texts("vocabulary"))
    offsets, postings, idf = (index.store[name] for name in ("posting_offsets", "postings", "idf"))
    number = vocabulary.index("hypertension")

    holders = [index.get(int(n)).text for n in postings[offsets[number] : offsets[number + 1]]]

    assert sorted(holders) == ["Essential (primary) hypertension", "Essential hypertension"]
    assert idf[vocabulary.index("podagra")] > idf[vocabulary.index("failure")]


def test_a_term_weighs_the_sum_of_its_words(index):
    vocabulary = list(index.store.texts("vocabulary"))
    weight = dict(zip(vocabulary, index.store["idf"].tolist(), strict=True))
    (term,) = index.find_exact(("high", "blood", "pressure"))

    assert index.store["term_weight"][term.number] == pytest.approx(
        weight["high"] + weight["blood"] + weight["pressure"]
    )


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """Return an index to which an Alphabetic Index was added."""
    entries = {
        "I10": ("HTN", "cough drop", "essential hypertension", "mellow hypertension"),
        "M10.9": (
            "essential hypertension",
            "abscess",
            "GT",
            "3 day gout",
        ),
        "Z72.0": ("tobacco Smoker",),
        "D49.2": ("tumor of thigh",),
    }
    return make_index(tmp_path_factory.mktemp("indexed"), index=entries)


@pytest.mark.parametrize(
    ("wording", "meanings", "basis"),
    [
        ("HTN", [("I10", "abbreviation")], "a reviewed row outranks the index"),
        ("cough drop", [("I10", "shield")], "a shield stands against the index"),
        ("mellow hypertension", [("I10", "index_entry")], "the index adds a wording"),
        ("essential hypertension", [("M10.9", "index_entry"), ("I10", "derived")], "a code's own wording is kept once"),
        ("abscess", [], "a generic word alone names no condition"),
        ("gt", [], "what an abbreviation stands for depends on the note"),
        ("3 day gout", [], "the same words tell how long"),
        ("tumor of thigh", [], "a note says elsewhere whether it is malignant"),
        ("tobacco smoker", [], "a circumstance is looked up, not met"),
    ],
)
def test_an_alphabetic_index_adds_wordings_that_no_reviewed_row_holds(indexed, wording, meanings, basis):
    assert read_meanings(indexed, wording) == meanings, basis


def test_what_is_not_met_in_notes_can_be_retrieved(indexed):
    assert {"tobacco Smoker", "3 day gout", "GT", "tumor of thigh"} <= set(indexed.store.texts("text"))


def test_a_word_weighs_the_same_with_an_index_as_without(index, indexed):
    def weigh(built, word):
        return float(built.store["idf"][list(built.store.texts("vocabulary")).index(word)])

    assert weigh(indexed, "hypertension") == weigh(index, "hypertension")


def test_the_pedigrees_are_a_closed_list():
    assert PEDIGREES == (
        "shield", "synonym", "abbreviation", "preferred", "inclusion", "index_entry", "derived", "default",
    )  # fmt: skip
