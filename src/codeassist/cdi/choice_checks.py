"""The rules of the linter on the choices that a query offers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from codeassist.cdi.content_checks import says
from codeassist.cdi.lint_rules import FOLDER, load_query_words, load_rules, read_table
from codeassist.cdi.query_view import PartView, QueryView
from codeassist.core.queries import LintFinding

_LOUD_LETTERS = 8


def check_choices(query: QueryView) -> Iterator[LintFinding]:
    """Yield the findings on the choices; an open question has none."""
    choices = query.of_kind("choice")
    if not choices:
        return
    place = choices[0].part.start, choices[-1].part.end
    missing = _check_yes_no(query) if query.is_yes_no else _check_several(query)
    yield from (load_rules()[rule].find(*place) for rule in missing)
    yield from (load_rules()[rule].find(*place) for rule in _check_special(query))
    yield from _check_neutral(query, choices)
    yield from _check_causes(query, choices)


def _asks(query: QueryView, role: str) -> bool:
    return any(says(query.own_tokens(view), role) for view in query.of_kind("question", "title"))


def _check_several(query: QueryView) -> Iterator[str]:
    if not query.offers("other"):
        yield "QL-006"
    if not query.offers("undetermined"):
        yield "QL-007"
    questions = query.of_kind("question")
    asks_meaning = _asks(query, "meaning") and not any(view.diagnoses or query.has_quote(view) for view in questions)
    if asks_meaning and not query.offers("none") and not query.offers("ruled_out"):
        yield "QL-008"
    if len(query.clinical_choices) == 1:
        yield "QL-009"


def _check_yes_no(query: QueryView) -> Iterator[str]:
    if _asks(query, "arriving"):
        if not query.offers("undetermined"):
            yield "QL-038"
        return
    if not (query.offers("other") and query.offers("undetermined")):
        yield "QL-012"
    if not _asks(query, "allowed"):
        yield "QL-011"


def _check_special(query: QueryView) -> Iterator[str]:
    """Check what validations and questions about complications of care have to offer."""
    validates = not query.is_yes_no and (_asks(query, "validating") or query.offers("confirmed"))
    if validates and not (query.offers("confirmed") and query.offers("ruled_out")):
        yield "QL-037"
    is_care = _asks(query, "procedure") and any(
        token.word.startswith("complication")
        for view in query.of_kind("question", "choice")
        for token in query.own_tokens(view)
    )
    if is_care and not all(query.offers(kind) for kind in ("complication", "expected", "unrelated")):
        yield "QL-039"


def _check_neutral(query: QueryView, choices: list[PartView]) -> Iterator[LintFinding]:
    rule = load_rules()["QL-022"]
    bold = [view for view in choices if query.slice(view).strip("0123456789.) ")[:2] in ("**", "__")]
    loud = [view for view in query.clinical_choices if _is_loud(query.slice(view))]
    odd = [view for group in (bold, loud) if 0 < len(group) < len(query.clinical_choices) for view in group]
    for view in [*(each for each in choices if each.part.is_marked), *odd]:
        yield rule.find(view.part.start, view.part.end)
    weights = [(_weigh(view), view) for view in choices]
    ranked = [(weight, view) for weight, view in weights if weight is not None]
    order = [weight for weight, _ in ranked]
    if len(ranked) > 2 and len(set(order)) == len(order) and order == sorted(order):
        yield rule.find(ranked[0][1].part.start, ranked[-1][1].part.end)


def _is_loud(said: str) -> bool:
    """Tell whether a choice is written in capitals; an abbreviation is no emphasis."""
    return said.isupper() and sum(map(str.isalpha, said)) >= _LOUD_LETTERS


def _weigh(view: PartView) -> int | None:
    """Return 0 for severe, 1 for moderate, 2 for mild."""
    words = {token.word for token in view.tokens}
    return next((rank for rank, word in enumerate(("severe", "moderate", "mild")) if word in words), None)


def _check_causes(query: QueryView, choices: list[PartView]) -> Iterator[LintFinding]:
    """Check that a cause in a choice is named, or supported by a word, somewhere else in the query."""
    cited = query.of_kind("question", "indicator")
    said = {token.word for view in (*query.of_kind("title"), *cited) for token in view.tokens}
    said |= {concept for view in cited for _, _, concepts in view.diagnoses for concept in concepts}
    for view in choices:
        start = next((n for n, (one, other) in enumerate(pairwise(view.tokens)) if _links(one.word, other.word)), None)
        if start is None or "not" in {token.word for token in view.tokens[:start]}:
            continue
        causes = {token.word for token in view.tokens[start:]}
        causes |= {concept for first, _, found in view.diagnoses if first > start for concept in found}
        if any(not said & ({cause} | _load_causes()[cause]) for cause in causes & _load_causes().keys()):
            yield load_rules()["QL-047"].find(*view.place(start, len(view.tokens)))


def _links(word: str, then: str) -> bool:
    """Tell whether two words lead to a cause: "due to", and not the "secondary" of a disease's name."""
    return word in load_query_words()["linking"] and then in ("to", "by")


@lru_cache(maxsize=1)
def _load_causes() -> dict[str, frozenset[str]]:
    """Return the causes that a record has to support, as words or concepts of diagnoses, with words that do."""
    rows = read_table(FOLDER / "cause_words.tsv", ("cause", "evidence"))
    causes = {row["cause"] for row in rows}
    return {cause: frozenset(row["evidence"] for row in rows if row["cause"] == cause) for cause in causes}
