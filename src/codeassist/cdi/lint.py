"""The query linter: checks the text of a query, a person's or a program's, against the rules of compliant queries."""

from __future__ import annotations

from collections.abc import Iterable

from codeassist.cdi.choice_checks import check_choices
from codeassist.cdi.content_checks import check_content
from codeassist.cdi.query_view import QueryView
from codeassist.cdi.wording_checks import check_wordings
from codeassist.core.queries import LintFinding
from codeassist.errors import UnsupportedInputError


def lint_query(text: str) -> list[LintFinding]:
    """Find where the text of a query breaks a rule of compliant query practice.

    Parameters
    ----------
    text
        A whole query or a part of one. Title, indicators, question and choices are told by their layout, as loosely as
        people write it.

    Returns
    -------
    list[LintFinding]
        In order of place: the rule, its severity, the characters of ``text``, and how to mend it. Empty where
        every rule that can be checked on text holds.

    Raises
    ------
    UnsupportedInputError
        If ``text`` is no text.

    Notes
    -----
    ``docs/reference/query-lint-rules.md`` lists the rules, and which of them need the drafted query or a person.

    Examples
    --------
    >>> [(found.rule, found.start, found.end) for found in lint_query("This would add an MCC.")]
    [('QL-013', 18, 21)]
    """
    if not isinstance(text, str):
        msg = f"a {type(text).__name__} cannot be linted; expected the text of a query"
        raise UnsupportedInputError(msg)
    query = QueryView(text)
    return merge_findings([*check_wordings(query), *check_content(query), *check_choices(query)])


def merge_findings(findings: Iterable[LintFinding]) -> list[LintFinding]:
    """Return findings in order of place, without those that overlap an earlier one of the same rule."""
    kept: list[LintFinding] = []
    ends: dict[str, int] = {}
    for found in sorted(findings, key=lambda each: (each.start, -each.end, each.rule)):
        if found.start >= ends.get(found.rule, 0):
            kept.append(found)
            ends[found.rule] = found.end
    return kept
