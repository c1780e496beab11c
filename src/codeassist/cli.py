"""The command line: reads arguments and files, calls the library, and prints; the last link of the chain.

Exit codes: 0 done; 1 a check found something; 2 bad input or usage, one line for each on standard error; 130
interrupted.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console, RenderableType
from typer.core import TyperGroup

from codeassist.batch import BatchReport, run_batch
from codeassist.cdi.lint import lint_query
from codeassist.config import Settings
from codeassist.core.notes import Encounter, Note
from codeassist.core.results import CodingResult
from codeassist.errors import CodeAssistError, DataFileError
from codeassist.io.documents import to_json
from codeassist.io.encounters import is_encounter_file, read_encounter
from codeassist.io.fhir import to_bundle
from codeassist.io.texts import decode_text, make_safe, read_text
from codeassist.pipeline import VERSION, CodeAssist, load
from codeassist.report.codes import (
    MOST_ROWS,
    render_code,
    render_editions,
    render_left_out,
    render_matches,
    render_procedure_sets,
)
from codeassist.report.findings import locate, render_findings
from codeassist.report.page import render_page
from codeassist.report.query_files import write_query_files
from codeassist.report.table import render_result
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.editions import (
    import_release,
    list_editions,
    load_codeset,
    pick_edition,
    remove_edition,
)
from codeassist.terminology.procedure_sets import SYSTEMS as PROCEDURE_SYSTEMS
from codeassist.terminology.procedure_sets import (
    holds_procedure_file,
    import_procedure_set,
    list_procedure_sets,
    remove_procedure_set,
)
from codeassist.terminology.progress import show_progress

DONE, FOUND, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
_STANDARD_INPUT = "-"
_NOTES_HELP = "Text files, each an encounter of its own; .json is an encounter of several notes; - is standard input."
Setting = Literal["outpatient", "inpatient"]
Format = Literal["table", "json", "fhir", "html"]
ListFormat = Literal["table", "json"]
QueryFormat = Literal["text", "docx"]


class _OneLineErrors(TyperGroup):
    """This is the group of commands that says what is wrong in one line and exits with the right code."""

    def main(self, *args: Any, **options: Any) -> NoReturn:  # noqa: ANN401 - passed on to typer as they come
        """Run a command and leave with its exit code."""
        _prepare_streams()
        try:
            code = super().main(*args, **{**options, "standalone_mode": False})
        except typer.TyperException as error:
            # Without a command typer has printed the help and has no message.
            if message := error.format_message().removesuffix("."):
                _complain(f"{message}; see --help")
            code = error.exit_code
        except CodeAssistError as error:
            _complain(str(error))
            code = BAD_INPUT
        except BrokenPipeError:
            # The reader of the output, for example `head`, has seen enough.
            sys.stdout = io.StringIO()
            code = DONE
        except (KeyboardInterrupt, typer.Abort):
            code = INTERRUPTED
        if code == INTERRUPTED:
            _complain("interrupted")
        sys.exit(code if isinstance(code, int) else DONE)


app = typer.Typer(
    cls=_OneLineErrors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)
codes_app = typer.Typer(no_args_is_help=True, help="List, import and remove editions of the code set.")
app.add_typer(codes_app, name="codes")


def main() -> None:
    """Run the command line."""
    app(prog_name="codeassist")


def _print_version(value: bool) -> None:  # noqa: FBT001 - the signature of an option's callback
    if value:
        typer.echo(f"codeassist {VERSION}")
        raise typer.Exit(DONE)


def _parse_date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        msg = f"{text!r} is not a date; expected YYYY-MM-DD"
        raise typer.BadParameter(msg) from None


Edition = Annotated[str | None, typer.Option(metavar="NAME", help="Edition of ICD-10-CM, as codes list names it.")]


@app.callback()
def start(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Read clinical notes offline and suggest ICD-10-CM codes with evidence, reason and confidence.

    Suggestions support a person's decision; nothing is ever sent anywhere.
    """


