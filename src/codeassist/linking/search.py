"""Search: the codes that a free wording names, from exact terms, shared words and axis values."""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.core.codes import ICD10CM
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError
from codeassist.linking.retrieval import Retrieved, WordRetriever
from codeassist.linking.subtypes import Reading, SubtypeReader
from codeassist.terminology.vocabulary import Vocabulary
from codeassist.terminology.wordings import strip_silent

_RETRIEVED = 80
# What a term's pedigree adds to its similarity: reviewed wordings and titles first, shortened titles last.
_PEDIGREE_BONUS = {
    "synonym": 0.03,
    "abbreviation": 0.03,
    "preferred": 0.02,
    "inclusion": 0.02,
    "index_entry": 0.01,
    "derived": 0.015,
    "default": 0.0,
}
_AXIS_BONUS = 0.01


class Searcher:
    """This searches one edition; it keeps no state between calls."""

    def __init__(self, vocabulary: Vocabulary, retrieve: WordRetriever) -> None:
        self._vocabulary = vocabulary
        self._retrieve = retrieve
        self._read_subtypes = SubtypeReader.load(vocabulary.index.normalizer)

    def __call__(self, text: str, *, system: str = ICD10CM, limit: int = 10) -> list[CodeMatch]:
        """Return the codes that a wording names, best first.

        Parameters
        ----------
        text
            The wording, in any case and word order.
        system
            Code system to search.
        limit
            How many codes at the most.

        Raises
        ------
        ConfigError
            If the code system is not installed.
        """
        if system != ICD10CM:
            msg = f"no code set of the system {system!r} is installed; installed: {ICD10CM}"
            raise ConfigError(msg)
        # The tokenizer refuses halves of characters.
        words = self._vocabulary.index.normalizer.split(strip_silent(text.encode(errors="replace").decode()))
        stated = self._vocabulary.tables.wordings.read(words)
        best: dict[str, CodeMatch] = {}
        for reading in self._read_wording(words):
            for found in self._retrieve(reading.words, limit=_RETRIEVED):
                match = self._read(found, stated, cost=reading.cost)
                known = best.get(match.code)
                if known is None or match.score > known.score:
                    best[match.code] = match
        return sorted(best.values(), key=lambda match: (-match.score, match.code))[:limit]

    def _read_wording(self, words: tuple[str, ...]) -> Iterator[Reading]:
        yield Reading(words, 0.0)
        if not self._vocabulary.index.find_exact(words):
            yield from self._read_subtypes(words)

    def _read(self, found: Retrieved, stated: frozenset[str], *, cost: float) -> CodeMatch:
        selection = self._vocabulary.tables.select(found.term.code, stated)
        score = found.similarity + _PEDIGREE_BONUS[found.term.pedigree] + _AXIS_BONUS * len(selection.matched) - cost
        display = self._vocabulary.codeset.title(selection.code)
        return CodeMatch(selection.code, ICD10CM, display, round(score, 4), found.term.text)
