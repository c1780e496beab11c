"""The rules of the linter on what a query says: its indicators, its title and its question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from codeassist.cdi.lint_rules import FOLDER, load_query_words, load_rules, read_table
from codeassist.cdi.query_view import DATE, PartView, QueryView
from codeassist.cdi.wording_checks import PRIOR, find_forbidden
from codeassist.cdi.wordings import Token
from codeassist.core.queries import LintFinding

MOST_WORDS = 250
_MOST_QUESTIONS = 2

_BRACKET = re.compile(r"[(\[] (?P<said> [^()\[\]\n]{3,160} ) [)\]]", re.VERBOSE)
_CLAUSE = re.compile(r"(?: [^.;?\n] | [.] (?! \s ) )+ [.;?]?", re.VERBOSE)
_FACT = re.compile(r"\d | \" | \b today", re.VERBOSE)
_WORD = re.compile(r"\w+")
_UNIT = re.compile(
    r"""
    [ ]* (?! (?: on|at|from|to|and|with|in|then|by ) \b )     # words that may stand behind a value
    (?: % | [a-zµμ] )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def check_content(query: QueryView) -> Iterator[LintFinding]:
    """Yield the findings on indicators, title and question."""
    yield from _check_cited(query)
    yield from _check_sources(query)
    yield from _check_prior(query)
    yield from _check_title(query)
    yield from _check_question(query)
    yield from _check_length(query)
    yield from _check_units(query)
    yield from _check_denied(query)
    yield from _check_names(query)


def says(tokens: tuple[Token, ...], role: str) -> bool:
    """Tell whether words of a role, single or in a row, are among the tokens."""
    joined = f" {' '.join(token.word for token in tokens)} "
    return any(f" {words} " in joined for words in load_query_words()[role])


def find_undocumented(query: QueryView, view: PartView) -> Iterator[tuple[int, int]]:
    """Yield the places of diagnoses that nothing in the query documents, or not with the words before them."""
    for diagnosis in view.diagnoses:
        first, last, _ = diagnosis
        start = first
        while start and view.tokens[start - 1].word in load_query_words()["modifier"]:
            start -= 1
        added = {token.word for token in view.tokens[start:first]} - query.documented_words
        place = view.place(start if added else first, last)
        if (added or not query.is_documented(view, diagnosis)) and not query.is_quoted(place[0]):
            yield place


def is_asked(query: QueryView) -> bool:
    """Tell whether a text asks anything, or cites facts, and so is a query."""
    requests = {"please", "kindly", "clarify", "clarification", "?"}
    asked = any(token.word in requests for view in query.of_kind("question") for token in view.tokens)
    return asked or bool(query.of_kind("indicator", "choice"))


def _check_cited(query: QueryView) -> Iterator[LintFinding]:
    facts = query.of_kind("indicator", "question")
    if is_asked(query) and not any(_cites(query, view) for view in facts):
        view = query.of_kind("question", "choice")[0]
        yield load_rules()["QL-001"].find(view.part.start, view.part.end)


def _check_sources(query: QueryView) -> Iterator[LintFinding]:
    indicators, questions = query.of_kind("indicator"), query.of_kind("question")
    for view in indicators:
        if not _has_source(query, view):
            yield load_rules()["QL-002"].find(view.part.start, view.part.end)
    cited = [] if indicators or not is_asked(query) else [view for view in questions if query.has_quote(view)]
    if cited and not any(_has_source(query, view) for view in questions):
        yield load_rules()["QL-002"].find(cited[0].part.start, cited[0].part.end)


def _has_source(query: QueryView, view: PartView) -> bool:
    label = query.text[slice(*view.part.label)]
    said = f"{label} {query.slice(view)}"
    words = set(re.findall(r"[a-z]+", said.lower()))
    has_date = bool(DATE.search(said)) or bool(words & load_query_words()["undated"])
    return has_date and (bool(words & load_query_words()["source"]) or _names_source(said))


def _names_source(said: str) -> bool:
    """Tell whether a bracket holds a date and something beside it."""
    for found in _BRACKET.finditer(said):
        rest = DATE.sub("", found["said"].replace("undated", ""))
        if rest != found["said"] and re.search(r"\w&?\w", rest):
            return True
    return False


def _check_prior(query: QueryView) -> Iterator[LintFinding]:
    """Check facts of earlier encounters: they are dated, and they are not all there is."""
    views = query.of_kind("indicator") or query.of_kind("question")
    places = {view.part.start: _find_prior(query, view) for view in views}
    for view in views:
        if (place := places[view.part.start]) and not DATE.search(query.slice(view)):
            yield load_rules()["QL-003"].find(*place)
    first = next((place for place in places.values() if place), None)
    is_all = all(
        not _cites_present(query, view, place)
        if place and view.part.kind == "question"
        else place or not _cites(query, view)
        for view, place in zip(views, places.values(), strict=True)
    )
    if first and is_asked(query) and is_all:
        yield load_rules()["QL-004"].find(*first)


def _find_prior(query: QueryView, view: PartView) -> tuple[int, int] | None:
    return next(((start, end) for start, end, rule in find_forbidden(query, view) if rule == PRIOR), None)


