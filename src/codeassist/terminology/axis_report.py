"""Says how far the categories of an edition decompose into axes, and which do not, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codeassist.terminology.axes import AxisTable, AxisTables, fold_axis_table
from codeassist.terminology.codeset import CodeSet

SINGLE, LIST, ALIKE = "single_code", "list_of_conditions", "rows_alike"
REASONS = {
    SINGLE: "the category is one code; there is nothing to divide",
    LIST: "each row is a condition of its own: the only axis is which one, and no value occurs twice",
    ALIKE: "rows differ in words that no axis holds, so that two of them have the same values",
}
_NAMES = ("type", "diagnosis", "detail")


@dataclass(frozen=True, slots=True)
class Undivided:
    """This is one category that does not decompose; ``reason`` is a key of ``REASONS``."""

    category: str
    title: str
    reason: str


def find_undivided(codeset: CodeSet, tables: AxisTables) -> tuple[Undivided, ...]:
    """Return the categories that do not decompose, in tabular order."""
    found = []
    for category in tables.categories():
        reason = _find_reason(fold_axis_table(tables.get(category), codeset)[0])
        if reason is not None:
            found.append(Undivided(category, codeset.title(category), reason))
    return tuple(found)


def format_report(codeset: CodeSet, tables: AxisTables) -> str:
    """Return the decomposition report as Markdown: counts, the axes in use, the categories left out and why."""
    undivided = find_undivided(codeset, tables)
    total = sum(1 for _ in tables.categories())
    lines = [
        f"Of {total:,} categories of edition {codeset.edition}, {total - len(undivided):,} decompose into axes.",
        "",
        *_count_lines(undivided),
        "",
        *_axis_lines(tables),
    ]
    for reason, meaning in REASONS.items():
        rows = [row for row in undivided if row.reason == reason]
        lines += ["", f"### {reason} ({len(rows):,})", "", f"{meaning[0].upper()}{meaning[1:]}.", ""]
        lines += [", ".join(f"{row.category}" for row in rows)] if reason == SINGLE else _list_lines(rows)
    return "\n".join(lines) + "\n"


def _find_reason(table: AxisTable) -> str | None:
    values = [row.values for row in table.rows]
    if len(values) == 1:
        return SINGLE if not table.rows[0].code.endswith("-") else None
    if len(set(values)) < len(values):
        return ALIKE
    labels = {axis.label for axis in table.axes}
    if labels <= set(_NAMES) and all(_occurs_once(table, place) for place in range(len(table.axes))):
        return LIST
    return None


def _occurs_once(table: AxisTable, place: int) -> bool:
    cells = [row.values[place][1] for row in table.rows if row.values[place][1] != "-"]
    return len(set(cells)) == len(cells)


def _count_lines(undivided: Sequence[Undivided]) -> Iterable[str]:
    counts = Counter(row.reason for row in undivided)
    yield "| reason | categories | meaning |"
    yield "|---|---|---|"
    for reason, meaning in REASONS.items():
        yield f"| {reason} | {counts[reason]:,} | {meaning} |"


def _axis_lines(tables: AxisTables) -> Iterable[str]:
    names: Counter[str] = Counter()
    for category in tables.categories():
        names.update({axis.name for axis in tables.get(category).axes})
    yield "| axis | categories that have it |"
    yield "|---|---|"
    for name, count in sorted(names.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"| {name} | {count:,} |"


def _list_lines(rows: Sequence[Undivided]) -> list[str]:
    return [f"- {row.category} {row.title}" for row in rows]
