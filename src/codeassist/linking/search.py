"""Search: the codes that a free wording names, from exact terms, shared words and axis values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial

from codeassist.core.codes import ICD10CM
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError
from codeassist.linking.conventions import Conventions, OlderWording
from codeassist.linking.qualifiers import Qualifiers, Stated
from codeassist.linking.ranking import Features, Ranking
from codeassist.linking.residuals import Residual, find_other
from codeassist.linking.retrieval import Retrieved, TermFinder
from codeassist.linking.subtypes import Reading, SubtypeReader
from codeassist.terminology.term_index import IndexedTerm
from codeassist.terminology.vocabulary import Vocabulary
from codeassist.terminology.wordings import strip_silent

# How many terms are found by the words they share with a wording, and how many by their vectors.
_SIMILAR, _NEAR = 40, 60
_EXACT = 0.999
# How many titles are remembered with their qualifiers.
_TITLES = 10_000
# What the pedigree of a term counts: reviewed wordings first, then titles, shortened titles last.
_PEDIGREES = {
    "synonym": 1.0,
    "abbreviation": 1.0,
    "preferred": 0.67,
    "inclusion": 0.67,
    "derived": 0.5,
    "index_entry": 0.33,
    "default": 0.0,
}


@dataclass(frozen=True, slots=True)
class _Question:
    """This is a wording as it is looked up: its words, what it states, and what older conventions say beside."""

    words: tuple[str, ...]
    head_terms: tuple[int, ...]
    stated: frozenset[str]
    older: OlderWording
    residual: Residual
    qualifiers: Stated


@dataclass(frozen=True, slots=True)
class _Row:
    """This is one code that a wording chooses, with the features that depend on the code alone."""

    code: str
    title: str
    features: Features


@dataclass(frozen=True, slots=True)
class _Choice:
    """This is what a wording chooses below one code: how many of the code's values it states, and the rows."""

    values: int
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """This is one code that a wording may name, by which term, and what speaks for and against it."""

    code: str
    title: str
    term: IndexedTerm
    features: Features


