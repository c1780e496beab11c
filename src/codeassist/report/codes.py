"""Shows codes in a terminal: the hits of a search, one code with all that the edition says of it, the editions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from codeassist.core.suggestions import CodeMatch
from codeassist.io.texts import make_safe
from codeassist.terminology.axes import AxisTable, AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.editions import EditionInfo
from codeassist.terminology.instruction_notes import InstructionNote
from codeassist.terminology.procedure_sets import ProcedureSet

_NOTE_HEADINGS = (
    ("includes", "Includes"),
    ("inclusion", "Inclusion terms"),
    ("note", "Note"),
    ("code_first", "Code first"),
    ("use_additional", "Use additional code"),
    ("code_also", "Code also"),
    ("excludes1", "Excludes1"),
    ("excludes2", "Excludes2"),
)
# A table with more rows is of no use on a screen; one of its subcategories is.
MOST_ROWS = 60


def render_matches(matches: Sequence[CodeMatch], codes: str) -> RenderableType:
    """Return the hits of a search in some code set, best first, with the wording that was matched."""
    if not matches:
        return Text(f"No code of {codes} was found; try other or fewer words.")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold cyan", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", style="dim", no_wrap=True)
    for match in matches:
        title = Text(match.display)
        if match.matched.casefold() != match.display.casefold():
            title.append(f"\n{make_safe(match.matched)}", style="dim italic")
        table.add_row(match.code, title, f"{match.score:.2f}")
    return table


def render_code(
    code: str, codeset: CodeSet, tables: AxisTables, *, most_rows: int | None = MOST_ROWS
) -> RenderableType:
    """Return all that an edition says of one code: place, notes, seventh characters, the codes below and their axes.

    Parameters
    ----------
    code
        A code of the edition, in canonical form.
    codeset, tables
        The edition.
    most_rows
        Leave out an axis table with more rows, and say so; None shows any.

    Raises
    ------
    UnknownCodeError
        If the edition does not have the code.
    """
    parts: list[RenderableType] = [_title(code, codeset), "", _hierarchy(code, codeset)]
    for kind, heading in _NOTE_HEADINGS:
        notes = codeset.notes(code, kind, inherited=kind != "inclusion")
        if notes:
            parts += ["", _notes(heading, notes, code)]
    parts += _sevenths(code, codeset)
    parts += _children(code, codeset)
    parts += _axes(code, codeset, tables, most_rows)
    return Group(*parts)


def render_editions(editions: Sequence[EditionInfo]) -> RenderableType:
    """Return the installed editions as a table, oldest first."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("edition", "in force", "codes", "index", "from", "contents"):
        table.add_column(name, justify="right" if name == "codes" else "left", overflow="fold")
    for info in editions:
        contents = ", ".join(info.contents).replace("_", " ")
        if info.notes_from and info.notes_from != info.edition:
            contents += f" (instruction notes of {info.notes_from})"
        table.add_row(
            Text(info.edition, style="bold"),
            f"{info.valid_from} to {info.valid_to}",
            f"{info.billable_count:,}",
            _name_index(info),
            Text(info.source),
            contents,
        )
    return table


def _name_index(info: EditionInfo) -> str:
    if not info.index.wordings:
        return "no"
    return ", ".join(info.index.years) or "yes"


def render_left_out(info: EditionInfo) -> RenderableType | None:
    """Return in one line what of an index was left out because the edition does not have its codes; None if nothing."""
    index = info.index
    if not index.codes_absent:
        return None
    total = index.wordings + index.wordings_left_out
    return Text(
        f"{index.wordings_left_out:,} of {total:,} index terms were left out: "
        f"they lead to {index.codes_absent:,} codes that edition {info.edition} does not have"
    )


