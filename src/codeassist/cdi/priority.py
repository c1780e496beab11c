"""The priority of a gap as a sum of named contributions, each in points of log-odds.

The weights were set by hand in steps, on reviewed notes: a regression on the same features was no better on notes that
it had not seen. What an answer is worth and how important the condition is come from the condition library.
"""

from __future__ import annotations

from codeassist.cdi.drafts import GapDraft
from codeassist.core.suggestions import Contribution

_BASE = -4.5
_CONSEQUENCE = 4.0
_IMPORTANCE = 1.5
_CONFIDENCE = 1.5
_STRENGTH = 0.25
_MOST_STRENGTH = 1.5
_ASSESSED = 0.4
_REPEATED = 0.3
_UNNAMED = 0.75


def weigh(draft: GapDraft) -> tuple[Contribution, ...]:
    """Return why a gap is worth asking about, as contributions that add up to its log-odds.

    Parameters
    ----------
    draft
        The gap.
    """
    strength = max(-_MOST_STRENGTH, min(_MOST_STRENGTH, _STRENGTH * draft.strength))
    parts = [
        Contribution("base", _BASE),
        Contribution("consequence", round(_CONSEQUENCE * draft.worth, 4), f"{draft.axis} of {draft.category}"),
        Contribution("clinical importance", round(_IMPORTANCE * draft.importance, 4), draft.family),
        Contribution("confidence that it is open", round(_CONFIDENCE * draft.confidence, 4)),
        Contribution("strength of indicators", round(strength, 4), f"{len(draft.indicators)} found"),
    ]
    if draft.kind == "undocumented":
        parts.append(Contribution("nobody named it", _UNNAMED))
    elif draft.is_assessed:
        parts.append(Contribution("assessed", _ASSESSED))
    if draft.kind != "undocumented" and len(draft.evidence) > 1:
        parts.append(Contribution("named more than once", _REPEATED))
    return tuple(parts)
