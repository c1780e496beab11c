"""Turns words into vectors in which wordings of one condition lie near each other though they share no word.

A word is the sum of the rows that its character sequences and the word itself are hashed to, a wording is the sum of
its words, scaled to length 1. The rows are fitted by ``models/term_embedding/train.py``; onnxruntime adds them up.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from codeassist.assets import read_model
from codeassist.errors import AssetError
from codeassist.terminology.store import CompiledStore, Progress
from codeassist.terminology.term_index import PEDIGREES, SHIELD

MODEL_FOLDER = "models/term_embedding/1"
GRAM_SIZES = (3, 4, 5)
_WORDS_AT_ONCE = 1024
_TERMS_AT_ONCE = 8192
Buckets = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.float32]


def hash_grams(word: str, *, buckets: int) -> list[int]:
    """Return the rows that a word is the sum of: those of its character 3- to 5-grams, and its own.

    Parameters
    ----------
    word
        Normal form of a word.
    buckets
        How many rows there are.

    Examples
    --------
    >>> len(hash_grams("gout", buckets=1000))  # " go", "gou", "out", "ut ", " gou", ..., "gout " and the word
    10
    """
    padded = f" {word} "
    grams = [padded[i : i + size] for size in GRAM_SIZES for i in range(len(padded) - size + 1)]
    return [zlib.crc32(gram.encode(errors="replace")) % buckets for gram in (*grams, f"w:{word}")]


class WordEmbedding:
    """This is the fitted table, asked for words.

    Parameters
    ----------
    add_up
        Gives for rows of bucket numbers, padded with ``buckets``, the sums of the table's rows.
    buckets
        How many rows the table has, not counting the empty one for padding.
    """

    def __init__(self, add_up: Callable[[Buckets], Matrix], buckets: int) -> None:
        self._add_up = add_up
        self._buckets = buckets

    @classmethod
    def load(cls) -> WordEmbedding:
        """Read the table that comes with the package, checked against its manifest.

        Raises
        ------
        AssetError
            If a file of it is missing, was changed, or holds no table.
        """
        try:
            return cls.read(read_model(MODEL_FOLDER)["model.onnx"])
        except LookupError as error:
            msg = f"{MODEL_FOLDER} holds no table of words; reinstall the package"
            raise AssetError(msg) from error

    @classmethod
    def read(cls, content: bytes) -> WordEmbedding:
        """Read a table from the bytes of its graph.

        Raises
        ------
        LookupError
            If the graph does not say how many buckets it has.
        """
        return cls(*_open_session(content))

    def embed_words(self, words: Sequence[str]) -> Matrix:
        """Return one row a word, not scaled, to be added up."""
        hashed = [hash_grams(word, buckets=self._buckets) for word in words]
        padded = np.full((len(words), max(map(len, hashed), default=1)), self._buckets, np.int64)
        for row, numbers in zip(padded, hashed, strict=True):
            row[: len(numbers)] = numbers
        return self._add_up(padded)

    def embed(self, words: Sequence[str]) -> Matrix:
        """Return the vector of a wording, of length 1, or zeros where it has no word; a repeated word counts once."""
        sums = self.embed_words(tuple(dict.fromkeys(words))).sum(axis=0, keepdims=True)
        vector: Matrix = _to_unit(sums)[0]
        return vector


class TermVectors:
    """This is the vector of every term of an index, for all of them at once to be compared with a wording.

    Parameters
    ----------
    vectors
        What `build_vectors` returned, one row a term.
    load
        Gives the embedding, when the first wording is compared.
    """

    def __init__(self, vectors: Matrix, load: Callable[[], WordEmbedding] | None = None) -> None:
        self._vectors = vectors
        self._load = load or load_embedding

    def compare(self, words: Sequence[str]) -> Matrix:
        """Return the cosine of a wording with every term, by the term's number; 0 for a shield."""
        cosines: Matrix = self._vectors @ self._load().embed(words)
        return cosines


@lru_cache(maxsize=1)
def load_embedding() -> WordEmbedding:
    """Return the embedding that comes with the package, loaded when first asked for."""
    return WordEmbedding.load()


def build_vectors(
    terms: CompiledStore, embedding: WordEmbedding, *, tell: Progress, doing: str = ""
) -> dict[str, Matrix]:
    """Compile the vectors of an index's terms, in units of length 1.

    Parameters
    ----------
    terms
        The compiled file of the term index.
    embedding
        Gives the vectors of words.
    tell
        Called with ``doing`` and the share that is done.
    doing
        What is being done, in words.
    """
    by_word = _embed_vocabulary(list(terms.texts("vocabulary")), embedding)
    word_numbers = np.repeat(np.arange(len(by_word)), np.diff(terms["posting_offsets"]))
    # Postings go by word; here the words of one term must follow each other.
    word_numbers = word_numbers[np.argsort(terms["postings"], kind="stable")]
    count = len(terms["code"])
    starts = np.concatenate([[0], np.cumsum(np.bincount(terms["postings"], minlength=count))])
    vectors = np.zeros((count, by_word.shape[1]), np.float32)
    for first in range(0, count, _TERMS_AT_ONCE):
        tell(doing, first / count)
        last = min(first + _TERMS_AT_ONCE, count)
        rows = by_word[word_numbers[starts[first] : starts[last]]]
        vectors[first:last] = _to_unit(np.add.reduceat(rows, starts[first:last] - starts[first], axis=0))
    vectors[terms["pedigree"] == PEDIGREES.index(SHIELD)] = 0.0
    tell(doing, 1.0)
    return {"vectors": vectors}


def _embed_vocabulary(words: Sequence[str], embedding: WordEmbedding) -> Matrix:
    parts = [embedding.embed_words(words[i : i + _WORDS_AT_ONCE]) for i in range(0, len(words), _WORDS_AT_ONCE)]
    return np.concatenate(parts)


def _to_unit(rows: Matrix) -> Matrix:
    lengths = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    unit: Matrix = rows / np.maximum(lengths, np.float32(1e-9))
    return unit


def _open_session(content: bytes) -> tuple[Callable[[Buckets], Matrix], int]:
    # Imported here: coding a note needs no vector.
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    # Some hundred rows are added up: threads would cost more than they bring.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0].name, session.get_outputs()[0].name
    buckets = int(session.get_modelmeta().custom_metadata_map["buckets"])

    def add_up(numbers: Buckets) -> Matrix:
        sums: Matrix = session.run([target], {source: numbers})[0]
        return sums

    return add_up, buckets
