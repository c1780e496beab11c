"""Reads the attributes of a procedure from its account: approach, site, size, contrast and the others of its family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from codeassist.procedures.lines import Account, Line
from codeassist.procedures.measures import read_measure
from codeassist.procedures.word_lists import get_words
from codeassist.procedures.wording import Wording, find_wording
from codeassist.terminology.procedure_tables import ProcedureAxis

_NEGATING = get_words("negating")
# A line with one of these tells of another time or of what may be, not of what was done.
_UNTOLD = get_words("untold")
# What says that an operation went another way than planned.
_CHANGED = get_words("changed")
_ACCOUNT_PARTS = ("body", "findings", "detail", "technique")
# No account is longer; a text of megabytes is read as far as this for each procedure.
_MOST_LINES = 400
_REASON_PARTS = ("diagnosis", "preamble", "impression")


@dataclass(frozen=True, slots=True)
class Reading:
    """This is what a note says on one axis: the values in order of weight, or a number.

    ``place`` is the line that says it. ``is_overruled`` is true where the account says otherwise than the title.
    """

    values: tuple[str, ...] = ()
    number: float | None = None
    place: Line | None = field(default=None, repr=False)
    is_overruled: bool = False

    @property
    def is_stated(self) -> bool:
        """Whether the note says anything."""
        return bool(self.values) or self.number is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """This is where the attributes of one procedure may be read: its own line, its siblings and the account of it."""

    account: Account
    own: Line
    names: tuple[Line, ...]
    told: tuple[Line, ...]
    reasons: tuple[Line, ...]


def make_scope(account: Account, own: Line, same: Sequence[Line], body: Sequence[Line] | None = None) -> Scope:
    """Return the scope of one procedure.

    Parameters
    ----------
    account
        The note.
    own
        The line that names the procedure.
    same
        Other lines that name it.
    body
        The lines of the account that are about it; by default all.
    """
    is_whole = account.sort != "visit"
    title = [line for line in account.of("title") if line is not own] if is_whole else []
    told = body if body is not None else account.of(*_ACCOUNT_PARTS)
    told = [line for line in told[:_MOST_LINES] if line is not own and _UNTOLD.isdisjoint(line.words.places)]
    names = tuple(dict.fromkeys([*same, *title]))
    reasons = account.of(*_REASON_PARTS)[:_MOST_LINES] if is_whole else ()
    return Scope(account, own, names[:_MOST_LINES], tuple(told) if is_whole or own.part == "title" else (), reasons)


class AxisReader:
    """This is the reader of attributes.

    Parameters
    ----------
    axes
        The axes by name.
    wordings
        The wordings of the values of each word axis.
    supersedes
        For each axis, the pairs of a value and another that it makes void.
    """

    def __init__(
        self,
        axes: Mapping[str, ProcedureAxis],
        wordings: Mapping[str, Mapping[str, tuple[Wording[str], ...]]],
        supersedes: Mapping[str, frozenset[tuple[str, str]]],
    ) -> None:
        self._axes = axes
        self._wordings = wordings
        self._supersedes = supersedes

    def __call__(self, axis: str, allowed: frozenset[str], scope: Scope) -> Reading:
        """Return what the note says on one axis, among the values that the family has."""
        spec = self._axes[axis]
        if spec.kind == "number":
            return self._read_number(spec, scope)
        return self._read_words(spec, allowed, scope)

    def _read_number(self, spec: ProcedureAxis, scope: Scope) -> Reading:
        for lines in self._tiers(spec, scope):
            for line in lines:
                number = read_measure(spec.unit, (scope.account.note.text[line.start : line.end],))
                if number is not None:
                    return Reading(number=number, place=line)
        return Reading()

    def _read_words(self, spec: ProcedureAxis, allowed: frozenset[str], scope: Scope) -> Reading:
        wordings = [each for value in sorted(allowed) for each in self._wordings.get(spec.name, {}).get(value, ())]
        tiers = self._tiers(spec, scope)
        if "multi" in spec.flags:
            return self._collect(spec, wordings, [line for tier in tiers for line in tier])
        title = self._collect(spec, wordings, tiers[0])
        changed = [line for line in scope.told if not _CHANGED.isdisjoint(line.words.places)]
        if "bodywins" in spec.flags and changed:
            told = self._collect(spec, wordings, changed)
            if title.values and told.values and title.values[0] not in told.values:
                return Reading(told.values, place=told.place, is_overruled=True)
        if title.values:
            return title
        return next((found for tier in tiers[1:] if (found := self._collect(spec, wordings, tier)).values), Reading())

    def _tiers(self, spec: ProcedureAxis, scope: Scope) -> list[Sequence[Line]]:
        if spec.reach == "note":
            return [(scope.own,), scope.account.lines[:_MOST_LINES]]
        if spec.reach == "seg":
            return [(scope.own,), scope.names]
        return [(scope.own,), scope.names, scope.told, scope.reasons]

    def _collect(self, spec: ProcedureAxis, wordings: Sequence[Wording[str]], lines: Iterable[Line]) -> Reading:
        first: dict[str, tuple[int, int]] = {}
        place: Line | None = None
        for number, line in enumerate(lines):
            for wording in wordings:
                places = find_wording(wording, line.words, slack=2)
                if places is None or _is_negated(line, places):
                    continue
                place = place or line
                key = (number, -len(wording.slots))
                first[wording.thing] = min(first.get(wording.thing, key), key)
        void = {over for value, over in self._supersedes.get(spec.name, ()) if value in first}
        ordered = sorted((value for value in first if value not in void), key=lambda value: (first[value], value))
        return Reading(tuple(ordered), place=place)


def _is_negated(line: Line, places: tuple[int, ...]) -> bool:
    before = line.words.forms[max(0, places[0] - 4) : places[0]]
    return not _NEGATING.isdisjoint(before)
