"""Chooses what a wording means where it has several senses."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache

from codeassist.annotation.abbreviations import strip_plural
from codeassist.terminology.term_index import SHIELD, IndexedTerm, TermIndex

_MAX_SENSES = 6
_SHORT = 2


class SenseChooser:
    """This picks, of the terms that share a wording, those that the note can mean.

    Parameters
    ----------
    index
        The term index.
    common_words
        Lower-case words that are never read as an abbreviation ("all", "aids", "or") nor as a derived wording.
    """

    def __init__(self, index: TermIndex, common_words: AbstractSet[str]) -> None:
        self._index = index
        self._common_words = common_words
        self._terms_at = lru_cache(maxsize=50_000)(index.terms_at)

    def __call__(
        self, place: int, surface: str, *, words: AbstractSet[str], definitions: Mapping[str, str]
    ) -> tuple[IndexedTerm, ...]:
        """Return the terms meant, best first; empty when the wording is not to be read as a term here.

        Parameters
        ----------
        place
            Place of the wording in the key table.
        surface
            The characters of the note.
        words
            Normal forms of all words of the note, in which cues are looked up.
        definitions
            Long forms of the abbreviations that the note defines.
        """
        defined = definitions.get(surface) or definitions.get(strip_plural(surface))
        if defined is not None:
            return self._find_defined(defined)
        terms = self._terms_at(place)
        if terms[0].pedigree == SHIELD:
            return ()
        terms = tuple(term for term in terms if self._is_readable(term, surface))
        cued = [term for term in terms if term.cues and self._has_cue(term, words)]
        chosen = cued or [term for term in terms if not term.cues]
        if len(chosen) > 1:
            written = _squeeze(surface)
            chosen.sort(key=lambda term: _squeeze(term.text) != written)
        return tuple(chosen[:_MAX_SENSES])

    def _find_defined(self, long_form: str) -> tuple[IndexedTerm, ...]:
        terms = self._index.find_exact(self._index.normalizer.split(long_form))
        return tuple(term for term in terms if not term.cues)[:_MAX_SENSES]

    def _is_readable(self, term: IndexedTerm, surface: str) -> bool:
        """Tell whether the surface may stand for the term: short abbreviations only in capitals."""
        lowered = surface.lower()
        if term.pedigree == "abbreviation" and surface.islower():
            return len(surface) > _SHORT and lowered not in self._common_words
        return lowered not in self._common_words or (surface.isupper() and term.pedigree == "abbreviation")

    def _has_cue(self, term: IndexedTerm, words: AbstractSet[str]) -> bool:
        return any(all(word in words for word in self._index.normalizer.split(cue)) for cue in term.cues)

    @staticmethod
    def entity_type(term: IndexedTerm) -> str:
        """Return the entity type of a term: procedure, finding (R70-R94) or problem."""
        if term.is_procedure:
            return "procedure"
        return "finding" if "R70" <= term.code[:3] <= "R94" else "problem"


def _squeeze(wording: str) -> str:
    """Return a wording's letters and digits, so that what is written stands before what is merely equivalent."""
    return "".join(filter(str.isalnum, wording.lower())).removesuffix("s")
