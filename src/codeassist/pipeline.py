"""The pipeline: the table of stages, and the one function in which they meet."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from codeassist.annotation.annotator import Annotator
from codeassist.annotation.factory import make_annotator
from codeassist.config import Settings
from codeassist.core.mentions import Assertion
from codeassist.core.notes import Encounter, Note
from codeassist.core.results import CodingResult, PipelineInfo
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import UnsupportedInputError
from codeassist.linking.linker import Linker
from codeassist.linking.search import Searcher
from codeassist.sections.stage import SectionStage
from codeassist.selection.conditions import ConditionGatherer
from codeassist.selection.reportability import ReportabilityModel
from codeassist.selection.rules import RuleBook
from codeassist.selection.selector import Selector
from codeassist.terminology.editions import pick_edition
from codeassist.terminology.store import Progress
from codeassist.terminology.vocabulary import Vocabulary, load_vocabulary

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Stages:
    """This is the set of stages of one edition, ready to be called."""

    vocabulary: Vocabulary
    sectionize: SectionStage
    annotate: Annotator
    link: Linker
    select: Selector
    search: Searcher


def make_stages(edition: str | None, settings: Settings, *, progress: Progress | None = None) -> Stages:
    """Load everything that one edition needs."""
    vocabulary = load_vocabulary(edition, progress=progress)
    codeset, tables = vocabulary.codeset, vocabulary.tables
    return Stages(
        vocabulary=vocabulary,
        sectionize=SectionStage.load(),
        annotate=make_annotator(vocabulary, settings=settings.annotation),
        link=Linker(vocabulary.index, tables, settings=settings.linking),
        select=Selector(
            codeset,
            ConditionGatherer.load(codeset, tables),
            RuleBook.load(codeset, vocabulary.prefixes_by_medication),
            ReportabilityModel.load(),
            ReportabilityModel.load_study_rule(),
            settings=settings.selection,
        ),
        search=Searcher(vocabulary),
    )


class CodeAssist:
    """This is the assistant: one call codes a note or an encounter.

    It keeps no state between calls and may be shared between threads.

    Parameters
    ----------
    settings
        Configuration of the stages.
    edition
        Edition of ICD-10-CM to use for every encounter; by default the one in force at the date of service, or the
        newest installed where no date is given.
    """

    def __init__(self, settings: Settings, *, edition: str | None = None) -> None:
        self.settings = settings
        self._edition = edition
        self._lock = Lock()
        self._stages_by_edition: dict[str | None, Stages] = {}

    def stages(self, edition: str | None = None) -> Stages:
        """Return the stages of an edition, loaded once."""
        wanted = edition or self._edition
        stages = self._stages_by_edition.get(wanted)
        if stages is None:
            with self._lock:
                stages = self._stages_by_edition.get(wanted) or make_stages(wanted, self.settings)
                self._stages_by_edition[wanted] = stages
        return stages

    def code(self, source: str | Note | Encounter) -> CodingResult:
        """Code one note or encounter.

        Parameters
        ----------
        source
            Text, a note, or an encounter of one or more notes. Text and notes are taken as outpatient.

        Raises
        ------
        UnsupportedInputError
            If ``source`` is none of these.

        Examples
        --------
        >>> import codeassist
        >>> result = codeassist.load().code("Assessment: Acute on chronic systolic heart failure.")
        >>> [each.code.value for each in result.diagnoses]
        ['I50.23']
        """
        encounter = to_encounter(source)
        edition, edition_note = self._pick(encounter)
        stages = self.stages(edition)
        sections = stages.sectionize(encounter)
        annotations = stages.annotate(encounter, sections)
        candidates = stages.link(annotations.mentions)
        diagnoses = stages.select(encounter, sections, annotations.mentions, candidates)
        return CodingResult(
            encounter=encounter,
            pipeline=self._info(stages.vocabulary, edition_note),
            sections=sections,
            mentions=annotations.mentions,
            measurements=annotations.measurements,
            candidates=candidates,
            diagnoses=diagnoses,
        )

    def code_many(self, sources: Iterable[str | Note | Encounter]) -> Iterator[CodingResult]:
        """Code many notes or encounters, one result each, in order."""
        for source in sources:
            yield self.code(source)

    def search(self, text: str, *, system: str = "ICD-10-CM", limit: int = 10) -> list[CodeMatch]:
        """Find the codes that a wording names, best first."""
        return self.stages().search(text, system=system, limit=limit)

    def assess(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
        """Return what a text asserts of any stretches of it, given as start and end characters."""
        note = Note("note", text)
        stages = self.stages()
        return list(stages.annotate.assess(note, tuple(stages.sectionize.read_note(note)), spans))

    def _pick(self, encounter: Encounter) -> tuple[str | None, str]:
        dates: list[dt.date] = [note.date for note in encounter.notes if note.date is not None]
        date = encounter.date or max(dates, default=None)
        if self._edition is not None or date is None:
            return self._edition, ""
        return pick_edition(date)

    def _info(self, vocabulary: Vocabulary, edition_note: str) -> PipelineInfo:
        codeset = vocabulary.codeset
        return PipelineInfo(
            version=VERSION,
            fingerprint=_fingerprint(vocabulary.fingerprint, self.settings.model_dump_json()),
            code_sets=((codeset.system, codeset.edition),),
            edition_note=edition_note,
        )


@lru_cache(maxsize=32)
def _fingerprint(data: str, settings: str) -> str:
    return "sha256:" + hashlib.sha256(f"{VERSION}|{data}|{settings}".encode()).hexdigest()


def to_encounter(source: str | Note | Encounter) -> Encounter:
    """Return an encounter of anything that `CodeAssist.code` takes."""
    if isinstance(source, Encounter):
        return source
    if isinstance(source, Note):
        return Encounter(source.note_id, (source,))
    if isinstance(source, str):
        return Encounter("note", (Note("note", source),))
    msg = f"a {type(source).__name__} cannot be coded; expected a str, a Note or an Encounter"
    raise UnsupportedInputError(msg)


def load(edition: str | None = None, *, settings: Settings | None = None) -> CodeAssist:
    """Load the assistant with the default configuration and the newest installed edition.

    Parameters
    ----------
    edition
        Edition of ICD-10-CM, e.g. ``"2026-04"``; by default chosen by date of service.
    settings
        Configuration of the stages.
    """
    assistant = CodeAssist(settings or Settings(), edition=edition)
    assistant.stages()
    return assistant
