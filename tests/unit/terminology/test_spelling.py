import numpy as np
import pytest

from codeassist.terminology.spelling import SpellingCorrector, load_english
from codeassist.terminology.words import hash_word

VOCABULARY = (
    "hypertension", "hypotension", "pneumonia", "effusion", "hyperkalemia", "hypokalemia", "labial", "infrarenal",
    "diverticulitis", "diverticulosis", "tachycardia", "bradycardia", "adduction", "prolactinoma",
)  # fmt: skip


@pytest.fixture(scope="module")
def corrector():
    return SpellingCorrector(VOCABULARY, np.sort(np.array([hash_word("perfusion"), hash_word("abduction")], np.uint64)))


@pytest.mark.parametrize(
    ("misspelled", "meant"),
    [
        ("hypertenson", "hypertension"),
        ("hypertansion", "hypertension"),
        ("pnuemonia", "pneumonia"),
        ("hyperkalmia", "hyperkalemia"),
        ("diverticulits", "diverticulitis"),
        ("tachycadia", "tachycardia"),
    ],
)
def test_one_slip_of_the_pen_is_corrected(corrector, misspelled, meant):
    assert corrector.correct(misspelled) == meant


@pytest.mark.parametrize(
    "word",
    [
        "hypotension",  # a word of the vocabulary is never changed
        "perfusion",  # an English word is never changed
        "abduction",
        "labral",  # one other letter makes another word
        "intrarenal",
        "mass",  # too short to be sure
        "pneumon1a",
        "prolactinemia",  # a state of the blood is no tumor
        "diverticulisis",  # as near to -itis as to -osis
    ],
)
def test_a_word_that_may_be_right_is_never_corrected_into_a_disease(corrector, word):
    assert corrector.correct(word) is None


def test_the_english_word_list_is_compiled():
    hashes = load_english()["hashes"]

    assert len(hashes) > 80_000
    assert np.all(hashes[1:] > hashes[:-1])