def _cites(query: QueryView, view: PartView) -> bool:
    """Tell whether a part holds a fact of its own: it is an indicator, quotes the record, or gives a value."""
    is_fact = view.part.kind == "indicator" or query.has_quote(view)
    return is_fact or any(token.word[0].isdigit() for token in view.tokens)


def _cites_present(query: QueryView, view: PartView, prior: tuple[int, int]) -> bool:
    """Tell whether another clause of running text cites a fact of this encounter."""
    clauses = _CLAUSE.finditer(query.text, view.part.start, view.part.end)
    others = [found[0].lower() for found in clauses if not found.start() <= prior[0] < found.end()]
    return any(_FACT.search(said) and "please" not in said and "?" not in said for said in others)


def _check_title(query: QueryView) -> Iterator[LintFinding]:
    for view in query.of_kind("title"):
        found = list(find_undocumented(query, view))
        yield from (load_rules()["QL-018"].find(*place) for place in found)
        validates = any(says(query.own_tokens(each), "validating") for each in query.of_kind("question"))
        confirms = query.offers("confirmed") and query.offers("ruled_out")
        if view.diagnoses and not found and (validates or confirms):
            yield load_rules()["QL-019"].find(*view.place(*view.diagnoses[0][:2]))


def _check_question(query: QueryView) -> Iterator[LintFinding]:
    if query.is_yes_no:
        for view in query.of_kind("choice"):
            yield from (load_rules()["QL-010"].find(*place) for place in find_undocumented(query, view))
    for view in query.of_kind("question") if is_asked(query) else ():
        for place in find_undocumented(query, view):
            yield load_rules()["QL-020"].find(*place)
            if query.is_yes_no or (not query.choice_kinds and _is_closed(view)):
                yield load_rules()["QL-010"].find(*place)


def _is_closed(view: PartView) -> bool:
    """Tell whether the part asks something that yes or no answers."""
    starts = [t for n, t in enumerate(view.tokens) if n == 0 or view.tokens[n - 1].sentence != t.sentence]
    asked = {token.sentence for token in view.tokens if token.word == "?"}
    return any(token.word in load_query_words()["closed"] and token.sentence in asked for token in starts)


def _check_length(query: QueryView) -> Iterator[LintFinding]:
    words = [view.place(n, n + 1) for view in query.parts for n, t in enumerate(view.tokens) if t.word[0].isalnum()]
    if len(words) > MOST_WORDS:
        yield load_rules()["QL-040"].find(words[MOST_WORDS][0], words[-1][1])
    asked = [view.place(n, n + 1) for view in query.parts for n, t in enumerate(view.tokens) if t.word == "?"]
    asked = [place for place in asked if not query.is_quoted(place[0])]
    if len(asked) > _MOST_QUESTIONS:
        yield load_rules()["QL-040"].find(*asked[_MOST_QUESTIONS])


def _check_units(query: QueryView) -> Iterator[LintFinding]:
    # A quotation gives the value as the record has it; what stands before it is a name.
    for view in (each for each in query.of_kind("indicator") if not query.has_quote(each)):
        for name, value in zip(view.tokens, view.tokens[1:], strict=False):
            start, end = view.part.start + name.start, view.part.start + value.end
            # The tokenizer parts "2.4" at its point; a unit stands behind all of the number.
            number = re.compile(r"[\d.,]+").match(query.text, view.part.start + value.start, view.part.end)
            if name.word not in load_query_words()["lab"] or not number:
                continue
            if not _UNIT.match(query.text, number.end(), view.part.end):
                yield load_rules()["QL-043"].find(start, max(end, number.end()))


def _check_denied(query: QueryView) -> Iterator[LintFinding]:
    indicators = query.of_kind("indicator")
    asked = {
        concept
        for view in query.of_kind("title", "question", "choice")
        for _, _, concepts in view.diagnoses
        for concept in concepts
    }
    for view in indicators:
        if is_denied(asked | query.documented, query.slice(view), is_alone=len(indicators) == 1):
            yield load_rules()["QL-044"].find(view.part.start, view.part.end)


def _check_names(query: QueryView) -> Iterator[LintFinding]:
    """Check that what stands beside the record's words in an indicator names no diagnosis that they do not."""
    for view in query.of_kind("indicator"):
        if query.has_quote(view):
            yield from (load_rules()["QL-017"].find(*place) for place in find_undocumented(query, view))


def is_denied(concepts: set[str], line: str, *, is_alone: bool) -> bool:
    """Tell whether the field does not accept an indicator for one of the conditions, or not by itself."""
    rows = [row for row in _load_denied() if row["concept"] in concepts and (is_alone or row["is_alone"] == "no")]
    joined = f" {' '.join(_WORD.findall(line.lower()))} " if rows else ""
    return any(f" {row['words']} " in joined for row in rows)


@lru_cache(maxsize=1)
def _load_denied() -> list[dict[str, str]]:
    return read_table(FOLDER / "denied_indicators.tsv", ("concept", "words", "is_alone", "basis"))
