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
ACTIONS = ("state", "need", "assume", "move", "drop", "set")
ANY = "*"
_STATING = frozenset({"state", "need", "set"})


@dataclass(frozen=True, slots=True)
class AxisOverride:
    """This is one correction.

    ``action`` is *state* (each of ``wordings`` states the facet, too), *need* (only they state it), *assume* (silence
    states it), *move* (it belongs to ``axis``, under the name ``value`` if there is one), *drop* (it states nothing) or
    *set* (the row is given facet by facet, and its title says nothing). ``facet`` is the value that the title gave, an
    axis such as ``@etiology`` for all on that axis, or ``*`` for all of the row.
    """

    code: str
    action: str
    facet: str
    axis: str
    value: str
    wordings: tuple[frozenset[str], ...]
    basis: str


class AxisOverrides:
    """This is the collection of corrections, by category."""

    def __init__(self, overrides: Sequence[AxisOverride]) -> None:
        self._by_category: dict[str, list[AxisOverride]] = {}
        for row in overrides:
            self._by_category.setdefault(row.code[:3], []).append(row)

    @classmethod
    def load(cls, normalizer: WordNormalizer, path: Path | None = None) -> AxisOverrides:
        """Read ``overrides.tsv``; several wordings of one row are separated by ``|``.

        Raises
        ------
        DataFileError
            If a row names an unknown action.
        """
        path = path or find_asset(f"{AXES_FOLDER}/overrides.tsv")
        return cls([_read_row(row, normalizer, path) for row in read_table(path, COLUMNS)])

    def restate(self, code: str, facets: Sequence[Facet]) -> tuple[Facet, ...]:
        """Return a row's facets after every correction but *state*."""
        given = [row for row in self._find(code) if row.action == "set"]
        kept = [_to_facet(row) for row in given] if given else list(facets)
        for override in self._find(code):
            kept = [new for facet in kept for new in _correct(facet, override)]
        return tuple(dict.fromkeys(kept))

    def alternatives(self, code: str, facets: Sequence[Facet]) -> tuple[tuple[Facet, ...], ...]:
        """Return the facets in every combination of the words that state them; ``*`` replaces them all."""
        made: list[tuple[Facet, ...]] = [tuple(facets)]
        whole: list[tuple[Facet, ...]] = []
        for override in self._find(code):
            if override.action not in _STATING:
                continue
            if override.facet == ANY:
                whole += [(Facet(override.axis, override.value, words),) for words in override.wordings]
                continue
            made += [_restate(other, override.facet, words) for other in made for words in override.wordings]
        return (*made[1:], *whole)

    def _find(self, code: str) -> Iterator[AxisOverride]:
        return (row for row in self._by_category.get(code[:3], ()) if code.startswith(row.code))


def _read_row(row: Mapping[str, str], normalizer: WordNormalizer, path: Path) -> AxisOverride:
    if row["action"] not in ACTIONS:
        msg = f"{path.name}: action {row['action']!r} of {row['code']} is unknown; expected one of {', '.join(ACTIONS)}"
        raise DataFileError(msg)
    wordings = tuple(_read_words(text, normalizer) for text in row["words"].split("|"))
    return AxisOverride(row["code"], row["action"], row["facet"], row["axis"], row["value"], wordings, row["basis"])


def _read_words(text: str, normalizer: WordNormalizer) -> frozenset[str]:
    """Read one wording; each "=value" in it, separated by "&", is a canonical value and not taken to pieces."""
    words: set[str] = set()
    for part in text.split("&"):
        words.update([part.strip()[1:]] if part.strip().startswith("=") else normalizer.split(part))
    return frozenset(words)


def _to_facet(override: AxisOverride) -> Facet:
    words = override.wordings[0]
    return Facet(override.axis, override.value, words, STATED if words else ASSUMED)


def _restate(facets: tuple[Facet, ...], value: str, words: frozenset[str]) -> tuple[Facet, ...]:
    return tuple(replace(f, words=words, kind=STATED, either=()) if f.value == value else f for f in facets)


def _correct(facet: Facet, override: AxisOverride) -> tuple[Facet, ...]:
    is_meant = override.facet in {facet.value, f"@{facet.axis}"} or (
        override.facet == ANY and facet.kind != UNSPECIFIED
    )
    if not is_meant:
        return (facet,)
    match override.action:
        case "need":
            return (replace(facet, words=override.wordings[0], kind=STATED, either=()),)
        case "assume":
            return (replace(facet, kind=ASSUMED),)
        case "move":
            return (
                replace(
                    facet, axis=override.axis, value=override.value or facet.value.removeprefix("of "), is_detail=False
                ),
            )
        case "drop":
            return ()
    return (facet,)
