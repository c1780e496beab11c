import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from codeassist.annotation.matcher import TermMatcher, WordReader, keep_apart
from codeassist.terminology.words import get_tokenizer
from made_index import NORMALIZER, make_corrector, make_index
from reference.exhaustive_matcher import find_everything, keep_best

MODIFIERS = frozenset({"left", "right", "acute", "severe"})
ROWS = (
    ("knee pain", "R05", "synonym", (), False),
    ("pain", "R05", "synonym", (), False),
    ("osteoarthritis of knee", "M10.9", "synonym", (), False),
    ("cold sore", "I10", "synonym", (), False),
    ("sore throat", "R05", "synonym", (), False),
    ("acute cough", "R05", "synonym", (), False),
    ("pneumonia", "R05", "synonym", (), False),
    ("severe rib fracture", "I10", "synonym", (), False),
    ("rib fracture", "R05", "synonym", (), False),
    ("brittle rib fracture", "M10.9", "synonym", (), False),
    ("left rib fracture", "R05", "synonym", (), False),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(tmp_path_factory.mktemp("index"), ROWS)


@pytest.fixture(scope="module")
def read(index):
    reader = WordReader(NORMALIZER, MODIFIERS, make_corrector(index))
    return lambda text: reader(get_tokenizer()(text))


@pytest.fixture(scope="module")
def match(index, read):
    matcher = TermMatcher(index)

    def find(text):
        words = read(text)
        kept = keep_apart(matcher(words), bytearray(len(words.words)), lambda _: True)
        return [" ".join(words.words[each.first : each.last + 1]) for each, _ in kept]

    return find


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("knee pain", ["knee pain"]),
        ("pain of the knee", ["pain knee"]),
        ("knee. pain", ["pain"]),
        ("knee (pain", ["pain"]),
        ("knee \u2022 pain", ["pain"]),
        pytest.param(
            "knee -- pain", ["pain"], marks=pytest.mark.xfail(reason="the tokenizer makes two hyphens of a dash")
        ),
        ("knee - pain", ["knee pain"]),
        ("knee\n\nPain", ["pain"]),
        ("knee\nPain", ["pain"]),
        ("knee\n\npain", ["pain"]),
        ("knee\npain", ["knee pain"]),
        ("knee \n", []),
        ("", []),
        ("...", []),
    ],
)
def test_a_term_does_not_reach_across_a_break_but_across_a_wrapped_line(match, text, found):
    assert match(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("pain in the left knee", ["pain left knee"]),
        ("pain in the other knee", ["pain"]),
        ("left knee pain", ["knee pain"]),
        ("pain in the left severe acute knee", ["pain left severe acute knee"]),
        ("pain, left knee", ["pain left knee"]),
        ("seen today, pain, left knee", ["pain"]),
    ],
)
def test_a_term_is_found_where_a_modifier_stands_inside_it(match, text, found):
    assert match(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("osteoarthritis, left knee", ["osteoarthritis left knee"]),
        ("osteoarthritis, knee", ["osteoarthritis knee"]),
        ("Seen for osteoarthritis, knee", []),
        ("osteoarthritis. knee", []),
    ],
)
def test_only_what_opens_an_item_is_read_across_a_comma(match, text, found):
    assert match(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("knee pain", ["knee pain"]),
        ("cold sore throat", ["cold sore"]),
        ("knee pain pain", ["knee pain", "pain"]),
        ("pain knee pain", ["pain knee", "pain"]),
        ("left acute cough", ["acute cough"]),
    ],
)
def test_most_words_win_then_the_tighter_then_the_earlier_and_none_overlaps(match, text, found):
    assert match(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("brittle left rib fracture", ["brittle left rib fracture"]),
        ("severe rib fracture", ["severe rib fracture"]),
        ("severe left rib fracture", ["left rib fracture"]),
        ("severe acute rib fracture", ["severe acute rib fracture"]),
        ("acute severe rib fracture", ["severe rib fracture"]),
        ("rib acute severe fracture", ["rib acute severe fracture"]),
        ("rib fracture, acute severe", ["rib fracture acute severe"]),
        ("seen, rib fracture, acute severe", ["rib fracture"]),
    ],
)
def test_what_a_word_that_is_no_modifier_adds_stands_first_and_one_modifier_may_belong_to_the_term(match, text, found):
    assert match(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("osteoarthritis, knee pain", ["knee pain"]),
        ("osteoarthritis, knee left", ["osteoarthritis knee"]),
        ("osteoarthritis, knee with ulcer", ["osteoarthritis knee"]),
        ("osteoarthritis, knee ulcer", []),
        ("osteoarthritis, knee (ulcer", ["osteoarthritis knee"]),
        ("osteoarthritis, knee at home", ["osteoarthritis knee"]),
    ],
)
def test_what_is_read_across_a_comma_does_not_take_a_word_from_its_noun(match, text, found):
    assert match(text) == found