@app.command("code")
def code_notes(
    notes: Annotated[
        list[Path],
        typer.Argument(metavar="NOTE", help=_NOTES_HELP),
    ],
    *,
    setting: Annotated[Setting, typer.Option(help="Where the patient was seen; guidelines differ.")] = "outpatient",
    output_format: Annotated[
        Format, typer.Option("--format", help="table for reading, html for a page, json or fhir for programs.")
    ] = "table",
    date: Annotated[
        dt.date | None,
        typer.Option(parser=_parse_date, metavar="YYYY-MM-DD", help="Date of service, for inpatients of discharge."),
    ] = None,
    edition: Edition = None,
    together: Annotated[bool, typer.Option("--together", help="Take all notes as one encounter.")] = False,
) -> None:
    """Suggest codes for one or more notes.

    One encounter gives one JSON document; several give one document a line.
    """
    encounters, complaints = _read_encounters(notes, setting=setting, date=date, together=together)
    assistant = _load(edition, date)
    _print_results(assistant.code_many(encounters), output_format, count=len(encounters))
    raise typer.Exit(BAD_INPUT if complaints else DONE)


@app.command("query")
def draft_queries(  # noqa: PLR0913 - one for each option
    notes: Annotated[
        list[Path],
        typer.Argument(metavar="NOTE", help=_NOTES_HELP),
    ],
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files, one for each query.")],
    setting: Annotated[Setting, typer.Option(help="Where the patient was seen; guidelines differ.")] = "outpatient",
    file_format: Annotated[
        QueryFormat, typer.Option("--format", help="text, or docx with the extra codeassist[docx].")
    ] = "text",
    date: Annotated[
        dt.date | None,
        typer.Option(parser=_parse_date, metavar="YYYY-MM-DD", help="Date of service, for inpatients of discharge."),
    ] = None,
    edition: Edition = None,
    together: Annotated[bool, typer.Option("--together", help="Take all notes as one encounter.")] = False,
) -> None:
    """Draft queries to the provider for what notes leave open.

    A person reviews every draft before it is sent. Files of the same name are written anew.
    """
    encounters, complaints = _read_encounters(notes, setting=setting, date=date, together=together)
    for result in _load(edition, date).code_many(encounters):
        written = write_query_files(result, out, file_format=file_format)
        typer.echo("\n".join(map(str, written)) or f"{make_safe(result.encounter.encounter_id)}: no query to write")
    raise typer.Exit(BAD_INPUT if complaints else DONE)


@app.command("lint-query")
def lint_query_file(
    query: Annotated[Path, typer.Argument(metavar="QUERY.txt", help="Text file of one query; - is standard input.")],
    *,
    output_format: Annotated[ListFormat, typer.Option("--format")] = "table",
) -> None:
    """Check the text of a query against the rules of compliant query practice.

    Each finding names the rule, the line and column, and how to mend it. The exit code is 1 where anything was found.
    """
    texts, complaints = _read_notes([query])
    if not complaints and not texts[0][1].strip():
        complaints = [f"{texts[0][0]} is empty, expected the text of a query"]
    for complaint in complaints:
        _complain(complaint)
        raise typer.Exit(BAD_INPUT)
    ((name, text),) = texts
    findings = lint_query(text)
    if output_format == "json":
        places = (dict(zip(("line", "column"), locate(text, found.start), strict=True)) for found in findings)
        typer.echo(json.dumps([asdict(found) | place for found, place in zip(findings, places, strict=True)], indent=2))
    else:
        _print(render_findings(findings, text, name=name))
    raise typer.Exit(FOUND if findings else DONE)


