"""Fills in the trimester that the week of gestation tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet

TRIMESTER = "GL-106"
_OPEN = "unspecified trimester"


def state_trimester(
    conditions: Sequence[Condition], trimester: str, *, codeset: CodeSet, tables: AxisTables
) -> tuple[Condition, ...]:
    """Return the conditions, those of an unspecified trimester in that of the encounter (Guidelines I.C.15.a.3)."""
    if not trimester:
        return tuple(conditions)
    code_by_code = {
        each.code: tables.select(each.code, frozenset({trimester})).code
        for each in conditions
        if _OPEN in each.display and each.removal is None
    }
    return tuple(_rename(each, code_by_code, codeset) for each in conditions)


def _rename(condition: Condition, code_by_code: dict[str, str], codeset: CodeSet) -> Condition:
    follows = code_by_code.get(condition.follows, condition.follows)
    code = code_by_code.get(condition.code, condition.code)
    if code == condition.code:
        return replace(condition, follows=follows) if follows != condition.follows else condition
    applied = name_guideline(TRIMESTER, f"{condition.code} -> {code}")
    return replace(
        condition, code=code, display=codeset.title(code), follows=follows, rules=(*condition.rules, applied)
    )
