"""Cuts a title of the tabular list into facets: one axis value each, with the words that state it.

``Displaced fracture of right radial styloid process`` is the facets *displaced*, *right* and the rest of its words,
grouped by the preposition that leads them. axis_build compares these facets among the rows of a category.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

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
    | \bwhether\ with\ [^,]*                               # "unspecified whether with hypoxia or hypercapnia"
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
    "due": "due", "caused": "due", "secondary": "due", "resulting": "due",
    "of": "of", "in": "of", "at": "of", "to": "of", "involving": "of", "affecting": "of", "on": "of", "by": "due",
    "following": "due", "associated": "due", "for": "of",
}  # fmt: skip
_MARKS = {",": "comma", ";": "comma", ":": "comma"}
_UNSPECIFIED = "unspecified"
# "unspecified site": the noun only names the axis.
_AXIS_BY_NOUN: Mapping[str, str] = {
    "site": "site", "part": "site", "side": "laterality", "laterality": "laterality", "region": "site",
    "location": "site", "quadrant": "site", "type": "type", "kind": "type", "class": "type", "cause": "etiology",
    "degree": "severity", "severity": "severity", "level": "", "stage": "stage", "duration": "", "time": "",
    "control": "control", "trimester": "trimester", "depth": "depth", "agent": "etiology", "organism": "organism",
    "behavior": "behavior", "fetus": "", "number": "", "extent": "", "eye": "laterality", "ear": "laterality",
}  # fmt: skip
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
        facets = [(place, facet) for place, facet in found if facet.value not in head]
        for segment in _split(tokens, used):
            facet = _to_facet(segment, head)
            if facet is not None:
                facets.append((tokens.index(segment[0]), facet))
        return tuple(dict.fromkeys(facet for _, facet in sorted(facets, key=itemgetter(0))))

    def words(self, title: str) -> frozenset[str]:
        """Return every normal form that a title states together with the axis values it names."""
        tokens = self._tokenize(_strip(title))
        values, _ = self._find_values(tokens, ())
        said = (token.word for place, token in enumerate(tokens) if token.word and not _is_denied(tokens, place))
        return frozenset(said).union(*(facet.words for _, facet in values))

    def _tokenize(self, title: str) -> tuple[_Token, ...]:
        tokens = []
        for token in get_tokenizer()(title):
            text = token.text
            lead = _MARKS.get(text) or _LEADS.get(text.lower(), "")
            tokens.append(_Token(text, self._normalizer(text), lead))
        return tuple(tokens)

    def _find_values(
        self, tokens: Sequence[_Token], plain: Container[str]
    ) -> tuple[tuple[tuple[int, Facet], ...], frozenset[int]]:
        """Return the named values, and the tokens they use up; values inside "without ..." are left to it."""
        places = [place for place, token in enumerate(tokens) if token.word]
        words = [tokens[place].word for place in places]
        facets: list[tuple[int, Facet]] = []
        used: set[int] = set()
        for start, end, row in self._wordings.find(words, tabular_only=True):
            place, after = places[start], places[end - 1] + 1
            if row.value in plain or _is_denied(tokens, place) or _leads_on(tokens, place, after):
                continue
            facet = Facet(row.axis, row.value, frozenset({row.value}), _kind_of(row.value))
            facets.append((place, facet))
            used.update(range(place, after))
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


def _leads_on(tokens: Sequence[_Token], place: int, after: int) -> bool:
    """Tell whether a value is the first word of "secondary to"."""
    return tokens[place].lead == "due" and after < len(tokens) and tokens[after].raw == "to"


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
        if token.lead and not _is_inner(token, segments[-1]):
            segments.append([token])
        else:
            segments[-1].append(token)
    return [segment for segment in segments if segment]


def _is_inner(token: _Token, segment: Sequence[_Token]) -> bool:
    """Tell whether a lead only goes on with its segment.

    "Rupture of ear drum" stays one complication and "lower end of radius" one site, while "embolism of middle cerebral
    artery" is a cause and a site; "due to" is one lead.
    """
    if not segment or token.lead != "of":
        return False
    return segment[0].lead in {"with", "without", "of"} or all(other.lead for other in segment)


def _to_facet(segment: Sequence[_Token], head: Container[str]) -> Facet | None:
    lead = segment[0].lead
    said = _trim(segment[lead == "without" :], head)
    words = frozenset(t.word for t in said if t.word and t.word not in _EMPTY_WORDS and t.word not in head)
    strong = words - _WEAK_WORDS
    raw = [token.raw.lower() for token in said]
    text = _clean(raw)
    if lead == "without":
        return Facet("complication", f"without {text}", words, ASSUMED) if words else None
    if "other" in raw:
        return Facet(_axis_of(lead), text, strong or words, OTHER)
    if _UNSPECIFIED in raw and words <= _AXIS_BY_NOUN.keys():
        axis = next((_AXIS_BY_NOUN[word] for word in sorted(words)), "") or _axis_of(lead)
        return Facet(axis, _UNSPECIFIED, frozenset(), UNSPECIFIED)
    if not words:
        return None
    return Facet(_axis_of(lead), text, strong or words)


def _trim(segment: Sequence[_Token], head: Container[str]) -> Sequence[_Token]:
    """Cut the head's words off both ends; inside a name ("middle cerebral artery") they stay."""
    own = [place for place, token in enumerate(segment) if token.word and token.word not in head]
    lead = [token for token in segment[:1] if token.lead]
    body = segment[len(lead) :] if own else ()
    if own:
        body = segment[max(own[0], len(lead)) : own[-1] + 1]
    return [*lead, *body]


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
