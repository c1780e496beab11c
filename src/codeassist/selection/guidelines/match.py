"""Finds the conditions on which a rule acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache

from codeassist.core.mentions import Mention
from codeassist.core.notes import Patient
from codeassist.core.suggestions import Candidate
from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.records import Atom, Gate, Rule, Wording

# Two mentions of one clause of which the second is the cause of the first: "anemia due to colon cancer".
_MOST_BETWEEN = 32
_LINK_WORDS = frozenset({"due", "secondary", "from", "cause", "caused", "because", "related"})
# Before a wording they deny it: "gastritis, negative for H. pylori".
_DENIALS = frozenset({"negative", "neg", "no", "not", "without"})
_DENIED_WORDS = 3
_UNLINKED_WORDS = frozenset({"unrelated", "nondiabetic", "nonhypertensive"})


@dataclass(frozen=True, slots=True)
class Facts:
    """This is what rules may ask of an encounter besides its conditions: measurements hold the code of their value."""

    setting: str = "outpatient"
    patient: Patient = field(default_factory=Patient)
    code_by_measure: Mapping[str, str] = field(default_factory=dict)


def find_matches(rule: Rule, conditions: Sequence[Condition], facts: Facts) -> Iterator[tuple[Condition, ...]]:
    """Yield the conditions on which a rule acts, one for each atom, for every first condition that has them."""
    if not all(_holds(gate, facts) for gate in rule.gates) or any(_holds(gate, facts) for gate in rule.unless_gates):
        return
    for first in conditions:
        if not is_of(first, rule.when[0], first) or not _is_worded(first, rule.words):
            continue
        others = [_find_other(atom, first, conditions) for atom in rule.when[1:]]
        found = [each for each in others if each is not None]
        if len(found) == len(others) and not _is_barred(rule.unless, (first, *found), conditions):
            yield (first, *found)


def is_of(condition: Condition, atom: Atom, first: Condition) -> bool:
    """Tell whether a condition is what an atom asks for."""
    if condition.removal is not None or not _begins(condition.code, atom.prefixes, first):
        return False
    if atom.kind == "history":
        return condition.kind == "history" or condition.code[0] == "Z"
    is_kind = condition.kind == "current" or (condition.kind != "family" and condition.code[0] == "Z")
    return is_kind and _is_confirmed(condition) and (atom.kind != "due" or _is_due(first, condition))


def read_clause(condition: Condition) -> frozenset[str]:
    """Return the words of the clauses of a condition's evidence."""
    return frozenset(word for each in condition.support for word in each.mention.nearby_words)


def _begins(code: str, prefixes: tuple[str, ...], first: Condition) -> bool:
    """Tell whether a code begins with one of some prefixes; those that begin with a dot are of the first's category."""
    if code.startswith(prefixes):
        return True
    dotted = _keep_dotted(prefixes)
    return bool(dotted) and code[:3] == first.code[:3] and code[3:].startswith(dotted)


@lru_cache(maxsize=1024)
def _keep_dotted(prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prefix for prefix in prefixes if prefix[0] == ".")


def _find_other(atom: Atom, first: Condition, conditions: Sequence[Condition]) -> Condition | None:
    return next((each for each in conditions if each is not first and is_of(each, atom, first)), None)


def _is_barred(unless: Iterable[Atom], found: Sequence[Condition], conditions: Sequence[Condition]) -> bool:
    return any(is_of(each, atom, found[0]) for atom in unless for each in conditions if each is not found[0])


def _is_confirmed(condition: Condition) -> bool:
    """Tell whether the record confirms a condition and does not call it unrelated (Guidelines I.A.15)."""
    return any(
        candidate.mention.assertion.presence == "present" and _UNLINKED_WORDS.isdisjoint(candidate.mention.nearby_words)
        for candidate in condition.support
    )


def _is_due(effect: Condition, cause: Condition) -> bool:
    return any(_is_linked(a.mention, b.mention) for a in effect.support for b in cause.support)


def _is_linked(effect: Mention, cause: Mention) -> bool:
    """Tell whether "due to" stands between two mentions of one clause."""
    if effect.span.note_id != cause.span.note_id or cause.own_words is None:
        return False
    before = _words_before(cause)
    return 0 <= cause.span.start - effect.span.end <= _MOST_BETWEEN and not _LINK_WORDS.isdisjoint(before)


def _words_before(mention: Mention) -> AbstractSet[str]:
    start = mention.own_words[0] if mention.own_words else 0
    return frozenset(mention.nearby_words[:start])


def _is_worded(condition: Condition, words: Sequence[Wording]) -> bool:
    return not words or any(_says(candidate, each) for candidate in condition.support for each in words)


def _says(candidate: Candidate, wording: Wording) -> bool:
    mention = candidate.mention
    text = f" {' '.join(mention.nearby_words) if wording.in_clause else mention.reading} "
    before, found, _ = text.partition(f" {wording.phrase} ")
    return bool(found) and _DENIALS.isdisjoint(before.rpartition(",")[2].split()[-_DENIED_WORDS:])


def _holds(gate: Gate, facts: Facts) -> bool:
    if gate.name == "measured":
        return gate.value in facts.code_by_measure
    if gate.name == "age":
        return facts.patient.age is not None and facts.patient.age < int(gate.value)
    return facts.setting == gate.name
