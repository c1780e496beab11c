"""Gathers candidates into conditions: one for each thing the encounter says the patient has, had or is at risk of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby

from codeassist.core.mentions import Mention
from codeassist.core.notes import Span
from codeassist.core.suggestions import Candidate
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.selection.guidelines.records import Applied
from codeassist.selection.merging import CategoryMerger
from codeassist.selection.status import StatusReader
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_generic_words, read_map

STAYS_CURRENT = "-"
OUTPATIENT = "outpatient"
# "History of reflux" as the reason for a study names what the patient has; a past infection is past all the same.
_INDICATION_SECTIONS = frozenset({"indication", "clinical_history"})
_RESOLVED_HISTORIES = ("Z86.1", "Z87.01", "Z87.440")
# UHDDS: a stay's diagnoses are those treated during it, those that were resolved by its end too.
_FINAL_SECTIONS = frozenset(
    {"assessment", "assessment_plan", "diagnosis", "discharge_diagnosis", "hospital_course", "principal_diagnosis",
     "secondary_diagnosis"}
)  # fmt: skip
# Where a past history lists conditions without saying which of them are over.
_LISTED_SECTIONS = frozenset({"past_medical_history", "psychiatric_history", "problem_list", "oncologic_history"})
HISTORY, STATUS, WITHHELD, CANCER = "GL-127", "GL-125", "GL-126", "GL-072"
_KINDS = {"history": "the past", "family": "a relative"}
_Key = tuple[str, str]
_RESOLVED_WORDS = frozenset({"resolved", "resolve", "resolving", "corrected", "improved", "treated"})


@dataclass(frozen=True, slots=True)
class Removal:
    """This is the guideline that takes a code off the claim, and the code that stands for it, if there is one."""

    applied: Applied
    by_code: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """This is one code with the candidates that support it, best first.

    ``kind`` is current, history, family or status; ``others`` are the next-best candidates of the same mentions;
    ``rules`` are the guidelines that acted on the code. ``removal`` says which one took it off the claim, ``follows``
    with which code it goes on the claim.
    """

    code: str
    display: str
    kind: str
    support: tuple[Candidate, ...]
    others: tuple[Candidate, ...] = ()
    rules: tuple[Applied, ...] = ()
    removal: Removal | None = None
    follows: str = ""


@dataclass(frozen=True, slots=True)
class _Encounter:
    """This is what placing one candidate needs to know of all: codes, setting, and what is treated now."""

    codes: frozenset[str]
    setting: str
    treated: tuple[str, ...]


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
    status
        Tells which procedures name a status; by default only those of the past.
    """

    def __init__(
        self,
        codeset: CodeSet,
        tables: AxisTables,
        *,
        history: PrefixMap,
        family: PrefixMap,
        generic_words: AbstractSet[str] = frozenset(),
        status: StatusReader | None = None,
    ) -> None:
        self._codeset = codeset
        self._tables = tables
        self._history = history
        self._family = family
        self._generic_words = generic_words
        self._status = status or StatusReader(())
        self._merge_category = CategoryMerger(tables)

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
            status=StatusReader.load(),
        )

    def __call__(
        self, candidates: Sequence[Candidate], *, setting: str = OUTPATIENT, treated: tuple[str, ...] = ()
    ) -> tuple[Condition, ...]:
        """Return the conditions in tabular order of their codes.

        Parameters
        ----------
        candidates
            What linking found, the best of each mention first.
        setting
            ``"outpatient"`` or ``"inpatient"``.
        treated
            Prefixes of codes for which the patient takes a medication now.
        """
        encounter = _Encounter(frozenset(candidate.code.value for candidate in candidates), setting, treated)
        candidates = self._drop_bare_heads(candidates)
        support: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
        others: dict[Span, list[Candidate]] = {}
        for _, group in groupby(candidates, key=lambda c: (c.mention.span, c.mention.reading)):
            chosen, *rest = group
            bilateral = [c for c in rest if c.score == chosen.score and c.anchor == chosen.anchor]
            for candidate in (chosen, *bilateral):
                key = self._place(candidate, encounter)
                if key is not None:
                    support[key].append(candidate)
            others[chosen.mention.span] = [c for c in rest if c not in bilateral]
        gathered = self._merge(support)
        past = self._find_history_of_current(gathered)
        merged = _join_kinds({key: found for key, found in gathered.items() if key not in past})
        ordered = {key: _best_first(found) for key, found in merged.items()}
        placed = tuple(
            Condition(
                code, self._codeset.title(code), kind, found, tuple(_gather_others(found, others)),
                rules=tuple(_name_kind(kind, code, found, treated)),
            )
            for (kind, code), found in ordered.items()
        )  # fmt: skip
        known = {each.code for each in placed}
        over = (
            self._make_past(code, by, gathered[kind, code]) for (kind, code), by in past.items() if code not in known
        )
        return (*placed, *over, *self._make_withheld(candidates, known))

    def _make_past(self, code: str, by_code: str, found: Sequence[Candidate]) -> Condition:
        """Return the history of a condition that is still present, taken off the claim."""
        removal = Removal(name_guideline(HISTORY, f"{by_code} is current, {code} is not"), by_code)
        return Condition(code, self._codeset.title(code), "history", _best_first(found), removal=removal)

    def _make_withheld(self, candidates: Sequence[Candidate], placed: AbstractSet[str]) -> Iterator[Condition]:
        """Yield what the words around its mention take off the claim, where nothing else names its code."""
        for candidate in candidates:
            code = candidate.code.value
            if code not in placed and not _is_unsaid(candidate.mention) and self._status.is_withheld(candidate):
                removal = Removal(name_guideline(WITHHELD, f"{code} -> nothing"))
                placed = placed | {code}
                yield Condition(code, self._codeset.title(code), "status", (candidate,), removal=removal)

    def _drop_bare_heads(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Leave out bare head words ("the pain", "the fracture") that a fuller mention has already named."""
        named = {
            word
            for candidate in candidates
            if " " in candidate.mention.reading and candidate.mention.assertion.presence != "absent"
            for word in candidate.mention.reading.split()
            if word in self._generic_words
        }
        return [
            candidate
            for candidate in candidates
            if (reading := candidate.mention.reading) not in self._generic_words or reading not in named
        ]

    def _place(self, candidate: Candidate, encounter: _Encounter) -> tuple[str, str] | None:
        """Return the kind and code that the candidate stands for, or None where it supports nothing."""
        mention, code = candidate.mention, candidate.code.value
        assertion = mention.assertion
        if _is_unsaid(mention) or self._status.is_withheld(candidate):
            return None
        if assertion.experiencer == "family":
            mapped = self._family.find(code)
            return ("family", self._default(mapped)) if mapped else None
        if mention.entity_type == "procedure":
            return ("status", code) if self._status.is_status(candidate, encounter.codes) else None
        if assertion.temporality == "historical" and not _was_treated(mention, encounter.setting):
            return ("current", code) if _is_treated(candidate, encounter.treated) else self._place_historical(candidate)
        return "current", code

    def _place_historical(self, candidate: Candidate) -> tuple[str, str] | None:
        code, section = candidate.code.value, candidate.mention.section
        mapped = self._history.find(code)
        if mapped == STAYS_CURRENT or code.startswith("Z"):
            return "current", code
        if section in _INDICATION_SECTIONS and not (mapped or "").startswith(_RESOLVED_HISTORIES):
            return "current", code
        return ("history", self._default(mapped)) if mapped else None

    def _find_history_of_current(self, merged: Mapping[_Key, Sequence[Candidate]]) -> dict[_Key, str]:
        """Return "personal history of" what the encounter says is present, with its code (Guidelines I.C.21.c.4)."""
        current = {
            self._default(mapped): code
            for kind, code in merged
            if kind == "current" and (mapped := self._history.find(code)) not in (None, STAYS_CURRENT)
        }
        return {key: current[key[1]] for key in merged if key[1] in current and key[1].startswith("Z")}

    def _default(self, code: str) -> str:
        if self._codeset.is_billable(code):
            return code
        chosen = self._tables.select(code, frozenset()).code
        return chosen if self._codeset.is_billable(chosen) else self._tables.find_nearest(chosen).code

    def _merge(self, support: Mapping[_Key, Sequence[Candidate]]) -> dict[_Key, list[Candidate]]:
        """Merge the current codes of a category to the most specific that the encounter supports (Guidelines I.B.2)."""
        merged: dict[_Key, list[Candidate]] = {}
        for (kind, _), keys in groupby(sorted(support), key=lambda key: (key[0], key[1][:3])):
            codes = {code: list(_best_first(support[kind, code])) for _, code in keys}
            # Factors of one category (two drugs, two relatives) are several facts, not one said twice.
            if kind == "current" and len(codes) > 1 and next(iter(codes))[0] != "Z":
                codes = self._merge_category(codes)
            merged |= {(kind, code): found for code, found in codes.items()}
        return merged


def _is_unsaid(mention: Mention) -> bool:
    """Tell whether a mention says nothing of the patient or of a relative."""
    assertion = mention.assertion
    return assertion.presence == "absent" or assertion.temporality == "hypothetical" or assertion.experiencer == "other"


def _is_treated(candidate: Candidate, treated: tuple[str, ...]) -> bool:
    """Tell whether a past history lists what the patient still takes a medication for (Guidelines I.C.21.c.4)."""
    return candidate.mention.section in _LISTED_SECTIONS and candidate.code.value.startswith(treated)


def _name_kind(kind: str, code: str, found: Sequence[Candidate], treated: tuple[str, ...]) -> Iterator[Applied]:
    """Yield the guideline by which a mention of the past, of a relative or of a device is the code of a factor."""
    if kind in ("history", "family"):
        yield name_guideline(HISTORY, f"{found[0].code.value} of {_KINDS[kind]} -> {code}")
    elif kind == "status":
        yield name_guideline(STATUS, f"{code} is what the patient has")
    elif found[0].mention.assertion.temporality == "historical" and _is_treated(found[0], treated):
        rule = CANCER if code[0] == "C" else HISTORY
        yield name_guideline(rule, f"{code} is current: it is treated")


def _was_treated(mention: Mention, setting: str) -> bool:
    """Tell whether a stay's final diagnoses name what was resolved during it."""
    is_final = setting == "inpatient" and mention.section in _FINAL_SECTIONS
    return is_final and not _RESOLVED_WORDS.isdisjoint(mention.nearby_words)


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
