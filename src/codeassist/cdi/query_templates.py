"""The templates of queries: tables of neutral texts with slots for what the record says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from codeassist.cdi.lint_rules import FOLDER, read_table
from codeassist.core.gaps import GAP_AXES, GAP_KINDS
from codeassist.core.queries import QUERY_FORMATS
from codeassist.errors import DataFileError

OTHER, UNDETERMINED = "Other (please specify): ____", "Unable to determine"
_ANY_AXIS = "*"
_COLUMNS = ("kind", "axis", "format", "title", "question", "choices")


@dataclass(frozen=True, slots=True)
class QueryTemplate:
    """This is the text of one kind of query in one format; ``choices`` are those that it offers beside the options."""

    kind: str
    axis: str
    format: str
    title: str
    question: str
    choices: tuple[str, ...]


@lru_cache(maxsize=1)
def load_templates() -> Mapping[tuple[str, str, str], QueryTemplate]:
    """Read the templates by kind of gap, axis and format.

    Raises
    ------
    DataFileError
        If a row names a kind, an axis or a format that does not exist.
    """
    rows = read_table(FOLDER / "query_templates.tsv", _COLUMNS)
    return MappingProxyType({(row["kind"], row["axis"], row["format"]): _read(row) for row in rows})


def find_template(kind: str, axis: str, query_format: str) -> QueryTemplate | None:
    """Return the template of an axis, else the one for every axis; None where the kind has no such format."""
    templates = load_templates()
    return templates.get((kind, axis, query_format)) or templates.get((kind, _ANY_AXIS, query_format))


def say_axis(axis: str) -> str:
    """Return the words in which a question names an axis."""
    return _load_axes()[axis]


def name_subject(category: str) -> str:
    """Return a neutral name of what a category is about, one that names no diagnosis.

    Examples
    --------
    >>> name_subject("N17"), name_subject("I50")
    ('kidney function', 'cardiac function')
    """
    subjects = _load_subjects()
    return next(
        (subjects[category[:n]] for n in range(len(category), 0, -1) if category[:n] in subjects), subjects["R"]
    )


def _read(row: dict[str, str]) -> QueryTemplate:
    for column, allowed in (("kind", GAP_KINDS), ("axis", (*GAP_AXES, _ANY_AXIS)), ("format", QUERY_FORMATS)):
        if row[column] not in allowed:
            msg = f"query_templates.tsv: {column} is {row[column]!r}; expected one of {', '.join(allowed)}"
            raise DataFileError(msg)
    choices = tuple(choice for choice in row["choices"].split("|") if choice)
    return QueryTemplate(row["kind"], row["axis"], row["format"], row["title"], row["question"], choices)


@lru_cache(maxsize=1)
def _load_axes() -> Mapping[str, str]:
    return {row["axis"]: row["words"] for row in read_table(FOLDER / "query_axes.tsv", ("axis", "words"))}


@lru_cache(maxsize=1)
def _load_subjects() -> Mapping[str, str]:
    rows = read_table(FOLDER / "query_subjects.tsv", ("code_prefix", "subject"))
    return {row["code_prefix"]: row["subject"] for row in rows}
