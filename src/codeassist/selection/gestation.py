"""One pregnancy has one age: where the note states the weeks, codes that leave the trimester open take it from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.terminology.codeset import CodeSet

_BASIS = "Guidelines I.C.15.a.3: the trimester is that of the date of the encounter, counted in weeks"
_WEEKS = "Z3A."
# Guidelines I.C.16.a.1: a newborn's record, in which the weeks are its own and the pregnancy is its mother's.
_NEWBORN = ("P", "Z38")
_OPEN = "unspecified trimester"
# Chapter 15: less than 14 weeks 0 days; less than 28 weeks 0 days; until delivery.
_TRIMESTERS = ((14, "first trimester"), (28, "second trimester"), (99, "third trimester"))


def follow_gestation(conditions: Sequence[Condition], codeset: CodeSet) -> Iterator[Condition]:
    """Yield the conditions, those of pregnancy with the trimester that the weeks of gestation say."""
    trimester = _find_trimester(conditions)
    for each in conditions:
        code = _find_stated(each.code, trimester, codeset) if trimester and each.code[0] == "O" else None
        if code is None:
            yield each
        else:
            yield replace(each, code=code, display=codeset.title(code), rules=(*each.rules, _BASIS))


def _find_trimester(conditions: Sequence[Condition]) -> str:
    """Return the trimester, or nothing where the encounter states no age, or two, or is that of the newborn."""
    if any(each.code.startswith(_NEWBORN) for each in conditions):
        return ""
    weeks = {each.code[len(_WEEKS) :] for each in conditions if each.kind == "current" and each.code.startswith(_WEEKS)}
    stated = [int(week) for week in weeks if week.isdigit() and week != "00"]
    found = {next(name for limit, name in _TRIMESTERS if week < limit) for week in stated}
    return found.pop() if len(found) == 1 else ""


def _find_stated(code: str, trimester: str, codeset: CodeSet) -> str | None:
    """Return the code that says the trimester where ``code`` leaves it open, if its subcategory has one."""
    title = codeset.title(code)
    if _OPEN not in title:
        return None
    wanted = title.replace(_OPEN, trimester)
    siblings = (code[:-1] + digit for digit in "123")
    return next((other for other in siblings if other in codeset and codeset.title(other) == wanted), None)
