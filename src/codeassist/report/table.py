"""Shows a result in a terminal: a block for each suggestion with its evidence in context and its reasons.

Below them stand the visit level and the gaps that are worth a query, each with its draft.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from codeassist.core.results import DISCLAIMER, CodingResult
from codeassist.io.texts import make_safe
from codeassist.report.gap_view import QueryView, count_unasked, make_query_views
from codeassist.report.procedure_table import list_procedure_parts
from codeassist.report.view import (
    GROUP_HEADINGS,
    GROUP_MEANINGS,
    Evidence,
    Reason,
    SuggestionView,
    VisitView,
    describe_code_set,
    make_views,
    make_visit_view,
)

_CODE_WIDTH = 9
_BAR_CELLS = 8
_MOST_EVIDENCE = 3
_MOST_ALTERNATIVES = 3
_MOST_FACTS = 5
_COLOR = {"report": "green", "consider": "yellow"}
_GAP_COLOR = "magenta"


def render_result(result: CodingResult) -> RenderableType:
    """Return a result as something that a rich console prints.

    Parameters
    ----------
    result
        What to show.

    Notes
    -----
    It is made for 80 columns and more. Text of the note is never read as markup.
    """
    parts: list[RenderableType] = [_head(result)]
    if result.pipeline.edition_note:
        parts.append(Text(result.pipeline.edition_note, style="yellow"))
    has_notes = len(result.encounter.notes) > 1
    views = make_views(result)
    for disposition, found in views.items():
        if found:
            parts += ["", _heading(disposition, len(found))]
            parts += [part for view in found for part in ("", _block(view, names_note=has_notes))]
    if not any(views.values()):
        parts += ["", Text("No diagnosis was found that a code stands for.")]
    parts += list_procedure_parts(result)
    visit = make_visit_view(result)
    if visit is not None:
        parts += ["", Text("Visit", style="bold green"), "", _visit_block(visit)]
    if result.gaps:
        parts += ["", _gap_heading(result)]
        parts += [part for query in make_query_views(result) for part in ("", _gap_block(query))]
    parts += ["", Rule(style="dim"), Text(DISCLAIMER, style="dim italic")]
    return Group(*parts)


def _head(result: CodingResult) -> Text:
    encounter = result.encounter
    facts = [encounter.setting, describe_code_set(result)]
    if len(encounter.notes) > 1:
        facts.insert(0, f"{len(encounter.notes)} notes")
    return Text.assemble((make_safe(encounter.encounter_id), "bold"), (f"  {' · '.join(facts)}", "dim"))


def _heading(disposition: str, count: int) -> Text:
    return Text.assemble(
        (f"{GROUP_HEADINGS[disposition]} {count}", f"bold {_COLOR[disposition]}"),
        (f"  {GROUP_MEANINGS[disposition]}", "dim"),
    )


def _gap_heading(result: CodingResult) -> Text:
    unasked = count_unasked(result)
    meaning = "worth a query to the provider" + (f"; not asked, listed in the JSON: {unasked}" if unasked else "")
    return Text.assemble((f"Gaps {len(result.queries)}", f"bold {_GAP_COLOR}"), (f"  {meaning}", "dim"))


def _gap_block(view: QueryView) -> RenderableType:
    head = _make_head(view.category, Text.assemble(view.subject, (f"  {view.kind}", "dim")), view.percent, _GAP_COLOR)
    details = Table.grid(padding=(0, 2, 0, 0))
    details.add_column(style="dim", no_wrap=True, width=5)
    details.add_column(overflow="fold")
    if view.reasons:
        details.add_row("why", _explain(view.reasons))
    for place, fact in enumerate(view.facts[:_MOST_FACTS]):
        details.add_row("" if place else "found", Text(fact))
    if len(view.facts) > _MOST_FACTS:
        details.add_row("", Text(f"and {len(view.facts) - _MOST_FACTS} more", style="dim"))
    details.add_row("query", Text(view.title, style="bold"))
    details.add_row("", Text(view.question))
    if view.choices:
        details.add_row("", Text("  ".join(f"[ ]\u00a0{choice}" for choice in view.choices)))
    return Group(head, Padding(details, (0, 0, 0, _CODE_WIDTH + 2)))


def _block(view: SuggestionView, *, names_note: bool) -> RenderableType:
    suggestion = view.suggestion
    title = Text(suggestion.display)
    if suggestion.role == "principal":
        title.append("  principal", style="dim italic")
    head = _make_head(suggestion.code.value, title, view.percent, _COLOR[suggestion.disposition])
    details = Table.grid(padding=(0, 2, 0, 0))
    details.add_column(style="dim", no_wrap=True, width=4)
    details.add_column(overflow="fold")
    for label, line in _details(view, names_note=names_note):
        details.add_row(label, line)
    return Group(head, Padding(details, (0, 0, 0, _CODE_WIDTH + 2)))


def _visit_block(view: VisitView) -> RenderableType:
    head = _make_head(view.visit.code, Text(view.title), view.percent, _COLOR["report"])
    details = Table.grid(padding=(0, 2, 0, 0))
    details.add_column(style="dim", no_wrap=True, width=8)
    details.add_column(overflow="fold")
    for name, level, items in view.elements:
        details.add_row(name, Text.assemble((level, "bold"), f"  {items}"))
    for label, line in view.notes:
        details.add_row(label, Text(line))
    return Group(head, Padding(details, (0, 0, 0, _CODE_WIDTH + 2)))


def _make_head(code: str, title: Text, percent: int, color: str) -> Table:
    head = Table.grid(padding=(0, 2, 0, 0), expand=True)
    head.add_column(width=_CODE_WIDTH)
    head.add_column(ratio=1)
    head.add_column(width=_BAR_CELLS + 4, no_wrap=True)
    head.add_row(Text(code, style="bold cyan"), title, _meter(percent, color))
    return head


def _meter(percent: int, color: str) -> Text:
    filled = max(1, round(_BAR_CELLS * percent / 100))
    return Text.assemble(("━" * filled, color), ("─" * (_BAR_CELLS - filled), "dim"), f" {percent:>2}%")


def _details(view: SuggestionView, *, names_note: bool) -> Iterator[tuple[str, Text]]:
    for place, each in enumerate(view.evidence[:_MOST_EVIDENCE]):
        yield "" if place else "note", _quote(each, names_note=names_note)
    more = len(view.evidence) - _MOST_EVIDENCE
    if more > 0:
        yield "", Text(f"and {more} more", style="dim")
    if view.readings:
        yield "read", Text("; ".join(view.readings))
    if view.reasons:
        yield "why", _explain(view.reasons)
    if view.rules:
        yield "rule", Text("; ".join(view.rules))
    if view.alternatives:
        yield "next", _list_alternatives(view.alternatives[:_MOST_ALTERNATIVES])
    for flag in view.flags:
        yield "flag", Text(flag, style="red")


def _quote(evidence: Evidence, *, names_note: bool) -> Text:
    place = f"{make_safe(evidence.span.note_id)}, {evidence.section}" if names_note else evidence.section
    return Text.assemble(
        (f"{place}: ", "dim italic"), evidence.before, (evidence.text, "bold underline"), evidence.after
    )


def _explain(reasons: Sequence[Reason]) -> Text:
    text = Text()
    for reason in reasons:
        text.append(" · " if text else "")
        # A space that does not break keeps the sign with its words.
        text.append("+\u00a0" if reason.points > 0 else "\u2212\u00a0", style="green" if reason.points > 0 else "red")
        text.append(reason.words)
    return text


def _list_alternatives(alternatives: Sequence[tuple[str, str]]) -> Text:
    text = Text(overflow="fold")
    for code, display in alternatives:
        text.append("\n" if text else "")
        text.append(code, style="cyan")
        text.append(f" {display}", style="dim")
    return text
