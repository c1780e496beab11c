"""The small lists of words that the stage needs by their role: negation, sides, words of another time."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("word_lists.tsv")


@lru_cache(maxsize=16)
def get_words(role: str) -> frozenset[str]:
    """Return the words of one role, in their normal forms.

    Examples
    --------
    >>> sorted(get_words("left"))
    ['left', 'lt', 'os']
    """
    return frozenset(row["word"] for row in read_table(_TABLE, ("role", "word")) if row["role"] == role)
