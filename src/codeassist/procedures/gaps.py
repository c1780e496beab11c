"""What the record leaves open about a procedure: lesion size, repair length, views, approach, side, time, levels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import exp

from codeassist.core.codes import CONCEPT
from codeassist.core.gaps import Gap, GapOption
from codeassist.core.notes import Span
from codeassist.core.suggestions import Contribution, Suggestion
from codeassist.procedures.choosing import Choice
from codeassist.procedures.modifiers import Side
from codeassist.terminology.procedure_tables import ProcedureConcept, ProcedureTables

_SIDES = ("left", "right", "both sides")
_MOST_OPTIONS = 8
# Log-odds: what is missing to choose a procedure is listed, and never worth a query by itself.
_BASE = -2.0


def find_gaps(choice: Choice, side: Side, suggestion: Suggestion, tables: ProcedureTables) -> Iterator[Gap]:
    """Yield what the note leaves open that decides between the concepts of a family, and a missing or disputed side."""
    spans = tuple(candidate.mention.span for candidate in suggestion.support)
    for axis in (*choice.missing, *choice.defaulted):
        options = _list_options(choice.concept, axis, tables)
        spec = tables.axes[axis]
        if len(options) > 1 and spec.flags.isdisjoint(("silent", "multi")):
            yield _make_gap(suggestion, choice, (spec.gap_axis, spec.label), options, spans)
    if choice.concept.sides != "none" and (not side.side or side.is_disputed):
        sides = tuple(GapOption(value, (suggestion.code.value,)) for value in _SIDES)
        kind = "conflict" if side.is_disputed else "unspecified"
        yield _make_gap(suggestion, choice, ("laterality", "side"), sides, spans, kind=kind)


def _make_gap(
    suggestion: Suggestion,
    choice: Choice,
    asked: tuple[str, str],
    options: Sequence[GapOption],
    spans: tuple[Span, ...],
    *,
    kind: str = "unspecified",
) -> Gap:
    axis, label = asked
    code = suggestion.code
    rationale = (
        Contribution("base", _BASE),
        Contribution("confidence of the procedure", round(-_BASE * suggestion.confidence, 4), code.value),
    )
    return Gap(
        gap_id=f"procedure-{choice.concept.name}-{label.replace(' ', '-')}",
        kind=kind,
        axis=axis,
        category=choice.concept.family,
        code="" if code.system == CONCEPT else code.value,
        diagnosis=f"{choice.concept.display} ({label})",
        options=tuple(options),
        evidence=spans,
        priority=round(1 / (1 + exp(-sum(part.points for part in rationale))), 4),
        rationale=rationale,
        family=choice.concept.family,
    )


def _list_options(chosen: ProcedureConcept, axis: str, tables: ProcedureTables) -> tuple[GapOption, ...]:
    """Return the values of an axis among the concepts that agree with the chosen one on every other axis."""
    others = {v.axis: v.value for v in chosen.values if v.axis != axis}
    found: dict[str, list[str]] = {}
    for concept in tables.concepts[chosen.family]:
        own = {v.axis: v.value for v in concept.values}
        if axis in own and all(own.get(name, value) == value for name, value in others.items()):
            found.setdefault(own[axis], []).append(tables.codes[concept.name].value)
    return tuple(GapOption(value, tuple(codes)) for value, codes in found.items())[:_MOST_OPTIONS]
