"""The commonest words of English, from the frequency list that comes with ``symspellpy``."""

from __future__ import annotations

import importlib.resources
from functools import lru_cache

WORD_LIST = "frequency_dictionary_en_82_765.txt"


@lru_cache(maxsize=2)
def read_common_words(count: int) -> frozenset[str]:
    """Return the ``count`` commonest words; none where the list is not installed."""
    source = importlib.resources.files("symspellpy") / WORD_LIST
    if not source.is_file():
        return frozenset()
    rows = (line.split() for line in source.read_text(encoding="utf-8-sig").splitlines())
    ranked = sorted((row for row in rows if len(row) == 2), key=lambda row: (-int(row[1]), row[0]))
    return frozenset(word for word, _ in ranked[:count])
