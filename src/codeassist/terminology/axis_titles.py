"""Cuts a title of the tabular list into facets: one axis value each, with the words that state it.

``Displaced fracture of right radial styloid process`` is the facets *displaced*, *right* and the rest of its words,
grouped by the preposition that leads them. axis_build compares these facets among the rows of a category.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from codeassist.terminology.axis_wordings import AxisWordings
from codeassist.terminology.words import WordNormalizer, get_tokenizer

STATED, UNSPECIFIED, ASSUMED, OTHER = range(4)
"""How a facet is met: by the note's words, by silence, by silence under a guideline's default, or by no plain word."""

_BRACKETED = re.compile(
    r"""
    \s*[(\[] ([^)\]]*) [)\]]    # a nonessential modifier, an abbreviation or a synonym
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9]")
# Phrases that say nothing, or that hide "not": they are taken out before a title is cut.
_EMPTY = re.compile(
    r"""
      ,?\ (?:with\ or\ without)\ [^,]*                      # either way
    | ,?\ not\ (?:elsewhere|otherwise)\ (?:classified|specified)
    | ,?\ not\ specified\ as\ [^,]*                         # "not specified as recurrent"
    | ,?\ (?:in\ (?:other\ )?(?:specified\ )?)?diseases\ classified\ (?:elsewhere|to\ other\ chapters)
    | ,?\ classified\ elsewhere
    | ,?\b(?:NOS|NEC)\b
    """,
    re.VERBOSE,
)
_OTHER_AND = re.compile(r"\bother\ and\ unspecified\b|\bother\ or\ unspecified\b", re.VERBOSE | re.IGNORECASE)
_LEADS: Mapping[str, str] = {
    "with": "with", "complicated": "with", "without": "without", "no": "without", "not": "without",
    "due": "due", "caused": "due", "secondary": "due", "resulting": "due", "induced": "due", "from": "due",
    "of": "of", "in": "of", "at": "of", "to": "of", "involving": "of", "affecting": "of", "on": "of", "by": "due",
    "following": "due", "associated": "due", "for": "of",
}  # fmt: skip
_MARKS = {",": "comma", ";": "comma", ":": "comma"}
_UNSPECIFIED = "unspecified"
# "unspecified site": the noun only names the axis.
_GENERIC_NOUNS = frozenset(
    "site part side region location type cause degree severity level stage duration control trimester depth agent"
    " organism quadrant behavior class time kind fetus laterality number extent".split()
)
# Small words that mean nothing at either end of a value.
_EDGES = frozenset(
    "with due to of in at on involving affecting the a an by for and or from caused secondary following associated"
    " complicated , - unspecified".split()
)
_GLUE = re.compile(r"\s+(?=[,.;:)'-])|(?<=-)\s+|(?<=\()\s+")
# Words without meaning of their own in a facet.
_EMPTY_WORDS = frozenset(
    "with due caused secondary resulting complicated involving affecting following associated from as be is which"
    " that other specified unspecified nos nec elsewhere classified otherwise mention than any not no without into"
    " during through its this these during ' + part parts type kind".split()
)
# Words that a note may leave out as long as another word of the facet is there.
_WEAK_WORDS = frozenset(
    "disease disorder syndrome mellitus pectoris condition finding feature symptom process region structure site"
    " level state status essential nature portion area system diabetic classifiable".split()
)


@dataclass(frozen=True, slots=True)
class Facet:
    """This is one axis value of one row: how it is met and, where words state it, which."""

    axis: str
    value: str
    words: frozenset[str]
    kind: int = STATED


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    word: str
    lead: str


