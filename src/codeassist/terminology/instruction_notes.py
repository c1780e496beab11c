"""Instruction notes of the tabular list, and the codes that they name.

A note names codes as ``I50.9``, ``I50.-``, ``S06.0X-``, ``O00-O9A``, or as a range with a condition on some
characters: ``T36-T50 with fifth or sixth character 5``. Each is kept as a pattern in its official form;
:func:`code_matches` tells whether a code is among those that a pattern names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

NOTE_KINDS = (
    "excludes1",
    "excludes2",
    "code_first",
    "use_additional",
    "code_also",
    "includes",
    "inclusion",
    "note",
    "seventh_character",
)

_CODE = r"(?:[A-Z][0-9][0-9A-Z]|Q[A-Z][0-9])(?:\.[0-9A-Z]{0,4})?(?![0-9A-Za-z])"
_NAMED = re.compile(
    rf"""
    (?<![0-9A-Za-z-])             # not inside a word, nor HLA-B27
    (?P<first>{_CODE})
    (?: (?: \.?- )?               # the wildcard of a range's first code: S32.1--S32.9
        \s* (?: \.?- | to | through ) \s*
        (?P<last>{_CODE}) )?
    (?P<wild> \.?-(?![0-9]) )?    # I50.-, T81.44-
    """,
    re.VERBOSE,
)
_PARENTHESES = re.compile(r"\( ( [^()]* ) \)", re.VERBOSE)
_WITH = re.compile(r",? \s* with \s+ (?P<condition>.*)", re.VERBOSE | re.DOTALL)

_POSITION_BY_WORD = {
    "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "six": 6, "6th": 6, "seventh": 7, "7th": 7,
}  # fmt: skip
_VALUE = r"[.-]?[0-9A-Z]{1,3}(?:-(?:\.?[0-9A-Z]{1,3})?)?"
_CONDITION = re.compile(
    rf"""
    (?: (?P<place> final | {"|".join(_POSITION_BY_WORD)} )       # fifth
        (?: \s (?P<joint> or | to ) \s (?P<place2> {"|".join(_POSITION_BY_WORD)} ) )?   # or sixth
        [ -] characters? \s )?
    (?P<values> {_VALUE} (?: (?: \s*[,.] | \s(?:or|and) )+ \s* {_VALUE} )* )            # 1-4 or 6
    """,
    re.VERBOSE,
)
_VALUES = re.compile(rf"(?<![0-9A-Z]){_VALUE}")

# Categories with a letter whose place in ranges is not that of their letters, and the category they follow: the block
# C43-C44 holds C4A, M05-M14 holds M1A, Z30-Z39 holds Z3A; C76-C80 does not hold C7A, nor D37-D48 D3A.
_PREDECESSOR = {"C4A": "C43", "C7A": "C75", "C7B": "C75", "D3A": "D36", "M1A": "M08", "Z3A": "Z36"}


@dataclass(frozen=True, slots=True)
class InstructionNote:
    """This is one line of an instruction note.

    ``at_code`` is the code, block or chapter that carries it; ``codes`` are the patterns of the codes it names.
    """

    kind: str
    at_code: str
    text: str
    codes: tuple[str, ...]


def parse_patterns(text: str, *, exists: Callable[[str], bool] = lambda category: True) -> tuple[str, ...]:
    """Return the patterns of the codes that a note names, in order, each once.

    Parameters
    ----------
    text
        One line of a note.
    exists
        Tells whether a category exists; what only looks like a code (vitamin B12) is then left out.

    Notes
    -----
    A code under a condition that cannot be read from the code itself ("with ketoacidosis") gives no pattern: it
    would name more codes than the note does.

    Examples
    --------
    >>> parse_patterns("influenza and other acute infections (J00-J22), hearing loss as classified in H90.-")
    ('J00-J22', 'H90.-')
    >>> parse_patterns("adverse effect, if applicable, to identify drug (T36-T50 with fifth or sixth character 5)")
    ('T36-T50 with fifth or sixth character 5',)
    """
    found: dict[str, None] = {}
    outside = _PARENTHESES.sub(";", text)
    for part in (*_PARENTHESES.findall(text), outside):
        found.update(dict.fromkeys(_read_part(part, exists)))
    return tuple(found)


def code_matches(pattern: str, code: str) -> bool:
    """Tell whether a pattern of an instruction note names a code.

    Parameters
    ----------
    pattern
        One of ``InstructionNote.codes``.
    code
        A code in canonical form.

    Notes
    -----
    A code named without a dash stands for itself and everything below it. A range that is a block names the codes of
    that block: ``C43-C44`` includes ``C4A.0``, and ``M05-M14`` includes ``M1A.9XX0``.

    Examples
    --------
    >>> code_matches("I50.-", "I50.22"), code_matches("I50.-", "I51.9"), code_matches("O00-O9A", "O9A.211")
    (True, False, True)
    >>> code_matches("T36-T50 with fifth or sixth character 5", "T45.515A")
    True
    """
    return _compile_pattern(pattern)(code)


def _read_part(part: str, exists: Callable[[str], bool]) -> Iterator[str]:
    named = [match for match in _NAMED.finditer(part) if exists(match["first"][:3])]
    if not named:
        return
    suffix = ""
    condition = _WITH.match(part, named[-1].end())
    if condition:
        wording = " ".join(condition["condition"].split()).rstrip(" ,.")
        if not _CONDITION.fullmatch(wording):
            return
        suffix = f" with {wording}"
    for match in named:
        yield _write_pattern(match) + suffix


def _write_pattern(match: re.Match[str]) -> str:
    first = match["first"].rstrip(".")
    if match["last"]:
        return f"{first}-{match['last'].rstrip('.')}"
    if match["wild"] or match["first"].endswith("."):
        return f"{first}.-" if len(first) == 3 else f"{first}-"
    return first


@lru_cache(maxsize=8192)
def _compile_pattern(pattern: str) -> Callable[[str], bool]:
    base, _, condition = pattern.partition(" with ")
    first, _, last = base.partition("-")
    first = first.replace(".", "")
    is_in_base = (
        partial(_is_between, _sort_key(first), _sort_key(last.replace(".", "")))
        if last
        else partial(_starts_with, first)
    )
    holds = _compile_condition(condition) if condition else None
    if holds is None:
        return is_in_base
    return lambda code: is_in_base(code) and holds(code)


def _starts_with(first: str, code: str) -> bool:
    return code.replace(".", "").startswith(first)


def _is_between(low: str, high: str, code: str) -> bool:
    key = _sort_key(code.replace(".", ""))
    return key[: len(low)] >= low and key[: len(high)] <= high


def _sort_key(code: str) -> str:
    """Return a key under which codes without dots sort as the blocks of the tabular list name them."""
    category = code[:3]
    place = _PREDECESSOR.get(category)
    return (f"{place}{category[2]}" if place else f"{category} ") + code[3:]


def _compile_condition(condition: str) -> Callable[[str], bool] | None:
    match = _CONDITION.fullmatch(condition)
    if match is None:
        return None
    values = [value for value in _VALUES.findall(match["values"]) if value not in ("or", "and")]
    if match["place"] == "final":
        return lambda code: any(_fits(value, _get_final(code, value)) for value in values)
    if not match["place"]:
        return lambda code: any(_fits(value, code[3 : 3 + len(value.split("-")[0])]) for value in values)
    first = _POSITION_BY_WORD[match["place"]]
    second = _POSITION_BY_WORD[match["place2"]] if match["place2"] else first
    if match["joint"] == "or":
        return lambda code: any(_fits(value, _get_last_of(code, first, second)) for value in values)
    return lambda code: any(_fits(value, code.replace(".", "")[first - 1 : second]) for value in values)


def _fits(value: str, text: str) -> bool:
    low, _, high = value.strip("-").partition("-")
    if not low.startswith("."):
        low, high = low.lstrip("."), high.lstrip(".")
    elif not text.startswith("."):
        low, high = low[1:], high.lstrip(".")
    return bool(text) and low <= text <= (high or low)


def _get_final(code: str, value: str) -> str:
    """Return as many last characters as ``value`` has; a seventh character and its placeholders do not count.

    ``-23`` names I69.023 and not I69.23, whose last two characters are still to be followed by others.
    """
    plain = code.replace(".", "")
    if len(plain) == 7:
        plain = plain[:6].rstrip("X")
    length = len(value.strip("-."))
    return plain[-length:] if value.startswith(".") or len(plain) - length >= 4 else ""


def _get_last_of(code: str, first: int, second: int) -> str:
    """Return the last of two characters that is not a placeholder.

    T43.651A has a 5 in fifth place, but the sixth character, 1, is the one that says the intent.
    """
    plain = code.replace(".", "")
    characters = plain[first - 1 : second].rstrip("X")
    return characters[-1:]
