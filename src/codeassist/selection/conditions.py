"""Gathers candidates into conditions: one for each thing the encounter says the patient has, had or is at risk of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from codeassist.core.codes import Code
from codeassist.core.notes import Span
from codeassist.core.suggestions import Candidate
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_generic_words, read_map

STAYS_CURRENT = "-"
# Sections in which a procedure's name means that it was done before this encounter.
# "History of reflux" as the reason for a study names what the patient has; a past infection is past all the same.
_INDICATION_SECTIONS = frozenset({"indication", "clinical_history"})
_RESOLVED_HISTORIES = ("Z86.1", "Z87.01", "Z87.440")
_PAST_PROCEDURE_SECTIONS = frozenset({"past_surgical_history", "past_medical_history", "problem_list"})


@dataclass(frozen=True, slots=True)
class Condition:
    """This is one code with the candidates that support it, best first.

    ``kind`` is current, history, family or status; ``others`` are the next-best candidates of the same mentions;
    ``rules`` are the guideline paragraphs that made the code another than the mentions name.
    """

    code: str
    display: str
    kind: str
    support: tuple[Candidate, ...]
    others: tuple[Candidate, ...] = ()
    rules: tuple[str, ...] = ()


class PrefixMap:
    """This maps a code to a value by its longest listed prefix."""

    def __init__(self, value_by_prefix: Mapping[str, str]) -> None:
        self._value_by_prefix = value_by_prefix

    def find(self, code: str) -> str | None:
        """Return the value of the longest prefix of ``code``, if any is listed."""
        for end in range(len(code), 0, -1):
            value = self._value_by_prefix.get(code[:end])
            if value is not None:
                return value
        return None


class ConditionGatherer:
    """This turns candidates into conditions by what the note asserts of their mentions.

    Parameters
    ----------
    codeset, tables
        The edition and its axis tables.
    history, family
        What a code turns into when it is only in the patient's past, or a relative's.
    generic_words
        Head words that refer back to a fuller mention where there is one.
    """

    def __init__(
        self,
        codeset: CodeSet,
        tables: AxisTables,
        *,
        history: PrefixMap,
        family: PrefixMap,
        generic_words: AbstractSet[str] = frozenset(),
    ) -> None:
        self._codeset = codeset
        self._tables = tables
        self._history = history
        self._family = family
        self._generic_words = generic_words
        self._read_stated = lru_cache(maxsize=256)(self._read_stated_uncached)

    @classmethod
    def load(cls, codeset: CodeSet, tables: AxisTables) -> ConditionGatherer:
        """Read the history tables of the lexicon."""
        history = read_map("history_codes.tsv", ("code_prefix", "history_code", "note"))
        family = read_map("family_history_codes.tsv", ("code_prefix", "family_code", "note"))
        return cls(
            codeset,
            tables,
            history=PrefixMap(_keep_known(codeset, history)),
            family=PrefixMap(_keep_known(codeset, family)),
            generic_words=read_generic_words(),
        )

    def __call__(self, candidates: Sequence[Candidate]) -> tuple[Condition, ...]:
        """Return the conditions in tabular order of their codes."""
        candidates = self._drop_bare_heads(candidates)
        support: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        others: dict[Span, list[Candidate]] = {}
        for _, group in groupby(candidates, key=lambda c: (c.mention.span, c.mention.reading)):
            chosen, *rest = group
            bilateral = [c for c in rest if c.score == chosen.score and c.anchor == chosen.anchor]
            for candidate in (chosen, *bilateral):
                key = self._place(candidate)
                if key is not None:
                    support[key].append(candidate)
            others[chosen.mention.span] = [c for c in rest if c not in bilateral]
        merged = _join_kinds(self._drop_history_of_current(self._merge(support)))
        ordered = {key: _best_first(found) for key, found in merged.items()}
        return tuple(
            Condition(code, self._codeset.title(code), kind, found, tuple(_gather_others(found, others)))
            for (kind, code), found in ordered.items()
        )

    def _drop_bare_heads(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Leave out bare head words ("the pain", "the fracture") that a fuller mention has already named."""
        named = {
            word
            for candidate in candidates
            if " " in candidate.mention.reading
            for word in candidate.mention.reading.split()
            if word in self._generic_words
        }
        return [
            candidate
            for candidate in candidates
            if (reading := candidate.mention.reading) not in self._generic_words or reading not in named
        ]

    def _place(self, candidate: Candidate) -> tuple[str, str] | None:
        """Return the kind and code that the candidate stands for, or None where it supports nothing."""
        mention, code = candidate.mention, candidate.code.value
        assertion = mention.assertion
        is_unsaid = assertion.presence == "absent" or assertion.temporality == "hypothetical"
        if is_unsaid or assertion.experiencer == "other":
            return None
        if assertion.experiencer == "family":
            mapped = self._family.find(code)
            return ("family", self._default(mapped)) if mapped else None
        if mention.entity_type == "procedure":
            is_past = assertion.temporality == "historical" or mention.section in _PAST_PROCEDURE_SECTIONS
            return ("status", code) if is_past else None
        if assertion.temporality == "historical":
            return self._place_historical(code, mention.section)
        return "current", code

    def _place_historical(self, code: str, section: str) -> tuple[str, str] | None:
        mapped = self._history.find(code)
        if mapped == STAYS_CURRENT or code.startswith("Z"):
            return "current", code
        if section in _INDICATION_SECTIONS and not (mapped or "").startswith(_RESOLVED_HISTORIES):
            return "current", code
        return ("history", self._default(mapped)) if mapped else None

    def _drop_history_of_current(
        self, merged: dict[tuple[str, str], list[Candidate]]
    ) -> dict[tuple[str, str], list[Candidate]]:
        """Leave out "personal history of" a condition that the encounter says is present (Guidelines I.C.21.c.4)."""
        current = {
            self._default(mapped)
            for kind, code in merged
            if kind == "current" and (mapped := self._history.find(code)) not in (None, STAYS_CURRENT)
        }
        return {key: found for key, found in merged.items() if key[1] not in current or not key[1].startswith("Z")}

    def _default(self, code: str) -> str:
        if self._codeset.is_billable(code):
            return code
        chosen = self._tables.select(code, frozenset()).code
        return chosen if self._codeset.is_billable(chosen) else self._tables.find_nearest(chosen).code

    def _merge(self, support: Mapping[tuple[str, str], Sequence[Candidate]]) -> dict[tuple[str, str], list[Candidate]]:
        """Merge the current codes of a category to the most specific that the encounter supports (Guidelines I.B.2)."""
        merged: dict[tuple[str, str], list[Candidate]] = {}
        for (kind, _), keys in groupby(sorted(support), key=lambda key: (key[0], key[1][:3])):
            codes = {code: list(_best_first(support[kind, code])) for _, code in keys}
            if kind == "current" and len(codes) > 1:
                codes = self._merge_category(codes)
            merged |= {(kind, code): found for code, found in codes.items()}
        return merged

    def _merge_category(self, codes: dict[str, list[Candidate]]) -> dict[str, list[Candidate]]:
        pending = sorted(codes, key=lambda code: (len(codes[code][0].axis_values), code))
        for vague in pending:
            for precise in sorted(codes, key=lambda code: (-len(codes[code][0].axis_values), code)):
                if vague == precise or vague not in codes or self._contradict(vague, precise):
                    continue
                joined = self._join(codes[vague][0], codes[precise][0])
                if joined is not None:
                    # The precise one first: it speaks for both where a third is compared.
                    found = codes.pop(precise) + codes.pop(vague)
                    codes.setdefault(joined, []).extend(found)
                    break
        return codes

    def _contradict(self, code: str, other: str) -> bool:
        """Tell whether the rows of two codes of a category state different values of one axis."""
        stated = self._read_stated(code[:3])
        return any(
            mine is not None and yours is not None and mine != yours
            for mine, yours in zip(stated.get(code, ()), stated.get(other, ()), strict=False)
        )

    def _read_stated_uncached(self, category: str) -> dict[str, tuple[str | None, ...]]:
        """Return for each code of a category the values it states, one place an axis, None where it states none."""
        table = self._tables.get(category)
        silent = [{"-", "unspecified", axis.default} for axis in table.axes]
        return {
            row.code: tuple(
                None if value in unstated else value for (_, value), unstated in zip(row.values, silent, strict=True)
            )
            for row in table.rows
        }

    def _join(self, vague: Candidate, precise: Candidate) -> str | None:
        """Return the code of both candidates read as one condition, or None if they are two."""
        values = dict(precise.axis_values)
        if any(values.get(axis, value) != value for axis, value in vague.axis_values):
            return None
        read = self._tables.wordings.read
        words = frozenset().union(
            *(read(each.mention.nearby_words, each.mention.own_words) for each in (vague, precise))
        )
        joined = {self._tables.select(each.anchor, words).code for each in (vague, precise)}
        if len(joined) == 1:
            return joined.pop()
        return precise.code.value if precise.code.value in joined and not vague.axis_values else None


def _join_kinds(merged: Mapping[tuple[str, str], list[Candidate]]) -> dict[tuple[str, str], list[Candidate]]:
    """Join what names one code in several ways ("history of pneumonia", pneumonia in the past), in tabular order."""
    kind_by_code: dict[str, str] = {}
    joined: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for (kind, code), found in sorted(merged.items(), key=lambda item: (item[0][1], item[0][0])):
        joined[kind_by_code.setdefault(code, kind), code] += found
    return joined


def _keep_known(codeset: CodeSet, value_by_prefix: Mapping[str, str]) -> dict[str, str]:
    """Leave out the codes that an earlier edition does not have yet, so that a shorter prefix answers."""
    return {prefix: code for prefix, code in value_by_prefix.items() if code == STAYS_CURRENT or code in codeset}


def _gather_others(found: Iterable[Candidate], others: Mapping[Span, Sequence[Candidate]]) -> Iterator[Candidate]:
    for span in dict.fromkeys(candidate.mention.span for candidate in found):
        yield from others[span]


def _best_first(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda c: (-c.score, c.mention.span)))


def make_code(codeset: CodeSet, value: str) -> Code:
    """Return the code record of an edition."""
    return Code(codeset.system, codeset.edition, value)
