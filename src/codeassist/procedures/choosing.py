"""Chooses the concepts of a family that a note's attributes lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codeassist.procedures.evidence import Reading
from codeassist.procedures.measures import is_in_range
from codeassist.terminology.procedure_tables import AxisValue, ProcedureAxis, ProcedureConcept


@dataclass(frozen=True, slots=True)
class Choice:
    """This is one concept with the axes that the note states and those that it leaves to the default."""

    concept: ProcedureConcept
    stated: tuple[str, ...]
    defaulted: tuple[str, ...]
    missing: tuple[str, ...]
    units: int = 1


def choose(
    concepts: Sequence[ProcedureConcept], readings: Mapping[str, Reading], axes: Mapping[str, ProcedureAxis]
) -> tuple[Choice, ...]:
    """Return the concepts that fit, best first; more than one where a procedure had several parts.

    Parameters
    ----------
    concepts
        The rows of one family.
    readings
        What the note says on each axis of the family.
    axes
        The axes by name.
    """
    found: dict[str, Choice] = {}
    for variant in _split(concepts, readings, axes):
        choice = _choose_one(concepts, variant)
        if choice is not None:
            found.setdefault(choice.concept.name, choice)
    main = tuple(found.values())
    return (*main, *_add_on(concepts, readings, main))


def _split(
    concepts: Sequence[ProcedureConcept], readings: Mapping[str, Reading], axes: Mapping[str, ProcedureAxis]
) -> Iterator[Mapping[str, Reading]]:
    """Yield the readings once for each value of an axis on which several may be done together."""
    multi = next((name for name, each in readings.items() if "multi" in axes[name].flags and each.values), None)
    if multi is None:
        yield readings
        return
    defaults = {v.value for concept in concepts for v in concept.values if v.axis == multi and v.is_default}
    values = readings[multi].values
    for value in [each for each in values if each not in defaults] or values:
        yield {**readings, multi: replace(readings[multi], values=(value,))}


def _choose_one(concepts: Sequence[ProcedureConcept], readings: Mapping[str, Reading]) -> Choice | None:
    for tried in _loosen(readings):
        scored = [(score, each) for each in concepts if (score := _score(each, tried)) is not None]
        if scored:
            return _describe(max(scored, key=lambda pair: pair[0])[1], tried)
    return None


def _loosen(readings: Mapping[str, Reading]) -> Iterator[Mapping[str, Reading]]:
    """Yield the readings, then with one axis after another left unstated: values that no row has together."""
    yield readings
    for axis in reversed([name for name, each in readings.items() if each.is_stated]):
        yield {**readings, axis: Reading()}


def _describe(best: ProcedureConcept, readings: Mapping[str, Reading]) -> Choice:
    stated = tuple(v.axis for v in best.values if readings[v.axis].is_stated)
    open_axes = tuple(v.axis for v in best.values if not readings[v.axis].is_stated)
    defaulted = tuple(v.axis for v in best.values if v.is_default and v.axis in open_axes)
    return Choice(best, stated, defaulted, tuple(axis for axis in open_axes if axis not in defaulted))


def _score(concept: ProcedureConcept, readings: Mapping[str, Reading]) -> float | None:
    """Return how well a concept fits, or ``None`` if it says something that the note does not."""
    total = 0.0
    for value in concept.values:
        fit = _fit(value, readings[value.axis])
        if fit is None:
            return None
        total += fit
    return total


def _fit(value: AxisValue, reading: Reading) -> float | None:
    if reading.number is not None:
        return 2.0 if is_in_range(reading.number, value.value) else None
    if value.value in reading.values:
        return 2.0 - 0.1 * reading.values.index(value.value)
    if reading.values:
        return None
    return 0.0 if value.is_default else None


def _add_on(
    concepts: Sequence[ProcedureConcept], readings: Mapping[str, Reading], main: Sequence[Choice]
) -> Iterator[Choice]:
    """Yield the rows that count what goes beyond the first row: each further lesion, level or 20 square centimetres."""
    if not main:
        return
    chosen = {v.axis: v for v in main[0].concept.values}
    for concept in concepts:
        extra = next((v for v in concept.values if v.value.startswith("+")), None)
        number = readings[extra.axis].number if extra else None
        if extra is None or number is None or extra.axis not in chosen:
            continue
        if not chosen[extra.axis].value.startswith("0-"):
            continue
        if any(v.axis != extra.axis and chosen[v.axis].value != v.value for v in concept.values):
            continue
        step = float(extra.value[1:])
        units = int(-(-(number - step) // step))
        if units > 0:
            yield Choice(concept, (extra.axis,), (), (), units)
