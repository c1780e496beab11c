"""The hand-reviewed corrections of the axis tables: ``data/axes/<edition>/overrides.tsv``.

Titles alone do not say what guidelines and the Alphabetic Index make of silence, nor what clinicians write instead of a
title's words. Each row corrects one facet of one code and everything below it, and says on what authority.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.errors import DataFileError
from codeassist.terminology.axis_facets import ASSUMED, AXES_FOLDER, STATED, UNSPECIFIED, Facet
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import WordNormalizer

COLUMNS = ("code", "action", "facet", "axis", "value", "words", "basis")
ACTIONS = ("state", "need", "assume", "move", "drop")
ANY = "*"


@dataclass(frozen=True, slots=True)
class AxisOverride:
    """This is one correction.

    ``action`` is *state* (``words`` state the facet too), *need* (only ``words`` state it), *assume* (silence states
    it), *move* (it belongs to ``axis`` under the name ``value``) or *drop* (it states nothing). ``facet`` is the value
    that the title gave, ``*`` for every facet of the row.
    """

    code: str
    action: str
    facet: str
    axis: str
    value: str
    words: frozenset[str]
    basis: str


class AxisOverrides:
    """This is the collection of corrections, by category."""

    def __init__(self, overrides: Sequence[AxisOverride]) -> None:
        self._by_category: dict[str, list[AxisOverride]] = {}
        for row in overrides:
            self._by_category.setdefault(row.code[:3], []).append(row)

    @classmethod
    def load(cls, normalizer: WordNormalizer, path: Path | None = None) -> AxisOverrides:
        """Read ``overrides.tsv``; a row with several wordings, separated by ``|``, is one correction each.

        Raises
        ------
        DataFileError
            If a row names an unknown action.
        """
        path = path or find_asset(f"{AXES_FOLDER}/overrides.tsv")
        return cls([override for row in read_table(path, COLUMNS) for override in _read_row(row, normalizer, path)])

    def restate(self, code: str, facets: Sequence[Facet]) -> tuple[Facet, ...]:
        """Return a row's facets after every correction but *state*."""
        kept = list(facets)
        for override in self._find(code):
            kept = [new for facet in kept for new in _correct(facet, override)]
        return tuple(dict.fromkeys(kept))

    def alternatives(self, code: str, facets: Sequence[Facet]) -> Iterator[tuple[Facet, ...]]:
        """Yield the facets with one of them stated by other words; ``*`` replaces them all."""
        for override in self._find(code):
            if override.action != "state":
                continue
            stated = Facet(override.axis, override.value, override.words)
            if override.facet == ANY:
                yield (stated,)
            elif any(facet.value == override.facet for facet in facets):
                restated = {facet: replace(facet, words=override.words, kind=STATED, either=()) for facet in facets}
                yield tuple(restated[facet] if facet.value == override.facet else facet for facet in facets)

    def _find(self, code: str) -> Iterator[AxisOverride]:
        return (row for row in self._by_category.get(code[:3], ()) if code.startswith(row.code))


def _read_row(row: Mapping[str, str], normalizer: WordNormalizer, path: Path) -> Iterator[AxisOverride]:
    if row["action"] not in ACTIONS:
        msg = f"{path.name}: action {row['action']!r} of {row['code']} is unknown; expected one of {', '.join(ACTIONS)}"
        raise DataFileError(msg)
    for wording in row["words"].split("|"):
        words = frozenset(normalizer.split(wording))
        yield AxisOverride(row["code"], row["action"], row["facet"], row["axis"], row["value"], words, row["basis"])


def _correct(facet: Facet, override: AxisOverride) -> tuple[Facet, ...]:
    if facet.value != override.facet and not (override.facet == ANY and facet.kind != UNSPECIFIED):
        return (facet,)
    match override.action:
        case "need":
            return (replace(facet, words=override.words, kind=STATED, either=()),)
        case "assume":
            return (replace(facet, kind=ASSUMED),)
        case "move":
            return (replace(facet, axis=override.axis, value=override.value),)
        case "drop":
            return ()
    return (facet,)
