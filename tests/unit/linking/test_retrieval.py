import pytest

from codeassist.linking.retrieval import WordRetriever
from made_index import NORMALIZER, make_corrector, make_index

ROWS = (
    ("knee pain", "R05", "synonym", (), False),
    ("knee pain at night", "M10.9", "synonym", (), False),
    ("hip pain", "I10", "synonym", (), False),
    ("pneumonia", "R05", "synonym", (), False),
)


@pytest.fixture(scope="module")
def retrieve(tmp_path_factory):
    index = make_index(tmp_path_factory.mktemp("index"), ROWS, shields=("knee pain score",))
    retriever = WordRetriever(index, make_corrector(index))
    return lambda text, **limits: retriever(NORMALIZER.split(text), **limits)


def test_the_terms_that_share_most_come_first(retrieve):
    found = [(each.term.text, each.similarity) for each in retrieve("knee pain")]

    assert [text for text, _ in found] == ["knee pain", "knee pain at night", "hip pain"]
    assert found[0][1] == pytest.approx(1.0)
    assert 1 > found[1][1] > found[2][1] > 0


def test_similarity_is_the_weighted_dice_overlap(tmp_path):
    """Twice the shared weight over the weight of both wordings, each word weighing its inverse document frequency."""
    index = make_index(tmp_path, ROWS)
    weight = dict(zip(index.store.texts("vocabulary"), index.store["idf"].tolist(), strict=True))

    (best, *_) = WordRetriever(index, make_corrector(index))(("hip", "knee"))

    assert best.term.text == "hip pain"
    shared, both = weight["hip"], 2 * weight["hip"] + weight["pain"] + weight["knee"]
    assert best.similarity == pytest.approx(2 * shared / both)


def test_what_a_term_adds_is_the_weight_of_the_words_that_the_wording_lacks(tmp_path):
    index = make_index(tmp_path, ROWS)
    weight = dict(zip(index.store.texts("vocabulary"), index.store["idf"].tolist(), strict=True))

    added = {each.term.text: each.added for each in WordRetriever(index, make_corrector(index))(("knee", "pain", "x"))}

    assert added["knee pain"] == pytest.approx(0.0, abs=1e-6)
    assert added["knee pain at night"] == pytest.approx(weight["night"])
    assert added["hip pain"] == pytest.approx(weight["hip"])


def test_a_misspelled_word_counts_as_the_word(retrieve):
    assert [each.similarity for each in retrieve("pneumonai")] == [pytest.approx(1.0)]


def test_a_word_and_its_misspelling_count_once(retrieve):
    assert [each.similarity for each in retrieve("pneumonia pneumonai")] == [pytest.approx(1.0)]
    assert [each.similarity for each in retrieve("pneumonia pneumonia")] == [pytest.approx(1.0)]


def test_an_unknown_word_lowers_the_similarity(retrieve):
    assert retrieve("pneumonia xyzzy")[0].similarity < retrieve("pneumonia")[0].similarity


@pytest.mark.parametrize("text", ["", "xyzzy", "of the"])
def test_no_known_word_finds_nothing(retrieve, text):
    assert retrieve(text) == ()


def test_a_shield_is_never_retrieved(retrieve):
    assert "knee pain score" not in [each.term.text for each in retrieve("knee pain score")]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_no_more_than_the_limit_are_returned(retrieve, limit):
    assert len(retrieve("pain", limit=limit)) == limit
