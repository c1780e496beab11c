"""The section stage: the sections of every note, with the headings of problems in plans and diagnosis lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from codeassist.core.notes import Encounter, Note, Section, Span
from codeassist.sections.kinds import PREAMBLE, SectionKind, load_kinds
from codeassist.sections.problem_headings import ProblemHeadingFinder
from codeassist.sections.sectionizer import Sectionizer

# Where short notes write their problems without a heading for them.
_BEFORE_LISTS = frozenset({PREAMBLE, "vitals", "physical_exam", "labs"})
# Reports of a study or an operation number their views and steps.
_REPORTING = frozenset(
    {"findings", "imaging", "indication", "operative_details", "procedure", "procedure_description", "technique"}
)


class SectionStage:
    """This is the first stage.

    Reads: notes. Gives: sections, in order of note and place.
    """

    def __init__(
        self, sectionizer: Sectionizer, finder: ProblemHeadingFinder, kinds: Mapping[str, SectionKind]
    ) -> None:
        self._sectionizer = sectionizer
        self._finder = finder
        assessing = {name for name, kind in kinds.items() if kind.lists_problems and kind.weight == "primary"}
        self._closing = assessing | _REPORTING

    @classmethod
    def load(cls) -> SectionStage:
        """Read the tables of the stage."""
        return cls(Sectionizer.load(), ProblemHeadingFinder.load(), load_kinds())

    def __call__(self, encounter: Encounter) -> tuple[Section, ...]:
        """Return the sections of every note of the encounter."""
        return tuple(section for note in encounter.notes for section in self.read_note(note))

    def read_note(self, note: Note) -> Iterator[Section]:
        r"""Yield the sections of one note.

        Examples
        --------
        >>> note = Note("n1", "Here for follow-up.\n# Gout: better on colchicine\n# Anemia, stable")
        >>> [section.kind for section in SectionStage.load().read_note(note)]
        ['preamble', 'assessment_plan']
        """
        for section in self._open_lists(note, self._sectionizer(note)):
            headings = self._finder.find_problem_headings(note, section)
            yield Section(section.kind, section.heading, section.body, headings) if headings else section

    def _open_lists(self, note: Note, sections: Sequence[Section]) -> Iterable[Section]:
        """Return the sections, with a list of problems cut off from the text before it if the note assesses nowhere."""
        if not self._closing.isdisjoint([section.kind for section in sections]):
            return sections
        return [part for section in sections for part in self._open_list(note, section)]

    def _open_list(self, note: Note, section: Section) -> Iterable[Section]:
        start = self._finder.find_list(note, section) if section.kind in _BEFORE_LISTS else None
        return _divide(note, section, start) if start is not None else (section,)


def _divide(note: Note, section: Section, start: int) -> Iterator[Section]:
    """Yield what stands before the start of a list and the list; a heading keeps a list right behind it."""
    before = note.text[section.body.start : start].rstrip()
    if section.heading is not None and not before:
        yield section
        return
    if before:
        yield replace(section, body=Span(note.note_id, section.body.start, section.body.start + len(before)))
    blanks = len(note.text[start : section.body.end]) - len(note.text[start : section.body.end].lstrip())
    yield Section("assessment_plan", None, Span(note.note_id, start + blanks, section.body.end))
