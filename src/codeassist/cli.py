"""The command line: reads arguments and files, calls the library, and prints; the last link of the chain.

Exit codes: 0 done; 2 bad input or usage, with one line for each on standard error; 130 interrupted.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import typer
from rich.console import Console, RenderableType
from typer.core import TyperGroup

from codeassist.batch import BatchReport, run_batch
from codeassist.config import Settings
from codeassist.core.codes import CPT, HCPCS, ICD10CM
from codeassist.core.notes import Encounter, Note
from codeassist.core.results import CodingResult
from codeassist.errors import CodeAssistError, DataFileError
from codeassist.io.documents import to_json
from codeassist.io.fhir import to_bundle
from codeassist.io.texts import decode_text, read_text
from codeassist.pipeline import VERSION, CodeAssist, load
from codeassist.report.codes import MOST_ROWS, render_code, render_editions, render_matches
from codeassist.report.page import render_page
from codeassist.report.table import render_result
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.editions import (
    import_release,
    list_editions,
    load_codeset,
    pick_edition,
    remove_edition,
)
from codeassist.terminology.progress import show_progress

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
_STANDARD_INPUT = "-"
Setting = Literal["outpatient", "inpatient"]
Format = Literal["table", "json", "fhir", "html"]
ListFormat = Literal["table", "json"]


class _OneLineErrors(TyperGroup):
    """This is the group of commands that says what is wrong in one line and exits with the right code."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command and leave with its exit code."""
        _prepare_streams()
        try:
            code = super().main(*args, **{**options, "standalone_mode": False})
        except typer.TyperException as error:
            _complain(error.format_message())
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
    cls=_OneLineErrors, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, rich_markup_mode="rich"
)
codes_app = typer.Typer(no_args_is_help=True, help="List, import and remove editions of the code set.")
app.add_typer(codes_app, name="codes")


def main() -> None:
    """Run the command line."""
    app(prog_name="codeassist")
