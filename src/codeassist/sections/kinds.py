"""The kinds of section: how much each one counts for coding and what a mention inside it means by default."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from codeassist.core.mentions import EXPERIENCERS, PRESENCES, TEMPORALITIES
from codeassist.errors import DataFileError

KINDS_PATH = Path(__file__).parent / "kinds.tsv"
WEIGHTS = ("primary", "secondary", "context", "exclude")
PREAMBLE = "preamble"

_VALUES: dict[str, tuple[str, ...]] = {
    "weight": WEIGHTS,
    "temporality": TEMPORALITIES,
    "experiencer": EXPERIENCERS,
    "presence": PRESENCES,
}


@dataclass(frozen=True, slots=True)
class SectionKind:
    """This is one kind of section.

    ``weight`` says how much a coder codes from it: primary, secondary, context (supports what is stated elsewhere) or
    exclude. ``temporality``, ``experiencer`` and ``presence`` hold for mentions without a cue of their own.
    ``keeps_systems``, ``keeps_tests`` and ``keeps_topics`` say which sub-headings stay inside, ``closed_by_unknown``
    that a heading of no known kind ends the section.
    """

    kind: str
    weight: str
    temporality: str
    experiencer: str
    presence: str
    is_plan: bool
    lists_problems: bool
    keeps_systems: bool
    keeps_tests: bool
    keeps_topics: bool
    closed_by_unknown: bool
    description: str


@lru_cache(maxsize=8)
def load_kinds(path: Path = KINDS_PATH) -> Mapping[str, SectionKind]:
    """Read ``kinds.tsv`` and return the kinds by name.

    Raises
    ------
    DataFileError
        If a row has a value that is not allowed.

    Examples
    --------
    >>> kinds = load_kinds()
    >>> kinds["family_history"].experiencer, kinds["assessment_plan"].weight
    ('family', 'primary')
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        kinds = [_read_kind(row, where=f"{path.name} line {number}") for number, row in enumerate(rows, start=2)]
    return MappingProxyType({kind.kind: kind for kind in kinds})


def _read_kind(row: dict[str, str], *, where: str) -> SectionKind:
    for column, allowed in _VALUES.items():
        if row[column] not in allowed:
            msg = f"{where}: {column} is {row[column]!r}; expected one of {', '.join(allowed)}"
            raise DataFileError(msg)
    columns = {field.name: field.type for field in fields(SectionKind)}
    values = {name: _read_flag(row[name], where) if kind == "bool" else row[name] for name, kind in columns.items()}
    return SectionKind(**values)  # type: ignore[arg-type]


def _read_flag(value: str, where: str) -> bool:
    if value not in ("yes", "no"):
        msg = f"{where}: a flag is {value!r}; expected yes or no"
        raise DataFileError(msg)
    return value == "yes"
