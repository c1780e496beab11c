"""Shows the procedures of a result in a terminal: a row each, with modifiers, words of the note and flags."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from codeassist.core.results import CodingResult
from codeassist.core.suggestions import Suggestion
from codeassist.io.texts import make_safe
from codeassist.report.view import PROCEDURE_HEADINGS, name_units

_COLOR = {"report": "green", "consider": "yellow"}


def list_procedure_parts(result: CodingResult) -> Iterator[RenderableType]:
    """Yield what is shown of the procedures; nothing where none was found."""
    for disposition, heading in PROCEDURE_HEADINGS.items():
        found = [each for each in result.procedures if each.disposition == disposition]
        if found:
            yield ""
            yield Text(f"{heading} {len(found)}", style=f"bold {_COLOR[disposition]}")
            table = Table.grid(padding=(0, 2, 0, 0))
            table.add_column(style="bold cyan")
            table.add_column(overflow="fold")
            table.add_column(justify="right", style="dim", no_wrap=True)
            for each in found:
                table.add_row(_name(each), _describe(result, each), f"{round(each.confidence * 100)}%")
            yield table


def _name(each: Suggestion) -> str:
    code = "-".join((each.code.value, *each.modifiers))
    return f"{code} {name_units(each)}".rstrip()


def _describe(result: CodingResult, each: Suggestion) -> Text:
    text = Text(each.display)
    spans = sorted({candidate.mention.span for candidate in each.support})
    for span in spans[:2]:
        text.append(f"\n{make_safe(result.encounter.slice(span))}", style="italic")
    if each.supported_by:
        text.append(f"\nfor {', '.join(each.supported_by)}", style="dim")
    for flag in each.flags:
        text.append(f"\n{flag.detail}", style="red")
    return text
