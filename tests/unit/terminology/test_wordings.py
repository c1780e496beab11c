import pytest

from codeassist.terminology.wordings import derive_wordings, replace_phrases, strip_silent


@pytest.mark.parametrize(
    ("title", "shortest"),
    [
        ("Heart failure, unspecified", "Heart failure"),
        ("Pain in unspecified knee", "Pain in knee"),
        ("Migraine, unspecified, not intractable, without status migrainosus", "Migraine"),
        ("Type 2 diabetes mellitus without complications", "Type 2 diabetes mellitus"),
        ("Essential (primary) hypertension", "Essential hypertension"),
        ("Cough", "Cough"),
    ],
)
def test_the_shortest_wording_leaves_out_what_silence_means(title, shortest):
    assert list(derive_wordings(title))[-1][0] == shortest


def test_the_title_itself_comes_first_and_nothing_twice():
    wordings = [wording for wording, _ in derive_wordings("Heart failure, unspecified")]

    assert wordings[0] == "Heart failure, unspecified"
    assert len(wordings) == len(set(wordings))


def test_left_out_parts_are_counted():
    assert dict(derive_wordings("Gastritis, unspecified, without bleeding"))["Gastritis"] == 2


def test_silent_words_alone_are_kept():
    assert strip_silent("unspecified") == "unspecified"


def test_a_phrase_is_replaced_as_whole_words_only():
    phrases = {"nevus": ["mole"]}

    assert [w for w, _ in replace_phrases([("Blue nevus", 0)], phrases)] == ["Blue nevus", "blue mole"]
    assert [w for w, _ in replace_phrases([("Nevuscell tumor", 0)], phrases)][-1] == "nevuscell tumor"
