"""One pregnancy has one age: where the note states the weeks, codes that leave the trimester open take it from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.codeset import CodeSet

TRIMESTER = "GL-106"
_WEEKS = "Z3A."
# Guidelines I.C.16.a.1: a newborn's record, in which the weeks are its own and the pregnancy is its mother's.
_NEWBORN = ("P", "Z38")
_OPEN = "unspecified trimester"
# Chapter 15: less than 14 weeks 0 days; less than 28 weeks 0 days; until delivery.
_TRIMESTERS = ((14, "first trimester"), (28, "second trimester"), (99, "third trimester"))


def follow_gestation(conditions: Sequence[Condition], codeset: CodeSet) -> Iterator[Condition]:
    """Yield the conditions, those of pregnancy with the trimester that the weeks of gestation say."""
    kept = [each for each in conditions if each.removal is None]
    trimester = _find_trimester(kept)
    stated = {
        each.code: _find_stated(each.code, trimester, codeset) for each in kept if trimester and each.code[0] == "O"
    }
    for each in conditions:
        follows = stated.get(each.follows) or each.follows
        code = stated.get(each.code) if each.removal is None else None
        if code is None:
            yield each if follows == each.follows else replace(each, follows=follows)
        else:
            applied = name_guideline(TRIMESTER, f"{each.code} -> {code}")
            rules = (*each.rules, applied)
            yield replace(each, code=code, display=codeset.title(code), follows=follows, rules=rules)


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
