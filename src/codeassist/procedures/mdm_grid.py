"""The published grid of medical decision making as data, and the two-of-three rule over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeassist.core.visits import ELEMENT_LEVELS, STEPS, MissingStep, VisitElement, VisitItem
from codeassist.procedures.visit_words import FOLDER
from codeassist.terminology.lexicon import read_table

# CPT E/M guidelines, data: a test, an outside note or an order counts one each; from moderate on a historian does too.
_SUMS = {"category1": ("test", "notes"), "category1_historian": ("test", "notes", "historian")}


@dataclass(frozen=True, slots=True)
class GridRow:
    """This is one way to reach a level of an element: so many facts of a kind; ``ways`` of its level are needed."""

    element: str
    step: str
    item: str
    least: int
    ways: int
    words: str


@lru_cache(maxsize=1)
def read_grid() -> tuple[GridRow, ...]:
    """Return every row of ``mdm_grid.tsv``."""
    columns = ("element", "level", "item", "least", "ways", "words")
    return tuple(
        GridRow(row["element"], row["level"], row["item"], int(row["least"]), int(row["ways"]), row["words"])
        for row in read_table(FOLDER / "mdm_grid.tsv", columns)
    )


def grade(element: str, counts: Mapping[str, int]) -> str:
    """Return the highest step that counted facts reach in an element.

    Parameters
    ----------
    element
        ``"problems"``, ``"data"`` or ``"risk"``.
    counts
        How many facts of each kind were found.

    Examples
    --------
    >>> grade("problems", {"stable_chronic": 2}), grade("data", {"test": 2, "historian": 1}), grade("risk", {})
    ('moderate', 'moderate', 'straightforward')
    """
    return _grade(element, frozenset(counts.items()))


@lru_cache(maxsize=1024)
def _grade(element: str, counted: frozenset[tuple[str, int]]) -> str:
    counts = dict(counted)
    for step in reversed(STEPS):
        rows = _rows(element, step)
        met = sum(_count(row.item, counts) >= row.least for row in rows)
        if rows and met >= rows[0].ways:
            return step
    return STEPS[0]


def make_element(name: str, items: Iterable[VisitItem]) -> VisitElement:
    """Return an element with the step that its items reach."""
    kept = tuple(items)
    counts: dict[str, int] = {}
    for item in kept:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    return VisitElement(name, grade(name, counts), kept)


def decide(steps: Iterable[str]) -> str:
    """Return the step that two of the three elements meet or exceed.

    Examples
    --------
    >>> decide(("high", "low", "moderate"))
    'moderate'
    """
    return STEPS[sorted((STEPS.index(step) for step in steps), reverse=True)[1]]


def find_missing(elements: Sequence[VisitElement], step: str) -> tuple[MissingStep, ...]:
    """Return what the rules ask of each element that is below the step after this one."""
    place = STEPS.index(step) + 1
    if place == len(STEPS):
        return ()
    return tuple(
        MissingStep(
            each.name, ELEMENT_LEVELS[each.name][place], tuple(row.words for row in _rows(each.name, STEPS[place]))
        )
        for each in elements
        if STEPS.index(each.step) < place
    )


@lru_cache(maxsize=16)
def _rows(element: str, step: str) -> tuple[GridRow, ...]:
    return tuple(row for row in read_grid() if row.element == element and row.step == step)


def _count(item: str, counts: Mapping[str, int]) -> int:
    return sum(counts.get(kind, 0) for kind in _SUMS.get(item, (item,)))
