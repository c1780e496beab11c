"""The rules of the linter that forbid wordings: payment, quality scores, leading, pressure, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeassist.cdi.lint_rules import FOLDER, load_rules, read_table
from codeassist.cdi.query_view import PartView, QueryView
from codeassist.cdi.wording_table import WordingTable, find_diagnoses
from codeassist.cdi.wordings import Token, Wording, match_wording, parse_wording, read_tokens, straighten
from codeassist.core.queries import LintFinding

# Where a wording is forbidden: in the whole text, or in what the author says and not in the facts of the record.
PLACES = {
    "all": frozenset({"title", "indicator", "question", "choice"}),
    "asked": frozenset({"title", "question", "choice"}),
    "title": frozenset({"title"}),
    "question": frozenset({"question"}),
    "choices": frozenset({"choice"}),
}
# Wordings that are no break by themselves; a check of the layout looks at what stands beside them.
PRIOR = "QL-003"
# How many words before and behind a wording may excuse it: a long sentence.
_AROUND = 30

_CODE = re.compile(
    r"""
    (?<! [\w.] ) (?! T (?: 3\d | 4[0-2] | 9\d ) \. \d{1,2} [CF]? (?! \w ) )   # "T 36.6" written together is no code
    (?:
        [A-Z] \d [0-9A-Z] \. [0-9A-Z]{1,4}            # a dotted code: E11.22
      | [A-TV-Z] \d [0-9AB] [0-9]{1,3} [0-9A-Z]? (?= [ ]* (?: [-:] | $ ) )   # an undotted one before its title
    ) (?! [\w] )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """This is one forbidden wording: its rule, its places, whether quotation marks excuse it, and what else does."""

    rule: str
    places: frozenset[str]
    is_forbidden_in_quotes: bool
    unless: tuple[Wording, ...]

    def is_excused(self, tokens: Sequence[Token], first: int) -> bool:
        """Tell whether the words around it, in its sentence, give the wording another meaning."""
        around = range(max(0, first - _AROUND), min(len(tokens), first + _AROUND))
        return any(
            match_wording(wording, tokens, place) is not None
            for place in around
            if tokens[place].sentence == tokens[first].sentence
            for wording in self.unless
        )


def check_wordings(query: QueryView) -> Iterator[LintFinding]:
    """Yield a finding for every forbidden wording and every code."""
    rules = load_rules()
    for view in query.parts:
        for start, end, rule in find_forbidden(query, view):
            if rule != PRIOR:
                yield rules[rule].find(start, end)
        if view.part.kind != "indicator":
            for found in _CODE.finditer(query.text, view.part.start, view.part.end):
                yield rules["QL-023"].find(*found.span())


def find_forbidden(query: QueryView, view: PartView) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and rule of every forbidden wording of a part."""
    ends = {first: last for first, last, _ in view.diagnoses}
    for first, last, forbidden in _load_wordings().find(view.tokens, ends):
        start, end = view.place(first, last)
        if view.part.kind not in forbidden.places or (query.is_quoted(start) and not forbidden.is_forbidden_in_quotes):
            continue
        if not forbidden.is_excused(view.tokens, first):
            yield start, end, forbidden.rule


@lru_cache(maxsize=1)
def _load_wordings() -> WordingTable[Forbidden]:
    rows = read_table(FOLDER / "lint_wordings.tsv", ("rule", "wording", "where", "quoted", "unless"))
    return WordingTable((parse_wording(row["wording"]), _read_row(row)) for row in rows)


def _read_row(row: dict[str, str]) -> Forbidden:
    unless = tuple(parse_wording(wording) for wording in row["unless"].split("|") if wording)
    return Forbidden(row["rule"], PLACES[row["where"]], row["quoted"] == "yes", unless)


def has_forbidden(line: str) -> bool:
    """Tell whether a line of the record holds a wording that no query may show, not even in quotation marks."""
    tokens = read_tokens(straighten(line))
    ends = {first: last for first, last, _ in find_diagnoses(tokens)}
    return any(
        "indicator" in forbidden.places and forbidden.rule != PRIOR and not forbidden.is_excused(tokens, first)
        for first, _, forbidden in _load_wordings().find(tokens, ends)
    )
