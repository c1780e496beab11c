"""Reads the numbering of subtypes that no term names: "Usher syndrome type 1D", "LGMD2O", "aciduria type 2"."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeassist.assets import find_asset
from codeassist.terminology.lexicon import LEXICON_FOLDER, read_table
from codeassist.terminology.words import WordNormalizer

SYMBOL_TABLE = f"{LEXICON_FOLDER}/gene_symbols.tsv"
SYMBOL_COLUMNS = ("symbol", "code", "name", "provenance")

_NUMBERED = frozenset({"type", "subtype", "form", "group", "variant", "stage", "grade", "class", "phase", "category"})
_LEFT_OUT_WITH_NUMBER = frozenset({"type", "subtype", "form", "group", "variant"})
# Said of a disease that runs in families or of the age it is found at; most have one code all the same.
_QUALIFIERS = frozenset({"familial", "hereditary", "isolated", "nonsyndromic", "childhood", "pediatric", "adult"})
_DESIGNATOR = re.compile(r"\d{1,3}[a-z]{0,2}\d?|(?:i{1,3}|iv|vi{0,3}|ix|xi{0,3})[a-h]?\d?|[a-z]")
_HYPHENATED = re.compile(r"([a-z]{4,})-(\d{1,3}[a-z]?)")
_SYMBOL = re.compile(r"([a-z]{2,6}?)-?(\d{1,3}[a-z]{0,2}\d?|(?<=-)[ivx]+[a-h]?)(?:/.*)?")
_ARABIC_BY_ROMAN = {
    roman: str(number)
    for number, roman in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii"), start=1
    )
}
_ROMAN_BY_ARABIC = {arabic: roman for roman, arabic in _ARABIC_BY_ROMAN.items()}
_NUMBER = re.compile(r"\d{1,2}[a-z]?")
_LETTERED = re.compile(r"([ivx]+|\d{1,2})[a-h]\d?")
_NUMERAL = re.compile(r"([ivx]+|\d+)([a-h]?\d?)")


@dataclass(frozen=True, slots=True)
class Reading:
    """This is one way to read a wording.

    ``left_out`` tells how many kinds of words it lacks, a letter behind a number counted half; ``is_guess`` that it has
    words which the wording lacks, so that it counts only where a term says just that.
    """

    words: tuple[str, ...]
    left_out: float
    is_guess: bool = False


class SubtypeReader:
    """This gives the further readings of a wording that no term names as it stands.

    Parameters
    ----------
    names_by_symbol
        Lower-case letters of a family of disease symbols to the words of the family's disease.
    """

    def __init__(self, names_by_symbol: Mapping[str, tuple[str, ...]]) -> None:
        self._names = names_by_symbol

    @classmethod
    def load(cls, normalizer: WordNormalizer) -> SubtypeReader:
        """Read ``gene_symbols.tsv`` of the lexicon."""
        rows = read_table(find_asset(SYMBOL_TABLE), SYMBOL_COLUMNS)
        return cls({row["symbol"].lower(): normalizer.split(row["name"]) for row in rows})

    def __call__(self, words: Sequence[str]) -> Iterator[Reading]:
        """Yield the wording's other readings, the nearest first.

        Parameters
        ----------
        words
            Normal forms of the wording.

        Examples
        --------
        >>> reader = SubtypeReader({"usha": ("usher", "syndrome")})
        >>> [" ".join(reading.words) for reading in reader(("usha1d",)) if not reading.is_guess]
        ['usher syndrome']
        >>> [" ".join(reading.words) for reading in reader(("usher", "syndrome", "type", "1d"))]
        ['usher syndrome type id', 'usher syndrome type 1', 'usher syndrome type i', 'usher syndrome']
        """
        given = tuple(words)
        numbered = _add_type(self._name_symbols(given))
        lettered = tuple(_leave_out_letters(numbered))
        plain = tuple(_leave_out_numbers(numbered))
        bare = tuple(_leave_out_inheritance(plain))
        readings = (
            Reading(tuple(_swap_numerals(given)), 0),
            *_read_both_numerals(numbered, left_out=0),
            *_read_both_numerals(lettered, left_out=0.5),
            Reading(plain, 1),
            Reading(bare, 2),
        )
        seen = {given}
        for reading in readings:
            if reading.words and reading.words not in seen:
                seen.add(reading.words)
                yield reading

    def _name_symbols(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Put the family's disease in a symbol's place; apart ("LGMD 2O") only where it is the whole wording."""
        if len(words) == 2 and words[0] in self._names and _DESIGNATOR.fullmatch(words[1]):
            return (*self._names[words[0]], "type", words[1])
        return tuple(part for word in words for part in self._name_symbol(word))

    def _name_symbol(self, word: str) -> tuple[str, ...]:
        found = _SYMBOL.fullmatch(word)
        name = self._names.get(found.group(1)) if found else None
        return (*name, "type", found.group(2)) if found and name else (word,)


def _read_both_numerals(words: tuple[str, ...], *, left_out: float) -> Iterator[Reading]:
    """Yield the words as they are and with the other kind of numerals, both to be found only as they stand."""
    yield Reading(words, left_out, is_guess=True)
    yield Reading(tuple(_swap_numerals(words)), left_out, is_guess=True)


def _add_type(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words with "type" before a number at their end that has no such word."""
    is_bare = len(words) > 2 and _NUMBER.fullmatch(words[-1]) and words[-2] not in _NUMBERED
    return (*words[:-1], "type", words[-1]) if is_bare else words


def _leave_out_letters(words: Sequence[str]) -> Iterator[str]:
    """Yield the words with "type 1" for "type 1d"."""
    for before, word in zip(("", *words), words, strict=False):
        found = _LETTERED.fullmatch(word) if before in _NUMBERED else None
        yield found.group(1) if found else word


def _swap_numerals(words: Sequence[str]) -> Iterator[str]:
    """Yield the words with a roman numeral for an arabic one, or the other way, after "type" and its like."""
    for before, word in zip(("", *words), words, strict=False):
        found = _NUMERAL.fullmatch(word) if before in _NUMBERED else None
        number = found.group(1) if found else ""
        swapped = _ARABIC_BY_ROMAN.get(number) or _ROMAN_BY_ARABIC.get(number)
        yield swapped + found.group(2) if found and swapped else word


def _leave_out_numbers(words: Sequence[str]) -> Iterator[str]:
    """Yield the words without "type 1d", "group B" anywhere and without a number or letter at the end."""
    end = len(words)
    while end > 1 and _DESIGNATOR.fullmatch(words[end - 1]):
        end -= 1
    if 1 < end < len(words) and words[end - 1] in _LEFT_OUT_WITH_NUMBER:
        end -= 1
    place = 0
    while place < end:
        is_last = place + 1 >= end
        if words[place] in _LEFT_OUT_WITH_NUMBER and not is_last and _DESIGNATOR.fullmatch(words[place + 1]):
            place += 2
            continue
        hyphenated = _HYPHENATED.fullmatch(words[place])
        yield hyphenated.group(1) if hyphenated else words[place]
        place += 1


def _leave_out_inheritance(words: Sequence[str]) -> Iterator[str]:
    """Yield the words without "autosomal recessive", "X-linked dominant", "familial" and their like."""
    qualified = [word for word in words if word not in _QUALIFIERS]
    is_linked = any(pair == ("x", "linked") for pair in itertools.pairwise(words))
    if "autosomal" not in words and not is_linked:
        yield from qualified or words
        return
    left_out = {"autosomal", "dominant", "recessive"} | ({"x", "linked"} if is_linked else set())
    yield from (word for word in qualified if word not in left_out)
