"""A word embedding made by hand, for tests of what reads it: words of one group have one direction."""

import numpy as np

from codeassist.terminology.embedding import TermVectors, WordEmbedding, build_vectors

DIMENSIONS = 64


class MadeEmbedding(WordEmbedding):
    """This gives every word a unit vector by the group that it is in; a word of no group has one of its own."""

    def __init__(self, *groups):
        self._place = {word: place for place, group in enumerate(groups) for word in group}

    def embed_words(self, words):
        rows = np.zeros((len(words), DIMENSIONS), np.float32)
        for row, word in zip(rows, words, strict=True):
            row[self._place.setdefault(word, len(set(self._place.values())))] = 1.0
        return rows


def make_vectors(index, *groups):
    """Return the vectors of an index's terms in which the words of one group mean the same."""
    embedding = MadeEmbedding(*groups)
    arrays = build_vectors(index.store, embedding, tell=lambda *_: None)
    return TermVectors(arrays["vectors"], load=lambda: embedding)
