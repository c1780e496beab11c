"""The priority of a gap as a sum of named contributions, each in points of log-odds."""

from __future__ import annotations

from codeassist.cdi.drafts import GapDraft
from codeassist.core.suggestions import Contribution

_BASE = -4.0
_WORTH = 4.0
_IMPORTANCE = 1.5
_CONFIDENCE = 1.5
_STRENGTH = 0.25
_MOST_STRENGTH = 1.5


def weigh(draft: GapDraft, *, setting: str) -> tuple[Contribution, ...]:
    """Return why a gap is worth asking about, as contributions that add up to its log-odds.

    Parameters
    ----------
    draft
        The gap.
    setting
        ``"inpatient"`` or ``"outpatient"``.
    """
    strength = max(-_MOST_STRENGTH, min(_MOST_STRENGTH, _STRENGTH * draft.strength))
    return (
        Contribution("base", _BASE),
        Contribution("consequence", round(_WORTH * draft.worth, 4), f"{draft.axis} of {draft.category}"),
        Contribution("clinical importance", round(_IMPORTANCE * draft.importance, 4), draft.family),
        Contribution("confidence that it is open", round(_CONFIDENCE * draft.confidence, 4), setting),
        Contribution("strength of indicators", round(strength, 4), f"{len(draft.indicators)} indicators"),
    )
