"""One encounter has one phase of care: where an injury is said to be seen again, those without a statement follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.codeset import CodeSet

PHASE = "GL-005"
# Injuries, their external causes, and the fractures of chapter 13; other chapters use 7th characters for other things.
_PHASED_LETTERS = frozenset("MSTVWXY")
_SUBSEQUENT = frozenset("DEFGHJKMNPQR")
# Active treatment of a closed fracture, an open one of type I or II, and of type III, to routine healing of the same;
# where open fractures have no routine healing of their own, to that of any.
_FOLLOWING = {"A": "D", "B": "ED", "C": "FD"}


def follow_phase(conditions: Sequence[Condition], codeset: CodeSet) -> Iterator[Condition]:
    """Yield the conditions, initial encounters that nothing states made subsequent where another one is."""
    is_subsequent = any(each.kind == "current" and _seventh(each.code) in _SUBSEQUENT for each in conditions)
    for each in conditions:
        code = _find_following(each, codeset) if is_subsequent else None
        if code is None:
            yield each
        else:
            applied = name_guideline(PHASE, f"{each.code} -> {code}")
            yield replace(each, code=code, display=codeset.title(code), rules=(*each.rules, applied))


def _find_following(condition: Condition, codeset: CodeSet) -> str | None:
    following = _FOLLOWING.get(_seventh(condition.code))
    if following is None or any(axis == "encounter" for each in condition.support for axis, _ in each.axis_values):
        return None
    return next((code for last in following if (code := condition.code[:7] + last) in codeset), None)


def _seventh(code: str) -> str:
    return code[7] if len(code) == 8 and code[0] in _PHASED_LETTERS else ""
