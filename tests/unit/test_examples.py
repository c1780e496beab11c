"""Everything a reader may copy is run: examples, the Python of the how-to pages, notebooks."""

import json
import re
import runpy
import warnings
from pathlib import Path

import nbclient
import nbformat
import pytest

from codeassist.io.jsonl import NoteRow, read_rows

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
PAGES = [ROOT / "docs" / "how-to" / name for name in ("batch.md", "spacy.md")]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.assets


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_prints_codes(path, capsys):
    runpy.run_path(str(path), run_name="__main__")

    assert re.search(r"\bI50\.23\b", capsys.readouterr().out)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_python_of_a_page_runs(path):
    blocks = _PYTHON.findall(path.read_text(encoding="utf-8"))

    assert blocks
    for block in blocks:
        exec(compile(block, path.name, "exec"), {"__name__": "page"})  # noqa: S102


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_stored_without_output(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]

    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs_and_uses_the_public_names_only(path):
    notebook = nbformat.read(path, as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")

    with warnings.catch_warnings():
        # Of the client and its event loop; what the notebook itself does runs in another process.
        warnings.simplefilter("ignore")
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()

    assert re.findall(r"^\s*(?:from|import) (codeassist\S*)", source, re.MULTILINE).count("codeassist") >= 1
    assert not re.search(r"codeassist\.[a-z_]+\.|from codeassist\.", source)


def codes(result, disposition="report"):
    return {each.code.value for each in result.diagnoses if each.disposition == disposition}


def test_the_clinic_visit_is_coded_as_a_coder_would(assistant):
    """Guidelines I.C.9.a.3 (heart and kidney disease with hypertension), I.A.15 (diabetes with kidney disease)."""
    text = (ROOT / "examples" / "clinic_visit.txt").read_text(encoding="utf-8")

    reported = codes(assistant.code(text))

    assert {"I13.0", "I50.23", "E11.22", "N18.32", "E78.5", "E66.9"} <= reported
    assert not {"J18.9", "R07.9", "C18.9", "I48.91"} & reported


def test_every_row_of_the_example_batch_is_good():
    rows = list(read_rows(ROOT / "examples" / "notes.jsonl"))

    assert [type(row) for row in rows] == [NoteRow] * 5
