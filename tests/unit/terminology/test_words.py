import subprocess
import sys

import pytest

from codeassist.terminology.words import WordNormalizer, fold_word, get_tokenizer, hash_word

NORMALIZER = WordNormalizer({"renal": "kidney"})


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Kidneys", "kidney"),
        ("biopsies", "biopsy"),
        ("abscess", "abscess"),
        ("pelvis", "pelvis"),
        ("Sjögren's", "sjogren"),
        ("Crohn\u2019s", "crohn"),
        ("virus", "virus"),
        ("as", "as"),
        ("Oesophageal", "esophageal"),
        ("anaemia", "anemia"),
        ("tumours", "tumor"),
        ("generalised", "generalized"),
    ],
)
def test_words_fold_to_lower_case_singular_without_accents(written, folded):
    assert fold_word(written) == folded


def test_word_order_words_without_meaning_and_equivalents_disappear():
    assert NORMALIZER.split("diseases of the renal pelvis") == ("disease", "kidney", "pelvis")


def test_a_capital_letter_a_keeps_its_meaning():
    assert NORMALIZER.split("hepatitis A") == ("hepatitis", "a")
    assert NORMALIZER.split("a fever") == ("fever",)


@pytest.mark.parametrize(
    ("glued", "tokens"),
    [
        ("HTN.,SOCIAL HISTORY:", ["HTN", ".", ",", "SOCIAL", "HISTORY", ":"]),
        ("1.DM2", ["1", ".", "DM2"]),
        ("128\u2192131", ["128", "\u2192", "131"]),
        ("(+)fever,(-)chills", ["(", "+", ")", "fever", ",", "(", "-", ")", "chills"]),
        ("\u2022CKD", ["\u2022", "CKD"]),
        ("7.5%", ["7.5", "%"]),
    ],
)
def test_tokens_that_notes_glue_together_are_parted(glued, tokens):
    assert [token.text for token in get_tokenizer()(glued)] == tokens


def test_tokens_cover_the_text_with_their_offsets():
    text = "PMH:, HTN.,SH: , s/p CABG x4"

    assert all(text[t.idx : t.idx + len(t)] == t.text for t in get_tokenizer()(text))


def test_the_hash_of_a_word_is_the_same_in_every_process():
    program = "from codeassist.terminology.words import hash_word; print(hash_word('kidney'))"

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert int(printed) == hash_word("kidney")
