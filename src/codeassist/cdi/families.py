"""Reads the condition library: one TOML file a family in ``families/``; adding a family is adding a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from codeassist.cdi.records import (
    RELATIONS,
    AxisRule,
    ConflictRule,
    Family,
    IndicatorRule,
    OptionRule,
    UndocumentedRule,
    UnsupportedRule,
)
from codeassist.core.gaps import BEARINGS, GAP_AXES, GapOption
from codeassist.errors import DataFileError
from codeassist.terminology.codeset import CodeSet

FOLDER = Path(__file__).parent / "families"
_Table = Mapping[str, Any]
_KEYS = {
    "family": {"name", "categories", "criteria", "importance", "indicator", "axis", "undocumented", "unsupported",
               "conflict", "settled"},
    "indicator": {"name", "points", "bearing", "core", "adults", "codes", "terms", "drugs", "routes", "measure",
                  "at_least", "below", "relation"},
    "axis": {"axis", "worth", "open", "closed_by", "stated", "measured", "expects", "category", "options"},
    "undocumented": {"diagnosis", "category", "worth", "minimum", "documented", "excused", "uses", "needs", "axis",
                     "options"},
    "unsupported": {"documented", "worth", "against", "expects"},
    "conflict": {"axis", "worth", "sides", "unless"},
    "option": {"value", "codes", "needs"},
}  # fmt: skip


def read_families(folder: Path = FOLDER) -> tuple[Family, ...]:
    """Return the families of a folder in order of their file names.

    Raises
    ------
    DataFileError
        If a file is no TOML, misses a key, has an unknown one, or names what it does not define.
    """
    return tuple(read_family(path) for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem))


def read_family(path: Path) -> Family:
    """Return the family of one file.

    Raises
    ------
    DataFileError
        As `read_families`.
    """
    try:
        return _read(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        msg = f"{path.name}: {error!s}; expected a condition family as docs/reference/gaps.md describes it"
        raise DataFileError(msg) from error


def fit_family(family: Family, codeset: CodeSet) -> Family:
    """Return a family whose options lead to codes of an edition only: an earlier one may not have all of them yet.

    Parameters
    ----------
    family
        The family as its file says.
    codeset
        The edition.
    """
    return replace(
        family,
        axes=tuple(replace(rule, options=_fit(rule.options, codeset)) for rule in family.axes),
        undocumented=tuple(replace(rule, options=_fit(rule.options, codeset)) for rule in family.undocumented),
    )


def _fit(options: Sequence[OptionRule], codeset: CodeSet) -> tuple[OptionRule, ...]:
    return tuple(
        replace(each, option=GapOption(each.option.value, tuple(code for code in each.option.codes if code in codeset)))
        for each in options
    )


def _read(slug: str, table: _Table) -> Family:
    _check_keys("family", table)
    indicators = tuple(_read_indicator(row) for row in table.get("indicator", ()))
    names = {rule.name for rule in indicators}
    family = Family(
        slug=slug,
        name=table["name"],
        categories=tuple(table["categories"]),
        criteria=table["criteria"],
        importance=float(table["importance"]),
        settled=tuple(map(_check_axis, table.get("settled", ()))),
        indicators=indicators,
        axes=tuple(_read_axis(row) for row in table.get("axis", ())),
        undocumented=tuple(_read_undocumented(row, table) for row in table.get("undocumented", ())),
        unsupported=tuple(_read_unsupported(row) for row in table.get("unsupported", ())),
        conflicts=tuple(_read_conflict(row) for row in table.get("conflict", ())),
    )
    missing = sorted(set(_named_indicators(family)) - names)
    if missing or len(names) < len(indicators):
        msg = f"indicators {missing} are named but not defined, or one is defined twice"
        raise ValueError(msg)
    return family


def _check_keys(kind: str, row: _Table) -> None:
    unknown = sorted(set(row) - _KEYS[kind])
    if unknown:
        msg = f"keys {unknown} of {kind} are unknown; expected {sorted(_KEYS[kind])}"
        raise ValueError(msg)


def _read_indicator(row: _Table) -> IndicatorRule:
    _check_keys("indicator", row)
    relation = row.get("relation", "")
    bearing = row.get("bearing", "treatment" if "drugs" in row else "supports")
    if relation not in RELATIONS or bearing not in BEARINGS:
        msg = f"relation {relation!r} or bearing {bearing!r} is unknown; expected {RELATIONS} and {BEARINGS}"
        raise ValueError(msg)
    return IndicatorRule(
        name=row["name"],
        bearing=bearing,
        points=float(row.get("points", 1)),
        is_core=bool(row.get("core", False)),
        adults=bool(row.get("adults", False)),
        codes=tuple(row.get("codes", ())),
        terms=tuple(row.get("terms", ())),
        drugs=tuple(drug.lower() for drug in row.get("drugs", ())),
        routes=tuple(row.get("routes", ())),
        measure=row.get("measure", ""),
        low=float(row.get("at_least", "-inf")),
        high=float(row.get("below", "inf")),
        relation=relation,
    )


def _read_axis(row: _Table) -> AxisRule:
    _check_keys("axis", row)
    return AxisRule(
        axis=_check_axis(row["axis"]),
        worth=float(row["worth"]),
        open_codes=tuple(row["open"]),
        closed_by=tuple(row.get("closed_by", ())),
        stated=tuple(row.get("stated", ())),
        measured=tuple(row.get("measured", ())),
        expects=tuple(row.get("expects", ())),
        category=row.get("category", ""),
        options=_read_options(row),
    )


def _read_undocumented(row: _Table, family: _Table) -> UndocumentedRule:
    _check_keys("undocumented", row)
    return UndocumentedRule(
        diagnosis=row.get("diagnosis", family["name"]),
        category=row.get("category", family["categories"][0]),
        worth=float(row["worth"]),
        minimum=float(row["minimum"]),
        documented=tuple(row.get("documented", family["categories"])),
        excused=tuple(row.get("excused", ())),
        uses=tuple(row.get("uses", ())),
        needs=tuple(row.get("needs", ())),
        axis=_check_axis(row.get("axis", "diagnosis")),
        options=_read_options(row),
    )


def _read_unsupported(row: _Table) -> UnsupportedRule:
    _check_keys("unsupported", row)
    return UnsupportedRule(
        documented=tuple(row["documented"]),
        worth=float(row["worth"]),
        against=tuple(row["against"]),
        expects=tuple(row.get("expects", ())),
    )


def _read_conflict(row: _Table) -> ConflictRule:
    _check_keys("conflict", row)
    first, second = row["sides"]
    return ConflictRule(
        axis=_check_axis(row["axis"]),
        worth=float(row["worth"]),
        sides=(tuple(first), tuple(second)),
        unless=tuple(row.get("unless", ())),
    )


def _read_options(row: _Table) -> tuple[OptionRule, ...]:
    return tuple(map(_read_option, row.get("options", ())))


def _read_option(row: _Table | Sequence[str]) -> OptionRule:
    """Read ``["value", "code", ...]``, or a table where the option needs an indicator."""
    if isinstance(row, Mapping):
        _check_keys("option", row)
        return OptionRule(GapOption(row["value"], tuple(row.get("codes", ()))), tuple(row.get("needs", ())))
    value, *codes = row
    return OptionRule(GapOption(value, tuple(codes)))


def _check_axis(axis: str) -> str:
    if axis not in GAP_AXES:
        msg = f"axis {axis!r} is unknown; expected one of {', '.join(GAP_AXES)}"
        raise ValueError(msg)
    return axis


def _named_indicators(family: Family) -> Iterator[str]:
    for axis in family.axes:
        yield from axis.expects
    for rule in family.undocumented:
        yield from (*rule.uses, *rule.needs)
    for check in family.unsupported:
        yield from (*check.against, *check.expects)
    asked = [*(axis.options for axis in family.axes), *(rule.options for rule in family.undocumented)]
    for options in asked:
        for option in options:
            yield from option.needs
