"""Turns a path of the Alphabetic Index into the wordings that clinicians write.

The index prints the noun first and indents its qualifiers: ``Fracture, traumatic`` > ``femur`` > ``neck``. Read aloud
the qualifiers come first, what follows "with" or "due to" comes last, and the words in parentheses are optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from codeassist.terminology.index_file import IndexNode

_MOST_WORDINGS = 10
# A wording of more words is only retrieved by the words it shares, and needs no variants.
_LONGEST_VARIED = 9
# A main term with more optional words prints them as examples ("Abscess (embolic) (infective) (metastatic) ...").
_MOST_EXAMPLES = 2
_LONGEST_MODIFIER = 3
# Short words change their vowel in other forms (nose, nasal; tooth, teeth), and begin like too many others.
_SHORT_WORD = 5
# Words that tie a term to the one above it, with the ways in which clinicians say the same.
_CONNECTORS: Mapping[str, tuple[str, ...]] = {
    "with": ("with",),
    "without": ("without",),
    "due to": ("due to", "secondary to", "from"),
    "caused by": ("due to", "caused by"),
    "resulting from": ("due to", "resulting from"),
    "secondary to": ("secondary to", "due to"),
    "associated with": ("associated with", "with"),
    "following": ("following", "after"),
    "complicating": ("complicating",),
    "complicated by": ("complicated by", "with"),
    "in": ("in",),
    "of": ("of",),
    "by": ("by",),
    "from": ("from",),
    "to": ("to",),
    "for": ("for",),
    "on": ("on",),
    "after": ("after",),
    "during": ("during",),
    "involving": ("involving", "of"),
    "affecting": ("affecting",),
    "and": ("and",),
}
_CONNECTOR = re.compile(
    rf"""
    (?P<word> {"|".join(word.replace(" ", "[ ]") for word in sorted(_CONNECTORS, key=len, reverse=True))} )
    (?: ,? \s+ | $ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_INNER = re.compile(r"(?:^|\s+)(?:with|without|due\ to|in|of|from|to|by|after|following)\b", re.VERBOSE)
# Convention I.A.6: NEC and NOS say nothing of the patient.
_ABBREVIATION = re.compile(r"\s*\b(?:NEC|NOS)\b\s*", re.VERBOSE)
# What is left to the coder: "specified site" is one that the index does not list.
_RESIDUAL = re.compile(
    r"""
    (?: other \s+ )? specified (?: \s+ (?: type | site | part | form | disease | condition | organism | substance ) )?
    | (?: other | elsewhere | type | site | nature )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What a wording that says no more means.
_SILENT = re.compile(
    r"""
    unspecified (?: \s+ (?: site | type | part | cause | degree | severity ) )?
    | (?: site | type | cause | degree ) \s+ unspecified
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ADJECTIVE = re.compile(r"\w{3,}(?:ic|al|ous|ive|ed|ar|ary)", re.VERBOSE)
_EITHER = re.compile(r"(?P<one>[\w'-]+)\s+or\s+(?P<other>[\w'-]+)", re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Segment:
    """This is one level of a path.

    ``phrases`` are alternatives, the printed one first; ``connectors`` tie it to what stands before, none for a plain
    qualifier. A ``silent`` level adds nothing, below a ``residual`` one the wording is left to the coder.
    """

    phrases: tuple[str, ...]
    connectors: tuple[str, ...]
    modifiers: tuple[str, ...]
    kind: Literal["plain", "silent", "residual"]


@dataclass(frozen=True, slots=True)
class IndexWording:
    """This is one wording of a path; ``is_printed`` tells whether no optional or equivalent word was chosen for it."""

    text: str
    is_printed: bool


def read_segments(path: Sequence[IndexNode], wordings_by_title: Mapping[str, Sequence[str]]) -> tuple[Segment, ...]:
    """Return the levels of a path, a connecting word joined to the level below it.

    Parameters
    ----------
    path
        The nodes, main term first.
    wordings_by_title
        What main terms are called whose title is no wording.
    """
    segments: list[Segment] = []
    waiting: tuple[str, ...] = ()
    for depth, node in enumerate(path):
        known = tuple(wordings_by_title.get(node.title, ())) if depth == 0 else ()
        segment = _read_segment(node.title, node.modifiers, known)
        if waiting:
            segment = Segment(segment.phrases, (*waiting, *segment.connectors), segment.modifiers, segment.kind)
        waiting = ()
        if segment.connectors and segment.phrases == ("",):
            waiting = segment.connectors
        else:
            segments.append(segment)
    return tuple(segments)


def word_path(segments: Sequence[Segment], *, most: int = _MOST_WORDINGS) -> Iterator[IndexWording]:
    """Yield the wordings of a path, as printed first: in natural order, then with equivalents and optional words.

    One thing at a time is chosen: who writes "type 2 diabetes mellitus with neuropathy" does not write "sugar" too.
    """
    plain = tuple(segment for segment in segments if segment.kind == "plain")
    if not plain:
        return
    phrases = [segment.phrases[0] for segment in plain]
    ties = [segment.connectors[0] if segment.connectors else "" for segment in plain]
    printed = _join(phrases, ties)
    seen = {printed}
    yield IndexWording(printed, is_printed=True)
    if len(printed.split()) > _LONGEST_VARIED:
        return
    for text in _vary(plain, phrases, ties):
        if len(seen) >= most:
            return
        if text not in seen:
            seen.add(text)
            yield IndexWording(text, is_printed=False)


def split_alternatives(title: str) -> tuple[str, ...]:
    """Return the wordings that a title holds: forms of one word, or qualifiers brought before their noun.

    Examples
    --------
    >>> split_alternatives("Diabetes, diabetic"), split_alternatives("disability, intellectual")
    (('Diabetes', 'diabetic'), ('intellectual disability',))
    """
    first, *others = (part.strip() for part in title.split(",") if part.strip()) if title.strip(" ,") else ("",)
    forms = [part for part in others if _is_form(first.split()[-1], part)]
    rest = [part for part in others if part not in forms]
    phrases = [_arrange(phrase, rest) for phrase in (first, *forms)]
    either = _EITHER.fullmatch(phrases[0])
    if either and not either["one"].endswith("-"):
        phrases += [either["one"], either["other"]]
    return tuple(phrases)


@lru_cache(maxsize=100_000)
def _read_segment(printed: str, printed_modifiers: tuple[str, ...], known: tuple[str, ...]) -> Segment:
    title = _ABBREVIATION.sub(" ", printed).strip(" ,")
    connectors, title = _read_connectors(title)
    modifiers = [modifier for modifier in printed_modifiers if not modifier.startswith(("see ", "meaning "))]
    if connectors:
        connectors += [form for word in modifiers for form in _CONNECTORS.get(word.lower(), ())]
    optional = tuple(modifier for modifier in modifiers if _is_usable(modifier))
    kind: Literal["plain", "silent", "residual"] = "plain"
    if _RESIDUAL.fullmatch(title) or (printed and not title and not connectors):
        kind = "residual"
    elif _SILENT.fullmatch(title) or not printed:
        kind = "silent"
    return Segment(known or split_alternatives(title), tuple(connectors), optional, kind)


def _read_connectors(title: str) -> tuple[list[str], str]:
    connectors: list[str] = []
    while match := _CONNECTOR.match(title):
        connectors += _CONNECTORS[match["word"].lower()]
        title = title[match.end() :]
    return connectors, title


def _is_usable(modifier: str) -> bool:
    words = modifier.split()
    return (
        len(modifier) > 2
        and modifier[0].isalpha()
        and len(words) <= _LONGEST_MODIFIER
        and "," not in modifier
        and not _CONNECTOR.match(modifier)
    )


def _is_form(first: str, part: str) -> bool:
    """Tell whether a part of a title is another form of its first word: "diabetic", "nasal", "teeth"."""
    one, other = first.lower(), part.split(maxsplit=1)[0].lower()
    if one[:1] != other[:1]:
        return False
    if one[: min(3, len(one) - 1)] == other[: min(3, len(one) - 1)]:
        return True
    is_plural = one[-1:] == other[-1:] and len(one) == len(other)
    return len(one) <= _SHORT_WORD and (bool(_ADJECTIVE.fullmatch(other)) or is_plural)


def _arrange(phrase: str, qualifiers: Sequence[str]) -> str:
    """Return a phrase with its inverted qualifiers in natural order: "infiltrative dermopathy with thyrotoxicosis"."""
    cuts = [_INNER.search(part) for part in qualifiers]
    before = [part[: cut.start()] if cut else part for part, cut in zip(qualifiers, cuts, strict=True)]
    after = [part[cut.start() :].strip() for part, cut in zip(qualifiers, cuts, strict=True) if cut]
    return " ".join(part for part in (*reversed(before), phrase, *after) if part)


def _vary(plain: Sequence[Segment], phrases: Sequence[str], ties: Sequence[str]) -> Iterator[str]:
    last = len(plain) - 1
    for place in dict.fromkeys((0, *range(last, 0, -1))):
        segment = plain[place]
        for tie in segment.connectors[1:]:
            yield _join(phrases, _replace(ties, place, tie))
        for phrase in segment.phrases[1:]:
            changed = _replace(phrases, place, phrase)
            is_adjective = place == 0 and _ADJECTIVE.fullmatch(phrase) is not None
            if not is_adjective:
                yield _join(changed, ties)
            elif "with" in ties:
                yield " ".join(_group(changed, ties))
    for place in (last, 0) if last else (0,):
        modifiers = plain[place].modifiers
        if place == last or len(modifiers) <= _MOST_EXAMPLES:
            for modifier in modifiers:
                yield _join(_replace(phrases, place, _add_modifier(phrases[place], modifier)), ties)


def _add_modifier(phrase: str, modifier: str) -> str:
    """Return a phrase with an optional word, an English adjective before it: "essential hypertension"."""
    is_adjective = _ADJECTIVE.fullmatch(modifier.rsplit(maxsplit=1)[-1]) is not None
    return f"{modifier} {phrase}" if is_adjective else f"{phrase} {modifier}"


def _replace(texts: Sequence[str], place: int, text: str) -> list[str]:
    return [*texts[:place], text, *texts[place + 1 :]]


def _group(phrases: Sequence[str], ties: Sequence[str]) -> list[str]:
    """Return what stands between the connecting words, the qualifiers of each group before its noun."""
    starts = [place for place, tie in enumerate(ties) if tie or not place]
    return [" ".join(reversed(phrases[start:end])) for start, end in pairwise((*starts, len(phrases)))]


def _join(phrases: Sequence[str], ties: Sequence[str]) -> str:
    """Return the wording; a main term that a qualifier says again is said once ("Anemia" > "EPO resistant anemia")."""
    main = phrases[0].lower()
    if any(main in phrase.lower().split() for phrase in phrases[1:]):
        phrases = ["", *phrases[1:]]
    used = ["", *(tie for tie in ties[1:] if tie)]
    words = " ".join(f"{tie} {group}" for tie, group in zip(used, _group(phrases, ties), strict=True)).split()
    # Levels repeat each other ("intertrochanteric" > "femur" > "intertrochanteric"), clinicians do not.
    first = {word.lower(): place for place, word in reversed(list(enumerate(words)))}
    return " ".join(word for place, word in enumerate(words) if word in _CONNECTORS or first[word.lower()] == place)
