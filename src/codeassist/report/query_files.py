"""Writes the queries of an encounter to a folder, a file for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from codeassist.cdi.query_text import render_query
from codeassist.core.queries import Query
from codeassist.core.results import CodingResult
from codeassist.errors import DataFileError
from codeassist.report.query_docx import load_docx, write_docx

_UNSAFE = re.compile(r"[^\w.-]+")
_MOST_NAME = 80


def write_query_files(result: CodingResult, folder: Path, *, file_format: str) -> list[Path]:
    """Write every query of a result and return the files, in order.

    Parameters
    ----------
    result
        A coded encounter.
    folder
        Where the files go; it is made where it is missing.
    file_format
        ``"text"`` or ``"docx"``.

    Raises
    ------
    DataFileError
        If a file cannot be written.
    AssetError
        If the format needs a library that is not installed.
    """
    suffix, write = _WRITERS[file_format]
    if file_format == "docx":
        load_docx()
    paths = [folder / f"{_name(result)}_{query.query_id}{suffix}" for query in result.queries]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for query, path in zip(result.queries, paths, strict=True):
            write(query, path)
    except OSError as error:
        msg = f"{folder} cannot be written ({type(error).__name__}); name a folder that you may write to"
        raise DataFileError(msg) from error
    return paths


def _name(result: CodingResult) -> str:
    """Return the encounter's id as the start of a file name."""
    stem = result.encounter.encounter_id.removesuffix(".txt")
    return _UNSAFE.sub("_", stem).strip("._")[:_MOST_NAME] or "encounter"


def _write_text(query: Query, path: Path) -> None:
    path.write_text(render_query(query), encoding="utf-8", newline="\n")


_WRITERS: Mapping[str, tuple[str, Callable[[Query, Path], None]]] = {
    "text": (".txt", _write_text),
    "docx": (".docx", write_docx),
}