def test_where_the_best_match_is_not_read_a_shorter_one_takes_its_words(index, read):
    words = read("severe left knee pain")
    matches = TermMatcher(index)(words)

    kept = keep_apart(matches, bytearray(4), lambda match: "short" if match.size == 1 else None)

    assert [(match.first, match.last, reading) for match, reading in kept] == [(3, 3, "short")]
    assert keep_apart(matches, bytearray(b"\0\0\0\1"), lambda _: True) == []


@pytest.mark.parametrize(
    ("text", "joints"),
    [
        ("knee pain", (0, 0)),
        ("knee and pain", (0, 1)),
        ("knee / pain", (0, 1)),
        ("knee, pain", (0, 0)),
        ("knee left and right pain", (0, 0, 0, 0)),
        ("knee and left pain", (0, 1, 1)),
        ("and knee or pain", (1, 2)),
    ],
)
def test_conjunctions_are_counted_but_those_between_modifiers(read, text, joints):
    assert tuple(read(text).joints.tolist()) == joints


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("pneumonai", "pneumonia"),
        ("PNEUMONAI", "pneumonia"),
        ("Pneumonai", "pneumonai"),
        ("Osteoarthritiss", "osteoarthritis"),
        ("pneumonia", "pneumonia"),
    ],
)
def test_spelling_is_corrected_but_not_of_what_may_be_a_name(read, written, word):
    assert read(written).words == (word,)


def test_without_a_corrector_words_stay_as_they_are():
    words = WordReader(NORMALIZER, MODIFIERS, None)(get_tokenizer()("pneumonai"))

    assert words.words == ("pneumonai",)


def test_the_words_of_a_note_know_their_place(read):
    words = read("No left knee pain, cough and gout.\n\nPneumonia of renal origin")

    assert words.words == (
        "no", "left", "knee", "pain", "cough", "gout", "pneumonia", "kidney", "origin",
    )  # fmt: skip
    assert words.token == (0, 1, 2, 3, 5, 7, 10, 12, 13)
    assert words.segment.tolist() == [0, 0, 0, 0, 1, 1, 3, 3, 3]
    assert words.item.tolist() == [0, 0, 0, 0, 0, 0, 2, 2, 2]
    assert words.clause == (0, 0, 0, 0, 0, 0, 2, 2, 2)
    assert words.is_modifier.tolist() == [False, True, *[False] * 7]
    assert words.after_conjunction == (False, False, False, False, True, True, False, False, False)
    assert words.word_set == {
        *words.words, "no left", "left knee", "knee pain", "cough gout", "pneumonia kidney", "kidney origin",
    }  # fmt: skip


def test_what_was_read_before_is_read_the_same_again(read):
    text = "Left knee pain, cough."

    first, second = read(text), read(text)

    assert (first.words, first.token, first.clause) == (second.words, second.token, second.clause)
    assert first.hashes.tolist() == second.hashes.tolist()


def test_an_empty_note_has_no_words(read, index):
    words = read("")

    assert words.words == ()
    assert TermMatcher(index)(words) == ()


WORDS = st.sampled_from(
    ["knee", "pain", "osteoarthritis", "cold", "sore", "throat", "acute", "left", "cough", "of", "x", ",", ".", "\n\n"]
)


@given(st.lists(WORDS, max_size=14))
@example(["acute", "knee", ",", "pain"])
@settings(max_examples=300, deadline=None)
def test_the_matcher_agrees_with_the_exhaustive_one(index, read_doc, words):
    noted = read_doc(words)

    found = keep_apart(TermMatcher(index)(noted), bytearray(len(noted.words)), lambda _: True)

    assert [tuple(match) for match, _ in found] == keep_best(find_everything(noted, index_place(index)))


@pytest.fixture(scope="module")
def read_doc():
    reader, vocab = WordReader(NORMALIZER, MODIFIERS, None), Vocab()
    return lambda words: reader(Doc(vocab, words=words))


def index_place(index):
    first_place = {}
    for place, number in enumerate(index.store["key_terms"].tolist()):
        first_place.setdefault(tuple(sorted(NORMALIZER.split(index.get(number).text))), place)
    return lambda words: first_place.get(tuple(sorted(words)))
