"""Shows what the query linter found, in the form of a compiler: file, line and column, rule, words, fix."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from codeassist.core.queries import LintFinding
from codeassist.io.texts import make_safe

_STYLES = {"block": "bold red", "warn": "yellow", "info": "dim"}
_MOST_SHOWN = 60


def render_findings(findings: Sequence[LintFinding], text: str, *, name: str) -> RenderableType:
    """Return findings as something that a rich console prints.

    Parameters
    ----------
    findings
        What `codeassist.cdi.lint_query` found.
    text
        The text that it was found in.
    name
        What to call the text.
    """
    if not findings:
        return Text(f"{make_safe(name)}: nothing found by the rules that can be checked on text", style="green")
    return Group(*(part for found in findings for part in _render(found, text, name)))


def locate(text: str, place: int) -> tuple[int, int]:
    r"""Return line and column of a character, both from 1.

    Examples
    --------
    >>> locate("one\ntwo", 5)
    (2, 2)
    """
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _render(found: LintFinding, text: str, name: str) -> tuple[RenderableType, RenderableType]:
    line, column = locate(text, found.start)
    said = " ".join(make_safe(text[found.start : found.end]).split())
    said = said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN]}…"
    head = Text.assemble(
        f"{make_safe(name)}:{line}:{column}  ",
        (found.severity, _STYLES[found.severity]),
        f"  {found.rule}  ",
        (said, "underline"),
    )
    return head, Padding(Text(f"{found.message}; {found.fix}"), (0, 0, 0, 4))