@app.command("batch")
def code_batch(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT.jsonl", help="Rows with note_id, text and perhaps setting, or encounters with notes."
        ),
    ],
    *,
    output: Annotated[Path, typer.Option(metavar="OUT.jsonl", help="Where the results go, one JSON document a line.")],
    processes: Annotated[int, typer.Option(metavar="N", min=1, help="How many processes share the work.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an output that an earlier run began.")] = False,
    edition: Edition = None,
) -> None:
    """Code many notes from a JSON Lines file.

    Rows that cannot be coded are reported in OUT.errors.jsonl with line number and reason; the rest go on.
    """
    with show_progress() as progress:
        assistant = load(edition, progress=progress)
        report = run_batch(assistant, source, output, processes=processes, resume=resume, progress=progress)
    typer.echo(_describe(report))
    if report.refused:
        rows = "1 row" if report.refused == 1 else f"{report.refused:,} rows"
        _complain(f"{rows} could not be coded; {report.errors} says why")
        raise typer.Exit(BAD_INPUT)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The wording, in any case and order of words.")],
    *,
    system: Annotated[Literal["ICD-10-CM", "CPT", "HCPCS"], typer.Option(help="Code system to search.")] = "ICD-10-CM",
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many codes at the most.")] = 10,
    output_format: Annotated[ListFormat, typer.Option("--format")] = "table",
    edition: Edition = None,
) -> None:
    """Find the codes that a wording names, best first."""
    if not text.strip():
        msg = "the wording is empty, expected words such as: diabetic foot ulcer"
        raise typer.BadParameter(msg, param_hint="TEXT")
    assistant = _load(edition, None)
    matches = assistant.search(text, system=system, limit=limit)
    if output_format == "json":
        typer.echo(json.dumps([asdict(match) for match in matches], indent=2))
    else:
        codeset = assistant.stages().vocabulary.codeset
        name = f"{codeset.system} {codeset.edition}" if system == "ICD-10-CM" else system
        _print(render_matches(matches, name))


@app.command()
def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="In either case, with or without its dot.")],
    *,
    edition: Edition = None,
    all_rows: Annotated[bool, typer.Option("--all", help="Draw the axis table however long it is.")] = False,
) -> None:
    """Show one code: its place, instruction notes, the codes below it and the axes on which they differ."""
    with show_progress() as progress:
        codeset = load_codeset(edition, progress=progress)
        tables = AxisTables.load(codeset, progress=progress)
    found = codeset.parse(code)
    _print(render_code(found.value, codeset, tables, most_rows=None if all_rows else MOST_ROWS))


@codes_app.command("list")
def list_installed() -> None:
    """List the editions on this machine, oldest first, and the imported sets of procedure codes."""
    with show_progress() as progress:
        editions = list_editions(progress=progress)
    _print(render_editions(editions))
    if sets := list_procedure_sets():
        _print(render_procedure_sets(sets))


@codes_app.command("import")
def import_edition(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A release of CMS, CDC or the AMA: zip file, folder or one file.")
    ],
    *,
    edition: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Fiscal year, e.g. 2027, where no name tells it; for an index, the edition to add it to.",
        ),
    ] = None,
    only_index: Annotated[
        bool, typer.Option("--only-index", help="Take nothing but the Alphabetic Index and its tables.")
    ] = False,
) -> None:
    """Install a release of ICD-10-CM, its Alphabetic Index, or procedures: CPT, HCPCS, fee schedule, NCCI edits."""
    if holds_procedure_file(file):
        _print(render_procedure_sets(import_procedure_set(file, edition=edition)))
        return
    with show_progress() as progress:
        info = import_release(file, edition=edition, only_index=only_index, progress=progress)
    left_out = render_left_out(info)
    _print(render_editions([info]), *([left_out] if left_out else []))


@codes_app.command("remove")
def remove_installed(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Edition, as codes list names it.")],
) -> None:
    """Remove an imported edition, or a set of procedure codes such as CPT-2026."""
    if name.partition("-")[0] in PROCEDURE_SYSTEMS:
        remove_procedure_set(name)
    else:
        remove_edition(name)
    typer.echo(f"edition {name} was removed")


