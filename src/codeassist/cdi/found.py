"""The indicators that an encounter has for each family, and what follows for the options of a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeassist.cdi.indicators import Key
from codeassist.cdi.records import IndicatorRule, OptionRule
from codeassist.core.gaps import GapOption, Indicator


@dataclass(frozen=True, slots=True)
class Found:
    """This is which indicator rules are met, by family, and by what."""

    rules: Mapping[Key, IndicatorRule]
    indicators: Mapping[Key, tuple[Indicator, ...]]
    names_by_family: Mapping[str, tuple[str, ...]]

    def has(self, slug: str, name: str) -> bool:
        """Tell whether a family's indicator was found."""
        return (slug, name) in self.indicators

    def of_family(self, slug: str, names: Sequence[str] = ()) -> tuple[Indicator, ...]:
        """Return the indicators of a family, or of some of its rules, in order of place."""
        own = [name for name in self.names_by_family.get(slug, ()) if not names or name in names]
        return tuple(each for name in own for each in self.indicators[slug, name])

    def points(self, slug: str, names: Sequence[str] = ()) -> float:
        """Return the points of a family's indicators; what speaks against it counts as given, below zero."""
        own = [name for name in self.names_by_family.get(slug, ()) if not names or name in names]
        return sum(self.rules[slug, name].points for name in own)

    def has_core(self, slug: str, names: Sequence[str] = ()) -> bool:
        """Tell whether one of a family's core indicators was found."""
        own = [name for name in self.names_by_family.get(slug, ()) if not names or name in names]
        return any(self.rules[slug, name].is_core for name in own)

    def offer(self, slug: str, options: Sequence[OptionRule]) -> tuple[GapOption, ...]:
        """Return the options that the record supports: those that need no indicator, or have one of theirs."""
        return tuple(
            each.option for each in options if not each.needs or any(self.has(slug, name) for name in each.needs)
        )
