"""The priority of a gap as a sum of named contributions, each in points of log-odds.

The weights were set by hand in steps, on reviewed notes: a regression on the same features was no better on notes that
it had not seen. What an answer is worth and how important the condition is come from the condition library.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codeassist.cdi.drafts import GapDraft
from codeassist.core.suggestions import Contribution

Burden = Callable[[Sequence[str]], float]
"""Returns what the codes of a gap's options would add to the recorded burden of disease, from 0 to 1 (HCC, CC, MCC)."""

_BASE = -4.5
_CONSEQUENCE = 4.0
_IMPORTANCE = 1.5
_CONFIDENCE = 1.5
_STRENGTH = 0.25
_MOST_STRENGTH = 1.5
_ASSESSED = 0.4
_REPEATED = 0.3
_UNNAMED = 0.75
_BURDEN = 0.5
# The author of a report alone does not treat the patient: what it leaves open is asked of the one who does.
_STUDY = -1.5


def weigh(draft: GapDraft, *, is_study: bool = False, find_burden: Burden | None = None) -> tuple[Contribution, ...]:
    """Return why a gap is worth asking about, as contributions that add up to its log-odds.

    Parameters
    ----------
    draft
        The gap.
    is_study
        Whether the record is the report of a study or procedure by itself.
    find_burden
        Where the user has such a table, what the options' codes would add. It orders gaps and is in no query.
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
    if is_study:
        parts.append(Contribution("a report by itself", _STUDY))
    codes = tuple(code for option in draft.options for code in option.codes)
    if find_burden is not None and codes:
        parts.append(Contribution("burden of disease", round(_BURDEN * find_burden(codes), 4)))
    return tuple(parts)
