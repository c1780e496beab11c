"""The axis tables as records for people and programs: a row for every billable code, seventh characters included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from codeassist.errors import UnknownCodeError
from codeassist.terminology.axis_columns import NOT_DIVIDED, NOT_SPECIFIED, join_values, label_of
from codeassist.terminology.axis_compile import CompiledTable
from codeassist.terminology.axis_facets import ASSUMED, UNSPECIFIED, Facet
from codeassist.terminology.axis_select import join_seventh, split_seventh
from codeassist.terminology.codeset import CodeSet

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class AxisRow:
    """This is one billable code and its value on each axis of its table, in the order of the table's axes."""

    code: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """This is one axis of a table.

    ``name`` is of the JSON contract's vocabulary, ``label`` the heading a coder would write, ``default`` the value that
    silence means, None if the table has none.
    """

    name: str
    values: tuple[str, ...]
    default: str | None
    label: str


@dataclass(frozen=True, slots=True)
class AxisTable:
    """This is one category, or a part of one, as a table: a row for every billable code."""

    category: str
    head: str
    axes: tuple[Axis, ...]
    rows: tuple[AxisRow, ...]


def to_axis_table(table: CompiledTable, code: str) -> AxisTable:
    """Return the rows at or under a code, with the axes on which they differ.

    Raises
    ------
    UnknownCodeError
        If the category has no such code.
    """
    node = table.nodes.get(code) or table.nodes.get(split_seventh(code)[0])
    if node is None:
        msg = f"code {code[:20]!r} is not in category {table.category}; check it, or the edition"
        raise UnknownCodeError(msg)
    lines = [
        (full, cells)
        for place in range(node.first, node.stop)
        for full, cells in _expand(table, place)
        if code in table.nodes or full == code
    ]
    keys = [key for key in _find_keys(table) if len({cells.get(key, NOT_DIVIDED) for _, cells in lines}) > 1]
    rows = tuple(AxisRow(full, tuple((key[0], cells.get(key, NOT_DIVIDED)) for key in keys)) for full, cells in lines)
    defaults = _find_defaults(table)
    axes = tuple(_make_axis(key, [cells.get(key, NOT_DIVIDED) for _, cells in lines], defaults) for key in keys)
    return AxisTable(code, table.head, axes, rows)


def fold_axis_table(table: AxisTable, codeset: CodeSet) -> tuple[AxisTable, tuple[AxisTable, ...]]:
    """Part a table as a coder would: a row for each code before its seventh character, and the characters apart.

    Returns
    -------
    tuple[AxisTable, tuple[AxisTable, ...]]
        The table of codes, a hyphen for the seventh character; and a table for each set of characters in use, its rows
        named by the character. Without seventh characters the table itself and no other.
    """
    groups: dict[str, list[AxisRow]] = {}
    for row in table.rows:
        stem = f"{row.code[:7]}-" if len(row.code) == 8 and codeset.seventh_characters(row.code) else row.code
        groups.setdefault(stem, []).append(row)
    width = len(table.axes)
    inner = [at for at in range(width) if any(len({row.values[at] for row in rows}) > 1 for rows in groups.values())]
    outer = [at for at in range(width) if at not in inner]
    stems = tuple(_take(rows[0], stem, outer) for stem, rows in groups.items())
    sets = dict.fromkeys(
        tuple(_take(row, row.code[7], inner) for row in rows) for stem, rows in groups.items() if stem.endswith("-")
    )
    characters = tuple(
        AxisTable("7th", "Seventh character", tuple(table.axes[at] for at in inner), rows) for rows in sets
    )
    return AxisTable(table.category, table.head, tuple(table.axes[at] for at in outer), stems), characters


def format_axis_table(table: AxisTable, codeset: CodeSet) -> str:
    """Return a table as text: one line a code, its title last, and the seventh characters below.

    Parameters
    ----------
    table
        What to show.
    codeset
        The edition, for the titles.
    """
    codes, characters = fold_axis_table(table, codeset)
    blocks = [f"{table.category}  {codeset.title(table.category)}", *_lines(codes, codeset)]
    for meanings in characters:
        blocks += ["", *_lines(meanings, None)]
    return "\n".join(blocks) + "\n"


def _lines(table: AxisTable, codeset: CodeSet | None) -> Iterator[str]:
    heads = ["code" if codeset else "7th", *(axis.label for axis in table.axes)]
    cells = [[row.code, *(value for _, value in row.values)] for row in table.rows]
    widths = [max(len(line[place]) for line in [heads, *cells]) for place in range(len(heads))]
    titles = ["title" if codeset else ""]
    titles += [codeset.title(_find_titled(row.code, codeset)) if codeset else "" for row in table.rows]
    for line, title in zip([heads, *cells], titles, strict=True):
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=True)), title]).rstrip()


def _find_titled(code: str, codeset: CodeSet) -> str:
    """Return the code above the seventh character that a row's hyphen stands for."""
    stem = code.rstrip("-")
    while stem not in codeset:
        stem = stem[:-1].rstrip(".")
    return stem


def _take(row: AxisRow, name: str, places: Sequence[int]) -> AxisRow:
    return AxisRow(name, tuple(row.values[at] for at in places))


def _expand(table: CompiledTable, place: int) -> Iterator[tuple[str, Mapping[Key, str]]]:
    row = table.rows[place]
    cells = {(column.axis, column.label): column.cells[place] for column in table.columns}
    if row.seventh < 0:
        yield row.code, cells
        return
    for character, facets in table.sevenths[row.seventh]:
        added = {key: join_values(values) for key, values in _group(facets).items()}
        yield join_seventh(row.code, character), {**cells, **added}


def _group(facets: Sequence[Facet]) -> dict[Key, list[Facet]]:
    groups: dict[Key, list[Facet]] = {}
    for facet in facets:
        groups.setdefault((facet.axis, label_of(facet)), []).append(facet)
    return groups


def _find_keys(table: CompiledTable) -> tuple[Key, ...]:
    own = [(column.axis, column.label) for column in table.columns]
    added = [key for meanings in table.sevenths for _, facets in meanings for key in _group(facets)]
    return tuple(dict.fromkeys([*own, *added]))


def _find_defaults(table: CompiledTable) -> dict[Key, frozenset[str]]:
    defaults = {(column.axis, column.label): column.defaults for column in table.columns}
    for meanings in table.sevenths:
        for _, facets in meanings:
            for key, values in _group(facets).items():
                if all(facet.kind in (ASSUMED, UNSPECIFIED) for facet in values):
                    defaults[key] = defaults.get(key, frozenset()) | {join_values(values)}
    return defaults


def _make_axis(key: Key, cells: Sequence[str], defaults: Mapping[Key, frozenset[str]]) -> Axis:
    values = tuple(dict.fromkeys(cell for cell in cells if cell != NOT_DIVIDED))
    named = defaults.get(key, frozenset())
    assumed = next((value for value in values if value in named and value != NOT_SPECIFIED), None)
    default = NOT_SPECIFIED if NOT_SPECIFIED in values else assumed
    return Axis(key[0], values, default, key[1])
