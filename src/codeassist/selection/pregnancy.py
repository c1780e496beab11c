"""Chapter XV follows the pregnancy: the trimester of its weeks, and "in childbirth" where the stay has the birth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.codeset import CodeSet

TRIMESTER = "GL-106"
_WEEKS = "Z3A."
_NORMAL_DELIVERY = "O80"
_DELIVERIES = ("Z37", _NORMAL_DELIVERY, "O82", "O60.1", "O60.2")
# Guidelines I.C.16.a.1: a newborn's record, in which the weeks are its own and the pregnancy is its mother's.
_NEWBORN = ("P", "Z38")
_OPEN = "unspecified trimester"
# Chapter 15: less than 14 weeks 0 days; less than 28 weeks 0 days; until delivery.
_TRIMESTERS = ((14, "first trimester"), (28, "second trimester"), (99, "third trimester"))
# What a title of pregnancy says, and what that of childbirth says in its place.
_CHILDBIRTH = (
    *(
        (f"{phrase}{trimester}", instead)
        for trimester in (_OPEN, "third trimester")
        for phrase, instead in (
            ("pregnancy, ", "childbirth"),
            (", ", ", complicating childbirth"),
            (", ", " complicating childbirth"),
        )
    ),
    ("in pregnancy", "in childbirth"),
    ("complicating pregnancy", "complicating childbirth"),
)


def follow_pregnancy(conditions: Sequence[Condition], codeset: CodeSet) -> Iterator[Condition]:
    """Yield the conditions, those of pregnancy with the code of the trimester or of childbirth."""
    stated = _find_stated(conditions, codeset)
    for each in conditions:
        follows = stated.get(each.follows) or each.follows
        code = stated.get(each.code) if _is_current(each) else None
        if code is None:
            yield each if follows == each.follows else replace(each, follows=follows)
        else:
            applied = name_guideline(TRIMESTER, f"{each.code} -> {code}")
            rules = (*each.rules, applied)
            yield replace(each, code=code, display=codeset.title(code), follows=follows, rules=rules)


def _find_stated(conditions: Sequence[Condition], codeset: CodeSet) -> dict[str, str]:
    """Return for the codes that the weeks or the birth say more of, the code that says it."""
    codes = [each.code for each in conditions if _is_current(each)]
    if any(code.startswith(_NEWBORN) for code in codes):
        return {}
    # A normal delivery is taken off beside a complication (I.C.15.n.1), but there was the delivery.
    is_delivered = any(each.code.startswith(_DELIVERIES) for each in conditions if each.kind in ("current", "status"))
    trimester = _read_trimester(codes)
    following = {
        code: _find_following(code, trimester, codeset, is_delivered=is_delivered) for code in codes if code[0] == "O"
    }
    return {code: other for code, other in following.items() if other is not None}


def _is_current(condition: Condition) -> bool:
    return condition.removal is None and condition.kind in ("current", "status")


def _read_trimester(codes: Sequence[str]) -> str:
    """Return the trimester, or nothing where the encounter states no age, or ages of two trimesters."""
    weeks = {code.removeprefix(_WEEKS) for code in codes if code.startswith(_WEEKS)}
    stated = [int(week) for week in weeks if week.isdigit() and week != "00"]
    found = {next(name for limit, name in _TRIMESTERS if week < limit) for week in stated}
    return found.pop() if len(found) == 1 else ""


def _find_following(code: str, trimester: str, codeset: CodeSet, *, is_delivered: bool) -> str | None:
    """Return the code of the same category whose title differs in the trimester only."""
    title = codeset.title(code)
    wanted = [title.replace(old, new) for old, new in _CHILDBIRTH if old in title] if is_delivered else []
    if trimester and _OPEN in title:
        wanted.append(title.replace(_OPEN, trimester))
    if not wanted:
        return None
    code_by_title = {codeset.title(other): other for other in codeset.billable_under(code[:3])}
    return next((code_by_title[each] for each in wanted if each in code_by_title), None)
