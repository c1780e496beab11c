"""Search: the codes that a free wording names, from exact terms, shared words and axis values."""

from __future__ import annotations

from codeassist.core.codes import ICD10CM
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError
from codeassist.linking.retrieval import Retrieved, WordRetriever
from codeassist.terminology.term_index import IndexedTerm
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
# A sense that asks for other words beside it ("type 1" for a diabetic ulcer) stands behind the default sense without
# them. Guidelines I.C.4.a.2: diabetes whose type is not stated is type 2.
_CUE_BONUS = 0.005


class Searcher:
    """This searches one edition; it keeps no state between calls."""

    def __init__(self, vocabulary: Vocabulary, retrieve: WordRetriever) -> None:
        self._vocabulary = vocabulary
        self._retrieve = retrieve

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
            If the code system is not installed, or the limit allows no code.
        """
        if limit < 1:
            msg = f"limit is {limit}, expected 1 or more: how many codes to return at the most"
            raise ConfigError(msg)
        if system != ICD10CM:
            msg = f"no code set of the system {system!r} is installed; installed: {ICD10CM}"
            raise ConfigError(msg)
        # The tokenizer refuses halves of characters.
        words = self._vocabulary.index.normalizer.split(strip_silent(text.encode(errors="replace").decode()))
        stated = self._vocabulary.tables.wordings.read(words)
        best: dict[str, CodeMatch] = {}
        for found in self._retrieve(words, limit=_RETRIEVED):
            match = self._read(found, stated, words=frozenset(words))
            known = best.get(match.code)
            if known is None or match.score > known.score:
                best[match.code] = match
        return sorted(best.values(), key=lambda match: (-match.score, match.code))[:limit]

    def _read(self, found: Retrieved, stated: frozenset[str], *, words: frozenset[str]) -> CodeMatch:
        selection = self._vocabulary.tables.select(found.term.code, stated)
        score = found.similarity + _PEDIGREE_BONUS[found.term.pedigree] + _AXIS_BONUS * len(selection.matched)
        if found.term.cues:
            score += _CUE_BONUS if self._has_cue(found.term, words) else -_CUE_BONUS
        display = self._vocabulary.codeset.title(selection.code)
        return CodeMatch(selection.code, ICD10CM, display, round(score, 4), found.term.text)

    def _has_cue(self, term: IndexedTerm, words: frozenset[str]) -> bool:
        split = self._vocabulary.index.normalizer.split
        return any(cue_words and words.issuperset(cue_words) for cue_words in map(split, term.cues))
