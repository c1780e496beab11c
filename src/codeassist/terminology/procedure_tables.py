"""The starter table of procedures: families with their axes, the concepts they hold, and the numbers of a code set.

A family is a small table as an ICD-10-CM category is one: its concepts are rows of axis values. The numbers stand in
one file of their own; without it every concept is still found and named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from codeassist.assets import find_asset
from codeassist.core.codes import CONCEPT, Code
from codeassist.terminology.lexicon import read_table

EDITION = "starter-1"
FOLDER = f"data/procedures/{EDITION}"
NUMBERS = "numbers.tsv"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ProcedureAxis:
    """This is one attribute on which the concepts of a family differ.

    ``kind`` is ``"word"``, or ``"number"`` with ``unit`` as what is counted or measured. ``reach`` says where its
    values are read: ``"seg"`` in the line that names the procedure, ``"proc"`` anywhere in the account of it,
    ``"note"`` anywhere. ``gap_axis`` is the axis under which a missing value is asked for. ``flags``: ``multi`` where
    several values may be done together, ``bodywins`` where the account counts before the title, ``silent`` where
    saying nothing is an answer.
    """

    name: str
    kind: str
    unit: str
    reach: str
    gap_axis: str
    label: str
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class ProcedureFamily:
    """This is a procedure with the axes that decide between its concepts; ``kind`` says what sort of service it is."""

    name: str
    group: str
    kind: str
    display: str
    axes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AxisValue:
    """This is one value of one axis in a concept; ``is_default`` where it holds when the note says nothing."""

    axis: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ProcedureConcept:
    """This is one row of a family; ``sides`` says which side modifiers it may take: ``both``, ``one`` or ``none``."""

    name: str
    family: str
    display: str
    values: tuple[AxisValue, ...]
    sides: str


@dataclass(frozen=True, slots=True)
class ProcedureTables:
    """This is the starter table, read and joined.

    ``codes`` holds the code of each concept; a concept without a number has a code of the system ``"concept"``.
    ``bundles`` are pairs of a family and what it is part of: a family, ``group:`` or ``kind:`` with a name;
    ``combinations`` two concepts that together are a third.
    """

    families: Mapping[str, ProcedureFamily]
    axes: Mapping[str, ProcedureAxis]
    concepts: Mapping[str, tuple[ProcedureConcept, ...]]
    codes: Mapping[str, Code]
    wordings: Mapping[str, tuple[str, ...]]
    value_wordings: Mapping[str, Mapping[str, tuple[str, ...]]]
    words: Mapping[str, str]
    bundles: Mapping[str, frozenset[str]]
    combinations: tuple[tuple[str, str, str], ...]
    edition: str = EDITION

    @property
    def has_numbers(self) -> bool:
        """Whether any concept has a number."""
        return any(code.system != CONCEPT for code in self.codes.values())


@lru_cache(maxsize=2)
def load_procedure_tables(folder: Path | None = None) -> ProcedureTables:
    """Read the tables that come with the package, or those of another folder.

    Raises
    ------
    DataFileError
        If a table does not have its columns.
    """
    root = folder or find_asset(FOLDER)
    concepts = tuple(_read_concepts(root))
    return ProcedureTables(
        families={family.name: family for family in _read_families(root)},
        axes={axis.name: axis for axis in _read_axes(root)},
        concepts=_group([(concept.family, concept) for concept in concepts]),
        codes=_read_codes(root, concepts),
        wordings=_group(
            [(r["family"], r["wording"]) for r in read_table(root / "wordings.tsv", ("family", "wording"))]
        ),
        value_wordings=_read_value_wordings(root),
        words={row["word"]: row["canonical"] for row in read_table(root / "words.tsv", ("word", "canonical"))},
        bundles=_read_bundles(root),
        combinations=tuple(
            (r["concept"], r["with"], r["makes"])
            for r in read_table(root / "combinations.tsv", ("concept", "with", "makes"))
        ),
    )


def _read_families(root: Path) -> Iterator[ProcedureFamily]:
    for row in read_table(root / "families.tsv", ("family", "group", "kind", "name", "axes")):
        yield ProcedureFamily(row["family"], row["group"], row["kind"], row["name"], tuple(row["axes"].split()))


def _read_axes(root: Path) -> Iterator[ProcedureAxis]:
    for row in read_table(root / "axes.tsv", ("axis", "kind", "reach", "gap_axis", "label", "flags")):
        kind, _, unit = row["kind"].partition(":")
        flags = frozenset(row["flags"].split())
        yield ProcedureAxis(row["axis"], kind, unit, row["reach"], row["gap_axis"], row["label"], flags)


def _read_concepts(root: Path) -> Iterator[ProcedureConcept]:
    for row in read_table(root / "concepts.tsv", ("concept", "family", "display", "values", "sides")):
        values = tuple(map(_parse_value, row["values"].split()))
        yield ProcedureConcept(row["concept"], row["family"], row["display"], values, row["sides"])


def _parse_value(text: str) -> AxisValue:
    axis, _, value = text.partition("=")
    return AxisValue(axis, value.rstrip("*"), value.endswith("*"))


def _read_codes(root: Path, concepts: tuple[ProcedureConcept, ...]) -> dict[str, Code]:
    codes = {concept.name: Code(CONCEPT, EDITION, concept.name) for concept in concepts}
    path = root / NUMBERS
    # The one file that a user without a licence takes away.
    if path.exists():
        for row in read_table(path, ("concept", "system", "number")):
            codes[row["concept"]] = Code(row["system"], EDITION, row["number"])
    return codes


def _read_value_wordings(root: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in read_table(root / "axis_values.tsv", ("axis", "value", "wording")):
        found[row["axis"]][row["value"]].append(row["wording"])
    return {axis: {value: tuple(all_) for value, all_ in values.items()} for axis, values in found.items()}


def _read_wordings(root: Path) -> dict[str, tuple[str, ...]]:
    rows = read_table(root / "wordings.tsv", ("family", "wording"))
    return _group([(row["family"], row["wording"]) for row in rows])


def _read_bundles(root: Path) -> dict[str, frozenset[str]]:
    pairs = [(row["family"], row["within"]) for row in read_table(root / "bundles.tsv", ("family", "within"))]
    return {family: frozenset(within) for family, within in _group(pairs).items()}


def _group(pairs: list[tuple[str, T]]) -> dict[str, tuple[T, ...]]:
    found: dict[str, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
