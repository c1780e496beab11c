"""Codes many notes: JSON Lines in, JSON Lines out, in order, over several processes, and resumed after any end.

The output holds whole lines only as far as a reader is concerned: a line that was cut off is removed before the work
goes on, and a note whose line is there is not coded again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from codeassist.core.notes import Encounter
from codeassist.errors import CodeAssistError, ConfigError, DataFileError
from codeassist.io.documents import to_json
from codeassist.io.jsonl import BadRow, NoteRow, read_rows
from codeassist.io.texts import check_file
from codeassist.pipeline import CodeAssist
from codeassist.terminology.store import Progress

_BEGINNING = b'{"schema_version": '


@dataclass(frozen=True, slots=True)
class BatchReport:
    """This is what a batch did: rows coded now, rows that an earlier run had coded, rows that cannot be coded."""

    coded: int
    kept: int
    refused: int
    output: Path
    errors: Path


def errors_path(output: Path) -> Path:
    """Return where the rows that cannot be coded are reported: ``out.jsonl`` gives ``out.errors.jsonl``.

    Examples
    --------
    >>> errors_path(Path("out.jsonl")).name, errors_path(Path("out")).name
    ('out.errors.jsonl', 'out.errors.jsonl')
    """
    return output.with_name(output.name.removesuffix(".jsonl") + ".errors.jsonl")


def run_batch(
    assistant: CodeAssist,
    source: Path,
    output: Path,
    *,
    processes: int = 1,
    resume: bool = False,
    progress: Progress | None = None,
) -> BatchReport:
    """Code every row of a JSON Lines file and write one JSON document a line, in the order of the rows.

    Parameters
    ----------
    assistant
        What codes.
    source
        Rows with ``note_id``, ``text`` and perhaps ``setting``.
    output
        Where the results go; rows that cannot be coded go to ``errors_path(output)`` with line number and reason.
    processes
        How many processes share the work.
    resume
        Go on with an output that an earlier run began: what it holds is kept and not coded again.
    progress
        Called with what is being done and the share done.

    Raises
    ------
    DataFileError
        If the input cannot be read or the output cannot be written.
    ConfigError
        If the output holds results and ``resume`` is false, or is the input itself.
    CodeAssistError
        If a worker process ended; the results so far are whole, and ``resume`` continues them.
    """
    _check_paths(source, output, resume=resume)
    done = _recover(output) if resume and output.exists() else set()
    run = _Run(source, output, done, progress)
    try:
        with run:
            results = assistant.code_each(run.read(), finish=to_json, processes=processes)
            for encounter, future in results:
                run.write(encounter, future)
    except BrokenExecutor as error:
        msg = "a worker process ended, perhaps for want of memory; go on with --resume and fewer --processes"
        raise CodeAssistError(msg) from error
    except OSError as error:
        msg = f"{output} cannot be written ({type(error).__name__}); free the disk or choose another output"
        raise DataFileError(msg) from error
    return BatchReport(run.coded, run.kept, run.refused, output, errors_path(output))


@dataclass
class _Run:
    """This is one batch at work: the rows in flight, the ids seen, the open files."""

    source: Path
    output: Path
    done: set[str]
    progress: Progress | None
    coded: int = 0
    kept: int = 0
    refused: int = 0
    _line_by_id: dict[str, int] = field(default_factory=dict)
    _in_flight: dict[str, NoteRow] = field(default_factory=dict)
    _files: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> None:
        # Every run reads all rows, so the report of bad rows is made anew and never repeats itself.
        errors_path(self.output).unlink(missing_ok=True)
        self._results = self._open(self.output)
        self._errors: BinaryIO | None = None
        self._size = max(self.source.stat().st_size, 1)

    def __exit__(self, *exception: object) -> None:
        self._files.close()

    def read(self) -> Iterator[Encounter]:
        """Yield what is to be coded; what is not is counted, and reported if it is bad."""
        for row in read_rows(self.source):
            if isinstance(row, BadRow):
                self._refuse(row)
            elif row.encounter.encounter_id in self._line_by_id:
                self._refuse(self._explain_repeat(row))
            else:
                note_id = row.encounter.encounter_id
                self._line_by_id[note_id] = row.line
                if note_id in self.done:
                    self.kept += 1
                    continue
                self._in_flight[note_id] = row
                yield row.encounter

    def write(self, encounter: Encounter, future: Future[str]) -> None:
        """Write one result, or report why there is none."""
        row = self._in_flight.pop(encounter.encounter_id)
        failure = future.exception()
        if isinstance(failure, BrokenExecutor):
            raise failure
        if failure is None:
            _write_line(self._results, future.result())
            self.coded += 1
        else:
            reason = f"codeassist failed ({type(failure).__name__}); please report it"
            self._refuse(BadRow(row.line, row.end, encounter.encounter_id, reason))
        if self.progress is not None:
            self.progress(f"{self.kept + self.coded:,} notes", row.end / self._size)

    def _open(self, path: Path) -> BinaryIO:
        return self._files.enter_context(path.open("ab"))

    def _refuse(self, row: BadRow) -> None:
        if self._errors is None:
            self._errors = self._open(errors_path(self.output))
        document = {"line": row.line, "note_id": row.note_id or None, "reason": row.reason}
        _write_line(self._errors, json.dumps(document))
        self.refused += 1

    def _explain_repeat(self, row: NoteRow) -> BadRow:
        note_id = row.encounter.encounter_id
        reason = f"note_id was given before, on line {self._line_by_id[note_id]}; make note_ids distinct"
        return BadRow(row.line, row.end, note_id, reason)


def _check_paths(source: Path, output: Path, *, resume: bool) -> None:
    check_file(source)
    if output.is_dir() or not output.parent.is_dir():
        found = "is a folder" if output.is_dir() else f"cannot be made: {output.parent} is no folder"
        msg = f"output {output} {found}; expected the path of a file in a folder that exists"
        raise DataFileError(msg)
    if any(path.exists() and path.samefile(source) for path in (output, errors_path(output))):
        msg = f"output {output} would overwrite the input; choose another output"
        raise ConfigError(msg)
    if not resume and output.exists() and output.stat().st_size:
        msg = f"output {output} already holds results; add --resume to go on with it, or choose another output"
        raise ConfigError(msg)


def _recover(output: Path) -> set[str]:
    """Return the ids whose results are written, after removing a last line that was cut off."""
    done: set[str] = set()
    whole = 0
    with output.open("r+b") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                done.add(_read_done(line, output, number))
                whole += len(line)
            elif not (line.startswith(_BEGINNING) or _BEGINNING.startswith(line)):
                raise _not_ours(output, number)
        file.truncate(whole)
    return done


def _read_done(line: bytes, output: Path, number: int) -> str:
    try:
        encounter_id = json.loads(line)["encounter_id"]
    except (ValueError, LookupError, TypeError) as error:
        raise _not_ours(output, number) from error
    return str(encounter_id)


def _not_ours(output: Path, number: int) -> DataFileError:
    return DataFileError(f"{output}, line {number} is no result of codeassist; choose another output")


def _write_line(file: BinaryIO, line: str) -> None:
    # Flushed line by line, so that a run which is killed has lost nothing but the line it was writing.
    file.write(line.encode("ascii") + b"\n")
    file.flush()
