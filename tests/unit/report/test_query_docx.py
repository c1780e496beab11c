import importlib
from datetime import date

import pytest

from codeassist.cdi.lint import lint_query
from codeassist.cdi.queries import write_queries
from codeassist.cdi.query_text import render_query
from codeassist.core.results import CodingResult
from codeassist.errors import AssetError
from codeassist.report.query_docx import read_docx
from codeassist.report.query_files import write_query_files
from made_gaps import ENCOUNTER, make_gap
from made_results import INFO

QUERIES = write_queries(ENCOUNTER, [make_gap(), make_gap(axis="type", options=(), gap_id="g2")])
RESULT = CodingResult(ENCOUNTER, INFO, (), (), (), (), (), queries=QUERIES)


def test_without_python_docx_one_line_says_how_to_install_it(tmp_path, monkeypatch):
    def refuse(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", refuse)

    with pytest.raises(AssetError, match=r'^python-docx is not installed.*pip install "codeassist\[docx\]"$'):
        write_query_files(RESULT, tmp_path / "out", file_format="docx")
    assert not (tmp_path / "out").exists()


def test_a_document_shows_what_the_text_shows_and_lints_clean(tmp_path):
    pytest.importorskip("docx", reason="python-docx is an optional extra")

    paths = write_query_files(RESULT, tmp_path, file_format="docx")

    assert [path.name for path in paths] == ["e1_q1.docx", "e1_q2.docx"]
    for query, path in zip(QUERIES, paths, strict=True):
        shown = read_docx(path)
        plain = [line.removeprefix("- ").replace("[ ]", "\u2610") for line in render_query(query).splitlines() if line]
        assert shown == plain
        assert lint_query("\n".join(shown)) == []


def test_a_document_names_no_patient_and_no_date_of_its_own(tmp_path):
    docx = pytest.importorskip("docx", reason="python-docx is an optional extra")

    (path, _) = write_query_files(RESULT, tmp_path, file_format="docx")

    properties = docx.Document(str(path)).core_properties
    assert (properties.title, properties.author) == ("Clinical clarification", "codeassist")
    assert properties.created.date() < date(2020, 1, 1)