def _read_notes(paths: Sequence[Path]) -> tuple[list[tuple[str, str]], list[str]]:
    """Return name and text of every note that can be read, and one line for every other."""
    texts: list[tuple[str, str]] = []
    complaints: list[str] = []
    names = [path.name for path in paths]
    for path in paths:
        is_standard_input = str(path) == _STANDARD_INPUT
        name = "stdin" if is_standard_input else path.name if names.count(path.name) == 1 else str(path)
        try:
            if name in (known for known, _ in texts):
                msg = f"{path} is given twice; give each note once"
                raise DataFileError(msg)
            text = decode_text(sys.stdin.buffer.read(), name="standard input") if is_standard_input else read_text(path)
        except DataFileError as error:
            complaints.append(str(error))
        else:
            texts.append((name, text))
    return texts, complaints


def _read_encounters(
    paths: Sequence[Path], *, setting: str, date: dt.date | None, together: bool
) -> tuple[list[Encounter], list[str]]:
    """Return the encounters of all notes that can be read, and complain of every other.

    Nothing readable, or a part missing from what belongs together, ends the command.
    """
    texts, complaints = _read_notes(paths)
    encounters: list[Encounter] = []
    for name, text in texts:
        try:
            encounter = _make_encounter(name, text, setting=setting, date=date)
            if encounter.encounter_id in (each.encounter_id for each in encounters):
                msg = f"{name} has the encounter_id of another file; give each encounter once"
                raise DataFileError(msg)
        except DataFileError as error:
            complaints.append(str(error))
        else:
            encounters.append(encounter)
    if together and any(is_encounter_file(name) for name, _ in texts):
        complaints.append("--together joins notes of text; an encounter in JSON holds its notes already")
    for complaint in complaints:
        _complain(complaint)
    if not encounters or (together and complaints):
        raise typer.Exit(BAD_INPUT)
    return [_join(encounters)] if together else encounters, complaints


def _make_encounter(name: str, text: str, *, setting: str, date: dt.date | None) -> Encounter:
    if is_encounter_file(name):
        return read_encounter(text, name=name, setting=setting, date=date)
    return Encounter(name, (Note(name, text),), setting=setting, date=date)


def _join(encounters: Sequence[Encounter]) -> Encounter:
    """Return one encounter of the notes of several that are alike."""
    return replace(
        encounters[0], encounter_id="encounter", notes=tuple(note for each in encounters for note in each.notes)
    )


def _load(edition: str | None, date: dt.date | None) -> CodeAssist:
    with show_progress() as progress:
        if edition is not None or date is None:
            return load(edition, progress=progress)
        assistant = CodeAssist(Settings())
        assistant.stages(pick_edition(date)[0], progress=progress)
        return assistant


def _print_results(results: Iterator[CodingResult], output_format: str, *, count: int) -> None:
    indent = 2 if count == 1 else None
    if output_format == "html":
        typer.echo(render_page(list(results)).encode("utf-8"))
        return
    for place, result in enumerate(results):
        if output_format == "json":
            typer.echo(to_json(result, indent=indent))
        elif output_format == "fhir":
            typer.echo(json.dumps(to_bundle(result), indent=indent))
        else:
            _print(*([""] if place else []), render_result(result))


def _describe(report: BatchReport) -> str:
    notes = "1 note" if report.coded == 1 else f"{report.coded:,} notes"
    kept = f", {report.kept:,} kept from before" if report.kept else ""
    return f"{notes} coded{kept}; results are in {report.output}"


def _print(*parts: RenderableType) -> None:
    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    console.print(*parts, sep="\n")


def _complain(message: str) -> None:
    line = make_safe(" ".join(message.split())).replace("Value error, ", "")
    typer.echo(f"codeassist: {line}", err=True)


def _prepare_streams() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character shows a question mark, and the work goes on.
            stream.reconfigure(errors="replace")
