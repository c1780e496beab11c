"""Search: the codes that a free wording names, from exact terms, shared words and axis values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codeassist.core.codes import ICD10CM
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError
from codeassist.linking.conventions import Conventions
from codeassist.linking.residuals import Residual, find_other
from codeassist.linking.retrieval import Retrieved, WordRetriever
from codeassist.terminology.term_index import SHIELD, IndexedTerm
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
# A term that is exactly the wording up to one of its commas; what follows chooses among the term's rows, or does not.
_HEAD_SIMILARITY = 0.85
_HEAD_STATED_BONUS = 0.1


@dataclass(frozen=True, slots=True)
class _Question:
    """This is a wording as it is looked up: its words, what it states, and what older conventions may state instead."""

    words: tuple[str, ...]
    heads: tuple[tuple[str, ...], ...]
    stated: frozenset[str]
    alternatives: tuple[str, ...]
    residual: Residual


class Searcher:
    """This searches one edition; it keeps no state between calls."""

    def __init__(self, vocabulary: Vocabulary, retrieve: WordRetriever) -> None:
        self._vocabulary = vocabulary
        self._retrieve = retrieve
        self._conventions = Conventions.load()

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
        question = self._understand(text)
        best: dict[str, CodeMatch] = {}
        for match in self._match(question):
            known = best.get(match.code)
            if known is None or match.score > known.score:
                best[match.code] = match
        return sorted(best.values(), key=lambda match: (-match.score, match.code))[:limit]

    def _understand(self, text: str) -> _Question:
        # The tokenizer refuses halves of characters.
        wording, states = self._conventions.read(text.encode(errors="replace").decode())
        words = self._split(strip_silent(wording))
        stated = self._vocabulary.tables.wordings.read(words)
        pieces = strip_silent(wording).split(",")
        heads = tuple(self._split(",".join(pieces[:count])) for count in range(1, len(pieces)))
        return _Question(words, heads, stated, states, Residual.read(wording))

    def _split(self, text: str) -> tuple[str, ...]:
        return self._vocabulary.index.normalizer.split(text)

    def _match(self, question: _Question) -> Iterator[CodeMatch]:
        for found in self._retrieve(question.words, limit=_RETRIEVED):
            yield from self._read(found, question, stated_bonus=_AXIS_BONUS)
        for head in question.heads:
            for term in self._vocabulary.index.find_exact(head):
                if term.pedigree != SHIELD:
                    yield from self._read(
                        Retrieved(term, _HEAD_SIMILARITY, 0.0), question, stated_bonus=_HEAD_STATED_BONUS
                    )

    def _read(self, found: Retrieved, question: _Question, *, stated_bonus: float) -> Iterator[CodeMatch]:
        codeset = self._vocabulary.codeset
        selected, values = self._select(found.term.code, question)
        codes = [selected]
        if question.residual.is_other and not question.residual.is_unspecified:
            codes.extend(self._find_billable(other) for other in [find_other(codeset, selected)] if other)
        for code in codes:
            title = codeset.title(code)
            score = found.similarity + _PEDIGREE_BONUS[found.term.pedigree] + stated_bonus * values
            score += self._rate_cues(found.term, question.words)
            yield CodeMatch(code, ICD10CM, title, round(score + question.residual.rate(title), 4), found.term.text)

    def _rate_cues(self, term: IndexedTerm, words: tuple[str, ...]) -> float:
        if not term.cues:
            return 0.0
        has_cue = any(cue and set(words).issuperset(cue) for cue in map(self._split, term.cues))
        return _CUE_BONUS if has_cue else -_CUE_BONUS

    def _select(self, anchor: str, question: _Question) -> tuple[str, int]:
        """Return the billable row that the wording states, and how many of its values the wording gave."""
        selection = self._vocabulary.tables.select(anchor, question.stated)
        for alternative in question.alternatives:
            words = question.stated.union(self._split(alternative), {alternative})
            other = self._vocabulary.tables.select(anchor, words)
            if alternative in self._vocabulary.codeset.title(other.code).lower():
                selection = other
                break
        return self._find_billable(selection.code), len(selection.matched)

    def _find_billable(self, code: str) -> str:
        is_billable = self._vocabulary.codeset.is_billable(code)
        return code if is_billable else self._vocabulary.tables.find_nearest(code).code