class TitleReader:
    """This is the cutter of titles.

    Parameters
    ----------
    normalizer
        Gives the normal forms under which titles and notes meet.
    wordings
        Finds axis values that have names of their own ("bilateral", "stage 3b").
    """

    def __init__(self, normalizer: WordNormalizer, wordings: AxisWordings) -> None:
        self._normalizer = normalizer
        self._wordings = wordings

    def read(self, title: str, *, head: Container[str] = (), plain: Container[str] = ()) -> tuple[Facet, ...]:
        """Cut a title into facets.

        Parameters
        ----------
        title
            Title or inclusion term.
        head
            Words and values that every row of the table shares; they state nothing.
        plain
            Axis values to read as plain words, such as "right" in "right heart failure".
        """
        tokens = self._tokenize(_strip(title))
        found, used = self._find_values(tokens, plain)
        facets = [facet for facet in found if facet.value not in head]
        for segment in _split(tokens, used):
            facet = _to_facet(segment, head)
            if facet is not None:
                facets.append(facet)
        return tuple(dict.fromkeys(facets))

    def words(self, title: str) -> frozenset[str]:
        """Return every normal form of a title together with the axis values it names."""
        tokens = self._tokenize(_BRACKETED.sub("", title))
        values, _ = self._find_values(tokens, ())
        return frozenset(token.word for token in tokens if token.word).union(*(facet.words for facet in values))

    def _tokenize(self, title: str) -> tuple[_Token, ...]:
        tokens = []
        for token in get_tokenizer()(title):
            text = token.text
            lead = _MARKS.get(text) or _LEADS.get(text.lower(), "")
            tokens.append(_Token(text, self._normalizer(text), lead))
        return tuple(tokens)

    def _find_values(
        self, tokens: Sequence[_Token], plain: Container[str]
    ) -> tuple[tuple[Facet, ...], frozenset[int]]:
        """Return the named values, and the tokens they use up; values inside "without ..." are left to it."""
        places = [place for place, token in enumerate(tokens) if token.word]
        words = [tokens[place].word for place in places]
        facets: list[Facet] = []
        used: set[int] = set()
        for start, end, row in self._wordings.find(words, tabular_only=True):
            if row.value in plain or _is_denied(tokens, places[start]):
                continue
            facets.append(Facet(row.axis, row.value, frozenset({row.value}), _kind_of(row.value)))
            used.update(range(places[start], places[end - 1] + 1))
        return tuple(facets), frozenset(used)


def find_abbreviations(title: str) -> tuple[str, ...]:
    """Return wordings of a title in which a bracketed abbreviation stands for the words before it.

    Examples
    --------
    >>> find_abbreviations("Heart failure with reduced ejection fraction [HFrEF]")
    ('Heart failure with HFrEF',)
    """
    found = []
    for match in _BRACKETED.finditer(title):
        if _ABBREVIATION.fullmatch(match.group(1)):
            before = re.split(r"(?<=,)\s|(?<=\bwith)\s", title[: match.start()])
            kept = " ".join(before[:-1])
            found.append(f"{kept} {match.group(1)}{title[match.end() :]}".strip())
    return tuple(found)


def _strip(title: str) -> str:
    plain = _OTHER_AND.sub(_UNSPECIFIED, _BRACKETED.sub("", title))
    return _EMPTY.sub("", plain)


def _is_denied(tokens: Sequence[_Token], place: int) -> bool:
    """Tell whether the segment that holds a token is led by "without"."""
    if tokens[place].lead == "without":
        return False
    for token in reversed(tokens[:place]):
        if token.lead in {"with", "due", "comma"}:
            return False
        if token.lead == "without":
            return True
    return False


def _kind_of(value: str) -> int:
    return ASSUMED if value in _ASSUMED_VALUES else STATED


# Defaults that guidelines or the Alphabetic Index give to silence.
_ASSUMED_VALUES = frozenset(
    {
        "not intractable", "uncomplicated", "unilateral", "not having achieved remission", "closed", "initial",
        "displaced", "female",
    }
)  # fmt: skip


def _split(tokens: Sequence[_Token], used: frozenset[int]) -> list[list[_Token]]:
    segments: list[list[_Token]] = [[]]
    for place, token in enumerate(tokens):
        if place in used:
            continue
        # "rupture of ear drum" stays one complication; "embolism of middle cerebral artery" is a cause and a site.
        is_inner = token.lead == "of" and segments[-1] and segments[-1][0].lead in {"with", "without"}
        if token.lead and not is_inner:
            segments.append([token])
        else:
            segments[-1].append(token)
    return [segment for segment in segments if segment]


def _to_facet(segment: Sequence[_Token], head: Container[str]) -> Facet | None:
    lead = segment[0].lead
    said = [token for token in segment[lead == "without" :] if token.word not in head]
    words = frozenset(token.word for token in said if token.word and token.word not in _EMPTY_WORDS)
    strong = words - _WEAK_WORDS
    raw = [token.raw.lower() for token in said]
    text = _clean(raw)
    if lead == "without":
        return Facet("complication", f"without {text}", words, ASSUMED) if words else None
    if "other" in raw:
        return Facet(_axis_of(lead), text, strong or words, OTHER)
    if _UNSPECIFIED in raw and words <= _GENERIC_NOUNS:
        return Facet(_axis_of(lead), _UNSPECIFIED, frozenset(), UNSPECIFIED)
    if not words:
        return None
    return Facet(_axis_of(lead), text, strong or words)


def _axis_of(lead: str) -> str:
    return {"with": "complication", "due": "etiology", "of": "site"}.get(lead, "type")


def _clean(raw: Sequence[str]) -> str:
    """Join the words of a segment into a value, without the small words at its ends."""
    start, end = 0, len(raw)
    while start < end and raw[start] in _EDGES:
        start += 1
    while start < end and raw[end - 1] in _EDGES:
        end -= 1
    text = " ".join(word for word in raw[start:end] if word != _UNSPECIFIED)
    return _GLUE.sub("", text)