def render_procedure_sets(sets: Sequence[ProcedureSet]) -> RenderableType:
    """Return the imported sets of procedure codes as a table."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("set", "from", "rows"):
        table.add_column(name, overflow="fold")
    for each in sets:
        rows = ", ".join(f"{role} {count:,}" for role, count in sorted(each.rows.items()))
        table.add_row(Text(f"{each.system}-{each.edition}", style="bold"), Text(each.source), rows)
    return table


def _title(code: str, codeset: CodeSet) -> RenderableType:
    head = Text.assemble((code, "bold cyan"), f"  {codeset.title(code)}")
    billable = codeset.is_billable(code)
    state = (
        Text("billable", style="green") if billable else Text("not billable, choose a code below it", style="yellow")
    )
    return Group(head, Text(f"{codeset.system} {codeset.edition} · ", style="dim").append_text(state))


def _hierarchy(code: str, codeset: CodeSet) -> RenderableType:
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(style="dim", no_wrap=True)
    lines.add_column()
    lines.add_row(f"chapter {codeset.chapter(code)}", codeset.chapter_title(code))
    lines.add_row(f"block {codeset.block(code)}", codeset.block_title(code))
    for depth, above in enumerate(reversed(codeset.ancestors(code)), start=1):
        lines.add_row(Text(f"{'  ' * depth}{above}", style="cyan"), codeset.title(above))
    return lines


def _notes(heading: str, notes: Sequence[InstructionNote], code: str) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(overflow="fold", ratio=1)
    table.add_column(style="dim italic", no_wrap=True)
    for note in notes:
        table.add_row(Text(note.text), _name_owner(note.at_code, code))
    return Group(Text(heading, style="bold"), Padding(table, (0, 0, 0, 2)))


def _name_owner(owner: str, code: str) -> str:
    if owner == code:
        return ""
    return f"from chapter {owner}" if owner.isdigit() else f"from {owner}"


def _sevenths(code: str, codeset: CodeSet) -> Iterator[RenderableType]:
    meanings = codeset.seventh_characters(code)
    if meanings:
        yield ""
        yield Text("Seventh characters", style="bold")
        for character, meaning in meanings.items():
            yield Padding(Text.assemble((character, "cyan"), f"  {meaning}"), (0, 0, 0, 2))


def _children(code: str, codeset: CodeSet) -> Iterator[RenderableType]:
    below = codeset.children(code)
    if not below:
        return
    yield ""
    yield Text.assemble(("Below it", "bold"), (f"  {len(below)} codes", "dim"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for each in below:
        table.add_row(each, codeset.title(each))
    yield Padding(table, (0, 0, 0, 2))


def _axes(code: str, codeset: CodeSet, tables: AxisTables, most_rows: int | None) -> Iterator[RenderableType]:
    table = _get_table(code, codeset, tables)
    if not table.axes:
        return
    yield ""
    yield Text.assemble(("Axes", "bold"), (f"  {len(table.rows):,} billable codes of {table.category}", "dim"))
    if len(table.rows) == 1 or most_rows is None or len(table.rows) <= most_rows:
        yield Padding(_draw_axes(code, table), (0, 0, 0, 2))
        return
    for axis in table.axes:
        yield Padding(Text.assemble((axis.label, "cyan"), f"  {', '.join(axis.values)}"), (0, 0, 0, 2))
    hint = f"the table has more than {most_rows} rows; show a subcategory, or all of it with --all"
    yield Padding(Text(hint, style="dim"), (0, 0, 0, 2))


def _get_table(code: str, codeset: CodeSet, tables: AxisTables) -> AxisTable:
    """Return the table of a header, or for a billable code the table in which it is a row among its siblings."""
    above = codeset.parent(code)
    return tables.get(above if codeset.is_billable(code) and above else code)


def _draw_axes(code: str, table: AxisTable) -> Table:
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    drawn.add_column("code", style="cyan", no_wrap=True)
    for axis in table.axes:
        drawn.add_column(axis.label, overflow="fold")
    for row in table.rows:
        values = dict(enumerate(value for _, value in row.values))
        drawn.add_row(row.code, *values.values(), style="bold" if row.code == code else None)
    return drawn
