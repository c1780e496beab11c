"""The section stage: the sections of every note, with the headings of problems in plans and diagnosis lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codeassist.core.notes import Encounter, Note, Section
from codeassist.sections.problem_headings import ProblemHeadingFinder
from codeassist.sections.sectionizer import Sectionizer


class SectionStage:
    """This is the first stage.

    Reads: notes. Gives: sections, in order of note and place.
    """

    def __init__(self, sectionizer: Sectionizer, finder: ProblemHeadingFinder) -> None:
        self._sectionizer = sectionizer
        self._finder = finder

    @classmethod
    def load(cls) -> SectionStage:
        """Read the tables of the stage."""
        return cls(Sectionizer.load(), ProblemHeadingFinder.load())

    def __call__(self, encounter: Encounter) -> tuple[Section, ...]:
        """Return the sections of every note of the encounter."""
        return tuple(section for note in encounter.notes for section in self.read_note(note))

    def read_note(self, note: Note) -> Iterator[Section]:
        """Yield the sections of one note."""
        for section in self._sectionizer(note):
            headings = self._finder.find_problem_headings(note, section)
            yield replace(section, problem_headings=headings) if headings else section
