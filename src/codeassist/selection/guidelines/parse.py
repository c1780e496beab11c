"""Reads the tables of the guideline engine, and refuses a row that the interpreter could not mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from codeassist.errors import DataFileError
from codeassist.selection.guidelines.records import (
    DROP,
    KEEP,
    KINDS,
    REPORT,
    STATES,
    Applied,
    Atom,
    Gate,
    Guideline,
    Rule,
    Wording,
)
from codeassist.terminology.lexicon import read_table

_FOLDER = Path(__file__).parent
_GUIDELINE_COLUMNS = ("guideline", "paragraph", "title", "setting", "state", "done_by")
_RULE_COLUMNS = ("guideline", "when", "unless", "words", "becomes", "adds", "basis")
OR, SET, CLAUSE, MEASURE = "|", "$", "~", "@"
_PREFIX = re.compile(r"\.|\.?[0-9A-Z][0-9A-Z.]*")
# What a rule may ask of the encounter itself.
_GATES = re.compile(
    r"""
    inpatient | outpatient          # the setting
    | age<(?P<age>[0-9]+)           # the patient's age in years, where it is known
    | measured:(?P<measure>[a-z_]+) # a measurement of the note
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=1)
def read_guidelines() -> Mapping[str, Guideline]:
    """Return every guideline by its number."""
    found = {}
    for row in read_table(_FOLDER / "guidelines.tsv", _GUIDELINE_COLUMNS):
        guideline = Guideline(*(row[column] for column in _GUIDELINE_COLUMNS))
        if guideline.state not in STATES:
            msg = f"guidelines.tsv, {guideline.guideline}: state {guideline.state!r} is none of {', '.join(STATES)}"
            raise DataFileError(msg)
        found[guideline.guideline] = guideline
    return found


def name_guideline(guideline: str, what: str) -> Applied:
    """Return the record of a guideline's having acted: its paragraph, and what it did."""
    return Applied(guideline, f"{read_guidelines()[guideline].paragraph}: {what}")


@lru_cache(maxsize=1)
def read_code_sets() -> Mapping[str, tuple[str, ...]]:
    """Return the named sets of code prefixes."""
    rows = read_table(_FOLDER / "code_sets.tsv", ("name", "prefixes", "basis"))
    return {row["name"]: tuple(row["prefixes"].split(OR)) for row in rows}


def read_rules(path: Path = _FOLDER / "rules.tsv") -> Iterator[Rule]:
    """Yield the rules in the order of their table.

    Raises
    ------
    DataFileError
        If a row names a guideline, set or mark that is unknown, or says nothing of one of its conditions.
    """
    for line, row in enumerate(read_table(path, _RULE_COLUMNS), start=2):
        try:
            yield read_rule(row, line=line)
        except ValueError as error:
            msg = f"{path.name}, line {line}: {error}"
            raise DataFileError(msg) from None


def read_rule(row: Mapping[str, str], *, line: int = 0) -> Rule:
    """Return the rule of one row.

    Raises
    ------
    ValueError
        If a cell is not of the closed format that ``README.md`` describes.
    """
    if row["guideline"] not in read_guidelines():
        msg = f"guideline {row['guideline']!r} is unknown; add it to guidelines.tsv"
        raise ValueError(msg)
    when, gates = _split(row["when"])
    unless, unless_gates = _split(row["unless"])
    becomes = tuple(row["becomes"].split()) or (KEEP,) * len(when)
    if not when or when[0].kind == "due" or len(becomes) != len(when):
        msg = f"{len(when)} conditions and {len(becomes)} outcomes; expected one of each, and a first that is named"
        raise ValueError(msg)
    adds = tuple(row["adds"].split())
    for code in (*becomes, *adds):
        _check_outcome(code)
    words = tuple(Wording(each.removeprefix(CLAUSE), each.startswith(CLAUSE)) for each in _alternatives(row["words"]))
    return Rule(row["guideline"], when, gates, unless, unless_gates, words, becomes, adds, line)


def _split(cell: str) -> tuple[tuple[Atom, ...], tuple[Gate, ...]]:
    """Return the conditions and the facts that a cell asks for."""
    parts = cell.split()
    return (
        tuple(_read_atom(part) for part in parts if not _GATES.fullmatch(part)),
        tuple(_read_gate(part) for part in parts if _GATES.fullmatch(part)),
    )


def _read_gate(part: str) -> Gate:
    found = _GATES.fullmatch(part)
    if found and found["age"]:
        return Gate("age", found["age"])
    if found and found["measure"]:
        return Gate("measured", found["measure"])
    return Gate(part)


def _read_atom(part: str) -> Atom:
    kind, _, named = part.rpartition(":")
    if (kind or "current") not in KINDS:
        msg = f"kind {kind!r} is none of {', '.join(KINDS)}"
        raise ValueError(msg)
    prefixes = tuple(prefix for each in _alternatives(named) for prefix in _expand(each))
    wrong = next((prefix for prefix in prefixes if not _PREFIX.fullmatch(prefix)), None)
    if wrong is not None:
        msg = f"{wrong!r} is no prefix of a code"
        raise ValueError(msg)
    return Atom(kind or "current", prefixes)


def _expand(each: str) -> tuple[str, ...]:
    if not each.startswith(SET):
        return (each,)
    prefixes = read_code_sets().get(each[1:])
    if prefixes is None:
        msg = f"code set {each!r} is unknown; add it to code_sets.tsv"
        raise ValueError(msg)
    return prefixes


def _check_outcome(code: str) -> None:
    plain = code.removeprefix(REPORT).removeprefix(MEASURE)
    if code not in (KEEP, DROP, REPORT) and not re.fullmatch(r"[.0-9A-Z]+|[a-z_]+", plain):
        msg = f"{code!r} is neither a code nor a mark"
        raise ValueError(msg)


def _alternatives(cell: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in cell.split(OR) if each.strip())
