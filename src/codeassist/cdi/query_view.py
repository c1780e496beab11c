"""A query's text as the linter sees it: parts with their words and diagnoses, and what the record documents."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from codeassist.cdi.lint_rules import FOLDER, load_query_words, read_table
from codeassist.cdi.query_layout import Part, read_layout
from codeassist.cdi.wording_table import WordingTable, find_diagnoses
from codeassist.cdi.wordings import Token, parse_wording, read_tokens, straighten

Diagnosis = tuple[int, int, frozenset[str]]

_QUOTE = re.compile(
    r"""
    " (?P<said> [^"\n]{1,600} (?: \n [^"\n]{1,600} )? ) "      # the record's own words, on two lines at the most
    """,
    re.VERBOSE,
)

DATE = re.compile(
    r"""
    \b (?:
        \d{4} - \d{1,2} - \d{1,2} | \d{1,2} [/.] \d{1,2} [/.] \d{2,4}                           # 2026-06-03, 6/3/26
      | (?<! [\d/] ) (?: 0?[1-9] | 1[0-2] ) / (?: 0?[1-9] | [12]\d | 3[01] ) (?! [\d/%] )       # 6/3, and no BP 88/50
      | (?: jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec ) [a-z]* \.? [ ] \d{1,2}            # June 3
      | \d{1,2} [ -] (?: jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec ) [a-z]*               # 3 June
    ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AFTER_NO = frozenset({".", "not", "it", "the"})


@dataclass(frozen=True, slots=True)
class PartView:
    """This is one part with its words, its diagnoses (first word, place after the last, concepts) and its start."""

    part: Part
    tokens: tuple[Token, ...]
    diagnoses: tuple[Diagnosis, ...]

    def say(self, first: int, last: int) -> str:
        """Return words in lower case, with a space before and behind each."""
        return f" {' '.join(token.word for token in self.tokens[first:last])} "

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Return the characters of the text that the words from ``first`` to before ``last`` cover."""
        return self.part.start + self.tokens[first].start, self.part.start + self.tokens[last - 1].end


class QueryView:
    """This is a query's text with all that the checks ask of it, read once."""

    def __init__(self, text: str) -> None:
        self.text = straighten(text)
        self.parts = tuple(self._view(part) for part in read_layout(text))
        self._quotes = [(found.start("said"), found.end("said")) for found in _QUOTE.finditer(self.text)]
        self._quote_starts = [start for start, _ in self._quotes]
        self.choice_kinds = tuple(_classify(view) for view in self.of_kind("choice"))
        self.documented, self.documented_words, self._phrases = self._read_documented()

    def of_kind(self, *kinds: str) -> list[PartView]:
        """Return the parts of these kinds, in order."""
        return [view for view in self.parts if view.part.kind in kinds]

    def slice(self, view: PartView) -> str:
        """Return the characters of a part."""
        return self.text[view.part.start : view.part.end]

    def is_quoted(self, place: int) -> bool:
        """Tell whether a character stands in quotation marks."""
        at = bisect_right(self._quote_starts, place) - 1
        return at >= 0 and place < self._quotes[at][1]

    def own_tokens(self, view: PartView) -> tuple[Token, ...]:
        """Return the words of a part that are the author's: all but those in quotation marks."""
        return tuple(token for token in view.tokens if not self.is_quoted(view.part.start + token.start))

    def is_documented(self, view: PartView, diagnosis: Diagnosis) -> bool:
        """Tell whether the record names a diagnosis, in other words or as a part of a longer one."""
        first, last, concepts = diagnosis
        said = view.say(first, last)
        return concepts <= self.documented or any(said in phrase for phrase in self._phrases)

    def has_quote(self, view: PartView) -> bool:
        """Tell whether a part quotes the record."""
        at = bisect_left(self._quote_starts, view.part.start)
        return at < len(self._quote_starts) and self._quote_starts[at] < view.part.end

    @property
    def is_yes_no(self) -> bool:
        """Whether the choices are yes and no."""
        kinds = set().union(*self.choice_kinds)
        return {"yes", "no"} <= kinds

    @property
    def clinical_choices(self) -> list[PartView]:
        """The choices that name a clinical answer."""
        other = {"other", "undetermined", "none", "yes", "no"}
        return [
            view for view, kinds in zip(self.of_kind("choice"), self.choice_kinds, strict=True) if not kinds & other
        ]

    def offers(self, kind: str) -> bool:
        """Tell whether a choice is of a kind."""
        return any(kind in kinds for kinds in self.choice_kinds)

    def _view(self, part: Part) -> PartView:
        tokens = tuple(read_tokens(self.text[part.start : part.end]))
        return PartView(part, tokens, tuple(find_diagnoses(tokens)))

    def _read_documented(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Return the concepts of documented diagnoses, the words around them, and their wordings."""
        concepts: set[str] = set()
        words: set[str] = set()
        phrases: set[str] = set()
        for view in self.of_kind("question", "indicator"):
            documents = {said[0].sentence: self._documents(view, said) for said in split_sentences(view)}
            for first, last, found in view.diagnoses:
                token = view.tokens[first]
                if documents[token.sentence] or self.is_quoted(view.part.start + token.start):
                    concepts |= found
                    phrases.add(view.say(first, last))
                    words |= {each.word for each in view.tokens[max(0, first - 4) : last + 3]}
        return frozenset(concepts), frozenset(words), frozenset(phrases)

    def _documents(self, view: PartView, sentence: tuple[Token, ...]) -> bool:
        """Tell whether a sentence says that what it names stands in the record."""
        words = {token.word for token in sentence}
        if view.part.kind == "indicator" and not self.has_quote(view):
            return not words & load_query_words()["denying"]
        return bool(words & load_query_words()["stating"]) or self._cites(view, sentence, words)

    def _cites(self, view: PartView, sentence: tuple[Token, ...], words: set[str]) -> bool:
        """Tell whether a sentence that asks nothing names a source and a date."""
        start, end = view.part.start + sentence[0].start, view.part.start + sentence[-1].end
        is_sourced = bool(words & load_query_words()["source"]) and bool(DATE.search(self.text, start, end + 1))
        return is_sourced and not words & {"?", "please"} and view.part.kind == "question"


def _classify(view: PartView) -> frozenset[str]:
    """Return what a choice is; "No" and "Other" are short ones, "No additional diagnosis" is another answer."""
    words = [token.word for token in view.tokens if token.word.strip("_,:")]
    kinds = frozenset(kind for _, _, kind in _load_choice_words().find(view.tokens))
    if words[:1] == ["no"] and (len(words) == 1 or words[1] in _AFTER_NO or view.tokens[1].word == ","):
        return kinds - {"none"} | {"no"}
    return kinds | {"other"} if words == ["other"] else kinds


@lru_cache(maxsize=1)
def _load_choice_words() -> WordingTable[str]:
    rows = read_table(FOLDER / "choice_words.tsv", ("kind", "wording"))
    return WordingTable((parse_wording(row["wording"]), row["kind"]) for row in rows)


def split_sentences(view: PartView) -> Iterator[tuple[Token, ...]]:
    """Yield the sentences of a part as their words."""
    first = 0
    for place, token in enumerate(view.tokens):
        if token.sentence != view.tokens[first].sentence:
            yield view.tokens[first:place]
            first = place
    if view.tokens:
        yield view.tokens[first:]
