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


def format_axis_table(table: AxisTable, codeset: CodeSet) -> str:
    """Return a table as text: one line a code, its title last.

    Parameters
    ----------
    table
        What to show.
    codeset
        The edition, for the titles.
    """
    heads = ["code", *(axis.label for axis in table.axes), "title"]
    lines = [[row.code, *(value for _, value in row.values), codeset.title(row.code)] for row in table.rows]
    widths = [max(len(line[place]) for line in [heads, *lines]) for place in range(len(heads) - 1)]
    text = [f"{table.category}  {codeset.title(table.category)}"]
    for line in [heads, *lines]:
        padded = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=True)]
        text.append("  ".join([*padded, line[-1]]))
    return "\n".join(text) + "\n"


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
