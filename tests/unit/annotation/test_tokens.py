import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.annotation import tokens
from codeassist.annotation.tokens import NoteTokenizer
from codeassist.terminology.words import get_tokenizer

# The first line holds special cases of the tokenizer, behind which it notes nothing more down.
NOTE = (
    "Seen by Dr. Brown at 9 a.m., who'll call; don't stop the water pill :)\n"
    "ASSESSMENT/PLAN: 1.CKD stage 3b w/o proteinuria, HTN (BP 150/90mmHg); u/s on 2/3. left-sided pain x3d\n"
)
PIECES = st.sampled_from([*NOTE.split(), *" \n\t.", "  ", "\u00a0", "é", "İ", "\u2019", "x" * 60, "a.m./p.m."])


def describe(doc):
    return [(token.text, token.idx, token.norm_, token.whitespace_) for token in doc]


@pytest.fixture
def fresh():
    get_tokenizer.cache_clear()
    yield NoteTokenizer()
    get_tokenizer.cache_clear()


@given(st.lists(PIECES).map("".join))
def test_the_tokens_are_those_of_the_tokenizer(text):
    assert describe(NoteTokenizer()(text)) == describe(get_tokenizer()(text))


def test_the_tokens_of_a_note_do_not_depend_on_what_was_read_before(fresh):
    first = describe(fresh(NOTE))
    fresh("ASSESSMENT/PLAN: gout. Dr. Brown")

    assert describe(fresh(NOTE)) == first


def test_halves_of_characters_are_read_as_question_marks(fresh):
    assert [token.text for token in fresh("gout \ud800 pain")] == ["gout", "?", "pain"]


def test_no_more_is_kept_than_the_tokenizer_remembers(fresh, monkeypatch):
    monkeypatch.setattr(tokens, "_MOST_KNOWN", 5)
    for number in range(20):
        fresh(f"word{number} other{number}")

    assert len(fresh._known) <= 6


def test_a_long_note_takes_a_fraction_of_the_time_in_spite_of_its_special_cases(fresh):
    text = NOTE * 2_000
    fresh(NOTE)

    def measure(read):
        start = time.process_time()
        read(text)
        return time.process_time() - start

    known = min(measure(fresh) for _ in range(3))
    get_tokenizer.cache_clear()
    unaided = get_tokenizer()

    assert known * 2 < min(measure(unaided) for _ in range(3))
