"""Levels of visits by category: their plain names, least minutes, and, where installed, their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codeassist.assets import asset_root
from codeassist.core.notes import Span
from codeassist.core.visits import STEPS, VisitAlternative, VisitElement, VisitTime
from codeassist.procedures.visit_category import Category
from codeassist.procedures.visit_words import FOLDER
from codeassist.terminology.lexicon import read_table

NUMBERS = "data/visits/2026/visit_numbers.tsv"
# First age in years that no longer belongs to the step.
_AGES = (
    (1.0, "under_1"),
    (5.0, "1_to_4"),
    (12.0, "5_to_11"),
    (18.0, "12_to_17"),
    (40.0, "18_to_39"),
    (65.0, "40_to_64"),
)
_Key = tuple[str, str]


class LevelTable:
    """This answers what a level is called, how long it takes, and which number stands for it.

    Parameters
    ----------
    words
        Plain name by category and step.
    minutes
        Least minutes by category and step, where time may choose the level.
    numbers
        Number by category and step; empty where the table of numbers was removed.
    """

    def __init__(self, words: Mapping[_Key, str], minutes: Mapping[_Key, int], numbers: Mapping[_Key, str]) -> None:
        self._words = words
        self._minutes = minutes
        self._numbers = numbers

    @classmethod
    def load(cls) -> LevelTable:
        """Read the levels, and the numbers if their table is there."""
        rows = list(read_table(FOLDER / "visit_levels.tsv", ("category", "step", "minutes", "words")))
        path = asset_root() / NUMBERS
        numbers = read_table(path, ("category", "step", "number")) if path.is_file() else ()
        return cls(
            {(row["category"], row["step"]): row["words"] for row in rows},
            {(row["category"], row["step"]): int(row["minutes"]) for row in rows if row["minutes"]},
            {(row["category"], row["step"]): row["number"] for row in numbers},
        )

    def number(self, category: str, step: str) -> str:
        """Return the number of a level, empty where it is not known."""
        return self._numbers.get((category, step), "")

    def name(self, category: str, step: str) -> str:
        """Return the plain name of a level."""
        return self._words.get((category, step), category.replace("_", " "))

    def weigh_time(self, category: str, time: tuple[int, Span] | None) -> VisitTime | None:
        """Return the stated time with the highest step that it reaches; the step is empty where time chooses none."""
        if time is None:
            return None
        minutes, span = time
        reached = [step for step in STEPS if self._minutes.get((category, step), minutes + 1) <= minutes]
        return VisitTime(minutes, span, reached[-1] if reached else "")

    def list_alternatives(
        self,
        category: Category,
        billed: str,
        elements: Sequence[VisitElement],
        step: str,
        age: float | None,
    ) -> tuple[VisitAlternative, ...]:
        """Return the other levels that a reviewer could defend, nearest first."""
        found = [*self._neighbours(billed, elements, step)]
        if billed != category.name:
            found.append(self._make(category.name, step, "where the payer takes consultation codes"))
        if category.is_preventive:
            name = "preventive_new" if category.is_new else "preventive_established"
            reason = "a preventive visit; the problem visit beside it then needs modifier 25"
            found.append(self._make(name, find_age_step(age), reason))
        if not category.is_stated and billed == "office_established":
            found.append(self._make("office_new", step, "if the patient is new; the note does not say"))
        return tuple(found)

    def _neighbours(self, category: str, elements: Sequence[VisitElement], step: str) -> list[VisitAlternative]:
        place = STEPS.index(step)
        steps = [STEPS.index(each.step) for each in elements]
        found = []
        if max(steps) > place:
            found.append(self._make(category, STEPS[place + 1], "if a second element is graded one level higher"))
        if min(steps) < place:
            found.append(self._make(category, STEPS[place - 1], "if a carrying element is graded one level lower"))
        return [each for each in found if each.code != self.number(category, step) or not each.code]

    def _make(self, category: str, step: str, reason: str) -> VisitAlternative:
        return VisitAlternative(self.number(category, step), category, step, reason)


def find_age_step(age: float | None) -> str:
    """Return the age group of a preventive visit, empty where the age is not known.

    Examples
    --------
    >>> find_age_step(0.5), find_age_step(17), find_age_step(65), find_age_step(None)
    ('under_1', '12_to_17', 'from_65', '')
    """
    if age is None:
        return ""
    return next((step for limit, step in _AGES if age < limit), "from_65")
