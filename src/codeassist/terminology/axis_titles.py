"""Cuts a title of the tabular list into facets: one axis value each, with the words that state it.

``Displaced fracture of right radial styloid process`` is the facets *displaced*, *right* and the rest of its words,
grouped by the preposition that leads them. axis_build compares these facets among the rows of a category.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter

from codeassist.terminology.axis_facets import ASSUMED, NO_WORDS, STATED, Facet, TitleToken, TitleWords, make_facet
from codeassist.terminology.axis_wordings import AxisWording, AxisWordings
from codeassist.terminology.words import WordNormalizer, get_tokenizer

_BRACKETED = re.compile(
    r"""
    (\s*) [(\[] ([^)\]]*) [)\]]    # a nonessential modifier, an abbreviation or a synonym, and the space before it
    """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"""
    [A-Z] [A-Za-z0-9-]* [A-Z0-9]   # HFrEF, NSTEMI
    """,
    re.VERBOSE,
)
# Phrases that say nothing, or that hide "not": they are taken out before a title is cut.
_SILENT = re.compile(
    r"""
      ,?\ with\ or\ without\ [^,]*                          # either way
    | \bwhether\ with\ [^,]*                                # "unspecified whether with hypoxia or hypercapnia"
    | ,?\ not\ (?:elsewhere|otherwise)\ (?:classified|specified)
    | ,?\ unspecified\ as\ [^,]*                            # "unspecified as acute or chronic"
    | ,?\ site\ not\ specified
    | ,?\ not\ specified\ as\ [^,]*                         # "not specified as recurrent"
    | ,?\ (?:in\ (?:other\ )?(?:specified\ )?)?diseases\ classified\ (?:elsewhere|to\ other\ chapters)
    | ,?\ classified\ elsewhere
    | ,?\b(?:NOS|NEC)\b
    """,
    re.VERBOSE,
)
_OTHER_AND = re.compile(
    r"""
    \b(?:other|chronic)\ (?:specified\ )?(?:and|or)\ unspecified\b    # as good as "unspecified" alone
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DENIED_LIST = re.compile(
    r"""
    \bwithout\b [^,]* (?: ,\ [^,]* )* ,\ (?:and|or)\ [^,]*    # "without A, B, and C"
    """,
    re.VERBOSE,
)
_MARKS = {",": "comma", ";": "comma", ":": "comma"}
# Inside "with ..." and "due to ..." these qualify the complication or cause, not the row.
_INNER_AXES = frozenset({"acuity", "severity", "stage", "type", "behavior"})
# Values of the axis "type" that are set apart from the words around them; other adjectives stay part of a name.
_SET_APART = frozenset({"displaced", "nondisplaced", "closed", "open", "open type I or II", "complete", "partial"})
_NUMBERED = re.compile(
    r"""
    type\ \d | open\ type\ .*    # "type 2"; "open type IIIA, IIIB, or IIIC"
    """,
    re.VERBOSE,
)
_Placed = tuple[int, Facet]


class TitleReader:
    """This is the cutter of titles.

    Parameters
    ----------
    normalizer
        Gives the normal forms under which titles and notes meet.
    wordings
        Finds axis values that have names of their own ("bilateral", "stage 3b").
    steer
        The words that steer the cutting.
    """

    def __init__(self, normalizer: WordNormalizer, wordings: AxisWordings, steer: TitleWords) -> None:
        self._normalizer = normalizer
        self.wordings = wordings
        self._steer = steer
        # A title is cut for its own row, for the head and as an anchor; it is taken to pieces once.
        self._tokenize = lru_cache(maxsize=20_000)(self._tokenize_uncached)
        self._read = lru_cache(maxsize=20_000)(self._read_uncached)
        self._compose_words = lru_cache(maxsize=20_000)(wordings.compose)

    @classmethod
    def load(cls) -> TitleReader:
        """Make a reader from the lexicon and the axis data."""
        normalizer, steer = WordNormalizer.load(), TitleWords.load()
        return cls(normalizer, AxisWordings.load(normalizer, weak=steer.weak), steer)

    def read(
        self, title: str, *, head: frozenset[str] = NO_WORDS, plain: frozenset[str] = NO_WORDS
    ) -> tuple[Facet, ...]:
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
        return self._read(title, head, plain)

    def words(self, title: str) -> frozenset[str]:
        """Return every normal form that a title states together with the axis values it names."""
        tokens = self._tokenize(_strip(title))
        values, _ = self._find_values(tokens, NO_WORDS)
        said = {token.word for place, token in enumerate(tokens) if token.word and not _is_denied(tokens, place)}
        return self.wordings.expand(frozenset(said)).union(*(facet.words for _, facet in values))

    def strong_words(self, title: str) -> frozenset[str]:
        """Return the words of a title that name something: no small words and none that many names share."""
        return self.words(title) - self._steer.weak - self._steer.empty

    def _tokenize_uncached(self, title: str) -> tuple[TitleToken, ...]:
        texts = [token.text for token in get_tokenizer()(title)]
        pairs = zip(texts, [*texts[1:], ""], strict=True)
        return tuple(TitleToken(text, self._normalizer(text), self._lead_of(text, after)) for text, after in pairs)

    def _lead_of(self, text: str, after: str) -> str:
        # "Secondary to" opens a cause; "secondary" alone is an adjective.
        if text.lower() == "secondary" and after != "to":
            return ""
        return _MARKS.get(text) or self._steer.leads.get(text.lower(), "")

    def _read_uncached(self, title: str, head: frozenset[str], plain: frozenset[str]) -> tuple[Facet, ...]:
        tokens = self._tokenize(_strip(title))
        found, used = self._find_values(tokens, plain)
        placed = [(place, facet) for place, facet in found if facet.value not in head]
        placed += self._read_segments(tokens, used, head)
        return tuple(dict.fromkeys(facet for _, facet in sorted(placed, key=itemgetter(0))))

    def _read_segments(
        self, tokens: Sequence[TitleToken], used: frozenset[int], head: frozenset[str]
    ) -> Iterator[_Placed]:
        for places in _split(tokens, used, self._steer):
            facet = make_facet([tokens[place] for place in places], head, self._steer)
            if facet is not None:
                yield places[0], self._compose(facet)

    def _compose(self, facet: Facet) -> Facet:
        """Let a value's other wordings state it inside a title, too: "CKD" in "diabetic chronic kidney disease"."""
        if facet.kind == ASSUMED or len(facet.words) < 2:
            return facet
        either = tuple(self._compose_words(side) for side in facet.either)
        return replace(facet, words=self._compose_words(facet.words), either=either)

    def _find_values(self, tokens: Sequence[TitleToken], plain: Container[str]) -> tuple[list[_Placed], frozenset[int]]:
        """Return the named values with their places, and the tokens they use up."""
        places = [place for place, token in enumerate(tokens) if token.word]
        words = [tokens[place].word for place in places]
        facets: list[_Placed] = []
        used: set[int] = set()
        for start, end, row in self.wordings.find(words, tabular_only=True):
            place, after = places[start], places[end - 1] + 1
            if row.value in plain or not _stands_alone(row, tokens, place=place, after=after):
                continue
            kind = ASSUMED if row.value in self._steer.assumed else STATED
            facets.append((place, Facet(row.axis, row.value, frozenset({row.value}), kind)))
            used.update(range(place, after))
        return facets, frozenset(used)


