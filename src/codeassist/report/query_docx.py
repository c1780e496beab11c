"""Writes queries as a Word document; the only module that knows python-docx, which is an optional extra."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from codeassist.cdi.query_text import CHOICES, INDICATORS, QUESTION, render_indicator
from codeassist.core.queries import Query
from codeassist.errors import AssetError

_BOX = "\u2610"


def write_docx(query: Query, path: Path) -> None:
    """Write one query as a Word document.

    Parameters
    ----------
    query
        The query; the document shows what `render_query` shows.
    path
        Where to write it.

    Raises
    ------
    AssetError
        If python-docx is not installed.
    """
    document = load_docx().Document()
    document.core_properties.title = "Clinical clarification"
    document.core_properties.author = "codeassist"
    document.add_heading(query.title, level=1)
    document.add_heading(INDICATORS, level=2)
    for indicator in query.indicators:
        document.add_paragraph(render_indicator(indicator), style="List Bullet")
    document.add_heading(QUESTION, level=2)
    document.add_paragraph(query.question)
    if query.choices:
        document.add_heading(CHOICES, level=2)
    for choice in query.choices:
        document.add_paragraph(f"{_BOX} {choice}")
    document.save(str(path))


def load_docx() -> ModuleType:
    """Return the package python-docx.

    Raises
    ------
    AssetError
        If it is not installed.
    """
    try:
        return importlib.import_module("docx")
    except ModuleNotFoundError as error:
        msg = (
            'python-docx is not installed, expected for --format docx; install it with: pip install "codeassist[docx]"'
        )
        raise AssetError(msg) from error


def read_docx(path: Path) -> Sequence[str]:
    """Return the paragraphs of a Word document as text, in order.

    Raises
    ------
    AssetError
        If python-docx is not installed.
    """
    return [paragraph.text for paragraph in load_docx().Document(str(path)).paragraphs]
