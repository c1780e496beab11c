"""The linking stage: from a mention to the codes it may mean, each with its points and their reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.config import LinkingSettings
from codeassist.core.mentions import Mention
from codeassist.core.suggestions import UNSTATED, Candidate, Contribution
from codeassist.linking.retrieval import Retrieved, WordRetriever
from codeassist.terminology.axes import AxisTables, NearestRow, Selection
from codeassist.terminology.axis_select import LEFT
from codeassist.terminology.term_index import IndexedTerm, TermIndex

# Points order candidates; they are not probabilities. A wording reviewed by this project stands above a title, a title
# above an inclusion term, and all above a wording derived by leaving words of a title out.
_WORDING_POINTS = {
    "synonym": 4.0,
    "abbreviation": 3.8,
    "preferred": 3.9,
    "inclusion": 3.8,
    "index_entry": 3.6,
    "derived": 3.6,
    "default": 3.3,
}
_SIMILAR_POINTS = 4.0
_RETRIEVED = 12
# Chapters XX and XXI: circumstances share their words with headings that name no condition ("follow up in two weeks").
_FACTOR_LETTERS = frozenset("VWXYZ")
_AXIS_POINTS = 0.5
_WORD_POINTS = 0.2
_CUE_POINTS = 0.3
_GUESSED = "default"
_OTHER_SENSE_POINTS = -0.5
_UNSTATED_POINTS = -0.5


class Linker:
    """This is the linking stage.

    Reads: mentions. Gives: candidates, the best of a mention first.

    Parameters
    ----------
    index
        The term index that the mentions' terms point into.
    tables
        The axis tables of the edition.
    retrieve
        Finds terms by shared words, for phrases that no term names exactly.
    settings
        How many alternatives are kept, and how near a retrieved term must be.
    """

    def __init__(
        self, index: TermIndex, tables: AxisTables, retrieve: WordRetriever, *, settings: LinkingSettings
    ) -> None:
        self._index = index
        self._tables = tables
        self._retrieve = retrieve
        self._settings = settings

    def __call__(self, mentions: Sequence[Mention]) -> tuple[Candidate, ...]:
        """Return the candidates of every mention that names a code, in the mentions' order."""
        return tuple(candidate for mention in mentions for candidate in self._link(mention))

    def _link(self, mention: Mention) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        words = self._tables.wordings.read(mention.nearby_words, mention.own_words)
        for candidate in self._read_all(mention, words):
            known = best.get(candidate.code.value)
            if known is None or candidate.score > known.score:
                best[candidate.code.value] = candidate
        ranked = sorted(best.values(), key=lambda c: (-c.score, c.code.value))
        return ranked[: self._settings.alternatives + 1]

    def _read_all(self, mention: Mention, words: frozenset[str]) -> Iterator[Candidate]:
        if mention.terms:
            terms = [self._index.get(number) for number in mention.terms]
            for rank, term in enumerate(terms):
                # A title with its "without ..." left out is a guess where another code goes by the name itself.
                if rank and term.pedigree == _GUESSED != terms[0].pedigree:
                    continue
                yield from self._read_term(mention, term, words, tuple(self._explain_term(term, rank=rank)))
        elif mention.entity_type != "medication":
            for found in self._retrieve(mention.reading.split(), limit=_RETRIEVED):
                if self._is_near(found):
                    yield from self._read_term(mention, found.term, words, tuple(_explain_retrieved(found)))

    def _is_near(self, found: Retrieved) -> bool:
        """Tell whether a retrieved term may be meant: it lacks words of the note, and adds none that say more.

        "NSAID overdose" shares its rarest word with "NSAID use", and says the contrary.
        """
        if found.added > self._settings.maximum_added_weight:
            return False
        needed = self._settings.minimum_similarity
        if found.term.code[0] in _FACTOR_LETTERS:
            needed = self._settings.minimum_factor_similarity
        return found.similarity >= needed

    def _read_term(
        self, mention: Mention, term: IndexedTerm, words: frozenset[str], wording: tuple[Contribution, ...]
    ) -> Iterator[Candidate]:
        selection = self._tables.select(term.code, words)
        rationale = (*wording, *_explain_axes(selection))
        other_side = tuple((axis, LEFT if axis == "laterality" else value) for axis, value in selection.matched)
        readings = [(selection.code, selection.matched), *((code, other_side) for code in selection.also)]
        for value, axis_values in readings:
            row = self._find_billable(value)
            yield Candidate(
                mention,
                self._index.codeset.make(row.code),
                self._index.codeset.title(row.code),
                (*rationale, *_explain_unstated(row)),
                anchor=term.code,
                axis_values=axis_values,
            )

    def _find_billable(self, code: str) -> NearestRow:
        """Return the code itself, or below a header the row that says least beyond it."""
        return NearestRow(code, ()) if self._index.codeset.is_billable(code) else self._tables.find_nearest(code)

    def _explain_term(self, term: IndexedTerm, *, rank: int) -> Iterator[Contribution]:
        yield Contribution(f"wording:{term.pedigree}", _WORDING_POINTS[term.pedigree], f"{term.text} ({term.code})")
        yield Contribution("words", _WORD_POINTS * term.size, f"{term.size} words of the note")
        if term.cues:
            yield Contribution("sense", _CUE_POINTS, "other words of the note select this sense")
        if rank:
            yield Contribution("other_sense", _OTHER_SENSE_POINTS * rank, "another code comes first for the wording")


def _explain_retrieved(found: Retrieved) -> Iterator[Contribution]:
    detail = f"{found.term.text} ({found.term.code}), similarity {found.similarity:.2f}"
    yield Contribution("wording:similar", _SIMILAR_POINTS * found.similarity, detail)
    yield Contribution("words", 0.0, "no wording of the index is the whole phrase")


def _explain_axes(selection: Selection) -> Iterator[Contribution]:
    for axis, value in selection.matched:
        yield Contribution(f"axis:{axis}", _AXIS_POINTS, value)


def _explain_unstated(row: NearestRow) -> Iterator[Contribution]:
    for axis, value in row.unstated:
        yield Contribution(UNSTATED, _UNSTATED_POINTS, f"{axis} {value}")