def find_abbreviations(title: str) -> tuple[str, ...]:
    """Return wordings of a title in which a bracketed abbreviation stands for the words before it.

    Examples
    --------
    >>> find_abbreviations("Heart failure with reduced ejection fraction [HFrEF]")
    ('Heart failure with HFrEF',)
    """
    found = []
    for match in _BRACKETED.finditer(title):
        if _ABBREVIATION.fullmatch(match.group(2)):
            before = re.split(r"(?<=,)\s|(?<=\bwith)\s", title[: match.start()])
            kept = " ".join(before[:-1])
            found.append(f"{kept} {match.group(2)}{title[match.end() :]}".strip())
    return tuple(found)


def _strip(title: str) -> str:
    plain = _OTHER_AND.sub("unspecified", _BRACKETED.sub(r"\1", title))
    return _DENIED_LIST.sub(lambda found: found[0].replace(",", ""), _SILENT.sub("", plain))


def _stands_alone(row: AxisWording, tokens: Sequence[TitleToken], *, place: int, after: int) -> bool:
    """Tell whether a value belongs to the row itself and is more than an adjective of a name."""
    if row.axis == "type" and row.value not in _SET_APART and not _NUMBERED.fullmatch(row.value):
        return False
    if tokens[place].lead:
        # "secondary to" opens a cause; "with fat layer exposed", "not intractable" are values.
        return not (tokens[place].lead == "due" and tokens[min(after, len(tokens) - 1)].raw == "to")
    governor = _governor(tokens, place)
    return not (governor in {"with", "without", "due"} and row.axis in _INNER_AXES)


def _governor(tokens: Sequence[TitleToken], place: int) -> str:
    """Return the lead that governs a token: the nearest before it that opens a new thought."""
    return next((token.lead for token in reversed(tokens[:place]) if token.lead and token.lead != "of"), "")


def _is_denied(tokens: Sequence[TitleToken], place: int) -> bool:
    return _governor(tokens, place) == "without"


def _split(tokens: Sequence[TitleToken], used: frozenset[int], steer: TitleWords) -> list[list[int]]:
    """Return the places of each segment's tokens, without those that named values have used up."""
    segments: list[list[int]] = [[]]
    for place, token in enumerate(tokens):
        if place in used or not (token.word or token.raw.isalpha() or token.lead or token.raw == "-"):
            continue
        if token.lead and not _goes_on(token, [tokens[at] for at in segments[-1]], steer):
            segments.append([place])
        else:
            segments[-1].append(place)
    return [segment for segment in segments if segment]


def _goes_on(token: TitleToken, segment: Sequence[TitleToken], steer: TitleWords) -> bool:
    """Tell whether a lead only goes on with its segment.

    "Rupture of ear drum" stays one complication and "lower end of radius" one site, while "embolism of middle cerebral
    artery" is a cause and a site; "due to" is one lead. "Without foreign body of index finger" and "of unspecified
    degree of forearm" end before the site.
    """
    if not segment or token.lead != "of" or segment[-1].lead == "comma" or _is_closed(segment, steer):
        return False
    return segment[0].lead in {"with", "without", "of", "comma"} or all(other.lead for other in segment)


def _is_closed(segment: Sequence[TitleToken], steer: TitleWords) -> bool:
    """Tell whether a segment is whole: what follows with "of" is the site of the row."""
    last = segment[-1]
    if segment[0].lead in {"with", "without"}:
        return last.raw.lower() in steer.closers
    return len(segment) > 1 and segment[-2].raw.lower() == "unspecified" and last.word in steer.open_nouns
