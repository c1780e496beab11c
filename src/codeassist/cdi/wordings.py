"""Words of a query, and wordings that are looked for in them; data tables hold the wordings.

A wording is a row of words. ``pay|paid`` is one of several, ``reimburs*`` the start of a word, ``[the]`` may be left
out, ``...`` skips up to five words of the sentence (``...8`` up to eight), ``<dx>`` is a diagnosis of
``diagnosis_words.tsv``, ``^`` the start of a sentence, ``?`` its end. A word with a capital, or after ``=``, is found
in just that case. Hyphens and slashes part words, so that ``case mix`` also finds "case-mix".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
      \$ \s? \d [\d,.]*                  # an amount of money
    | \w+ (?: ' (?!s\b) \w+ )?           # a word, or a contraction such as "don't", without a possessive s
    | [.?!] (?= \s | ["')\]] | $ )       # the end of a sentence
    | \n [ \t]* \n                       # an empty line ends one too
    | [,:]
    """,
    re.VERBOSE,
)
_LOOKS = str.maketrans(
    "\u2018\u2019\u201a\u2032`\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2212\u00a0\u2007\u202f",
    "'''''\"\"\"------   ",
)
_ENDS = frozenset(".?!\n")
_SOFT = frozenset(",:")
_GAP = 5


class Token(NamedTuple):
    """This is one word or mark of a text: ``word`` in lower case, ``exact`` as written, its place, and its sentence."""

    word: str
    exact: str
    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Element:
    """This is one place of a wording."""

    words: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    is_optional: bool = False
    is_diagnosis: bool = False
    gap: int = 0

    def fits(self, token: Token) -> bool:
        """Tell whether a token is one of the element's words."""
        return token.word in self.words or token.exact in self.exact or token.word.startswith(self.prefixes)


Wording = tuple[Element, ...]


def straighten(text: str) -> str:
    """Return a text of the same length with plain quotation marks, hyphens, spaces and letters."""
    text = text.translate(_LOOKS)
    return text if text.isascii() else "".join(map(_plain, text))


def read_tokens(text: str) -> list[Token]:
    """Cut a straightened text into words and marks.

    Examples
    --------
    >>> [token.word for token in read_tokens("Don't the patient's labs (CC/MCC)?")]
    ["don't", 'the', 'patient', 'labs', 'cc', 'mcc', '?']
    """
    tokens: list[Token] = []
    sentence = 0
    for found in _TOKEN.finditer(text):
        exact = "$#" if found[0][0] == "$" else found[0]
        word = "\n" if exact[0] == "\n" else exact.lower()
        if not (word == "s" and text[found.start() - 1 : found.start()] == "'"):
            tokens.append(Token(word, exact, found.start(), found.end(), sentence))
        sentence += word in _ENDS
    return tokens


def parse_wording(text: str) -> Wording:
    """Read a wording of a table."""
    return tuple(_parse_element(part) for part in text.split())


def first_words(wording: Wording) -> Iterator[str]:
    """Yield the words, or starts of words with a star, with which a wording can begin."""
    for element in wording:
        yield from element.words - {"^"}
        yield from (word.lower() for word in element.exact)
        yield from (f"{prefix}*" for prefix in element.prefixes)
        if not element.is_optional and "^" not in element.words:
            return


def match_wording(
    wording: Wording, tokens: Sequence[Token], place: int, diagnoses: dict[int, int] | None = None
) -> int | None:
    """Return the place after a wording that begins at a token, or None; ``diagnoses`` says where diagnoses end."""
    return _match(wording, 0, tokens, place, diagnoses or {})


def _match(wording: Wording, step: int, tokens: Sequence[Token], place: int, diagnoses: dict[int, int]) -> int | None:  # noqa: PLR0911 - one for each kind of element
    if step == len(wording):
        return place
    element = wording[step]
    if "^" in element.words:
        is_first = place == 0 or tokens[place - 1].sentence != tokens[place].sentence
        return _match(wording, step + 1, tokens, place, diagnoses) if is_first else None
    if element.gap:
        return _match_gap(wording, step, tokens, place, diagnoses)
    if place >= len(tokens):
        return _match(wording, step + 1, tokens, place, diagnoses) if element.is_optional else None
    if element.is_diagnosis and place in diagnoses:
        return _match(wording, step + 1, tokens, diagnoses[place], diagnoses)
    if element.fits(tokens[place]):
        found = _match(wording, step + 1, tokens, place + 1, diagnoses)
        if found is not None:
            return found
    if element.is_optional:
        return _match(wording, step + 1, tokens, place, diagnoses)
    if step and tokens[place].word in _SOFT:
        return _match(wording, step, tokens, place + 1, diagnoses)
    return None


def _match_gap(
    wording: Wording, step: int, tokens: Sequence[Token], place: int, diagnoses: dict[int, int]
) -> int | None:
    for skipped in range(wording[step].gap + 1):
        found = _match(wording, step + 1, tokens, place + skipped, diagnoses)
        if found is not None:
            return found
        if place + skipped >= len(tokens) or tokens[place + skipped].word in _ENDS:
            return None
    return None


def _parse_element(part: str) -> Element:
    if part.startswith("..."):
        return Element(gap=int(part[3:] or _GAP))
    is_optional = part[0] == "["
    words = [word for word in part.strip("[]").split("|") if word != "<dx>"]
    exact = {word.removeprefix("=") for word in words if word[0] == "=" or word != word.lower()}
    return Element(
        words=frozenset(word for word in words if word[0] != "=" and word == word.lower() and word[-1] != "*"),
        exact=frozenset(exact),
        prefixes=tuple(word[:-1] for word in words if word[-1] == "*"),
        is_optional=is_optional,
        is_diagnosis="<dx>" in part,
    )


def _plain(character: str) -> str:
    if character.isascii():
        return character
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character
