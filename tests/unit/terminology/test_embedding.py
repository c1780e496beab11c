import numpy as np
import pytest

from codeassist.assets import read_model
from codeassist.errors import AssetError
from codeassist.terminology import embedding as module
from codeassist.terminology.embedding import MODEL_FOLDER, WordEmbedding, build_vectors, hash_grams
from made_index import make_index
from made_vectors import MadeEmbedding, make_vectors

# Row number times 1, 10 and 100; the row for padding is empty.
TABLE = np.vstack([np.outer(np.arange(50), [1, 10, 100]), np.zeros((1, 3))]).astype(np.float32)
SMALL = WordEmbedding(lambda numbers: TABLE[numbers].sum(axis=1), 50)
ROWS = (
    ("knee pain", "R05", "synonym", (), False),
    ("gonalgia", "R05", "synonym", (), False),
    ("podagra podagra", "M10.9", "synonym", (), False),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    return make_index(tmp_path_factory.mktemp("index"), ROWS, shields=("knee pain score",))


def test_a_word_is_hashed_by_its_sequences_of_three_to_five_characters_and_itself():
    """Of " gout " there are 4 of three, 3 of four and 2 of five characters; 3, 2 and 1 of them are in " goute " too."""
    assert len(hash_grams("gout", buckets=1 << 30)) == 4 + 3 + 2 + 1
    assert len(set(hash_grams("gout", buckets=1 << 30)) & set(hash_grams("goute", buckets=1 << 30))) == 6


@pytest.mark.parametrize("word", ["", "a", "\ud800", "x" * 500])
def test_any_word_is_hashed_to_rows_that_exist(word):
    assert all(0 <= number < 50 for number in hash_grams(word, buckets=50))


def test_a_word_is_the_sum_of_its_rows_whatever_stands_beside_it():
    words = ["gout", "pseudohypoparathyroidism", "a"]

    rows = SMALL.embed_words(words)

    assert rows[:, 0].tolist() == [sum(hash_grams(word, buckets=50)) for word in words]
    assert [SMALL.embed_words([word]).tolist()[0] for word in words] == rows.tolist()


def test_a_wording_has_length_1_and_neither_order_nor_repetition_counts():
    vector = SMALL.embed(("knee", "pain"))

    assert np.linalg.norm(vector) == pytest.approx(1.0)
    assert vector == pytest.approx(SMALL.embed(("pain", "knee", "knee")))


def test_a_wording_without_words_lies_nowhere():
    assert SMALL.embed(()).tolist() == [0.0, 0.0, 0.0]


def test_terms_are_compared_with_a_wording_by_number(index):
    vectors = make_vectors(index, ("knee", "gonalgia"))

    cosines = vectors.compare(("knee",))

    near = {index.get(number).text: float(cosine) for number, cosine in enumerate(cosines)}
    assert near["gonalgia"] == pytest.approx(1.0)
    assert near["knee pain"] == pytest.approx(0.5**0.5)
    assert near["podagra podagra"] == near["Cough"] == 0.0


def test_a_shield_is_near_nothing(index):
    cosines = make_vectors(index).compare(("knee", "pain", "score"))

    assert [float(c) for n, c in enumerate(cosines) if index.get(n).text == "knee pain score"] == [0.0]


def test_vectors_are_the_same_however_many_terms_are_compiled_at_once(index, monkeypatch):
    told = []
    whole = build_vectors(index.store, SMALL, tell=lambda *_: None)["vectors"]
    monkeypatch.setattr(module, "_TERMS_AT_ONCE", 3)
    monkeypatch.setattr(module, "_WORDS_AT_ONCE", 2)

    parts = build_vectors(index.store, SMALL, tell=lambda *part: told.append(part), doing="vectors")["vectors"]

    assert parts.tolist() == whole.tolist()
    assert [doing for doing, _ in told] == ["vectors"] * len(told)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_the_embedding_is_loaded_when_the_first_wording_is_compared(index):
    loads = []
    made = MadeEmbedding()
    vectors = module.TermVectors(np.eye(64, dtype=np.float32), load=lambda: loads.append(1) or made)

    before = list(loads)
    vectors.compare(("gout",))

    assert (before, loads) == ([], [1])


def test_the_table_of_the_package_puts_a_misspelling_near_its_word():
    table = WordEmbedding.load()

    def compare(one, other):
        return float(table.embed((one,)) @ table.embed((other,)))

    assert compare("pneumonia", "pnuemonia") > 0.2 > compare("pneumonia", "fracture")


@pytest.mark.parametrize("files", [{}, {"model.onnx": read_model("models/reportability/2")["model.onnx"]}])
def test_a_folder_without_a_table_that_says_how_many_rows_it_has_is_refused(monkeypatch, files):
    monkeypatch.setattr(module, "read_model", lambda _: files)

    with pytest.raises(AssetError, match="holds no table of words; reinstall the package"):
        WordEmbedding.load()


def test_the_model_folder_is_that_of_the_manifest():
    assert list(read_model(MODEL_FOLDER)) == ["model.onnx"]
