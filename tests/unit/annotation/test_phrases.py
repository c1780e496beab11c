import pytest

from codeassist.annotation.matcher import Match, WordReader
from codeassist.annotation.phrases import PhraseFinder
from codeassist.terminology.words import WordNormalizer, get_tokenizer

READ = WordReader(WordNormalizer({}), frozenset({"right", "acute"}), None)
FIND = PhraseFinder(frozenset({"strain", "pain"}))


def find(text, heading, matched=()):
    """Return the phrases of a note whose heading and exact matches are given by their words."""
    doc = get_tokenizer()(text)
    words = READ(doc)
    starts = [doc[token].idx for token in words.token]
    matches = []
    for wording in matched:
        first = starts.index(text.index(wording))
        size = len(wording.split())
        matches.append(Match(first, first + size - 1, size, place=0, content=size))
    start = text.index(heading)
    return [
        words.words[first : last + 1] for first, last in FIND(words, starts, [(start, start + len(heading))], matches)
    ]


@pytest.mark.parametrize(
    ("heading", "matched", "phrases"),
    [
        ("knee ligament strain", [], [("knee", "ligament", "strain")]),
        ("knee ligament strain", ["strain"], [("knee", "ligament", "strain")]),
        ("knee ligament strain", ["ligament"], []),
        ("knee ligament strain", ["ligament strain"], []),
        ("knee ligament strain", ["knee", "strain"], []),
        ("right acute strain", [], []),
        ("right knee strain", [], [("right", "knee", "strain")]),
        ("strain", [], []),
        ("knee strain, rest and ice", [], [("knee", "strain")]),
        ("a b c d e f g h i", [], [("b", "c", "d", "e", "f", "g", "h", "i")]),
        ("b c d e f g h i j k", [], []),
        ("!!", [], []),
    ],
)
def test_a_heading_is_read_by_its_words_only_where_no_term_reads_it(heading, matched, phrases):
    assert find(f"{heading}\nplan", heading, matched) == phrases


def test_a_match_beside_the_heading_does_not_read_it():
    text = "gout. knee ligament strain\nbursitis"

    assert find(text, "knee ligament strain", ["gout", "bursitis"]) == [("knee", "ligament", "strain")]


def test_a_note_without_headings_has_no_phrases():
    words = READ(get_tokenizer()("knee ligament strain"))

    assert list(FIND(words, [0, 5, 14], [], [])) == []
