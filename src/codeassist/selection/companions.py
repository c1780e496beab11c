"""Puts on the claim what a guideline asks for beside another code, as surely as that code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.core.suggestions import Contribution
from codeassist.selection.conditions import Condition
from codeassist.selection.reportability import Rationale

# A code that a rule takes off the claim is hardly ever on it: the odds of 1 to 20.
_REMOVED_POINTS = -3.0


def add_companions(conditions: Sequence[Condition], rationales: Sequence[Rationale]) -> Iterator[Rationale]:
    """Yield the rationales, with the points that raise a companion to the score of the code with which it goes.

    Notes
    -----
    A companion such as the week of gestation is on a claim where its first code is: a model that knows both only as
    codes of one note cannot tell that. What a rule took off loses points instead.
    """
    scores = [sum(part.points for part in rationale) for rationale in rationales]
    score_by_code = {each.code: score for each, score in zip(conditions, scores, strict=True)}
    for condition, rationale, score in zip(conditions, rationales, scores, strict=True):
        points = _REMOVED_POINTS if condition.removal else score_by_code.get(condition.follows, score) - score
        applied = condition.removal.applied if condition.removal else next(iter(condition.rules[-1:]), None)
        if applied is None or (points <= 0 and not condition.removal):
            yield rationale
        else:
            yield (*rationale, Contribution(applied.feature, points, applied.detail))
