"""Chooses what a wording means where it has several senses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import pairwise

from codeassist.annotation.abbreviations import strip_plural
from codeassist.terminology.term_index import SHIELD, IndexedTerm, TermIndex

_MAX_SENSES = 6
_SHORT = 2
_WORD = re.compile(r"[^\W_]+")
_JOINT = re.compile(
    r"""
    \b (?: and | or ) \b     # two things are joined by a word
    | [&/]                   # or by a sign
    """,
    re.VERBOSE,
)
_REVIEWED = frozenset({"synonym", "abbreviation"})


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
        self._split = lru_cache(maxsize=20_000)(index.normalizer.split)

    def __call__(
        self,
        place: int,
        surface: str,
        *,
        words: AbstractSet[str],
        definitions: Mapping[str, str],
        across_joint: bool = False,
        among_capitals: bool = False,
    ) -> tuple[IndexedTerm, ...] | None:
        """Return the terms meant, best first; empty when the words name nothing, None when others may read them.

        Parameters
        ----------
        place
            Place of the wording in the key table.
        surface
            The characters of the note.
        words
            Normal forms of all words of the note, and neighbours joined by a space, in which cues are looked up.
        definitions
            Long forms of the abbreviations that the note defines.
        across_joint
            Whether "and", "or" or a slash stands inside the surface: only a term that holds one itself is read so.
        among_capitals
            Whether the words before and after are capitals too, so that "AS" is the common word it looks like.
        """
        defined = definitions.get(surface) or definitions.get(strip_plural(surface))
        if defined is not None:
            return self._find_defined(defined)
        terms = self._terms_at(place)
        if terms[0].pedigree == SHIELD:
            return ()
        if across_joint:
            terms = tuple(term for term in terms if _holds_joint(term.text))
        if among_capitals and surface.lower() in self._common_words:
            return None
        terms = tuple(term for term in terms if self._is_readable(term, surface))
        counted = [(self._count_cues(term, words), term) for term in terms if term.cues]
        # Of two senses the one of which the note says more; else in their order.
        cued = [term for count, term in sorted(counted, key=lambda each: -each[0]) if count]
        chosen = cued or [term for term in terms if not term.cues]
        if len(chosen) > 1 and chosen[1].pedigree in _REVIEWED:
            written = _squeeze(surface)
            lowered = surface.lower()
            chosen.sort(
                key=lambda term: (
                    term.pedigree not in _REVIEWED,
                    _squeeze(term.text) != written,
                    term.text.lower() != lowered,
                )
            )
        return tuple(chosen[:_MAX_SENSES]) or None

    def _find_defined(self, long_form: str) -> tuple[IndexedTerm, ...]:
        terms = self._index.find_exact(self._index.normalizer.split(long_form))
        if terms and terms[0].pedigree == SHIELD:
            return ()
        return tuple(term for term in terms if not term.cues)[:_MAX_SENSES]

    def _is_readable(self, term: IndexedTerm, surface: str) -> bool:
        """Tell whether the surface may stand for the term: short abbreviations only in capitals."""
        lowered = surface.lower()
        if term.text.startswith("Other ") and not lowered.startswith("other"):
            return False
        if surface == term.text:
            return term.pedigree == "abbreviation" or lowered not in self._common_words
        if term.pedigree == "abbreviation" and not surface.isupper():
            is_common = lowered in self._common_words
            is_long = len(surface) > _SHORT and not is_common
            return is_long and self._common_words.isdisjoint(_lower_abbreviations(term.text, surface))
        return lowered not in self._common_words or (surface.isupper() and term.pedigree == "abbreviation")

    def _count_cues(self, term: IndexedTerm, words: AbstractSet[str]) -> int:
        return sum(_stands_in(self._split(cue), words) for cue in term.cues)

    @staticmethod
    def entity_type(term: IndexedTerm) -> str:
        """Return the entity type of a term: procedure, finding (R70-R94) or problem."""
        if term.is_procedure:
            return "procedure"
        return "finding" if "R70" <= term.code[:3] <= "R94" else "problem"


@lru_cache(maxsize=20_000)
def _holds_joint(wording: str) -> bool:
    return _JOINT.search(wording) is not None


def _lower_abbreviations(wording: str, surface: str) -> set[str]:
    """Return the words that are capitals in a wording and small letters in the note: "mi" for "acute MI".

    A wording without capitals is an abbreviation as a whole.
    """
    capitals = {word.lower() for word in _WORD.findall(wording) if _is_abbreviation(word)}
    small = {word for word in _WORD.findall(surface) if word.islower()}
    return {word for word in small if not capitals or word in capitals or word.removesuffix("s") in capitals}


def _is_abbreviation(word: str) -> bool:
    """Tell whether a word of a wording is capitals, or has some beside small letters: "MI", "HFrEF"."""
    return word.isupper() or (not word[1:].islower() and not word.islower() and not word.isdigit())


def _stands_in(cue: tuple[str, ...], words: AbstractSet[str]) -> bool:
    """Tell whether a cue's words follow each other: a list's "1." beside "type 2 diabetes" is no "type 1 diabetes"."""
    if len(cue) < 2:
        return bool(cue) and cue[0] in words
    return all(f"{word} {following}" in words for word, following in pairwise(cue))


def _squeeze(wording: str) -> str:
    """Return a wording's letters and digits, so that what is written stands before what is merely equivalent."""
    return "".join(filter(str.isalnum, wording.lower())).removesuffix("s")
