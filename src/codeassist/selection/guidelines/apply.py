"""Says on a suggestion which guideline acted, and takes codes off the claim without hiding them."""

from __future__ import annotations

from dataclasses import replace

from codeassist.core.suggestions import Contribution, Flag, Suggestion
from codeassist.selection.guidelines.records import Applied


def add_contribution(suggestion: Suggestion, applied: Applied) -> Suggestion:
    """Return a suggestion whose rationale names, once, a guideline that acted on it."""
    known = suggestion.rationale
    if any((part.feature, part.detail) == (applied.feature, applied.detail) for part in known):
        return suggestion
    return replace(suggestion, rationale=(*known, Contribution(applied.feature, 0.0, applied.detail)))


def flag(suggestion: Suggestion, applied: Applied, by_code: str = "") -> Suggestion:
    """Return a suggestion with a warning that names a guideline."""
    warning = Flag("guideline", by_code, f"{applied.guideline} {applied.detail}")
    return add_contribution(replace(suggestion, flags=(*suggestion.flags, warning)), applied)


def take_off(suggestion: Suggestion, applied: Applied, by_code: str = "") -> Suggestion:
    """Return a suggestion that is only considered, with the guideline that took it off the claim."""
    return replace(flag(suggestion, applied, by_code), disposition="consider")
