"""Points for codes that a guideline asks for in so many words, where the fitted model has seen too few of them.

Hospital notes, on which the model is fitted, hold no check-ups, screenings or vaccinations, and few statuses that
go with a disease. Each row of ``guideline_points.tsv`` says which code, on which condition, and on what authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from codeassist.core.mentions import Mention
from codeassist.core.suggestions import Contribution
from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.lexicon import read_table

_COLUMNS = ("code_prefix", "needs", "words", "where", "setting", "points", "guideline", "basis")
ASSESSED, CONCLUDED, HEADED, UNHEADED, REASON = "assessed", "concluded", "headed", "unheaded", "reason"
# Symptoms and factors: their standing as a heading establishes no diagnosis.
_NO_DISEASES = ("R", "Z")
_ASSESSING = frozenset({"assessment", "diagnosis"})
_REASON_SECTIONS = frozenset({"chief_complaint", "indication", "preoperative_diagnosis"})
# Advice and what is to come: "return for a physical" is no physical.
_LATER_SECTIONS = frozenset({"follow_up", "discharge_instructions", "patient_instructions", "health_maintenance"})
_LATER_WORDS = frozenset(
    {"advise", "advised", "consider", "decline", "declined", "defer", "deferred", "discuss", "discussed", "next"}
    | {"offer", "offered", "overdue", "recommend", "recommended", "refuse", "refused", "return", "schedule"}
    | {"scheduled", "upcoming"}
)


class GuidelinePoint(NamedTuple):
    """This is one row: what the points are for, and what they ask of the encounter.

    ``needs`` are prefixes of which another condition of the encounter must have one, ``words`` words of which one must
    stand in the clause; empty asks nothing. ``where`` is `ASSESSED` where assessment or plan must say it, `CONCLUDED`
    where the assessment itself must, `HEADED` where it heads a problem there, `UNHEADED` where only running text says
    it while a disease heads a problem, `REASON` where the reason of the visit says it. ``setting`` is outpatient,
    inpatient or all.
    """

    prefix: str
    needs: tuple[str, ...]
    words: frozenset[str]
    where: str
    points: float
    guideline: str
    setting: str = "outpatient"

    def holds_in(self, setting: str) -> bool:
        """Tell whether the row is one for a setting."""
        return self.setting in (setting, "all")


class GuidelinePoints:
    """This gives a condition the points of the best row that it meets."""

    def __init__(self, rows: Sequence[GuidelinePoint], role_by_kind: Mapping[str, str]) -> None:
        self._rows = tuple(rows)
        self._role_by_kind = role_by_kind
        self._list_rows = lru_cache(maxsize=4096)(self._list_rows_uncached)

    @classmethod
    def load(cls, role_by_kind: Mapping[str, str]) -> GuidelinePoints:
        """Read the table that lies beside this module."""
        table = read_table(Path(__file__).parent / "guideline_points.tsv", _COLUMNS)
        return cls(tuple(map(_read_row, table)), role_by_kind)

    def explain(
        self, condition: Condition, conditions: Iterable[Condition], *, setting: str = "outpatient"
    ) -> tuple[Contribution, ...]:
        """Return the points of a condition beside the encounter's others: one contribution, or none."""
        rows = self._list_rows(condition.code, setting)
        if not rows:
            return ()
        others = [each for each in conditions if each.code != condition.code]
        met = [row for row in rows if self._is_met(row, condition, others)]
        best = max(met, key=lambda row: row.points, default=None)
        if best is None:
            return ()
        applied = name_guideline(
            best.guideline, f"{'asks for' if best.points > 0 else 'speaks against'} {condition.code}"
        )
        return (Contribution(applied.feature, best.points, applied.detail),)

    def _list_rows_uncached(self, code: str, setting: str) -> tuple[GuidelinePoint, ...]:
        return tuple(row for row in self._rows if code.startswith(row.prefix) and row.holds_in(setting))

    def _is_met(self, row: GuidelinePoint, condition: Condition, others: Sequence[Condition]) -> bool:
        if row.where == UNHEADED:
            return not _is_heading(condition) and any(map(_is_headed_disease, others))
        codes = [each.code for each in others]
        mentions = [c.mention for c in condition.support if self._is_now(c.mention)]
        return any(self._says(row, each, codes) for each in mentions)

    def _is_now(self, mention: Mention) -> bool:
        is_said = mention.assertion.presence == "present" and mention.assertion.temporality != "hypothetical"
        return is_said and mention.section not in _LATER_SECTIONS and _LATER_WORDS.isdisjoint(mention.nearby_words)

    def _says(self, row: GuidelinePoint, mention: Mention, others: Sequence[str]) -> bool:
        is_there = not row.where or self._is_there(row.where, mention)
        is_worded = not row.words or not row.words.isdisjoint((*mention.nearby_words, *mention.reading.split()))
        return is_there and is_worded and (not row.needs or any(code.startswith(row.needs) for code in others))

    def _is_there(self, where: str, mention: Mention) -> bool:
        if where == REASON:
            return mention.section in _REASON_SECTIONS
        is_assessed = self._role_by_kind.get(mention.section) in _ASSESSING
        if where == HEADED:
            return is_assessed and mention.is_heading
        return is_assessed and (where == ASSESSED or mention.section != "plan")


def _is_heading(condition: Condition) -> bool:
    return any(candidate.mention.is_heading for candidate in condition.support)


def _is_headed_disease(condition: Condition) -> bool:
    """Tell whether a disease that the record establishes heads a problem; "possible pneumonia" establishes none."""
    headings = [candidate.mention for candidate in condition.support if candidate.mention.is_heading]
    is_established = any(mention.assertion.presence == "present" for mention in headings)
    return is_established and not condition.code.startswith(_NO_DISEASES)


def _read_row(row: Mapping[str, str]) -> GuidelinePoint:
    needs = tuple(each for each in row["needs"].split("|") if each)
    words = frozenset(each for each in row["words"].split("|") if each)
    return GuidelinePoint(
        row["code_prefix"], needs, words, row["where"], float(row["points"]), row["guideline"], row["setting"]
    )
