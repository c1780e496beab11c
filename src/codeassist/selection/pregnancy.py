"""Chapter XV follows the pregnancy: the trimester of its weeks, and "in childbirth" where the stay has the birth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.selection.conditions import Condition
from codeassist.terminology.codeset import CodeSet

_BASIS = "Guidelines I.C.15.a.3: trimester by weeks of gestation, childbirth where the delivery is in this encounter"
_WEEKS = "Z3A."
_DELIVERIES = ("Z37", "O80", "O82", "O60.1", "O60.2")
# O80 stands for a delivery in which nothing else of the chapter is coded (I.C.15.n), and never on the child's record.
_NORMAL_DELIVERY, _LIVEBORN = "O80", "Z38"
_UNSPECIFIED = "unspecified trimester"
# Guidelines I.C.15.a.3: first to 13 weeks 6 days, second to 27 weeks 6 days; Z3A counts weeks from 8 on.
_TRIMESTERS = (
    (range(8, 14), "first trimester"),
    (range(14, 28), "second trimester"),
    (range(28, 43), "third trimester"),
)
# What a title of pregnancy says, and what that of childbirth says in its place.
_CHILDBIRTH = (
    *(
        (f"{phrase}{trimester}", instead)
        for trimester in (_UNSPECIFIED, "third trimester")
        for phrase, instead in (
            ("pregnancy, ", "childbirth"),
            (", ", ", complicating childbirth"),
            (", ", " complicating childbirth"),
        )
    ),
    ("in pregnancy", "in childbirth"),
)


def follow_pregnancy(conditions: Sequence[Condition], codeset: CodeSet) -> Iterator[Condition]:
    """Yield the conditions, those of pregnancy with the code of the trimester or of childbirth."""
    codes = [each.code for each in conditions if each.kind in ("current", "status")]
    is_delivered = any(code.startswith(_DELIVERIES) for code in codes)
    is_complicated = any((code[0] == "O" and code != _NORMAL_DELIVERY) or code.startswith(_LIVEBORN) for code in codes)
    trimester = _read_trimester(codes)
    for each in conditions:
        if each.code == _NORMAL_DELIVERY and is_complicated:
            continue
        code = None
        if each.code[0] == "O" and each.kind == "current" and (is_delivered or trimester):
            code = _find_following(each.code, trimester, codeset, is_delivered=is_delivered)
        yield replace(each, code=code, display=codeset.title(code), rules=(*each.rules, _BASIS)) if code else each


def _read_trimester(codes: Sequence[str]) -> str:
    """Return the trimester of the only weeks of gestation that the encounter names, or nothing."""
    weeks = {code.removeprefix(_WEEKS) for code in codes if code.startswith(_WEEKS)}
    number = weeks.pop() if len(weeks) == 1 else ""
    return next((name for span, name in _TRIMESTERS if number.isdigit() and int(number) in span), "")


def _find_following(code: str, trimester: str, codeset: CodeSet, *, is_delivered: bool) -> str | None:
    """Return the code of the same category whose title differs in the trimester only."""
    title = codeset.title(code)
    wanted = [title.replace(old, new) for old, new in _CHILDBIRTH if old in title] if is_delivered else []
    if trimester and _UNSPECIFIED in title:
        wanted.append(title.replace(_UNSPECIFIED, trimester))
    if not wanted:
        return None
    code_by_title = {codeset.title(other): other for other in codeset.billable_under(code[:3])}
    return next((code_by_title[each] for each in wanted if each in code_by_title), None)
