"""Drops procedures that are part of another one done in the same note, and joins what was named twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from codeassist.procedures.choosing import Choice
from codeassist.procedures.occurrences import Occurrence
from codeassist.terminology.procedure_tables import ProcedureTables


class Done(Protocol):
    """This is a procedure done: where it is named and which concept it is."""

    @property
    def occurrence(self) -> Occurrence:
        """Where the note names it."""

    @property
    def choice(self) -> Choice:
        """Which concept it is."""


D = TypeVar("D", bound=Done)


def drop_parts(done: Sequence[D], tables: ProcedureTables) -> list[D]:
    """Return the procedures that are no part of another; a part of two that name each other stays with the first."""
    return [each for each in done if not any(is_part(each, other, tables) for other in done)]


def is_part(each: Done, other: Done, tables: ProcedureTables) -> bool:
    """Tell whether the first procedure is part of the second and not reported beside it."""
    family, whole = each.occurrence.family, tables.families[other.occurrence.family]
    if family == whole.name or each.occurrence.note_id != other.occurrence.note_id:
        return False
    if each.occurrence.source == "body" and other.occurrence.source == "body":
        return f"kind:{whole.kind}" not in tables.bundles.get(family, ()) and _within(family, other, tables)
    return _within(family, other, tables)


def _within(family: str, other: Done, tables: ProcedureTables) -> bool:
    whole = tables.families[other.occurrence.family]
    within = tables.bundles.get(family, frozenset())
    if whole.name in within:
        return True
    # Two parts of the same group would drop each other.
    own = tables.bundles.get(whole.name, frozenset())
    is_part_too = bool(own & within)
    return not is_part_too and bool(within & {f"group:{whole.group}", f"kind:{whole.kind}"})
