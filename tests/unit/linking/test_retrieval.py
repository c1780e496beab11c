import numpy as np
import pytest

from codeassist.linking.retrieval import TermFinder, WordRetriever, find_largest
from made_index import NORMALIZER, make_corrector, make_index
from made_vectors import make_vectors

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


@pytest.fixture(scope="module")
def find(tmp_path_factory):
    """Return a finder for which "gonalgia" means the knee and pain means ache."""
    index = make_index(tmp_path_factory.mktemp("finder"), ROWS, shields=("knee pain score",))
    vectors = make_vectors(index, ("gonalgia", "knee", "patella"), ("pain", "ache"), ("pneumonia", "lungfire"))
    finder = TermFinder(index, WordRetriever(index, make_corrector(index)), vectors)

    def call(text, *, similar=2, near=2, **options):
        return list(finder(NORMALIZER.split(text), similar=similar, near=near, **options))

    return call


def test_terms_that_share_words_come_before_terms_that_lie_near(find):
    found = find("hip pain patella", similar=1, near=2)

    assert [each.term.text for each in found] == ["hip pain", "knee pain"]
    assert found[0].similarity > found[1].similarity > 0
    assert found[0].cosine == pytest.approx(2 / 6**0.5)


def test_a_term_that_is_found_both_ways_comes_once_with_both_figures(find):
    (found,) = find("knee pain", similar=1, near=1)

    assert (found.term.text, found.similarity, found.cosine) == (
        "knee pain",
        pytest.approx(1.0),
        pytest.approx(1.0),
    )


def test_a_term_without_a_shared_word_has_similarity_0(find):
    by_text = {each.term.text: each for each in find("hip ache", similar=0, near=20)}

    assert by_text["hip pain"].cosine == pytest.approx(1.0)
    assert by_text["knee pain"].similarity == 0.0
    assert by_text["knee pain"].cosine == pytest.approx(0.5)


def test_where_no_word_is_known_only_what_lies_very_near_is_found(find):
    """Vectors of any characters lie near something: of "knee pain" the knee is half."""
    assert [each.term.text for each in find("lungfire", near=20)] == ["pneumonia"]
    assert find("gonalgia", near=20) == []
    assert find("", near=20) == []


def test_terms_found_in_another_way_are_compared_too(find):
    everything = find("knee", similar=99, near=99)
    other = next(each.term for each in find("pneumonia"))

    with_other = find("knee", similar=99, near=99, also=(other.number,))

    assert [each.term.text for each in with_other[len(everything) :]] == ["pneumonia"]
    assert (with_other[-1].similarity, with_other[-1].cosine) == (0.0, 0.0)


def test_a_shield_is_never_found_by_either_way(find):
    assert "knee pain score" not in [each.term.text for each in find("knee pain score", similar=99, near=99)]


@pytest.mark.parametrize("count", [0, 1, 3, 64, 1000])
@pytest.mark.parametrize("size", [0, 5, 64, 1000, 5000])
def test_the_largest_are_those_of_a_full_sort(count, size):
    values = np.random.default_rng(size).integers(-20, 200, size).astype(np.float64)

    wanted = [int(place) for place in np.argsort(-values, kind="stable") if values[place] > 0][:count]

    assert find_largest(values, count).tolist() == wanted
