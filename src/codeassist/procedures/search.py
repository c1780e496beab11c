"""Search for procedures: the codes whose name or wordings share the words of a free wording."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from codeassist.core.suggestions import CodeMatch
from codeassist.procedures.wording import ProcedureWords
from codeassist.terminology.procedure_sets import InstalledCodes
from codeassist.terminology.procedure_tables import ProcedureTables


class ProcedureSearch:
    """This searches the procedures of one code system; it keeps no state between calls.

    Parameters
    ----------
    tables
        The starter table.
    installed
        What the user has imported; its text is shown and searched where it is there.
    words
        Reads words.
    system
        ``"CPT"`` or ``"HCPCS"``.
    """

    def __init__(self, tables: ProcedureTables, installed: InstalledCodes, words: ProcedureWords, system: str) -> None:
        self._words = words
        self._system = system
        self._names: list[tuple[str, str]] = []
        self._postings: dict[str, list[int]] = defaultdict(list)
        self._sizes: list[frozenset[str]] = []
        for code, shown, texts in _list_names(tables, installed, system):
            for text in texts:
                self._add(code, shown, text)
        count = max(len(self._names), 1)
        self._weight = {word: math.log(1 + count / len(found)) for word, found in self._postings.items()}

    def __call__(self, text: str, *, limit: int) -> list[CodeMatch]:
        """Return the codes that share the most of a wording's words, best first."""
        asked = frozenset(self._words.read(text, 0, len(text)).forms)
        total = sum(self._weight.get(word, 1.0) for word in asked)
        found: dict[int, float] = defaultdict(float)
        for word in asked:
            for number in self._postings.get(word, ()):
                found[number] += self._weight[word]
        best: dict[str, tuple[float, int]] = {}
        for number, shared in found.items():
            own = sum(self._weight[word] for word in self._sizes[number])
            score = shared / total * (0.8 + 0.2 * shared / own)
            code = self._names[number][0]
            best[code] = max(best.get(code, (0.0, -1)), (score, -number))
        ranked = sorted(best.items(), key=lambda pair: (-pair[1][0], pair[0]))[:limit]
        return [self._match(code, score, -number) for code, (score, number) in ranked]

    def _add(self, code: str, shown: str, text: str) -> None:
        words = frozenset(self._words.read(text, 0, len(text)).forms)
        if words:
            number = len(self._names)
            self._names.append((code, shown))
            self._sizes.append(words)
            for word in words:
                self._postings[word].append(number)

    def _match(self, code: str, score: float, number: int) -> CodeMatch:
        shown = self._names[number][1]
        return CodeMatch(code=code, system=self._system, display=shown, score=round(score, 4), matched=shown)


def _list_names(
    tables: ProcedureTables, installed: InstalledCodes, system: str
) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield each code with the name shown for it and all the texts that are searched."""
    seen: set[str] = set()
    for family, concepts in tables.concepts.items():
        wordings = [_to_text(wording) for wording in tables.wordings.get(family, ())]
        for concept in concepts:
            code = tables.codes[concept.name]
            if code.system not in (system, "concept"):
                continue
            key = (code.system, code.value)
            shown = installed.texts.get(key, concept.display)
            values = " ".join(
                _to_text(wording)
                for value in concept.values
                for wording in tables.value_wordings.get(value.axis, {}).get(value.value, ())[:3]
            )
            seen.add(code.value)
            own = [concept.display, shown, *installed.other_texts.get(key, ())]
            yield code.value, shown, [*own, *(f"{wording} {values}" for wording in wordings)]
    for (found, value), text in installed.texts.items():
        if found == system and value not in seen:
            yield value, text, (text, *installed.other_texts.get((found, value), ()))


def _to_text(wording: str) -> str:
    return " ".join(part.replace("|", " ") for part in wording.split() if not part.startswith("-"))
