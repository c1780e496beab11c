"""The pipeline: the table of stages, and the one function in which they meet."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context, parent_process
from operator import index
from threading import Lock, Thread
from typing import TypeVar

from codeassist.annotation.annotator import Annotator
from codeassist.annotation.factory import make_annotator
from codeassist.annotation.measurement_units import MeasureTable
from codeassist.assets import hash_tables
from codeassist.cdi.finder import GapFinder, Library
from codeassist.cdi.queries import QueryWriter
from codeassist.config import Settings
from codeassist.core.codes import CPT, HCPCS
from codeassist.core.mentions import Assertion
from codeassist.core.notes import Encounter, Note
from codeassist.core.results import CodingResult, PipelineInfo
from codeassist.core.suggestions import CodeMatch
from codeassist.errors import ConfigError, UnsupportedInputError
from codeassist.linking.linker import Linker
from codeassist.linking.ranking import Ranking
from codeassist.linking.retrieval import TermFinder, WordRetriever
from codeassist.linking.search import Searcher
from codeassist.procedures.stage import ProcedureStage, choose_operations
from codeassist.procedures.visit import VisitLeveler
from codeassist.sections.stage import SectionStage
from codeassist.selection.conditions import ConditionGatherer
from codeassist.selection.reportability import DeclaredPoints, FittedModel
from codeassist.selection.rules import RuleBook
from codeassist.selection.selector import Selector
from codeassist.terminology.editions import pick_edition
from codeassist.terminology.procedure_sets import load_installed_codes
from codeassist.terminology.procedure_tables import load_procedure_tables
from codeassist.terminology.store import Progress
from codeassist.terminology.vocabulary import Vocabulary, load_vocabulary

VERSION = "0.1.0"
# Notes in flight for each process: enough that none waits, few enough that memory stays small.
_AHEAD = 4
# Of the third-party packages, those that a result depends on; scispaCy is absent where Python is 3.13.
_READERS = ("spacy", "rapidfuzz", "scispacy")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stages:
    """This is the set of stages of one edition, ready to be called; ``fingerprint`` tells the data they hold."""

    vocabulary: Vocabulary
    sectionize: SectionStage
    annotate: Annotator
    link: Linker
    select: Selector
    find_procedures: ProcedureStage
    find_visit: VisitLeveler
    find_gaps: GapFinder
    write_queries: QueryWriter
    search: Searcher
    fingerprint: str


def make_stages(edition: str | None, settings: Settings, *, progress: Progress | None = None) -> Stages:
    """Load everything that one edition needs."""
    vocabulary = load_vocabulary(edition, progress=progress)
    codeset, tables = vocabulary.codeset, vocabulary.tables
    retrieve = WordRetriever(vocabulary.index, vocabulary.corrector)
    return Stages(
        vocabulary=vocabulary,
        sectionize=SectionStage.load(),
        annotate=make_annotator(vocabulary, settings=settings.annotation),
        link=Linker(vocabulary.index, tables, retrieve, settings=settings.linking),
        select=Selector(
            codeset,
            ConditionGatherer.load(codeset, tables),
            RuleBook.load(codeset, tables, vocabulary.prefixes_by_medication),
            FittedModel.load(),
            DeclaredPoints.load(),
            settings=settings.selection,
        ),
        find_visit=VisitLeveler.load(vocabulary.prefixes_by_medication, settings=settings.visit),
        find_gaps=GapFinder(
            Library.load(vocabulary.prefixes_by_medication),
            codeset,
            tables,
            MeasureTable.load().standardize,
            settings=settings.gaps,
        ),
        write_queries=QueryWriter(settings=settings.gaps),
        find_procedures=ProcedureStage.load(
            load_procedure_tables(),
            load_installed_codes(),
            vocabulary.index.normalizer,
            settings=settings.procedures,
        ),
        search=Searcher(vocabulary, TermFinder(vocabulary.index, retrieve, vocabulary.vectors), Ranking.load()),
        fingerprint=_hash(vocabulary.fingerprint, hash_tables(), *_read_versions()),
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
        self._newest: str | None = None
        self._stages_by_edition: dict[str, Stages] = {}

    def stages(self, edition: str | None = None, *, progress: Progress | None = None) -> Stages:
        """Return the stages of an edition, by default the newest that was installed when first asked; loaded once."""
        wanted = edition or self._edition or self._find_newest()
        stages = self._stages_by_edition.get(wanted)
        if stages is None:
            with self._lock:
                stages = self._stages_by_edition.get(wanted) or make_stages(wanted, self.settings, progress=progress)
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
        diagnoses = stages.select(encounter, sections, annotations, candidates)
        procedures = stages.find_procedures(encounter, sections, diagnoses)
        visit = stages.find_visit(encounter, sections, diagnoses, choose_operations(procedures.suggestions))
        gaps = stages.find_gaps(encounter, sections, annotations, candidates, diagnoses) + procedures.gaps
        queries = stages.write_queries(encounter, gaps)
        return CodingResult(
            encounter=encounter,
            pipeline=self._info(stages, edition_note),
            sections=sections,
            mentions=annotations.mentions,
            measurements=annotations.measurements,
            candidates=candidates,
            diagnoses=diagnoses,
            dosages=annotations.dosages,
            procedures=procedures.suggestions,
            visit=visit,
            gaps=gaps,
            queries=queries,
        )

    def code_many(self, sources: Iterable[str | Note | Encounter], *, processes: int = 1) -> Iterator[CodingResult]:
        """Code many notes or encounters, one result each, in order.

        Parameters
        ----------
        sources
            What `code` takes.
        processes
            How many processes share the work. Above one, a script needs the usual ``if __name__ == "__main__":``.

        Raises
        ------
        ConfigError
            If ``processes`` is less than one.
        """
        if processes == 1:
            yield from map(self.code, sources)
            return
        for _, future in self.code_each(sources, finish=_keep, processes=processes):
            yield future.result()

    def code_each(
        self,
        sources: Iterable[str | Note | Encounter],
        *,
        finish: Callable[[CodingResult], T],
        processes: int = 1,
    ) -> Iterator[tuple[Encounter, Future[T]]]:
        """Code many encounters and yield each with its finished future, in order, so that one failure stops no other.

        Parameters
        ----------
        sources
            What `code` takes; only a few are read ahead.
        finish
            Applied to every result where it was made. Above one process it must be a function of a module.
        processes
            How many processes share the work.

        Raises
        ------
        ConfigError
            If ``processes`` is less than one.
        """
        if processes < 1:
            msg = f"processes is {processes}, expected 1 or more"
            raise ConfigError(msg)
        encounters = map(to_encounter, sources)
        if processes == 1:
            run: Callable[[Encounter], T] = partial(_code_here, self, finish)
            return run_in_order(ThreadPoolExecutor(1), run, encounters, ahead=1)
        executor = ProcessPoolExecutor(
            processes,
            # A fork would copy the locks of other threads in whatever state they are.
            mp_context=get_context("spawn"),
            initializer=_start_worker,
            initargs=(self.settings, self._edition),
        )
        run = partial(_code_in_worker, finish, self.settings, self._edition)
        return run_in_order(executor, run, encounters, ahead=_AHEAD * processes)

    def search(self, text: str, *, system: str = "ICD-10-CM", limit: int = 10) -> list[CodeMatch]:
        """Find the codes that a wording names, best first."""
        stages = self.stages()
        if system in (CPT, HCPCS):
            return stages.find_procedures.search(text, system=system, limit=limit)
        return stages.search(text, system=system, limit=limit)

    def assess(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Assertion]:
        """Return what a text asserts of any stretches of it.

        Parameters
        ----------
        text
            Any text.
        spans
            Start and end character of each stretch, start included, end not.

        Raises
        ------
        UnsupportedInputError
            If ``text`` is no text, or a span is no pair of whole numbers.
        ConfigError
            If a span is empty, reversed, or reaches beyond the text.
        """
        note = Note("note", text)
        checked = [_read_span(span, place, len(text)) for place, span in enumerate(spans)]
        stages = self.stages()
        return list(stages.annotate.assess(note, tuple(stages.sectionize.read_note(note)), checked))

    def _pick(self, encounter: Encounter) -> tuple[str | None, str]:
        dates: list[dt.date] = [note.date for note in encounter.notes if note.date is not None]
        date = encounter.date or max(dates, default=None)
        if self._edition is not None or date is None:
            return self._edition, ""
        return pick_edition(date)

    def _find_newest(self) -> str:
        if self._newest is None:
            self._newest, _ = pick_edition(None)
        return self._newest

    def _info(self, stages: Stages, edition_note: str) -> PipelineInfo:
        codeset = stages.vocabulary.codeset
        return PipelineInfo(
            version=VERSION,
            fingerprint=f"sha256:{_hash(VERSION, stages.fingerprint, self.settings.model_dump_json())}",
            code_sets=((codeset.system, codeset.edition), *stages.find_procedures.code_sets),
            edition_note=edition_note,
        )


@lru_cache(maxsize=32)
def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _read_versions() -> Iterator[str]:
    """Yield the versions of the libraries that cut a note into words and compare words."""
    for name in _READERS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"{name} absent"


def _read_span(span: tuple[int, int], place: int, length: int) -> tuple[int, int]:
    try:
        start, end = map(index, span)
    except (TypeError, ValueError):
        msg = f"span {place} is no pair of whole numbers; expected its start and end character"
        raise UnsupportedInputError(msg) from None
    if not 0 <= start < end <= length:
        msg = f"span {place} is {start}:{end} of a text of {length} characters; expected 0 <= start < end <= length"
        raise ConfigError(msg)
    return start, end


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


def run_in_order(
    executor: Executor, run: Callable[[Encounter], T], encounters: Iterable[Encounter], *, ahead: int
) -> Iterator[tuple[Encounter, Future[T]]]:
    """Run a function on every encounter and yield finished futures in order, with at most ``ahead`` in flight."""
    pending: deque[tuple[Encounter, Future[T]]] = deque()
    with executor:
        try:
            for encounter in encounters:
                pending.append((encounter, executor.submit(run, encounter)))
                if len(pending) >= ahead:
                    yield _wait_for_first(pending)
            while pending:
                yield _wait_for_first(pending)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


def _wait_for_first(pending: deque[tuple[Encounter, Future[T]]]) -> tuple[Encounter, Future[T]]:
    encounter, future = pending.popleft()
    wait((future,))
    return encounter, future


def _keep(result: CodingResult) -> CodingResult:
    return result


def _code_here(assistant: CodeAssist, finish: Callable[[CodingResult], T], encounter: Encounter) -> T:
    return finish(assistant.code(encounter))


def _code_in_worker(
    finish: Callable[[CodingResult], T], settings: Settings, edition: str | None, encounter: Encounter
) -> T:
    return finish(_load_worker(settings, edition).code(encounter))


@lru_cache(maxsize=1)
def _load_worker(settings: Settings, edition: str | None) -> CodeAssist:
    return load(edition, settings=settings)


def _start_worker(settings: Settings, edition: str | None) -> None:
    """Load once in a new process, which leaves Ctrl-C to its parent and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _load_worker(settings, edition)


def _end_with_parent() -> None:
    # A pool's process waits for work for ever when its parent was killed.
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def load(
    edition: str | None = None, *, settings: Settings | None = None, progress: Progress | None = None
) -> CodeAssist:
    """Load the assistant with the default configuration and the newest installed edition.

    Parameters
    ----------
    edition
        Edition of ICD-10-CM, e.g. ``"2026-04"``; by default chosen by date of service.
    settings
        Configuration of the stages.
    progress
        Called with what is being compiled and the share done, only where an edition is not compiled yet.
    """
    assistant = CodeAssist(settings or Settings(), edition=edition)
    assistant.stages(progress=progress)
    return assistant
