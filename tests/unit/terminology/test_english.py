from codeassist.terminology import english
from codeassist.terminology.english import read_common_words


def test_the_commonest_words_are_everyday_words():
    words = read_common_words(2_000)

    assert len(words) == 2_000
    assert {"status", "ice", "water"} <= words
    assert not {"micrognathia", "femur", "tachycardia"} & words


def test_without_the_list_no_word_is_common(monkeypatch):
    monkeypatch.setattr(english, "WORD_LIST", "missing.txt")

    assert read_common_words.__wrapped__(5) == frozenset()
