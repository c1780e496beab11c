"""Flags procedures that an imported NCCI file does not pay together, or not as often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.core.suggestions import Flag, Suggestion
from codeassist.terminology.procedure_sets import InstalledCodes


def flag_edits(suggestions: Sequence[Suggestion], installed: InstalledCodes) -> Iterator[Suggestion]:
    """Yield the suggestions, each with a flag for every edit that it meets."""
    reported = [each for each in suggestions if each.disposition == "report"]
    for each in suggestions:
        flags = tuple(_find_flags(each, reported, installed)) if each in reported else ()
        yield replace(each, flags=(*each.flags, *flags)) if flags else each


def _find_flags(each: Suggestion, reported: Sequence[Suggestion], installed: InstalledCodes) -> Iterator[Flag]:
    code = each.code.value
    for other in reported:
        may_part = installed.pairs.find(other.code.value, code)
        if may_part is not None:
            how = "unless a modifier shows that they were separate" if may_part else "whatever the modifier"
            yield Flag("ncci", other.code.value, f"not paid together {how}")
    most = installed.most_units.get(code)
    if most is not None and each.units > most:
        yield Flag("units", "", f"more units than the {most} usual on one day")