class Searcher:
    """This searches one edition; it keeps no state between calls.

    Parameters
    ----------
    vocabulary
        The edition with its terms.
    find
        Finds terms for a wording.
    ranking
        Orders what was found.
    """

    def __init__(self, vocabulary: Vocabulary, find: TermFinder, ranking: Ranking) -> None:
        self._vocabulary = vocabulary
        self._find = find
        self._ranking = ranking
        self._conventions = Conventions.load()
        self._read_subtypes = SubtypeReader.load(vocabulary.index.normalizer)
        self._qualifiers = Qualifiers.load(vocabulary.index.normalizer)
        self._read_title = lru_cache(_TITLES)(self._read_qualifiers)

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
        best: dict[str, CodeMatch] = {}
        for hit in self.read(text):
            score = self._ranking.score(hit.features)
            known = best.get(hit.code)
            if known is None or score > known.score:
                best[hit.code] = CodeMatch(hit.code, ICD10CM, hit.title, score, hit.term.text)
        return sorted(best.values(), key=lambda match: (-match.score, match.code))[:limit]

    def read(self, text: str) -> Iterator[Hit]:
        """Yield every code that a wording may name, with its features; a code may come by several terms."""
        question = self._understand(text)
        # Many of the terms found are wordings of one code.
        choose = cache(partial(self._choose, question))
        for reading in self._read_wording(question.words):
            for found in self._find(reading.words, similar=_SIMILAR, near=_NEAR, also=question.head_terms):
                choice = choose(found.term.code)
                features = self._describe(found, question, values=choice.values)
                for row in choice.rows:
                    added = {**row.features, "left_out": float(reading.left_out)}
                    yield Hit(row.code, row.title, found.term, {**features, **added})

    def _understand(self, text: str) -> _Question:
        # The tokenizer refuses halves of characters.
        older = self._conventions.read(text.encode(errors="replace").decode())
        spoken = strip_silent(older.text)
        words = self._split(spoken)
        stated = self._vocabulary.tables.wordings.read(words)
        qualifiers = self._qualifiers.read(words)
        return _Question(words, self._find_heads(spoken), stated, older, Residual.read(older.text), qualifiers)

    def _split(self, text: str) -> tuple[str, ...]:
        return self._vocabulary.index.normalizer.split(text)

    def _find_heads(self, wording: str) -> tuple[int, ...]:
        """Return the terms that are the wording up to one of its commas; what follows chooses among their rows."""
        pieces = wording.split(",")
        heads = (self._split(",".join(pieces[:count])) for count in range(1, len(pieces)))
        return tuple(term.number for head in heads for term in self._vocabulary.index.find_exact(head))

    def _read_wording(self, words: tuple[str, ...]) -> Iterator[Reading]:
        index = self._vocabulary.index
        yield Reading(words, 0)
        if not index.find_exact(words):
            yield from (
                each for each in self._read_subtypes(words) if not each.is_guess or index.find_exact(each.words)
            )

    def _choose(self, question: _Question, anchor: str) -> _Choice:
        selected, values = self._select(anchor, question)
        codes = {selected: 0.0}
        for value in question.older.possible:
            codes.setdefault(self._select_value(anchor, question, value)[0], -1.0)
        if question.residual.is_other and not question.residual.is_unspecified:
            other = find_other(self._vocabulary.codeset, selected)
            if other:
                codes.setdefault(self._find_billable(other), 0.0)
        return _Choice(values, tuple(self._describe_row(question, code, each) for code, each in codes.items()))

    def _describe_row(self, question: _Question, code: str, possible: float) -> _Row:
        """Return a row with its own features: residual, chapter, qualifiers, and that it is only possible."""
        title = self._vocabulary.codeset.title(code)
        difference = self._qualifiers.compare(question.qualifiers, self._read_title(title))
        features = {
            "residual": question.residual.rate(title),
            "opposite": -float(difference.opposite),
            "unasked": -float(difference.unasked),
            "possible": possible,
            "chapter": float(code.startswith(tuple(question.older.letters))),
        }
        return _Row(code, title, features)

    def _read_qualifiers(self, title: str) -> Stated:
        return self._qualifiers.read(self._split(title))

    def _describe(self, found: Retrieved, question: _Question, *, values: int) -> dict[str, float]:
        """Return what speaks for a term: shared words, a near vector, its pedigree, and the axis values given."""
        features = {
            "words": found.similarity,
            "covered": found.covered,
            "vectors": found.cosine,
            "rarest": float(found.has_rarest),
            "pedigree": _PEDIGREES[found.term.pedigree],
            "axes": float(values),
        }
        if found.similarity >= _EXACT:
            features["exact"] = 1.0
        if found.term.cues:
            features["sense"] = self._rate_cues(found.term, question.words)
        if found.term.number in question.head_terms:
            features |= {"head": 1.0, "head_axes": float(values)}
        return features

    def _rate_cues(self, term: IndexedTerm, words: tuple[str, ...]) -> float:
        """Return 1 if a word that selects this sense stands in the wording, and otherwise -1.

        Guidelines I.C.4.a.2: diabetes whose type is not stated is type 2, so "type 1" for its ulcer stands behind.
        """
        return 1.0 if any(cue and set(words).issuperset(cue) for cue in map(self._split, term.cues)) else -1.0

    def _select(self, anchor: str, question: _Question) -> tuple[str, int]:
        """Return the billable row that the wording states, and how many of its values the wording gave."""
        selection = self._vocabulary.tables.select(anchor, question.stated)
        for value in question.older.states:
            code, count = self._select_value(anchor, question, value)
            if value in self._vocabulary.codeset.title(code).lower():
                return code, count
        return self._find_billable(selection.code), len(selection.matched)

    def _select_value(self, anchor: str, question: _Question, value: str) -> tuple[str, int]:
        """Return the same for the wording with one value more."""
        selection = self._vocabulary.tables.select(anchor, question.stated.union(self._split(value), {value}))
        return self._find_billable(selection.code), len(selection.matched)

    def _find_billable(self, code: str) -> str:
        is_billable = self._vocabulary.codeset.is_billable(code)
        return code if is_billable else self._vocabulary.tables.find_nearest(code).code
