"""Facets: the pieces into which a title of the tabular list falls, and how one piece of a title becomes one.

The words that steer this (prepositions, words without meaning, nouns that name an axis, words for parts of the body)
are data: ``title_words.tsv`` and ``assumed_values.tsv``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeassist.assets import find_asset
from codeassist.terminology.lexicon import read_table

AXES_FOLDER = "data/axes/2026-04"
STATED, UNSPECIFIED, ASSUMED, OTHER = range(4)
"""How a facet is met: by the note's words, by silence, by silence under a guideline's default, or by no plain word."""

NO_WORDS: frozenset[str] = frozenset()
_UNSPECIFIED = "unspecified"
# "Otitis, unspecified ear" leaves the side open; "burn of unspecified ear" names a site.
_OPEN_NAMES = {"complication": "unspecified complication", "complications": "unspecified complications"}
_ORGANS = frozenset({"ear"})
_AXIS_BY_LEAD: Mapping[str, str] = {"with": "complication", "due": "etiology"}
_WHOLE_LEADS = frozenset({"with", "without", "due"})
_GLUE = re.compile(
    r"""
      \s+ (?= [,.;:)'-] )     # no space before punctuation
    | (?<= - ) \s+            # nor after a hyphen
    | (?<= \( ) \s+           # nor after an opening parenthesis
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Facet:
    """This is one axis value of one row: how it is met and, where words state it, which.

    An assumed facet needs no words; where it has some, they confirm it. ``either`` are the two sides of an "and" or
    "or", each of which may be enough (guideline I.A.14). ``is_detail`` marks what stands after a comma.
    """

    axis: str
    value: str
    words: frozenset[str]
    kind: int = STATED
    either: tuple[frozenset[str], ...] = ()
    is_detail: bool = False


@dataclass(frozen=True, slots=True)
class TitleToken:
    """This is one token of a title: as printed, its normal form, and its lead if it opens a segment."""

    raw: str
    word: str
    lead: str


@dataclass(frozen=True, slots=True)
class TitleWords:
    """This is the steering vocabulary.

    ``leads`` open a segment, ``empty`` words mean nothing in a facet, ``weak`` words may be left out beside others,
    ``nouns`` name the axis in "unspecified site", ``edges`` are cut off a value's ends, ``joiners`` make an "and" mean
    both, ``sites`` are parts of the body, ``closers`` end a complication before "of", ``assumed`` are the values that
    silence means.
    """

    leads: Mapping[str, str]
    empty: frozenset[str]
    weak: frozenset[str]
    nouns: Mapping[str, str]
    edges: frozenset[str]
    joiners: frozenset[str]
    sites: frozenset[str]
    closers: frozenset[str]
    assumed: frozenset[str]

    @property
    def open_nouns(self) -> frozenset[str]:
        """Return the nouns of axes other than site: "unspecified degree" is no part of what stands beside it."""
        return frozenset(noun for noun, axis in self.nouns.items() if axis not in {"", "site", "laterality"})

    @classmethod
    def load(cls) -> TitleWords:
        """Read ``title_words.tsv`` and ``assumed_values.tsv``."""
        roles: dict[str, dict[str, str]] = defaultdict(dict)
        for row in read_table(find_asset(f"{AXES_FOLDER}/title_words.tsv"), ("word", "role", "meaning")):
            roles[row["role"]][row["word"]] = row["meaning"]
        assumed = read_table(find_asset(f"{AXES_FOLDER}/assumed_values.tsv"), ("value", "basis"))
        return cls(
            roles["lead"],
            frozenset(roles["empty"]),
            frozenset(roles["weak"]),
            roles["noun"],
            frozenset(roles["edge"]),
            frozenset(roles["joiner"]),
            frozenset(roles["site"]),
            frozenset(roles["closer"]),
            frozenset(row["value"] for row in assumed),
        )


def make_facet(segment: Sequence[TitleToken], head: frozenset[str], steer: TitleWords) -> Facet | None:
    """Return the facet of one segment of a title, None if it states nothing.

    Parameters
    ----------
    segment
        Tokens from one lead up to the next.
    head
        Words that every row of the table shares; they state nothing.
    steer
        The steering vocabulary.
    """
    lead = segment[0].lead
    # "With heart failure" is said in full under "Hypertensive heart disease", too.
    head = NO_WORDS if lead in _WHOLE_LEADS else head
    said = _trim(_drop_open_noun(segment[lead == "without" :], steer), head)
    body = said[1:] if said and said[0].lead else said
    words = frozenset(token.word for token in body if token.word and token.word not in steer.empty)
    if words <= head:
        words = NO_WORDS
    strong = words - steer.weak
    raw = [token.raw.lower() for token in body]
    text = _clean(raw, steer.edges)
    if _UNSPECIFIED in raw:
        text = _OPEN_NAMES.get(text) or text.removeprefix("part of ")
    if lead == "without":
        return Facet("complication", f"without {text}", strong or words, ASSUMED) if words else None
    axis = _find_axis(lead, words, steer.sites)
    if lead == "of" and axis == "type":
        text = f"of {text}"
    if "other" in raw:
        axis = (len(words) == 1 and steer.nouns.get(next(iter(words)))) or axis
        return Facet(axis, text, strong or words, OTHER, is_detail=lead == "comma")
    if _UNSPECIFIED in raw and words <= (steer.nouns.keys() if lead == "comma" else steer.nouns.keys() - _ORGANS):
        named = next((steer.nouns[word] for word in sorted(words)), "")
        return Facet(named or axis, _UNSPECIFIED, NO_WORDS, UNSPECIFIED)
    if not words:
        return None
    either = _find_either(said, words, steer)
    return Facet(axis, text, strong or words, either=either, is_detail=lead == "comma")


def _drop_open_noun(segment: Sequence[TitleToken], steer: TitleWords) -> Sequence[TitleToken]:
    """Cut "unspecified side" off the end of a longer segment."""
    if (
        len(segment) > 2
        and segment[-2].raw == _UNSPECIFIED
        and segment[-1].word in steer.nouns
        and not all(token.lead for token in segment[:-2])
    ):
        return segment[:-2]
    return segment


def _find_axis(lead: str, words: frozenset[str], sites: frozenset[str]) -> str:
    """Return the axis of a segment: parts of the body are sites, "of Fallot" goes on with the name before it."""
    if lead in _AXIS_BY_LEAD:
        return _AXIS_BY_LEAD[lead]
    is_site = bool(words & sites) if lead == "of" else bool(words) and words <= sites
    return "site" if is_site else "type"


def _trim(segment: Sequence[TitleToken], head: frozenset[str]) -> Sequence[TitleToken]:
    """Cut the head's words off both ends; inside a name ("middle cerebral artery") they stay."""
    lead = [token for token in segment[:1] if token.lead]
    own = [place for place, token in enumerate(segment) if token.word and token.word not in head]
    if not own:
        return lead
    return [*lead, *segment[max(own[0], len(lead)) : own[-1] + 1]]


def _clean(raw: Sequence[str], edges: frozenset[str]) -> str:
    """Join the words of a segment into a value, without the small words at its ends."""
    start, end = 0, len(raw)
    while start < end and raw[start] in edges:
        start += 1
    while start < end and raw[end - 1] in edges:
        end -= 1
    return _GLUE.sub("", " ".join(word for word in raw[start:end] if word != _UNSPECIFIED))


def _find_either(said: Sequence[TitleToken], words: frozenset[str], steer: TitleWords) -> tuple[frozenset[str], ...]:
    """Return the words of both sides of one "and" or "or"; a noun that ends both sides is given to both."""
    joints = [place for place, token in enumerate(said) if token.raw.lower() in {"and", "or"}]
    if len(joints) != 1 or any(token.raw.lower() in steer.joiners or token.lead == "of" for token in said[1:]):
        return ()
    left = [token.word for token in said[: joints[0]] if token.word in words]
    right = [token.word for token in said[joints[0] :] if token.word in words]
    if not left or not right:
        return ()
    return frozenset([*left, *right[len(left) :]]), frozenset(right)
